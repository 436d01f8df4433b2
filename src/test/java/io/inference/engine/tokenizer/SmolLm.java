package io.inference.engine.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.inference.engine.gguf.GgufFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.zip.GZIPInputStream;

/** SmolLM2's real vocabulary and recordings, from the test resources. */
public final class SmolLm {
    private SmolLm() {}

    public static Tokenizer tokenizer() {
        try {
            Path file = Files.createTempFile("vocabulary", ".gguf");
            try (InputStream in = new GZIPInputStream(resource("vocabulary.gguf.gz"))) {
                Files.write(file, in.readAllBytes());
                try (GgufFile gguf = GgufFile.open(file)) {
                    return Tokenizer.of(gguf);
                }
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    public static JsonNode json(String name) throws IOException {
        try (InputStream in = resource(name)) {
            return new ObjectMapper().readTree(in);
        }
    }

    private static InputStream resource(String name) {
        return Objects.requireNonNull(SmolLm.class.getResourceAsStream("/smollm2-135m/" + name), name);
    }
}
