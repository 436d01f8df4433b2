package io.inference.engine.template.value;

/** Python's None: a value like any other, so that null never stands for one. */
public enum None {
    NONE
}
