package io.inference.security;

import io.inference.wire.Sha256;
import java.util.Base64;

/** The digest that identifies a cached token, so that no cache holds the token itself. */
public final class TokenDigest {
    private TokenDigest() {}

    /** SHA-256, as text. */
    public static String of(String token) {
        return Base64.getEncoder().encodeToString(Sha256.of(token));
    }
}
