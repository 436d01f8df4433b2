package io.inference.local.store;

import org.jspecify.annotations.Nullable;

/** A model cannot be had; the message is for the operator and names what was tried. */
public final class ModelStoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What kind of failure it is. */
    public enum Reason {
        /** Neither a name in the catalogue nor a file. */
        UNKNOWN_MODEL,
        /** The folder cannot be written, or the file in it cannot be read. */
        UNUSABLE_STORE,
        DISK_FULL,
        /** What a source gave is not the catalogue's file. */
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
