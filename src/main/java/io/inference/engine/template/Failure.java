package io.inference.engine.template;

/** An error inside a template that does not know its line; {@link ChatTemplate} adds it. */
final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Failure(String message) {
        super(message, null, false, false);
    }
}
