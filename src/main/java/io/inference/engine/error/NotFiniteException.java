package io.inference.engine.error;

/** The model's results are NaN or infinite: its weights are damaged, or too large for 32-bit arithmetic. */
public final class NotFiniteException extends EngineException {
    private static final long serialVersionUID = 1L;

    public NotFiniteException() {
        super("the model's results are NaN or infinite; supported are files whose weights are all finite numbers");
    }
}
