package io.inference.api.backend;

/** Ollama's rule: a name without a tag means its {@code :latest}. */
public final class ModelNames {
    private static final String LATEST = ":latest";

    private ModelNames() {}

    /** The other name of the same model if it has one, otherwise the same name. */
    public static String other(String name) {
        if (name.endsWith(LATEST)) {
            return name.substring(0, name.length() - LATEST.length());
        }
        // A colon before the last slash belongs to a registry's port.
        boolean tagged = name.indexOf(':', name.lastIndexOf('/') + 1) >= 0;
        return tagged ? name : name + LATEST;
    }
}
