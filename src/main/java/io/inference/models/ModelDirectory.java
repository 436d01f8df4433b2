package io.inference.models;

import io.inference.api.backend.Backend;
import io.inference.api.backend.ModelDetails;
import io.inference.api.backend.ModelInfo;
import io.inference.api.call.Call;
import io.inference.api.error.InferenceException;
import io.inference.api.request.LoadRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Finds the backends that have a model. Uses the last list of each backend; refreshes the lists in the background, and
 * at once if a requested model is in none of them. Thread-safe.
 */
public final class ModelDirectory implements AutoCloseable {
    private final List<BackendListing> listings;
    private final DirectoryTiming timing;
    private final AtomicLong lastUnknownNanos;
    private volatile List<CompletableFuture<Void>> unknownRound = List.of();
    private volatile boolean firstWaitOver;
    private volatile @Nullable Thread refresher;

    /** @param backends in the order of preference; those that are not enabled are left out */
    public ModelDirectory(List<? extends Backend> backends) {
        this(backends, DirectoryTiming.DEFAULT);
    }

    ModelDirectory(List<? extends Backend> backends, DirectoryTiming timing) {
        this.listings = backends.stream()
                .filter(Backend::enabled)
                .map(BackendListing::new)
                .toList();
        this.timing = timing;
        this.lastUnknownNanos = new AtomicLong(
                timing.nanoTime().getAsLong() - timing.unknownEvery().toNanos());
    }

