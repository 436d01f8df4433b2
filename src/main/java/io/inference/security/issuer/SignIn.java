package io.inference.security.issuer;

import java.io.IOException;
import java.net.URI;

/** How a person on one of the service's own pages gets a token. */
public sealed interface SignIn {
    /** Elsewhere: they bring one along, or an API key. */
    record Elsewhere() implements SignIn {}

    /** From the embedded issuer, which gives tokens to whoever is on this machine. */
    record OnThisMachine() implements SignIn {}

    /**
     * At the issuer, by authorization code and PKCE.
     *
     * @param clientId the public client that the pages are to the issuer
     * @param audience for whom the token is to be
     */
    record AtIssuer(String clientId, String audience, IssuerMetadata metadata) implements SignIn {
        /**
         * Where the browser is sent, and where it gets its token.
         *
         * @throws IOException where the issuer does not say, or cannot be asked now
         */
        public Endpoints endpoints() throws IOException {
            return new Endpoints(metadata.endpoint("authorization_endpoint"), metadata.endpoint("token_endpoint"));
        }
    }

    /** The issuer's two addresses of the authorization code flow. */
    record Endpoints(URI authorization, URI token) {}
}
