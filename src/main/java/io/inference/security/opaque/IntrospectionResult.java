package io.inference.security.opaque;

import io.inference.security.CallerAuthentication;
import java.time.Duration;

/** What is known of a token. */
sealed interface IntrospectionResult {
    /** @param kept how long this may be believed */
    record Active(CallerAuthentication caller, Duration kept) implements IntrospectionResult {}

    /** @param reason for the log */
    record Inactive(String reason) implements IntrospectionResult {}

    /** Nobody could say. */
    record Unknown() implements IntrospectionResult {}
}
