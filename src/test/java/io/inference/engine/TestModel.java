package io.inference.engine;

import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Where tests find the default model: the build fetches it, or {@code -Dmodel.path=} names it. */
public final class TestModel {
    private static final String FILE = "SmolLM2-135M-Instruct.Q4_1.gguf";

    private TestModel() {}

    /** The model's file; aborts the test, with what to do, where there is none. */
    public static Path path() {
        String given = System.getProperty("model.path", "");
        List<Path> places = given.isEmpty()
                ? List.of(Path.of("models", FILE), Path.of("..", "models", FILE))
                : List.of(Path.of(given));
        return places.stream()
                .filter(Files::isRegularFile)
                .findFirst()
                .orElseGet(() -> abort("no model at %s: run the build that fetches it, or give -Dmodel.path=<file>"
                        .formatted(places)));
    }
}
