package io.inference;

import io.inference.config.Settings;
import io.inference.security.Admittance;
import io.inference.security.AuditLog;
import io.inference.security.GroupCheckProcessor;
import io.inference.security.InternalAccess;
import io.inference.security.JwtCheckProcessor;
import io.inference.security.ManagementAccess;
import io.inference.security.ScopeCheckProcessor;
import io.inference.security.TokenVerifier;
import io.inference.security.Tokens;
import io.inference.security.issuer.CallerClaims;
import io.inference.security.issuer.SignIn;
import io.inference.security.jwt.JwtVerifier;
import io.inference.security.jwt.LocalIssuer;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;
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

    /** Verifiers that are beans, such as that of API keys, come first; then the issuer's, which take what is left. */
    @Bean
    Tokens tokens(
            Settings settings,
            IssuerInUse issuer,
            ObjectProvider<LocalIssuer> embedded,
            ObjectProvider<TokenVerifier> others) {
        String groupsClaim = settings.text("auth-groups-claim");
        CallerClaims claims = new CallerClaims(
                groupsClaim, settings.optionalText("auth-scope-prefix").orElse(null));
        List<TokenVerifier> verifiers = new ArrayList<>(others.orderedStream().toList());
        if (issuer.named() != null) {
            verifiers.addAll(issuer.named().verifiers(claims));
        } else {
            CallerClaims withoutScopes = new CallerClaims(groupsClaim, null);
            embedded.ifAvailable(
                    local -> verifiers.add(new JwtVerifier(local, local::issuer, local.audience(), withoutScopes)));
        }
        return new Tokens(verifiers, settings.text("auth-admin-group"));
    }

    @Bean
    IssuerInUse issuerInUse(Settings settings) {
        return new IssuerInUse(NamedIssuer.of(settings).orElse(null));
    }

    @Bean
    SignIn signIn(IssuerInUse issuer, ObjectProvider<LocalIssuer> embedded) {
        if (issuer.named() != null) {
            return issuer.named().signIn().orElseGet(SignIn.Elsewhere::new);
        }
        return embedded.getIfAvailable() == null ? new SignIn.Elsewhere() : new SignIn.OnThisMachine();
    }

    /** @param named null where callers have no tokens, or those of the embedded issuer */
    record IssuerInUse(@Nullable NamedIssuer named) {}

    @Bean
    Admittance admittance(Settings settings, Tokens tokens, ObjectProvider<LocalIssuer> embedded, AuditLog audit) {
        if (settings.flag("disable-auth")) {
            audit.warn("DISABLE_AUTH=true: whoever is on this machine may do everything");
        }
        InternalAccess internal = new InternalAccess(
                settings.optionalText("internal-api-key").orElse(""),
                settings.optionalText("internal-allowed-ips").orElse(""),
                settings.optionalText("trusted-proxies").orElse(""));
        return new Admittance(
                tokens, internal, settings.flag("disable-auth"), embedded.getIfAvailable() != null, audit);
    }

    @Bean
    ManagementAccess managementAccess(Settings settings, AuditLog audit) {
        return new ManagementAccess(settings.listensOnLoopback(), audit);
    }

    @Bean
    Processor jwtCheckProcessor() {
        return new JwtCheckProcessor();
    }

    @Bean
    Processor scopeCheckProcessor() {
        return new ScopeCheckProcessor();
    }

    @Bean
    Processor groupCheckProcessor() {
        return new GroupCheckProcessor();
    }
}
