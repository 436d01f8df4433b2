package io.inference.connect;

import org.springframework.core.NestedExceptionUtils;

/** The reason why something could not be opened, in one line for the log and for readiness. */
public final class RootCause {
    private RootCause() {}

    /** The first line of the innermost cause's message, or the name of its class if it has none. */
    public static String message(Throwable failure) {
        Throwable root = NestedExceptionUtils.getMostSpecificCause(failure);
        String message = root.getMessage();
        return message == null
                ? root.getClass().getSimpleName()
                : message.lines().findFirst().orElse("");
    }
}
