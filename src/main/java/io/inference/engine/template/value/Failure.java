package io.inference.engine.template.value;

/** An error of a template. Only errors of parsing have a line; {@code ChatTemplate} adds it to others. */
public final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Kind of the error. */
    public enum Kind {
        /** The template does what Jinja does not allow either, or exceeds its limits. */
        FAILED,
        /** The template uses a part of Jinja that is not supported here. */
        UNSUPPORTED,
        /** The template refuses the messages by {@code raise_exception}. */
        RAISED
    }

    private final Kind kind;
    private final int line;

    public Failure(Kind kind, int line, String message) {
        super(message, null, false, false);
        this.kind = kind;
        this.line = line;
    }

    public Failure(String message) {
        this(Kind.FAILED, 0, message);
    }

    /** @param construct the unsupported feature, in the template author's terms */
    public static Failure unsupported(String construct) {
        return new Failure(Kind.UNSUPPORTED, 0, construct + " is not supported");
    }

    public static Failure at(int line, String message) {
        return new Failure(Kind.FAILED, line, message);
    }

    public Kind kind() {
        return kind;
    }

    /** The line, or 0 if it is not known. */
    public int line() {
        return line;
    }
}
