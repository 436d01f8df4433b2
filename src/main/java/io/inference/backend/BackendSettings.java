package io.inference.backend;

import io.inference.config.Settings;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where the entries are, and the entries that variables define.
 *
 * @param file named by BACKENDS_FILE; null if it names none
 * @param configFolder CONFIG_DIR
 * @param firstToken default time limit for a stream's first chunk
 * @param defaults entries of the variables, in the order of preference
 * @param placeholders values of {@code {{settings}}}
 * @param secrets values of environment variables
 */
public record BackendSettings(
        @Nullable Path file,
        Path configFolder,
        Duration firstToken,
        List<BackendEntry> defaults,
        Function<String, Optional<String>> placeholders,
        EntrySecrets secrets) {
    /** Name of the file in CONFIG_DIR, and next to the routes. */
    public static final String FILE = "backends.yaml";

    /** Name of the entry that IMAGE_BACKEND and INFERENCE_SERVICES_SD_BASE_URL define. */
    public static final String IMAGES = "images";

    private static final String KEY = "inference-services-openai-api-key";
    private static final String KEY_VARIABLE = "INFERENCE_SERVICES_OPENAI_API_KEY";

    public static BackendSettings of(Settings settings) {
        Duration firstToken = settings.time("first-token-timeout");
        return new BackendSettings(
                settings.optionalText("backends-file").map(Path::of).orElse(null),
                Path.of(settings.optionalText("config-dir").orElse("config")),
                firstToken,
                defaults(settings, firstToken),
                settings::forRoutes,
                new EntrySecrets(settings::variable));
    }

    private static List<BackendEntry> defaults(Settings settings, Duration firstToken) {
        List<BackendEntry> entries = new ArrayList<>();
        if (!settings.text("local-engine").equals("off")) {
            entries.add(BackendEntry.of(BackendKind.LOCAL.label(), BackendKind.LOCAL, List.of(), firstToken));
        }
        Optional<URI> ollama = settings.optionalUrl("inference-services-ollama-base-url");
        ollama.map(url -> BackendEntry.of(BackendKind.OLLAMA.label(), BackendKind.OLLAMA, List.of(url), firstToken))
                .ifPresent(entries::add);
        Optional<URI> openai = settings.optionalUrl("inference-services-openai-base-url");
        boolean hasKey = settings.optionalText(KEY).isPresent();
        openai.map(url -> BackendEntry.of(BackendKind.OPENAI.label(), BackendKind.OPENAI, List.of(url), firstToken))
                .map(entry -> hasKey ? entry.withApiKey(new EntryValue.Variable(KEY_VARIABLE)) : entry)
                .ifPresent(entries::add);
        image(settings, firstToken).ifPresent(entries::add);
        return entries;
    }

    /** The entry {@value #IMAGES} of IMAGE_BACKEND. */
    private static Optional<BackendEntry> image(Settings settings, Duration firstToken) {
        String label = settings.text("image-backend");
        Optional<URI> url = settings.optionalUrl("inference-services-sd-base-url");
        if (label.equals("none") || url.isEmpty()) {
            return Optional.empty();
        }
        BackendKind kind = label.equals("openai") ? BackendKind.OPENAI_IMAGES : BackendKind.of(label);
        return Optional.of(BackendEntry.of(IMAGES, kind, List.of(url.get()), firstToken));
    }

    /**
     * The file to read: the one that BACKENDS_FILE names, or else the one in CONFIG_DIR, or else the one in the working
     * directory, as it is shipped. Empty if there is none.
     */
    public Optional<Path> fileNow() {
        if (file != null) {
            return Optional.of(file);
        }
        Path ofSite = configFolder.resolve(FILE);
        if (Files.exists(ofSite)) {
            return Optional.of(ofSite);
        }
        Path shipped = Path.of(FILE);
        return Files.exists(shipped) ? Optional.of(shipped) : Optional.empty();
    }
}
