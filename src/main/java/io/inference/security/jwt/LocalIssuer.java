package io.inference.security.jwt;

/** An issuer within this process, for a machine that has none. */
public interface LocalIssuer extends KeySource {
    /** The iss of its tokens; known once the REST listener is open. */
    String issuer();

    /** The aud of its tokens. */
    String audience();
}
