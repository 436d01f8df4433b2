package io.inference.models;

import io.inference.api.backend.Backend;
import io.inference.api.backend.ModelDetails;
import io.inference.api.backend.ModelInfo;
import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.request.ImageRequest;
import io.inference.api.request.InferenceRequest;
import io.inference.api.request.LoadRequest;
import io.inference.api.request.Unsupported;
import io.inference.backend.BackendEntry;
import io.inference.backend.BackendKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The backends of one generation of routes, and which of them has a model. Uses the last list of each backend, which
 * are refreshed in the background, and at once if a requested model is in none of them. Thread-safe.
 */
public final class BackendSet implements AutoCloseable {
    private final Map<String, LiveBackend> backends = new LinkedHashMap<>();
    private final DirectoryTiming timing;
    private final Runnable onClose;
    private final AtomicLong lastUnknownNanos;
    private final AtomicLong changes = new AtomicLong();
    /** The last change that the index has; read and written under the lock of {@code backends}. */
    private long indexed;

    private volatile List<CompletableFuture<Void>> unknownRound = List.of();
    private volatile boolean firstWaitOver;
    private volatile ModelIndex index;

    /**
     * @param backends in the order of preference among equals
     * @param onClose called once no call uses the set
     */
    BackendSet(List<LiveBackend> backends, DirectoryTiming timing, Runnable onClose) {
        backends.forEach(backend -> this.backends.put(backend.name(), backend));
        this.timing = timing;
        this.onClose = onClose;
        this.lastUnknownNanos = new AtomicLong(
                timing.nanoTime().getAsLong() - timing.unknownEvery().toNanos());
        this.index = ModelIndex.of(backends);
    }

    /** A set without backends. */
    public static BackendSet none() {
        return new BackendSet(List.of(), DirectoryTiming.DEFAULT, () -> {});
    }

    /** A set that is never asked, for checks of routes. */
    public static BackendSet unconnected(List<BackendEntry> entries) {
        List<LiveBackend> backends = entries.stream()
                .map(entry -> new LiveBackend(entry, List.of(), System::nanoTime))
                .toList();
        return new BackendSet(backends, DirectoryTiming.DEFAULT, () -> {});
    }

    /** The backends in the order of preference among equals. */
    public List<LiveBackend> all() {
        return List.copyOf(backends.values());
    }

    /** The backend of a name; null if there is none. */
    public @Nullable LiveBackend named(String name) {
        return backends.get(name);
    }

    /** The entry named like the kind, or else the first of that kind; null if there is none. */
    public @Nullable LiveBackend first(BackendKind kind) {
        LiveBackend named = backends.get(kind.label());
        if (named != null && named.entry().kind() == kind) {
            return named;
        }
        return backends.values().stream()
                .filter(backend -> backend.entry().kind() == kind)
                .findFirst()
                .orElse(null);
    }

    /** A list has changed. When this returns, the index has the change. */
    void reindex() {
        long change = changes.incrementAndGet();
        // Two changes at the same time must not leave the index of the earlier one.
        synchronized (backends) {
            if (indexed < change) {
                // All changes that are counted so far are in the lists already: one index has them together.
                indexed = changes.get();
                index = ModelIndex.of(all());
            }
        }
    }

    /** Refreshes all lists and waits for them, for each up to its timeout. */
    public void refresh() {
        List<LiveBackend> asked = all();
        List<CompletableFuture<Void>> answers = askAll();
        long deadline = System.nanoTime() + timing.askTimeout().toNanos();
        for (int i = 0; i < answers.size(); i++) {
            boolean answered = await(answers.get(i), deadline - System.nanoTime());
            if (!answered && !Thread.currentThread().isInterrupted()) {
                asked.get(i).listing().silent("no answer in time");
            }
        }
    }

    private List<CompletableFuture<Void>> askAll() {
        return backends.values().stream()
                .map(backend -> backend.listing().ask())
                .toList();
    }

    /** All models of all backends, in the order of preference; a model of several backends is listed for each. */
    public List<ModelInfo> models() {
        awaitFirstAnswers();
        return backends.values().stream()
                .flatMap(backend -> backend.listing().models().stream())
                .toList();
    }

    /** The backends in the order of preference, with their last known state. */
    public List<BackendState> states() {
        return backends.values().stream().map(LiveBackend::stateNow).toList();
    }

    /** The model as the most preferred backend that has it lists it. */
    public Optional<ModelInfo> find(String id) {
        return ofAnyKind(id).stream().findFirst().map(ModelIndex.Member::model);
    }

    /**
     * Names of the backends that have a model, the first to be tried first: those that are unavailable or still load it
     * come last; then the lower priority comes first; among equals chance decides if one of them has a weight,
     * otherwise the file's order. Empty if none has it. An id matches exactly, or by Ollama's rule that a name without
     * a tag means {@code :latest}.
     */
    public List<String> backendsFor(String model) {
        return names(having(model).inOrder());
    }