    /**
     * Starts to refresh the lists in the background: now, periodically, and if a backend's models change, until
     * {@link #close}.
     */
    public void start() {
        listings.forEach(listing -> listing.backend().onModelsChange(this::refresh));
        refresher = Thread.ofVirtual().name("model-directory").start(() -> {
            try {
                while (!Thread.currentThread().isInterrupted()) {
                    refresh();
                    Thread.sleep(timing.refreshEvery());
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** Refreshes all lists and waits for them, for each up to its timeout. */
    public void refresh() {
        List<CompletableFuture<Void>> answers = askAll();
        long deadline = System.nanoTime() + timing.askTimeout().toNanos();
        for (int i = 0; i < answers.size(); i++) {
            boolean answered = await(answers.get(i), deadline - System.nanoTime());
            if (!answered && !Thread.currentThread().isInterrupted()) {
                listings.get(i).silent("no answer in time");
            }
        }
    }

    private List<CompletableFuture<Void>> askAll() {
        return listings.stream().map(BackendListing::ask).toList();
    }

    /** All models of all backends, in the order of preference; a model of several backends is listed for each. */
    public List<ModelInfo> models() {
        awaitFirstAnswers();
        return listings.stream().flatMap(listing -> listing.models().stream()).toList();
    }

    /** The enabled backends in the order of preference, with their last known state. */
    public List<BackendState> backends() {
        return listings.stream()
                .map(listing -> new BackendState(
                        listing.backend().name(),
                        listing.state().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                        listing.models()))
                .toList();
    }

    /** The model as the most preferred of {@link #backendsFor} lists it. */
    public Optional<ModelInfo> find(String id) {
        return having(id).stream().findFirst().flatMap(listing -> listing.find(id));
    }

    /**
     * Names of the backends that have a model, most preferred first; those that are unavailable or still load it come
     * last. Empty if none has it. An id matches exactly, or by Ollama's rule that a name without a tag means
     * {@code :latest}.
     */
    public List<String> backendsFor(String model) {
        return having(model).stream().map(listing -> listing.backend().name()).toList();
    }

    /**
     * Details of one model, from the most preferred backend that gives them.
     *
     * @throws InferenceException {@code MODEL_NOT_FOUND} if none has it, otherwise the last backend's own
     */
    public ModelDetails details(String model) {
        InferenceException failure = InferenceException.modelNotFound(model);
        for (BackendListing listing : having(model)) {
            try {
                String id = listing.find(model).map(ModelInfo::id).orElse(model);
                return listing.backend().details(id);
            } catch (InferenceException e) {
                failure = e;
            }
        }
        throw failure;
    }

    /**
     * Loads a model at the most preferred backend that has it, or unloads it at all of them.
     *
     * @throws InferenceException {@code MODEL_NOT_FOUND} if none has it; a backend's own if none has done it
     */
    public void load(LoadRequest request, Call call) {
        List<BackendListing> having = having(request.model());
        if (having.isEmpty()) {
            throw InferenceException.modelNotFound(request.model());
        }
        InferenceException failure = null;
        boolean done = false;
        for (BackendListing listing : request.unload() ? having : having.subList(0, 1)) {
            String id = listing.find(request.model()).map(ModelInfo::id).orElse(request.model());
            try {
                listing.backend().load(request.withModel(id), call);
                done = true;
            } catch (InferenceException e) {
                // A server that is unavailable has nothing loaded.
                failure = e;
            }
        }
        if (!done && failure != null) {
            throw failure;
        }
    }

    /** Models that are loaded now. Asks the available backends; one that fails is left out. */
    public List<ModelInfo> loaded() {
        awaitFirstAnswers();
        List<CompletableFuture<List<ModelInfo>>> answers = listings.stream()
                .filter(BackendListing::isAvailable)
                .map(listing -> askLoaded(listing.backend()))
                .toList();
        List<ModelInfo> loaded = new ArrayList<>();
        for (CompletableFuture<List<ModelInfo>> answer : answers) {
            loaded.addAll(answer.join());
        }
        return List.copyOf(loaded);
    }

    private CompletableFuture<List<ModelInfo>> askLoaded(Backend backend) {
        CompletableFuture<List<ModelInfo>> answer = new CompletableFuture<>();
        Thread.ofVirtual().name("loaded-" + backend.name()).start(() -> {
            try {
                answer.complete(backend.loaded());
            } catch (RuntimeException e) {
                answer.complete(List.of());
            }
        });
        return answer.completeOnTimeout(List.of(), timing.unknownWait().toNanos(), TimeUnit.NANOSECONDS);
    }

    private List<BackendListing> having(String model) {
        List<BackendListing> having = listed(model);
        if (!having.isEmpty()) {
            return having;
        }
        awaitFirstAnswers();
        askForUnknown(model);
        return listed(model);
    }

    private List<BackendListing> listed(String model) {
        List<BackendListing> having = new ArrayList<>(listings.size());
        List<BackendListing> last = new ArrayList<>(0);
        for (BackendListing listing : listings) {
            listing.find(model).ifPresent(found -> (answers(found) ? having : last).add(listing));
        }
        having.addAll(last);
        return having;
    }

    /** Whether its backend is available and does not have to load the model first. */
    private static boolean answers(ModelInfo model) {
        return model.state() != ModelInfo.State.UNAVAILABLE && model.state() != ModelInfo.State.LOADING;
    }

    /**
     * A model may have been added since the last refresh. However many requests arrive, the backends are asked at most
     * once in {@code unknownEvery}.
     */
    private void askForUnknown(String model) {
        long now = timing.nanoTime().getAsLong();
        long last = lastUnknownNanos.get();
        boolean due = now - last >= timing.unknownEvery().toNanos();
        if (due && lastUnknownNanos.compareAndSet(last, now)) {
            unknownRound = askAll();
        }
        awaitUntilListed(model, unknownRound);
    }

    private void awaitUntilListed(String model, List<CompletableFuture<Void>> answers) {
        long deadline = System.nanoTime() + timing.unknownWait().toNanos();
        List<CompletableFuture<Void>> open = new ArrayList<>(answers);
        while (!open.isEmpty() && listed(model).isEmpty()) {
            CompletableFuture<Object> any = CompletableFuture.anyOf(open.toArray(CompletableFuture[]::new));
            if (!await(any, deadline - System.nanoTime())) {
                return;
            }
            open.removeIf(CompletableFuture::isDone);
        }
    }

    /** Only right after the start, and only once: a backend that never answers must not slow down every listing. */
    private void awaitFirstAnswers() {
        if (firstWaitOver) {
            return;
        }
        List<CompletableFuture<Void>> firsts = listings.stream()
                .filter(listing -> listing.state() == BackendListing.State.NEVER_ASKED)
                .map(BackendListing::ask)
                .toList();
        if (!firsts.isEmpty()) {
            await(
                    CompletableFuture.allOf(firsts.toArray(CompletableFuture[]::new)),
                    timing.unknownWait().toNanos());
        }
        firstWaitOver = true;
    }

    /** @return whether it completed in time */
    private static boolean await(CompletableFuture<?> answer, long nanos) {
        try {
            answer.get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new CompletionException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void close() {
        Thread running = refresher;
        if (running != null) {
            running.interrupt();
        }
    }
}
