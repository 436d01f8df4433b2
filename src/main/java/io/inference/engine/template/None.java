package io.inference.engine.template;

/** Python's None: a value like any other, so that null never stands for one. */
enum None {
    NONE
}