    /**
     * As {@link #backendsFor(String)}, without those that lack what a request needs.
     *
     * @param drop whether its caller allows what cannot be honoured to be dropped, if no backend honours all
     * @throws InferenceException {@code UNSUPPORTED} if all that have the model lack it; of pictures,
     *     {@code NOT_CONFIGURED} if no entry makes any
     */
    public List<String> backendsFor(String model, InferenceRequest request, boolean drop) {
        boolean images = request instanceof ImageRequest;
        ModelIndex.Having having = having(model, images);
        if (images && having.fixed().isEmpty()) {
            requireImages(model);
        }
        if (having.fixed().isEmpty() && index.has(model)) {
            throw InferenceException.unsupported(
                    "model",
                    "'" + model + "' is a model for " + (images ? "texts, not for pictures" : "pictures alone"));
        }
        if (!having.lacking()) {
            return names(having.inOrder());
        }
        List<ModelIndex.Member> able = new ArrayList<>();
        List<ModelIndex.Member> dropping = new ArrayList<>();
        InferenceException unmet = null;
        for (ModelIndex.Member member : having.inOrder()) {
            List<String> params =
                    Unsupported.check(request, member.backend().entry().lacks());
            if (params.isEmpty()) {
                able.add(member);
            } else if (drop && Unsupported.canDrop(params)) {
                dropping.add(member);
            } else if (unmet == null) {
                unmet = Needs.unmet(request, params);
            }
        }
        if (able.isEmpty()) {
            able = dropping;
        }
        if (able.isEmpty() && unmet != null) {
            throw unmet;
        }
        return names(able);
    }

    private static List<String> names(List<ModelIndex.Member> members) {
        if (members.size() == 1) {
            return List.of(members.getFirst().backend().name());
        }
        return members.stream().map(member -> member.backend().name()).toList();
    }

    /**
     * Details of one model, from the most preferred backend that gives them.
     *
     * @throws InferenceException {@code MODEL_NOT_FOUND} if none has it, otherwise the last backend's own
     */
    public ModelDetails details(String model) {
        InferenceException failure = InferenceException.modelNotFound(model);
        for (ModelIndex.Member member : ofAnyKind(model)) {
            try {
                return member.backend().details(member.model().id());
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
        List<ModelIndex.Member> members = having(request.model()).inOrder();
        if (members.isEmpty()) {
            throw InferenceException.modelNotFound(request.model());
        }
        InferenceException failure = null;
        boolean done = false;
        for (ModelIndex.Member member : request.unload() ? members : members.subList(0, 1)) {
            try {
                member.backend().load(request.withModel(member.model().id()), call);
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
        List<CompletableFuture<List<ModelInfo>>> answers = backends.values().stream()
                .filter(backend -> backend.listing().isAvailable())
                .map(this::askLoaded)
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

    /** A name may stand for a model of texts and for one of pictures: the first goes first. */
    private List<ModelIndex.Member> ofAnyKind(String model) {
        List<ModelIndex.Member> members = new ArrayList<>(having(model).inOrder());
        members.addAll(index.havingForImages(model).inOrder());
        return members;
    }

    private ModelIndex.Having having(String model) {
        return having(model, false);
    }

    /** Explains why there is no backend for pictures, unless only this model is missing. */
    private void requireImages(String model) {
        if (backends.values().stream()
                .noneMatch(backend -> backend.entry().kind().makesImages())) {
            throw InferenceException.notConfigured(
                    "model",
                    "no backend makes pictures: set IMAGE_BACKEND and INFERENCE_SERVICES_SD_BASE_URL, or add an entry"
                            + " to backends.yaml");
        }
        if (model.isEmpty()) {
            throw new InferenceException(ErrorCode.UNAVAILABLE, "no backend that makes pictures is available");
        }
    }

    private ModelIndex.Having having(String model, boolean images) {
        if (!isListed(model)) {
            awaitFirstAnswers();
            askForUnknown(model);
        }
        return images ? index.havingForImages(model) : index.having(model);
    }

    private boolean isListed(String model) {
        return index.has(model);
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
        while (!open.isEmpty() && !isListed(model)) {
            CompletableFuture<Object> any = CompletableFuture.anyOf(open.toArray(CompletableFuture[]::new));
            if (!await(any, deadline - System.nanoTime())) {
                return;
            }
            open.removeIf(CompletableFuture::isDone);
        }
    }

    /** Only right after the start, and only once: a backend that never answers must not slow down every listing. */
    private void awaitFirstAnswers() {
        if (!firstWaitOver) {
            awaitFirstAnswers(timing.unknownWait());
        }
    }

    /** Waits for the first list of each backend that has not been asked before, but not longer than a time. */
    public void awaitFirstAnswers(Duration longest) {
        List<CompletableFuture<Void>> firsts = backends.values().stream()
                .map(LiveBackend::listing)
                .filter(listing -> listing.state() == BackendListing.State.NEVER_ASKED)
                .map(BackendListing::ask)
                .toList();
        if (!firsts.isEmpty()) {
            boolean ignored =
                    await(CompletableFuture.allOf(firsts.toArray(CompletableFuture[]::new)), longest.toNanos());
        }
        firstWaitOver = true;
    }

    /** @return whether it completed in time */
    static boolean await(CompletableFuture<?> answer, long nanos) {
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

    /** No call uses the set any more; its backends are closed unless another set has them too. */
    @Override
    public void close() {
        onClose.run();
    }
}
