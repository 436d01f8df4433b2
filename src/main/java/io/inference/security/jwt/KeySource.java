package io.inference.security.jwt;

import com.nimbusds.jose.jwk.JWKSet;
import java.io.IOException;

/** Source of an issuer's keys. */
@FunctionalInterface
public interface KeySource {
    /** @throws IOException if the issuer cannot be reached, or its answer is not valid */
    JWKSet fetch() throws IOException;
}
