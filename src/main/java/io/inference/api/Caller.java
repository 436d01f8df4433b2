package io.inference.api;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who a request comes from. Routes find it as the exchange property {@value #PROPERTY}, which no header, query or form field can set.
 *
 * @param subject the caller's name, under which what it makes is kept: a token's {@code sub}, an API key's owner, {@code service:…}
 * @param groups what it belongs to; steps that authorize ask for these
 * @param scopes what its credential was made for
 * @param tenant the organisation it belongs to; null where its credential names none
 */
public record Caller(
        String subject,
        Set<String> groups,
        Set<String> scopes,
        @Nullable String tenant,
        Kind kind) {
    public static final String PROPERTY = "InferenceCaller";

    /** A user of this machine, while authentication is off. */
    public static final Caller LOCAL = new Caller("local", Set.of(), Set.of(), null, Kind.LOCAL);

    /** What a caller came in with. */
    public enum Kind {
        /** A token that an issuer made for a person. */
        USER,
        /** A token that an issuer made for a program, or a key that stands for one. */
        SERVICE,
        /** A key that this service made. */
        API_KEY,
        /** A key of the internal endpoints, from an address that may use them. */
        INTERNAL,
        /** Nothing: authentication is off and only this machine is let in. */
        LOCAL
    }

    public Caller {
        groups = Set.copyOf(groups);
        scopes = Set.copyOf(scopes);
    }
}
