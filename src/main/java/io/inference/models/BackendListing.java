package io.inference.models;

import io.inference.api.backend.Backend;
import io.inference.api.backend.ModelInfo;
import io.inference.api.backend.ModelNames;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The models that one backend listed last, and whether it is available. */
final class BackendListing {
    private static final Logger LOG = LoggerFactory.getLogger(BackendListing.class);

    /** Whether the backend answered when it was last asked. */
    enum State {
        NEVER_ASKED,
        AVAILABLE,
        UNAVAILABLE
    }

    /** Time for which the last list of a backend that is unavailable is kept. */
    private static final long KEPT_NANOS = Duration.ofMinutes(10).toNanos();

    /** @param nanos when the backend answered last */
    private record Snapshot(State state, Map<String, ModelInfo> byId, long nanos) {}

    private final Backend backend;
    private final LongSupplier nanoTime;
    private final AtomicReference<@Nullable CompletableFuture<Void>> asking = new AtomicReference<>();
    private volatile Snapshot snapshot = new Snapshot(State.NEVER_ASKED, Map.of(), 0);
    private volatile Runnable onChange = () -> {};

    /** @param nanoTime the clock */
    BackendListing(Backend backend, LongSupplier nanoTime) {
        this.backend = backend;
        this.nanoTime = nanoTime;
    }

    /** Sets a task to run after each change of the list or of the state. */
    void onChange(Runnable task) {
        onChange = task;
    }

    Backend backend() {
        return backend;
    }

    State state() {
        return snapshot.state;
    }

    boolean isAvailable() {
        return snapshot.state == State.AVAILABLE;
    }

    /** Its models; none of a backend that does not answer is ready. */
    List<ModelInfo> models() {
        Snapshot now = snapshot;
        return now.byId.values().stream()
                .map(model -> now.state == State.AVAILABLE ? model : model.in(ModelInfo.State.UNAVAILABLE))
                .toList();
    }

    /** The model of this id, or else, by Ollama's rule, the one whose id differs by {@code :latest}. */
    Optional<ModelInfo> find(String id) {
        Snapshot now = snapshot;
        ModelInfo model = now.byId.get(id);
        if (model == null && !now.byId.isEmpty()) {
            model = now.byId.get(ModelNames.other(id));
        }
        if (model == null) {
            return Optional.empty();
        }
        return Optional.of(now.state == State.AVAILABLE ? model : model.in(ModelInfo.State.UNAVAILABLE));
    }

    /** Asks the backend, unless a request to it is in progress. The future always completes without an exception. */
    CompletableFuture<Void> ask() {
        CompletableFuture<Void> mine = new CompletableFuture<>();
        CompletableFuture<Void> running = asking.compareAndExchange(null, mine);
        if (running != null) {
            return running;
        }
        Thread.ofVirtual().name("models-" + backend.name()).start(() -> {
            try {
                answered(backend.models());
            } catch (InferenceException e) {
                boolean forGood = e.code() == ErrorCode.NOT_CONFIGURED;
                silent(String.valueOf(e.getMessage()), forGood ? Map.of() : snapshot.byId);
            } catch (RuntimeException e) {
                silent(String.valueOf(e.getMessage()));
            } finally {
                asking.set(null);
                mine.complete(null);
            }
        });
        return mine;
    }

    private void answered(List<ModelInfo> models) {
        Map<String, ModelInfo> byId = LinkedHashMap.newLinkedHashMap(models.size());
        models.forEach(model -> byId.putIfAbsent(model.id(), model));
        boolean wasReady = isAvailable() && !isLoading(snapshot.byId);
        change(new Snapshot(State.AVAILABLE, byId, nanoTime.getAsLong()));
        if (!wasReady && !isLoading(byId)) {
            LOG.info("backend {} answers, models: {}", backend.name(), byId.keySet());
        }
    }

    private static boolean isLoading(Map<String, ModelInfo> models) {
        return models.values().stream().anyMatch(model -> model.state() == ModelInfo.State.LOADING);
    }

    private void change(Snapshot next) {
        Snapshot before = snapshot;
        snapshot = next;
        if (before.state != next.state || !before.byId.equals(next.byId)) {
            onChange.run();
        }
    }

    /** The backend gave no list, or none in time: its last list is kept for a while. */
    void silent(String why) {
        silent(why, snapshot.byId);
    }

    private void silent(String why, Map<String, ModelInfo> stillListed) {
        Snapshot before = snapshot;
        boolean tooOld = nanoTime.getAsLong() - before.nanos > KEPT_NANOS;
        change(new Snapshot(State.UNAVAILABLE, tooOld ? Map.of() : stillListed, before.nanos));
        if (before.state != State.UNAVAILABLE) {
            LOG.warn("backend {} does not list its models: {}", backend.name(), why);
        }
    }
}
