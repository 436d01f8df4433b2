package io.inference.embedded;

import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/** The embedded issuer, if no other is named and authentication is not off. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnNoIssuer
class EmbeddedIssuerConfiguration {
    @Bean
    EmbeddedIssuer embeddedIssuer(EmbeddedSettings settings, Environment environment) {
        String scheme = settings.tls() ? "https" : "http";
        return new EmbeddedIssuer(
                () -> scheme + "://localhost:" + environment.getProperty("local.server.port") + "/dev/issuer",
                settings.groupsClaim(),
                Clock.systemUTC());
    }
}
