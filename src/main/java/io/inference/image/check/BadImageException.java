package io.inference.image.check;

/** A file is no picture that can be stored. The message completes "the picture cannot be used:". */
public final class BadImageException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean tooLong;

    BadImageException(String message) {
        this(message, false);
    }

    BadImageException(String message, boolean tooLong) {
        super(message);
        this.tooLong = tooLong;
    }

    /** Whether the file has too many bytes. */
    public boolean isTooLong() {
        return tooLong;
    }
}
