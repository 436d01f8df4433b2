package io.inference.local.store;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where models are kept, and how they are fetched.
 *
 * @param directory of the models; created if it does not exist
 * @param huggingFaceToken sent to Hugging Face alone; null for none
 * @param huggingFace the address of Hugging Face
 * @param pipCommands ways of calling pip, tried in turn
 * @param connectTimeout how long to wait for a connection
 * @param stallTimeout how long a transfer may bring no data
 */
public record StoreSettings(
        Path directory,
        @Nullable String huggingFaceToken,
        URI huggingFace,
        List<List<String>> pipCommands,
        Duration connectTimeout,
        Duration stallTimeout) {

    private static final URI HUGGING_FACE = URI.create("https://huggingface.co/");
    private static final List<List<String>> PIP =
            List.of(List.of("pip"), List.of("pip3"), List.of("python3", "-m", "pip"));

    public StoreSettings {
        pipCommands = List.copyOf(pipCommands);
    }

    /** The usual ways of fetching. */
    public static StoreSettings of(Path directory, @Nullable String huggingFaceToken) {
        String token = huggingFaceToken == null || huggingFaceToken.isBlank() ? null : huggingFaceToken;
        return new StoreSettings(directory, token, HUGGING_FACE, PIP, Duration.ofSeconds(5), Duration.ofMinutes(1));
    }

    /** Without the token. */
    @Override
    public String toString() {
        return "StoreSettings[directory=" + directory + "]";
    }
}
