package io.inference.engine.error;

/** The engine is closed, or was closed while the request ran. */
public final class EngineClosedException extends EngineException {
    private static final long serialVersionUID = 1L;

    public EngineClosedException() {
        super("the engine is closed");
    }
}
