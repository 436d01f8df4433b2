package io.inference;

import io.inference.config.Settings;
import io.inference.security.Admittance;
import io.inference.security.AuditLog;
import io.inference.security.GroupCheckProcessor;
import io.inference.security.InternalAccess;
import io.inference.security.JwtCheckProcessor;
import io.inference.security.TokenVerifier;
import io.inference.security.Tokens;
import io.inference.security.jwt.HttpKeySource;
import io.inference.security.jwt.JwtVerifier;
import io.inference.security.jwt.LocalIssuer;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.camel.Processor;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Who may come in: one {@link Tokens} for all doors, and the processors that routes name. */
@Configuration(proxyBeanMethods = false)
class SecurityConfiguration {
    @Bean
    AuditLog auditLog() {
        return new AuditLog();
    }

    /** Verifiers that are beans, such as that of API keys, come first; JWTs are what is left. */
    @Bean
    Tokens tokens(Settings settings, ObjectProvider<LocalIssuer> embedded, ObjectProvider<TokenVerifier> others) {
        String groupsClaim = settings.text("auth-groups-claim");
        Optional<String> issuer = settings.optionalText("auth-issuer");
        Optional<String> audience = settings.optionalText("auth-audience");
        URI jwksUri = settings.optionalUrl("auth-jwks-uri").orElse(null);
        List<TokenVerifier> verifiers = new ArrayList<>(others.orderedStream().toList());
        if (issuer.isPresent()) {
            String name = issuer.get();
            verifiers.add(
                    new JwtVerifier(new HttpKeySource(name, jwksUri), () -> name, audience.orElseThrow(), groupsClaim));
        } else {
            embedded.ifAvailable(
                    local -> verifiers.add(new JwtVerifier(local, local::issuer, local.audience(), groupsClaim)));
        }
        return new Tokens(verifiers, settings.text("auth-admin-group"));
    }

    @Bean
    Admittance admittance(Settings settings, Tokens tokens, ObjectProvider<LocalIssuer> embedded, AuditLog audit) {
        InternalAccess internal = new InternalAccess(
                settings.optionalText("internal-api-key").orElse(""),
                settings.optionalText("internal-allowed-ips").orElse(""),
                settings.optionalText("trusted-proxies").orElse(""));
        return new Admittance(
                tokens, internal, settings.flag("disable-auth"), embedded.getIfAvailable() != null, audit);
    }

    @Bean
    Processor jwtCheckProcessor() {
        return new JwtCheckProcessor();
    }

    @Bean
    Processor groupCheckProcessor() {
        return new GroupCheckProcessor();
    }
}
