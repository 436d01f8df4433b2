package io.inference.backend;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The kinds of backends, by the API that they are asked with. */
public enum BackendKind {
    /** The model of this process. */
    LOCAL("local-inference", false),
    /** An Ollama server, by its native API. */
    OLLAMA("ollama-chat", false),
    /** Any server with OpenAI's API. */
    OPENAI("openai-chat", false),
    /** Any server with OpenAI's API of pictures. */
    OPENAI_IMAGES("openai-images", true),
    /** A ComfyUI server, with a workflow of the operator. */
    COMFYUI("comfyui-images", true),
    /** A server of stable-diffusion.cpp, by its own API. */
    SDCPP("sdcpp-images", true),
    /** A server with the API of AUTOMATIC1111's web UI, which several others speak as well. */
    AUTOMATIC1111("automatic1111-images", true);

    private final String route;
    private final boolean images;

    BackendKind(String route, boolean images) {
        this.route = route;
        this.images = images;
    }

    /** Its name in {@code backends.yaml}, and the name of its default entry. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Name of the route that asks a backend of this kind. */
    public String route() {
        return route;
    }

    /** Whether its models make pictures, and nothing else. */
    public boolean makesImages() {
        return images;
    }

    /** Whether its entries name servers. */
    public boolean hasServers() {
        return this != LOCAL;
    }

    static List<String> labels() {
        return Arrays.stream(values()).map(BackendKind::label).toList();
    }

    static BackendKind of(String label) {
        return valueOf(label.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
}
