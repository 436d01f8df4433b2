package io.inference.security.opaque;

import io.inference.security.CallerAuthentication;
import java.time.Duration;

/** What is known of a token. */
sealed interface Verdict {
    /** @param kept how long this may be believed */
    record Active(CallerAuthentication caller, Duration kept) implements Verdict {}

    /** @param reason for the log */
    record Inactive(String reason) implements Verdict {}

    /** Nobody could say. */
    record Unknown() implements Verdict {}
}
