package io.inference.security;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;

/** How bearer tokens come, and which kind one is of: exactly one, so that a token never reaches a second provider. */
public final class BearerTokens {
    /** As long as a request's head may be; what is longer is not looked at. */
    private static final int LONGEST = 16 * 1024;

    private static final String SCHEME = "Bearer ";
    private static final String API_KEY = "ik_";

    /** How a JSON object begins in base64url, whether a blank follows its brace or a name. */
    private static final String JSON = "ey";

    /** The kinds of tokens, by their looks. */
    public enum Kind {
        /** A key that this service made: begins with {@code ik_}. */
        API_KEY,
        /** Three parts, the first of them a JSON object. */
        JWT,
        /** Whatever else an issuer may have given out. */
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

    /** Nothing is verified. */
    public static Kind kind(String token) {
        if (token.startsWith(API_KEY)) {
            return Kind.API_KEY;
        }
        return token.startsWith(JSON) && hasThreeParts(token) ? Kind.JWT : Kind.OPAQUE;
    }

    /** Asked of every request several times. */
    private static boolean hasThreeParts(String token) {
        int first = token.indexOf('.');
        int second = first < 0 ? -1 : token.indexOf('.', first + 1);
        return second >= 0 && token.indexOf('.', second + 1) < 0;
    }

    /** A provider that is asked about tokens of one kind alone. */
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
