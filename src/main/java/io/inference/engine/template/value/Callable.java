package io.inference.engine.template.value;

/** A value that a template can call. */
@FunctionalInterface
public interface Callable {
    Object call(Args args);
}
