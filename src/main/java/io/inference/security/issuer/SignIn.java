package io.inference.security.issuer;

import java.io.IOException;
import java.net.URI;

/** How users of the service's own pages get a token. */
public sealed interface SignIn {
    /** Elsewhere: users bring a token or an API key. */
    record Elsewhere() implements SignIn {}

    /** From the embedded issuer, which gives tokens to callers on this machine. */
    record OnThisMachine() implements SignIn {}

    /**
     * At the issuer, by authorization code and PKCE.
     *
     * @param clientId the public client of the pages at the issuer
     * @param audience of the requested token
     */
    record AtIssuer(String clientId, String audience, IssuerMetadata metadata) implements SignIn {
        /**
         * The addresses for the redirect and for the token.
         *
         * @throws IOException if the issuer's metadata do not name them, or cannot be fetched now
         */
        public Endpoints endpoints() throws IOException {
            return new Endpoints(metadata.endpoint("authorization_endpoint"), metadata.endpoint("token_endpoint"));
        }
    }

    /** The issuer's two addresses of the authorization code flow. */
    record Endpoints(URI authorization, URI token) {}
}
