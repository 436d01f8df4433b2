package io.inference.security.issuer;

import io.inference.api.call.Caller;
import io.inference.security.CallerAuthentication;
import io.inference.security.GroupNames;
import io.inference.security.RefusedTokenException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.jwt.Jwt;

/** Reads the caller from the claims of a verified token. */
public final class CallerClaims {
    private static final int LONGEST_SUBJECT = 255;

    /** Names that this service assigns; no issuer may give them to its callers. */
    private static final List<String> RESERVED = List.of("service:", "amqp:", "local");

    private final String groupsClaim;
    private final @Nullable String scopePrefix;
    private final GroupNames adminGroups;

    /**
     * @param groupsClaim name of a claim, or of one within an object, as in {@code realm_access.roles}
     * @param scopePrefix prefix of this service's scopes; null if the scopes of tokens are ignored, since many issuers
     *     use them only for other services
     * @param adminGroups whose members are admins
     */
    public CallerClaims(String groupsClaim, @Nullable String scopePrefix, GroupNames adminGroups) {
        this.adminGroups = adminGroups;
        this.groupsClaim = groupsClaim;
        this.scopePrefix = scopePrefix;
    }

    /** @throws RefusedTokenException if the claims name no caller that this service knows */
    public CallerAuthentication authentication(Jwt jwt) {
        return new CallerAuthentication(adminGroups.asAdmin(caller(jwt)), jwt.getExpiresAt());
    }

    private Caller caller(Jwt jwt) {
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
        return new Caller(
                subject, words(groups(claims)), scopes(claims), text(claims.get("tenant")), kind(subject, claims));
    }

    /**
     * The scopes without the prefix. A token with none of them was made for other services; no restriction would give
     * it every right.
     */
    private Set<String> scopes(Map<String, Object> claims) {
        Set<String> scopes = new TreeSet<>();
        if (scopePrefix == null) {
            return scopes;
        }
        for (String scope : words(claims.get(claims.containsKey("scope") ? "scope" : "scp"))) {
            if (scope.startsWith(scopePrefix) && scope.length() > scopePrefix.length()) {
                scopes.add(scope.substring(scopePrefix.length()));
            }
        }
        if (scopes.isEmpty()) {
            throw new RefusedTokenException("no scope that begins with AUTH_SCOPE_PREFIX");
        }
        return scopes;
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

    /** A token that a client requested for itself has the client's own id as its subject. */
    private static Caller.Kind kind(String subject, Map<String, Object> claims) {
        boolean ownName = subject.equals(claims.get("client_id")) || subject.equals(claims.get("azp"));
        return ownName ? Caller.Kind.SERVICE : Caller.Kind.USER;
    }

    /** A list of words, or one text of words separated by spaces. */
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
