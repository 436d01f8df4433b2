package io.inference.local;

import io.inference.engine.Engine;
import io.inference.engine.EngineException;
import io.inference.engine.EngineOptions;
import io.inference.engine.GenerateJob;
import io.inference.engine.Generation;
import io.inference.engine.GenerationEvent;
import io.inference.engine.sampling.SamplingOptions;
import io.inference.local.store.CatalogueEntry;
import io.inference.local.store.FetchListener;
import io.inference.local.store.ModelCatalogue;
import io.inference.local.store.ModelStore;
import io.inference.local.store.ModelStoreException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The model that this process runs, fetched and opened as the settings say. */
public final class LocalModels implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LocalModels.class);
    private static final String SUFFIX = ".gguf";
    private static final int WARM_UP_REPEATS = 16;
    private static final int WARM_UP_TOKENS = 24;
    private static final Duration WARM_UP_LIMIT = Duration.ofSeconds(5);

    private final Optional<LocalModel> model;

    private LocalModels(Optional<LocalModel> model) {
        this.model = model;
    }

    /**
     * Fetches the model if it is not there, and opens it.
     *
     * @throws LocalModelException where the engine is {@code cpu} and the model cannot be had or opened
     */
    public static LocalModels open(LocalSettings settings, FetchListener listener) {
        if (settings.engine().equals("off")) {
            return new LocalModels(Optional.empty());
        }
        try {
            return new LocalModels(Optional.of(openModel(settings, listener)));
        } catch (ModelStoreException | EngineException e) {
            if (settings.engine().equals("auto")) {
                log.warn("no local model: {} (LOCAL_ENGINE=off says that none is wanted)", e.getMessage());
                return new LocalModels(Optional.empty());
            }
            throw new LocalModelException("LOCAL_MODEL: " + e.getMessage(), e);
        }
    }

    private static LocalModel openModel(LocalSettings settings, FetchListener listener) {
        ModelCatalogue catalogue = ModelCatalogue.builtIn();
        Path file = new ModelStore(settings.store(), catalogue, listener).ensure(settings.model());
        Optional<CatalogueEntry> entry = catalogue.find(settings.model());
        Engine engine = Engine.open(
                file,
                new EngineOptions(
                        EngineOptions.BackendChoice.AUTO,
                        settings.threads().orElse(0),
                        settings.contextLength().orElse(0),
                        settings.maxBatch(),
                        settings.maxQueue()));
        warmUp(engine);
        return new LocalModel(
                entry.map(CatalogueEntry::id).orElseGet(() -> name(file)),
                engine,
                entry.map(CatalogueEntry::sha256).orElse(null),
                modified(file));
    }

    /** Has the JVM compile the kernels before a caller waits for them: vector code that is still interpreted is very slow. */
    private static void warmUp(Engine engine) {
        int[] prompt = engine.tokens("one two three four ".repeat(WARM_UP_REPEATS));
        GenerateJob job = GenerateJob.of(prompt, WARM_UP_TOKENS, SamplingOptions.greedy());
        try (Generation generation = engine.submit(job)) {
            GenerationEvent event = generation.next(WARM_UP_LIMIT);
            while (event instanceof GenerationEvent.Piece) {
                event = generation.next(WARM_UP_LIMIT);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String name(Path file) {
        String name = file.getFileName().toString();
        return name.endsWith(SUFFIX) ? name.substring(0, name.length() - SUFFIX.length()) : name;
    }

    private static long modified(Path file) {
        try {
            return Files.getLastModifiedTime(file).toInstant().getEpochSecond();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Optional<LocalModel> model() {
        return model;
    }

    @Override
    public void close() {
        model.ifPresent(open -> open.engine().close());
    }
}
