package io.inference.security;

import io.inference.api.Caller;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Bearer tokens of every kind that is accepted: one instance serves all doors. */
public final class Tokens {
    /** As long as a request's head may be; what is longer is not looked at. */
    private static final int LONGEST = 16 * 1024;

    private static final String SCHEME = "Bearer ";

    private final List<TokenVerifier> verifiers;
    private final GroupNames adminGroups;

    /**
     * @param verifiers in the order in which they are asked
     * @param adminGroups whose callers are admins, separated by commas
     */
    public Tokens(List<TokenVerifier> verifiers, String adminGroups) {
        this.verifiers = List.copyOf(verifiers);
        this.adminGroups = GroupNames.parse(adminGroups);
    }

    /**
     * @param headers every Authorization header of a request
     * @return the token; null where there is no header at all
     * @throws RefusedTokenException where there is one, but not one bearer token
     */
    static @Nullable String bearer(List<String> headers) throws RefusedTokenException {
        if (headers.isEmpty()) {
            return null;
        }
        String header = headers.getFirst();
        if (headers.size() > 1) {
            throw new RefusedTokenException("more than one Authorization header");
        }
        if (!header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            throw new RefusedTokenException("the Authorization header has no bearer token");
        }
        return header.substring(SCHEME.length()).strip();
    }

    /** @throws RefusedTokenException where the token does not hold, or is of no kind that is accepted */
    public Caller verify(String token) throws RefusedTokenException {
        if (token.isEmpty() || token.length() > LONGEST) {
            throw new RefusedTokenException("a token of " + token.length() + " characters");
        }
        for (TokenVerifier verifier : verifiers) {
            if (verifier.takes(token)) {
                Caller caller = verifier.verify(token);
                return adminGroups.include(caller) ? caller.asAdmin() : caller;
            }
        }
        throw new RefusedTokenException("a token of a kind that is not accepted");
    }
}
