package io.inference.security.authentication;

import io.inference.security.issuer.CallerClaims;
import io.inference.security.issuer.IssuerClient;
import io.inference.security.issuer.IssuerMetadata;
import io.inference.security.issuer.SignIn;
import io.inference.security.jwt.HttpKeySource;
import io.inference.security.jwt.JwtTokenProvider;
import io.inference.security.opaque.CachedIntrospector;
import io.inference.security.opaque.HttpIntrospection;
import io.inference.security.opaque.IntrospectionThrottle;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.springframework.security.authentication.AuthenticationProvider;

/** The issuer that {@code AUTH_ISSUER} names, and its providers. It is not contacted before the first token. */
final class NamedIssuer {
    private final SecuritySettings.Issuer settings;
    private final IssuerClient client = new IssuerClient();
    private final IssuerMetadata metadata;

    NamedIssuer(SecuritySettings.Issuer settings) {
        this.settings = settings;
        this.metadata = new IssuerMetadata(settings.name(), client);
    }

    /**
     * Providers for its JWTs, verified by their signatures, and, if there is a client for introspection, for its opaque
     * tokens.
     */
    List<AuthenticationProvider> providers(CallerClaims claims) {
        List<AuthenticationProvider> providers = new ArrayList<>();
        var keys = new HttpKeySource(client, metadata, settings.jwksUri());
        providers.add(new JwtTokenProvider(keys, settings::name, settings.audience(), claims));
        if (settings.clientId() != null && settings.clientSecret() != null) {
            var introspection = new HttpIntrospection(client, metadata, settings.clientId(), settings.clientSecret());
            var questions = new IntrospectionThrottle(introspection, settings::name, settings.audience(), claims);
            providers.add(new CachedIntrospector(questions).provider());
        }
        return providers;
    }

    /** Sign-in at the service's own pages, if they are a client of the issuer. */
    Optional<SignIn> signIn() {
        return settings.clientId() == null
                ? Optional.empty()
                : Optional.of(new SignIn.AtIssuer(settings.clientId(), settings.audience(), metadata));
    }
}
