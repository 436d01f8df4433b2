package io.inference.security;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;

/**
 * Reads bearer tokens from headers, and finds the kind of a token: exactly one, so that a token never reaches a second
 * provider.
 */
public final class BearerTokens {
    /** As long as a request's head may be; longer tokens are refused unread. */
    private static final int LONGEST = 16 * 1024;

    private static final String SCHEME = "Bearer ";
    private static final String API_KEY = "ik_";

    /** The beginning of a JSON object in base64url, with a space or a name after the brace. */
    private static final String JSON = "ey";

    /** The kinds of tokens, by their form. */
    public enum Kind {
        /** A key that this service made: begins with {@code ik_}. */
        API_KEY,
        /** Three parts, the first of them a JSON object. */
        JWT,
        /** Any other token of an issuer. */
        OPAQUE
    }

    private BearerTokens() {}

    /**
     * The token of a request.
     *
     * @param headers every Authorization header
     * @return null if there is no header at all
     * @throws RefusedTokenException if there is one, but not one bearer token
     */
    public static @Nullable String of(List<String> headers) {
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
        return checked(header.substring(SCHEME.length()).strip());
    }

    /**
     * The token of a message's header, which may leave the scheme out.
     *
     * @throws RefusedTokenException if there is none
     */
    public static String ofMessage(String header) {
        boolean bearer = header.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
        return checked((bearer ? header.substring(SCHEME.length()) : header).strip());
    }

    /** @throws RefusedTokenException if it is empty or longer than a request's head may be */
    public static String checked(String token) {
        if (token.isEmpty() || token.length() > LONGEST) {
            throw new RefusedTokenException("a token of " + token.length() + " characters");
        }
        return token;
    }

    /** The kind of a token. Nothing is verified. */
    public static Kind kind(String token) {
        if (token.startsWith(API_KEY)) {
            return Kind.API_KEY;
        }
        return token.startsWith(JSON) && hasThreeParts(token) ? Kind.JWT : Kind.OPAQUE;
    }

    /** Called several times for each request. */
    private static boolean hasThreeParts(String token) {
        int first = token.indexOf('.');
        int second = first < 0 ? -1 : token.indexOf('.', first + 1);
        return second >= 0 && token.indexOf('.', second + 1) < 0;
    }

    /** A provider that receives tokens of one kind only. */
    public static AuthenticationProvider only(Kind kind, AuthenticationProvider provider) {
        return new OfKind(kind, provider);
    }

    private record OfKind(Kind kind, AuthenticationProvider provider) implements AuthenticationProvider {
        @Override
        public @Nullable Authentication authenticate(Authentication authentication) {
            return authentication instanceof BearerTokenAuthenticationToken bearer
                            && BearerTokens.kind(bearer.getToken()) == kind
                    ? provider.authenticate(authentication)
                    : null;
        }

        @Override
        public boolean supports(Class<?> authentication) {
            return BearerTokenAuthenticationToken.class.isAssignableFrom(authentication);
        }
    }
}
