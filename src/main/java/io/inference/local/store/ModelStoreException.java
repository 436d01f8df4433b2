package io.inference.local.store;

import org.jspecify.annotations.Nullable;

/** A model cannot be fetched or read; the message is for the operator and names what was tried. */
public final class ModelStoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The kind of failure. */
    public enum Reason {
        /** Neither a name in the catalogue nor a file. */
        UNKNOWN_MODEL,
        /** The folder cannot be written, or the file in it cannot be read. */
        UNUSABLE_STORE,
        DISK_FULL,
        /** The content from a source differs from the catalogue. */
        WRONG_CONTENT,
        /** No source could be reached, or none has the file. */
        UNREACHABLE,
        INTERRUPTED
    }

    private final Reason reason;

    ModelStoreException(Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    ModelStoreException(Reason reason, String message) {
        this(reason, message, null);
    }

    public Reason reason() {
        return reason;
    }
}
