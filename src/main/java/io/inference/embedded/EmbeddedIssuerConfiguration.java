package io.inference.embedded;

import java.time.Clock;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/** The embedded issuer, where no other is named and authentication is not off. */
@Configuration(proxyBeanMethods = false)
@WhereNoIssuerIs
class EmbeddedIssuerConfiguration {
    @Bean
    EmbeddedIssuer embeddedIssuer(
            Environment environment,
            @Value("${auth-groups-claim}") String groupsClaim,
            @Value("${tls-cert-file:}") String tlsCertFile) {
        String scheme = tlsCertFile.isBlank() ? "http" : "https";
        return new EmbeddedIssuer(
                () -> scheme + "://localhost:" + environment.getProperty("local.server.port") + "/dev/issuer",
                groupsClaim,
                Clock.systemUTC());
    }
}
