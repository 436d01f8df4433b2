package io.inference.security.jwt;

import com.nimbusds.jose.jwk.JWKSet;
import java.io.IOException;

/** Where an issuer's keys come from. */
@FunctionalInterface
public interface KeySource {
    /** @throws IOException where the issuer cannot be asked, or its answer is none */
    JWKSet fetch() throws IOException;
}
