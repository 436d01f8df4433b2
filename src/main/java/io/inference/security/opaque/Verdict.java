package io.inference.security.opaque;

import io.inference.api.Caller;
import java.time.Duration;

/** What is known of a token. */
sealed interface Verdict {
    /** @param kept how long this may be believed */
    record Active(Caller caller, Duration kept) implements Verdict {}

    /** @param reason for the log */
    record Inactive(String reason) implements Verdict {}

    /** Nobody could say. */
    record Unknown() implements Verdict {}
}
