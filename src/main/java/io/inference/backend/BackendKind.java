package io.inference.backend;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The kinds of backends, by the API that they are asked with. */
public enum BackendKind {
    /** The model of this process. */
    LOCAL("local-inference"),
    /** An Ollama server, by its native API. */
    OLLAMA("ollama-chat"),
    /** Any server with OpenAI's API. */
    OPENAI("openai-chat");

    private final String route;

    BackendKind(String route) {
        this.route = route;
    }

    /** Its name in {@code backends.yaml}, and the name of its default entry. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Name of the route that asks a backend of this kind. */
    public String route() {
        return route;
    }

    /** Whether its entries name servers. */
    public boolean hasServers() {
        return this != LOCAL;
    }

    static List<String> labels() {
        return Arrays.stream(values()).map(BackendKind::label).toList();
    }

    static BackendKind of(String label) {
        return valueOf(label.toUpperCase(Locale.ROOT));
    }
}
