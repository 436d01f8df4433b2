package io.inference.security.opaque;

import io.inference.security.CallerAuthentication;
import java.time.Duration;

/** Result of the introspection of a token. */
sealed interface IntrospectionResult {
    /** @param kept how long it may be cached */
    record Active(CallerAuthentication caller, Duration kept) implements IntrospectionResult {}

    /** @param reason for the log */
    record Inactive(String reason) implements IntrospectionResult {}

    /** The issuer gave no result. */
    record Unknown() implements IntrospectionResult {}
}
