package io.inference.engine.template.value;

/** Something that a template can call. */
@FunctionalInterface
public interface Callable {
    Object call(Args args);
}
