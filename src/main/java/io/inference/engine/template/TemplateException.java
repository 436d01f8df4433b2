package io.inference.engine.template;

import io.inference.engine.template.value.Failure;

/** A chat template is invalid, failed, or has refused the messages; the message names the line if it is known. */
public final class TemplateException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Failure.Kind kind;

    private TemplateException(String message, Failure.Kind kind) {
        super(message);
        this.kind = kind;
    }

    TemplateException(String message) {
        this(message, Failure.Kind.FAILED);
    }

    /** @param line of the failure, if the failure itself has none */
    static TemplateException of(Failure failure, int line) {
        String message = String.valueOf(failure.getMessage());
        return failure.kind() == Failure.Kind.RAISED
                ? new TemplateException(message, failure.kind())
                : new TemplateException(
                        "chat template, line %d: %s".formatted(failure.line() > 0 ? failure.line() : line, message),
                        failure.kind());
    }

    /**
     * Whether the template itself refused the messages ({@code raise_exception}): the caller's fault, not the
     * model's.
     */
    public boolean isRaisedByTemplate() {
        return kind == Failure.Kind.RAISED;
    }

    /** Whether the template uses an unsupported part of Jinja, which the message names. */
    public boolean isUnsupported() {
        return kind == Failure.Kind.UNSUPPORTED;
    }
}
