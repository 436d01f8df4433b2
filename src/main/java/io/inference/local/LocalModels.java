package io.inference.local;

import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.error.StillLoadingException;
import io.inference.engine.Engine;
import io.inference.engine.EngineOptions;
import io.inference.local.store.CatalogueEntry;
import io.inference.local.store.FetchListener;
import io.inference.local.store.ModelCatalogue;
import io.inference.local.store.ModelStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The model that this process runs. It is fetched, opened and warmed up in the background, so that the service accepts
 * requests meanwhile; requests for the model wait. A model that cannot run is a state of this object and does not end
 * the process.
 */
public final class LocalModels implements AutoCloseable {
    /** State of the model. */
    public enum State {
        OFF,
        LOADING,
        READY,
        FAILED
    }

    private static final Logger log = LoggerFactory.getLogger(LocalModels.class);
    private static final String SUFFIX = ".gguf";
    private static final Duration RETRY_WHILE_LOADING = Duration.ofSeconds(5);

    private final LocalSettings settings;
    private final FetchListener listener;
    private final ModelCatalogue catalogue = ModelCatalogue.builtIn();
    private final String id;
    private final CompletableFuture<LocalModel> loaded = new CompletableFuture<>();
    private final CountDownLatch listening = new CountDownLatch(1);
    private final Thread loader;

    private LocalModels(LocalSettings settings, FetchListener listener) {
        this.settings = settings;
        this.listener = listener;
        this.id = catalogue.find(settings.model()).map(CatalogueEntry::id).orElseGet(() -> name(settings.model()));
        this.loader = Thread.ofPlatform().daemon().name("local-model").unstarted(this::load);
    }

    /** Starts to load the model, unless the engine is {@code off}. */
    public static LocalModels start(LocalSettings settings, FetchListener listener) {
        LocalModels models = new LocalModels(settings, listener);
        if (models.enabled()) {
            models.loader.start();
        }
        return models;
    }

    private void load() {
        long began = System.nanoTime();
        try {
            LocalModel model = open();
            if (!loaded.complete(model)) {
                model.engine().close();
                return;
            }
            log.info(
                    "local model {} is ready after {} ms",
                    id,
                    Duration.ofNanos(System.nanoTime() - began).toMillis());
        } catch (Throwable e) {
            // Any error that a model file causes, errors of the JVM included, concerns this model alone.
            log.debug("the local model cannot run", e);
            loaded.completeExceptionally(new LocalModelException("LOCAL_MODEL: " + LocalFailures.cause(e), e));
        }
    }

    private LocalModel open() throws InterruptedException {
        Path file = new ModelStore(settings.store(), catalogue, listener).ensure(settings.model());
        Engine engine = Engine.open(
                file,
                new EngineOptions(
                        backend(settings.engine()),
                        settings.threads().orElse(0),
                        settings.contextLength().orElse(0),
                        settings.maxBatch(),
                        settings.maxQueue(),
                        settings.cudaDevice(),
                        settings.deterministic()));
        try {
            if (!required()) {
                listening.await();
            }
            WarmUp.run(engine);
            String digest =
                    catalogue.find(settings.model()).map(CatalogueEntry::sha256).orElse(null);
            return new LocalModel(id, engine, digest, modified(file));
        } catch (Throwable e) {
            engine.close();
            throw e;
        }
    }

    private static EngineOptions.BackendChoice backend(String engine) {
        return switch (engine) {
            case "cuda" -> EngineOptions.BackendChoice.CUDA;
            case "cpu" -> EngineOptions.BackendChoice.CPU;
            default -> EngineOptions.BackendChoice.AUTO;
        };
    }

    /**
     * Warms the model up. This uses every core for seconds, which would delay the start of the service; therefore it
     * waits for the start, unless the service requires the model: then most models that cannot run make the start fail.
     */
    public void serviceListens() {
        listening.countDown();
    }

    private static String name(String path) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        return name.endsWith(SUFFIX) ? name.substring(0, name.length() - SUFFIX.length()) : name;
    }

    private static long modified(Path file) {
        try {
            return Files.getLastModifiedTime(file).toInstant().getEpochSecond();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public boolean enabled() {
        return !settings.engine().equals("off");
    }

    /** Whether the operator named an engine, so that the service requires its model. */
    public boolean required() {
        return enabled() && !settings.engine().equals("auto");
    }

    /** The model's name for callers. */
    public String id() {
        return id;
    }

    public State state() {
        return switch (loaded.state()) {
            case RUNNING -> enabled() ? State.LOADING : State.OFF;
            case SUCCESS -> State.READY;
            case FAILED, CANCELLED -> State.FAILED;
        };
    }

    /** The model if it is ready. */
    public Optional<LocalModel> model() {
        return state() == State.READY ? Optional.of(loaded.resultNow()) : Optional.empty();
    }

    /** Why the model cannot run, for the operator; empty unless it has failed. */
    public Optional<LocalModelException> failure() {
        return loaded.state() == Future.State.FAILED && loaded.exceptionNow() instanceof LocalModelException failure
                ? Optional.of(failure)
                : Optional.empty();
    }

    /** Runs the task on a thread of its own once the model is ready or has failed; never if it is closed before. */
    public void whenDone(Runnable task) {
        var ignored = loaded.whenComplete((model, failure) -> {
            if (!(failure instanceof CancellationException)) {
                Thread.ofVirtual().name("local-model-done").start(task);
            }
        });
    }

    /**
     * The model, once it is ready.
     *
     * @param longest how long to wait for it, if the call has that much time left
     * @throws InferenceException if it has failed, is not ready in time ({@link StillLoadingException}), or the call is
     *     cancelled
     */
    LocalModel await(Call call, Duration longest) {
        if (state() == State.READY) {
            return loaded.resultNow();
        }
        CompletableFuture<LocalModel> mine = loaded.copy();
        Runnable stop = () -> mine.cancel(false);
        call.onCancel(stop);
        try {
            return mine.get(longest.toNanos(), TimeUnit.NANOSECONDS);
        } catch (CancellationException | ExecutionException e) {
            ErrorCode why = call.cancelled();
            if (why != null) {
                throw new StillLoadingException(
                        why, String.valueOf(Call.cancellation(why).getMessage()));
            }
            throw notReady(e);
        } catch (TimeoutException e) {
            throw new StillLoadingException(ErrorCode.TIMEOUT, "the model '" + id + "' is still loading");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InferenceException(ErrorCode.CANCELLED, "the request was interrupted", e);
        } finally {
            call.removeOnCancel(stop);
        }
    }

    /** The model if it is ready now. */
    LocalModel ready() {
        return model().orElseThrow(() -> state() == State.LOADING
                ? InferenceException.retryLater(
                        ErrorCode.UNAVAILABLE, "the model '" + id + "' is still loading", RETRY_WHILE_LOADING)
                : notReady(null));
    }

    private InferenceException notReady(@Nullable Throwable cause) {
        String why = loaded.isCancelled() ? LocalFailures.STOPPING : "the local model cannot run";
        return new InferenceException(ErrorCode.UNAVAILABLE, why, cause);
    }

    @Override
    public void close() {
        if (!loaded.cancel(false)) {
            model().ifPresent(open -> open.engine().close());
        }
        loader.interrupt();
    }
}
