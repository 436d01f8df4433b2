package io.inference.engine.template;

/** What a name or an attribute that does not exist evaluates to: false, empty, and an error in most uses. */
record Undefined(String what) {
    Failure used() {
        return new Failure("'" + what + "' is undefined");
    }
}
