package io.inference.engine.template;

/** A chat template is wrong, failed, or has refused the messages; the message names the line where there is one. */
public final class TemplateException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean raised;

    private TemplateException(String message, boolean raised) {
        super(message);
        this.raised = raised;
    }

    TemplateException(String message) {
        this(message, false);
    }

    static TemplateException at(int line, String message) {
        return new TemplateException("chat template, line %d: %s".formatted(line, message), false);
    }

    static TemplateException raised(String message) {
        return new TemplateException(message, true);
    }

    /**
     * Whether the template itself refused the messages ({@code raise_exception}): the caller's fault, not the
     * model's.
     */
    public boolean isRaisedByTemplate() {
        return raised;
    }
}
