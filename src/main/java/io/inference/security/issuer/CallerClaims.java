package io.inference.security.issuer;

import io.inference.api.Caller;
import io.inference.security.RefusedTokenException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.jwt.Jwt;

/** Reads who the caller is from the claims of a verified token. */
public final class CallerClaims {
    private static final int LONGEST_SUBJECT = 255;

    /** Names that the service gives itself; no issuer may give them to others. */
    private static final List<String> RESERVED = List.of("service:", "amqp:", "local");

    private final String groupsClaim;

    /** @param groupsClaim name of a claim, or of one within an object, as in {@code realm_access.roles} */
    public CallerClaims(String groupsClaim) {
        this.groupsClaim = groupsClaim;
    }

    public Caller caller(Jwt jwt) throws RefusedTokenException {
        String subject = jwt.getSubject();
        if (subject == null || subject.isBlank() || subject.length() > LONGEST_SUBJECT) {
            throw new RefusedTokenException("no sub, or one that is too long");
        }
        if (subject.chars().anyMatch(Character::isISOControl)) {
            throw new RefusedTokenException("a sub with control characters");
        }
        if (RESERVED.stream().anyMatch(name -> name.endsWith(":") ? subject.startsWith(name) : subject.equals(name))) {
            throw new RefusedTokenException("a sub that is reserved for the service itself");
        }
        Map<String, Object> claims = jwt.getClaims();
        Set<String> scopes = words(claims.get(claims.containsKey("scope") ? "scope" : "scp"));
        return new Caller(subject, words(groups(claims)), scopes, text(claims.get("tenant")), kind(subject, claims));
    }

    private @Nullable Object groups(Map<String, Object> claims) {
        if (claims.containsKey(groupsClaim)) {
            return claims.get(groupsClaim);
        }
        Object value = claims;
        for (String step : groupsClaim.split("\\.")) {
            value = value instanceof Map<?, ?> map ? map.get(step) : null;
        }
        return value;
    }

    /** A token that a client asked for itself has the client's own name as its subject. */
    private static Caller.Kind kind(String subject, Map<String, Object> claims) {
        boolean ownName = subject.equals(claims.get("client_id")) || subject.equals(claims.get("azp"));
        return ownName ? Caller.Kind.SERVICE : Caller.Kind.USER;
    }

    /** A list of words, or words in one text with spaces between them. */
    private static Set<String> words(@Nullable Object claim) {
        Set<String> words = new TreeSet<>();
        switch (claim) {
            case String text -> words.addAll(List.of(text.split(" ")));
            case Collection<?> list ->
                list.forEach(item -> {
                    if (item instanceof String text) {
                        words.add(text);
                    }
                });
            case null, default -> {}
        }
        words.remove("");
        return words;
    }

    private static @Nullable String text(@Nullable Object claim) {
        return claim instanceof String text && !text.isBlank() ? text : null;
    }
}
