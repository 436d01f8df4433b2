package io.inference.engine.template.value;

/** The value of a name or an attribute that does not exist: false, empty, and an error in most uses. */
public record Undefined(String message) {
    /** The value of a name or attribute that is missing. */
    public static Undefined named(String name) {
        return new Undefined("'" + name + "' is undefined");
    }

    public Failure used() {
        return new Failure(message);
    }
}
