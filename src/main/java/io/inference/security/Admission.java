package io.inference.security;

import io.inference.api.Caller;
import io.inference.api.InferenceException;
import org.jspecify.annotations.Nullable;

/** What {@link Admittance} decides. */
public sealed interface Admission {
    /** @param caller null on a public path, where nobody asks */
    record In(@Nullable Caller caller) implements Admission {}

    /**
     * @param failure what the caller is told
     * @param challenge value of WWW-Authenticate; null where no credential would help
     */
    record Refused(InferenceException failure, @Nullable String challenge) implements Admission {}
}
