package io.inference.security.authentication;

import io.inference.config.Settings;
import io.inference.security.AuditLog;
import io.inference.security.GroupCheckProcessor;
import io.inference.security.JwtCheckProcessor;
import io.inference.security.ScopeCheckProcessor;
import io.inference.security.UserAccess;
import io.inference.security.issuer.CallerClaims;
import io.inference.security.issuer.SignIn;
import io.inference.security.jwt.JwtTokenProvider;
import io.inference.security.jwt.LocalIssuer;
import io.inference.security.network.InternalKeyProvider;
import io.inference.security.network.LocalMachineProvider;
import io.inference.security.network.ManagementAccess;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.ProviderManager;

/** One {@link AuthenticationManager} for all endpoints, and the processors that routes name. */
@Configuration(proxyBeanMethods = false)
class SecurityConfiguration {
    @Bean
    SecuritySettings securitySettings(Settings settings) {
        return SecuritySettings.of(settings);
    }

    @Bean
    UserAccess userAccess(SecuritySettings settings) {
        return new UserAccess(settings.users());
    }

    @Bean
    AuditLog auditLog() {
        return new AuditLog();
    }

    /**
     * The providers of authentication for every endpoint. Those that are beans, such as those of API keys and of the
     * gRPC endpoint's key, come first; then the issuer's.
     */
    @Bean
    AuthenticationManager authenticationManager(
            SecuritySettings settings,
            IssuerInUse issuer,
            ObjectProvider<LocalIssuer> embedded,
            ObjectProvider<AuthenticationProvider> others) {
        CallerClaims claims = new CallerClaims(settings.groupsClaim(), settings.scopePrefix(), settings.admins());
        List<AuthenticationProvider> providers =
                new ArrayList<>(others.orderedStream().toList());
        if (issuer.named() != null) {
            providers.addAll(issuer.named().providers(claims));
        } else {
            CallerClaims withoutScopes = new CallerClaims(settings.groupsClaim(), null, settings.admins());
            embedded.ifAvailable(local ->
                    providers.add(new JwtTokenProvider(local, local::issuer, local.audience(), withoutScopes)));
        }
        ProviderManager manager = new ProviderManager(providers);
        // An authentication holds no credential, and is shared by the requests with its token.
        manager.setEraseCredentialsAfterAuthentication(false);
        return manager;
    }

    @Bean
    AuthenticationProvider localMachineProvider(SecuritySettings settings, AuditLog audit) {
        if (settings.authenticationOff()) {
            audit.warn("DISABLE_AUTH=true: every caller on this machine may do everything");
        }
        return new LocalMachineProvider(settings.authenticationOff());
    }

    @Bean
    InternalKeyProvider internalKeyProvider(SecuritySettings settings) {
        return new InternalKeyProvider(settings.internal(), settings.authenticationOff());
    }

    @Bean
    IssuerInUse issuerInUse(SecuritySettings settings) {
        return new IssuerInUse(settings.issuer() == null ? null : new NamedIssuer(settings.issuer()));
    }

    @Bean
    SignIn signIn(IssuerInUse issuer, ObjectProvider<LocalIssuer> embedded) {
        if (issuer.named() != null) {
            return issuer.named().signIn().orElseGet(SignIn.Elsewhere::new);
        }
        return embedded.getIfAvailable() == null ? new SignIn.Elsewhere() : new SignIn.OnThisMachine();
    }

    /** @param named null if callers have no tokens, or those of the embedded issuer */
    record IssuerInUse(@Nullable NamedIssuer named) {}

    @Bean
    ManagementAccess managementAccess(SecuritySettings settings, AuditLog audit) {
        return new ManagementAccess(settings.loopback(), audit);
    }

    @Bean
    JwtCheckProcessor jwtCheckProcessor() {
        return new JwtCheckProcessor();
    }

    @Bean
    ScopeCheckProcessor scopeCheckProcessor() {
        return new ScopeCheckProcessor();
    }

    @Bean
    GroupCheckProcessor groupCheckProcessor() {
        return new GroupCheckProcessor();
    }
}
