package io.inference.security;

import io.inference.api.Caller;

/**
 * Knows one kind of bearer token. All verifiers are asked in their {@link org.springframework.core.annotation.Order order} whether a
 * token is of their kind; the first that says so decides alone, so that a token never reaches a second verifier.
 */
public interface TokenVerifier {
    /** Whether a token looks like one of this kind; cheap, and nothing is verified. */
    boolean takes(String token);

    /**
     * Verifies a token. Called for every request, so that what is expensive is to be cached. Safe for use by many threads; may block.
     *
     * @throws RefusedTokenException where it does not hold
     */
    Caller verify(String token) throws RefusedTokenException;
}
