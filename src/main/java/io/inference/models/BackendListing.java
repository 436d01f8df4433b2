package io.inference.models;

import io.inference.api.backend.Backend;
import io.inference.api.backend.ModelInfo;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The models that one backend listed last, and whether it is available. */
final class BackendListing {
    private static final Logger LOG = LoggerFactory.getLogger(ModelDirectory.class);

    /** Whether the backend answered when it was last asked. */
    enum State {
        NEVER_ASKED,
        AVAILABLE,
        UNAVAILABLE
    }

    private record Snapshot(State state, Map<String, ModelInfo> byId) {}

    private final Backend backend;
    private final AtomicReference<@Nullable CompletableFuture<Void>> asking = new AtomicReference<>();
    private volatile Snapshot snapshot = new Snapshot(State.NEVER_ASKED, Map.of());

    BackendListing(Backend backend) {
        this.backend = backend;
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
        snapshot = new Snapshot(State.AVAILABLE, byId);
        if (!wasReady && !isLoading(byId)) {
            LOG.info("backend {} answers, models: {}", backend.name(), byId.keySet());
        }
    }

    private static boolean isLoading(Map<String, ModelInfo> models) {
        return models.values().stream().anyMatch(model -> model.state() == ModelInfo.State.LOADING);
    }

    /** The backend gave no list, or none in time: its last list is kept. */
    void silent(String why) {
        silent(why, snapshot.byId);
    }

    private void silent(String why, Map<String, ModelInfo> stillListed) {
        Snapshot before = snapshot;
        snapshot = new Snapshot(State.UNAVAILABLE, stillListed);
        if (before.state != State.UNAVAILABLE) {
            LOG.warn("backend {} does not list its models: {}", backend.name(), why);
        }
    }
}
