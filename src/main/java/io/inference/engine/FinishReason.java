package io.inference.engine;

/** Why a generation ended. */
public enum FinishReason {
    /** The model ended its answer, or a stop sequence occurred. */
    STOP,
    /** The requested number of tokens has been generated, or the context is full. */
    LENGTH,
    /** The generation was closed before its end. */
    CANCELLED
}
