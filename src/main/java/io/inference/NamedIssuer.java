package io.inference;

import io.inference.config.Settings;
import io.inference.security.issuer.CallerClaims;
import io.inference.security.issuer.IssuerClient;
import io.inference.security.issuer.IssuerMetadata;
import io.inference.security.issuer.SignIn;
import io.inference.security.jwt.HttpKeySource;
import io.inference.security.jwt.JwtTokenProvider;
import io.inference.security.opaque.CachedIntrospector;
import io.inference.security.opaque.HttpIntrospection;
import io.inference.security.opaque.IntrospectionThrottle;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AuthenticationProvider;

/** The issuer that {@code AUTH_ISSUER} names, and what is made of its settings. Nothing is asked of it before the first token. */
final class NamedIssuer {
    private final String name;
    private final String audience;
    private final @Nullable URI jwksUri;
    private final @Nullable String clientId;
    private final @Nullable String clientSecret;
    private final IssuerClient client = new IssuerClient();
    private final IssuerMetadata metadata;

    private NamedIssuer(
            String name,
            String audience,
            @Nullable URI jwksUri,
            @Nullable String clientId,
            @Nullable String clientSecret) {
        this.name = name;
        this.audience = audience;
        this.jwksUri = jwksUri;
        this.clientId = clientId;
        this.clientSecret = clientSecret;
        this.metadata = new IssuerMetadata(name, client);
    }

    /** Empty where none is named. */
    static Optional<NamedIssuer> of(Settings settings) {
        Optional<String> audience = settings.optionalText("auth-audience");
        URI jwksUri = settings.optionalUrl("auth-jwks-uri").orElse(null);
        String clientId = settings.optionalText("auth-client-id").orElse(null);
        String clientSecret = settings.optionalText("auth-client-secret").orElse(null);
        return settings.optionalText("auth-issuer")
                .map(name -> new NamedIssuer(name, audience.orElseThrow(), jwksUri, clientId, clientSecret));
    }

    /** Its JWTs by their signatures and, where there is a client to ask with, whatever else it may have given out. */
    List<AuthenticationProvider> providers(CallerClaims claims) {
        List<AuthenticationProvider> providers = new ArrayList<>();
        providers.add(new JwtTokenProvider(new HttpKeySource(client, metadata, jwksUri), () -> name, audience, claims));
        if (clientId != null && clientSecret != null) {
            var introspection = new HttpIntrospection(client, metadata, clientId, clientSecret);
            var questions = new IntrospectionThrottle(introspection, () -> name, audience, claims);
            providers.add(new CachedIntrospector(questions).provider());
        }
        return providers;
    }

    /** For the service's own pages, where they are a client of the issuer. */
    Optional<SignIn> signIn() {
        return clientId == null ? Optional.empty() : Optional.of(new SignIn.AtIssuer(clientId, audience, metadata));
    }
}
