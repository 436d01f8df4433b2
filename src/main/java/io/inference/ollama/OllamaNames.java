package io.inference.ollama;

/** Ollama's rule for names: a name without a tag means {@code :latest}. */
final class OllamaNames {
    private OllamaNames() {}

    static boolean same(String one, String other) {
        return tagged(one).equals(tagged(other));
    }

    private static String tagged(String name) {
        // A colon before the last slash belongs to a registry's port.
        return name.indexOf(':', name.lastIndexOf('/') + 1) < 0 ? name + ":latest" : name;
    }
}
