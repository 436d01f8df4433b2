package io.inference.engine.template.value;

/** An error of a template that does not know its line, unless it is one of parsing; {@code ChatTemplate} adds it. */
public final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Whose fault it is. */
    public enum Kind {
        /** The template does what Jinja does not allow either, or takes too much. */
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

    /** @param construct what is not supported, as the template's author knows it */
    public static Failure unsupported(String construct) {
        return new Failure(Kind.UNSUPPORTED, 0, construct + " is not supported");
    }

    public static Failure at(int line, String message) {
        return new Failure(Kind.FAILED, line, message);
    }

    public Kind kind() {
        return kind;
    }

    /** The line, or 0 where it is not known. */
    public int line() {
        return line;
    }
}
