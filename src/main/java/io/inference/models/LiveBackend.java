package io.inference.models;

import io.inference.api.answer.ChatAnswer;
import io.inference.api.answer.EmbedAnswer;
import io.inference.api.answer.ImageAnswer;
import io.inference.api.backend.Backend;
import io.inference.api.backend.ModelDetails;
import io.inference.api.backend.ModelInfo;
import io.inference.api.call.Call;
import io.inference.api.call.Usage;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.EmbedRequest;
import io.inference.api.request.GenerateRequest;
import io.inference.api.request.ImageRequest;
import io.inference.api.request.InferenceRequest;
import io.inference.api.request.LoadRequest;
import io.inference.api.request.SummarizeRequest;
import io.inference.api.stream.ChunkStream;
import io.inference.api.stream.StreamedAnswer;
import io.inference.backend.BackendEntry;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The backend of one entry while some generation uses it: its replicas, their calls, and its models under the names
 * that callers use. A call goes to the replica with the fewest calls; if that fails before its first chunk because of
 * the replica itself, to the next. Its replicas may change ({@link #serve}). Thread-safe.
 */
public final class LiveBackend implements Backend, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LiveBackend.class);

    private final BackendEntry entry;
    private volatile List<Replica> replicas;
    private final Slots slots;
    private final BackendListing listing;
    /** Whether a call needs neither a choice nor a limit. */
    private final boolean plain;

    private final AtomicInteger turn = new AtomicInteger();
    private boolean closed;

    /**
     * @param replicas one for each address of the entry; none only if they are discovered
     * @param nanoTime the clock of its list
     */
    LiveBackend(BackendEntry entry, List<Replica> replicas, LongSupplier nanoTime) {
        this.entry = entry;
        this.replicas = List.copyOf(replicas);
        this.slots = new Slots(entry.name(), entry.maxConcurrent());
        this.plain = replicas.size() == 1
                && !entry.isDiscovered()
                && entry.maxConcurrent() == null
                && entry.timeouts().idle() == null
                && entry.timeouts().total() == null;
        this.listing = new BackendListing(this, nanoTime);
    }

    public BackendEntry entry() {
        return entry;
    }

    BackendListing listing() {
        return listing;
    }

    /**
     * Changes its replicas: those of addresses that it has already stay, others are created. One whose address is gone
     * gets no more calls and is closed once those in progress have ended.
     *
     * @return whether anything has changed
     */
    synchronized boolean serve(List<URI> addresses, Function<URI, Backend> creating) {
        Map<URI, Replica> before = new LinkedHashMap<>();
        for (Replica replica : replicas) {
            URI url = replica.url();
            if (url != null) {
                before.put(url, replica);
            }
        }
        if (closed || List.copyOf(before.keySet()).equals(addresses)) {
            return false;
        }
        List<Replica> next = new ArrayList<>(addresses.size());
        for (URI address : addresses) {
            Replica known = before.remove(address);
            next.add(known == null ? new Replica(creating.apply(address), address) : known);
        }
        replicas = List.copyOf(next);
        log.info("backend {} has the servers {}", entry.name(), addresses);
        before.values().forEach(gone -> gone.retire(() -> close(gone)));
        return true;
    }

    /** Number of its replicas that answered last. */
    int replicasUp() {
        return (int) replicas.stream().filter(replica -> !replica.isDown()).count();
    }

    BackendState stateNow() {
        List<URI> urls = entry.isDiscovered()
                ? replicas.stream().map(Replica::url).filter(Objects::nonNull).toList()
                : entry.urls();
        return new BackendState(
                entry.name(),
                entry.kind().label(),
                urls.stream().map(URI::toString).toList(),
                replicas.size(),
                replicasUp(),
                entry.priority(),
                entry.weight(),
                entry.maxConcurrent(),
                listing.state().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                listing.models());
    }

    @Override
    public String name() {
        return entry.name();
    }

    @Override
    public ChatAnswer chat(ChatRequest request, Call call) {
        return (ChatAnswer) ask(request, call, true);
    }

    @Override
    public ChatAnswer generate(GenerateRequest request, Call call) {
        return (ChatAnswer) ask(request, call, true);
    }

    @Override
    public EmbedAnswer embed(EmbedRequest request, Call call) {
        return (EmbedAnswer) ask(request, call, true);
    }

    @Override
    public ImageAnswer image(ImageRequest request, Call call) {
        return (ImageAnswer) ask(request, call, true);
    }

    /**
     * Asks it.
     *
     * @param wait whether to wait if it has as many calls as it may have; otherwise that is {@code OVERLOADED}
     * @return a {@link ChatAnswer}, of which at least the first chunk is there, an {@link EmbedAnswer} or an
     *     {@link ImageAnswer}
     */
    public Object ask(InferenceRequest asked, Call call, boolean wait) {
        InferenceRequest request = Needs.adapted(asked, entry.lacks(), entry.name(), call);
        String real = entry.models().real(request.model());
        if (real.equals(request.model())) {
            return askWithin(request, call, wait);
        }
        try {
            return named(askWithin(request.withModel(real), call, wait), request.model());
        } catch (InferenceException e) {
            throw e.code() == ErrorCode.MODEL_NOT_FOUND ? InferenceException.modelNotFound(request.model()) : e;
        }
    }

    /** The answer under the model's name that its caller used. */
    private static Object named(Object answer, String model) {
        return switch (answer) {
            case ChatAnswer.Whole whole -> new ChatAnswer.Whole(model, whole.choices(), whole.usage(), whole.extras());
            case ChatAnswer.Streamed streamed -> new ChatAnswer.Streamed(model, streamed.chunks());
            case EmbedAnswer embed -> new EmbedAnswer(model, embed.embeddings(), embed.usage());
            case ImageAnswer image -> new ImageAnswer(model, image.chunks());
            default -> answer;
        };
    }

    private Object askWithin(InferenceRequest request, Call call, boolean wait) {
        if (plain) {
            return ask(replicas.getFirst().backend(), request, call);
        }
        slots.take(call, wait ? entry.timeouts().firstToken() : Duration.ZERO);
        boolean streams = false;
        try {
            Object answer = askReplicas(request, call);
            streams = answer instanceof StreamedAnswer;
            return answer;
        } finally {
            if (!streams) {
                slots.release();
            }
        }
    }

    private Object askReplicas(InferenceRequest request, Call call) {
        InferenceException failure = null;
        for (Replica replica : inOrder(call)) {
            if (failure != null) {
                log.warn(
                        "{} {}{}; going on to another replica",
                        call.id(),
                        failure.getMessage(),
                        failure.particulars().map(what -> ": " + what).orElse(""));
            }
            try {
                return ask(replica, request, call);
            } catch (InferenceException e) {
                if (e.code() == ErrorCode.UNAVAILABLE) {
                    replica.failed();
                }
                boolean own = e.code() == ErrorCode.UNAVAILABLE
                        || e.code() == ErrorCode.BACKEND_FAILED
                        || e.code() == ErrorCode.OVERLOADED;
                if (!own || call.cancelled() != null) {
                    throw e;
                }
                failure = e;
            }
        }
        throw failure == null ? noReplica() : failure;
    }

    private static InferenceException noReplica() {
        return new InferenceException(ErrorCode.UNAVAILABLE, "the backend has no replica");
    }

    private Object ask(Replica replica, InferenceRequest request, Call call) {
        if (!replica.begin()) {
            throw new InferenceException(ErrorCode.UNAVAILABLE, "the replica is gone");
        }
        boolean streams = false;
        try {
            Object answer = ask(replica.backend(), request, call);
            replica.answered();
            if (answer instanceof ChatAnswer.Streamed streamed) {
                streams = true;
                return new ChatAnswer.Streamed(streamed.model(), limited(streamed, replica, call));
            }
            if (answer instanceof ImageAnswer images) {
                streams = true;
                return new ImageAnswer(images.model(), limited(images, replica, call));
            }
            return answer;
        } finally {
            if (!streams) {
                replica.end();
            }
        }
    }

    /** The stream of an answer, which gives back the replica's place at its end. */
    private ChunkStream limited(StreamedAnswer answer, Replica replica, Call call) {
        return new LimitedStream(
                answer.chunks(),
                entry.name(),
                entry.timeouts().idle(),
                entry.timeouts().total(),
                broken -> {
                    replica.end();
                    slots.release();
                    if (broken) {
                        call.avoid(replica);
                    }
                });
    }

    private static Object ask(Backend backend, InferenceRequest request, Call call) {
        return switch (request) {
            case ChatRequest chat -> backend.chat(chat, call);
            case GenerateRequest generate -> backend.generate(generate, call);
            case EmbedRequest embed when embed.isEmpty() -> new EmbedAnswer(embed.model(), List.of(), Usage.NONE);
            case EmbedRequest embed -> backend.embed(embed, call);
            case ImageRequest image -> backend.image(image, call);
            case SummarizeRequest ignored ->
                throw new IllegalStateException("a backend takes the chats of the flow 'summarize', not its request");
        };
    }

    /**
     * Available ones first, then by their calls; equals take turns. Calls of one affinity have one replica in common,
     * which goes first unless it is down or has many more calls than another. A replica whose answer to this call broke
     * off counts as down.
     */
    private List<Replica> inOrder(@Nullable Call call) {
        List<Replica> replicas = this.replicas;
        int count = replicas.size();
        if (count <= 1) {
            return replicas;
        }
        record Seen(Replica replica, boolean available, int calls) {}
        List<Seen> seen = new ArrayList<>(count);
        int first = Math.floorMod(turn.getAndIncrement(), count);
        for (int i = 0; i < count; i++) {
            Replica replica = replicas.get((first + i) % count);
            // Read once: a comparison of values that change breaks the sort.
            boolean avoided = call != null && call.avoids(replica);
            seen.add(new Seen(replica, !avoided && replica.isAvailable(), replica.calls()));
        }
        seen.sort(Comparator.comparing(Seen::available).reversed().thenComparing(Seen::calls));
        String affinity = call == null ? "" : call.affinity();
        if (!affinity.isEmpty()) {
            int fewest = seen.getFirst().calls();
            Replica preferred = replicas.get(Affinity.choose(affinity, count));
            seen.stream()
                    .filter(each -> each.replica() == preferred && each.available())
                    .filter(each -> each.calls() <= fewest + Affinity.MORE_CALLS)
                    .findFirst()
                    .ifPresent(each -> {
                        seen.remove(each);
                        seen.addFirst(each);
                    });
        }
        return seen.stream().map(Seen::replica).toList();
    }

    /** The models of all replicas that answer, under the names that callers use. */
    @Override
    public List<ModelInfo> models() {
        Map<String, ModelInfo> byId = new LinkedHashMap<>();
        boolean images = entry.kind().makesImages();
        for (List<ModelInfo> listed : ofReplicas(this::listed)) {
            listed.forEach(model -> byId.putIfAbsent(model.id(), images ? model.with(ModelInfo.FOR_IMAGES) : model));
        }
        return entry.models().seen(List.copyOf(byId.values()), entry.name());
    }

    private List<ModelInfo> listed(Backend backend) {
        String path = entry.health().path();
        if (path == null) {
            return backend.models();
        }
        backend.check(path);
        return entry.models().named().stream()
                .map(id -> ModelInfo.named(id, entry.name()))
                .toList();
    }

    @Override
    public List<ModelInfo> loaded() {
        Map<String, ModelInfo> byId = new LinkedHashMap<>();
        for (Replica replica : replicas) {
            try {
                replica.backend().loaded().forEach(model -> byId.putIfAbsent(model.id(), model));
            } catch (InferenceException e) {
                log.debug("a replica of {} does not say what it has loaded: {}", entry.name(), e.getMessage());
            }
        }
        return entry.models().seen(List.copyOf(byId.values()), entry.name());
    }

    /** Asks all replicas at once and notes which of them answer. Fails only if none does. */
    private <T> List<T> ofReplicas(Function<Backend, T> question) {
        List<Replica> replicas = this.replicas;
        if (replicas.isEmpty()) {
            throw noReplica();
        }
        if (replicas.size() == 1) {
            return List.of(question.apply(replicas.getFirst().backend()));
        }
        List<CompletableFuture<T>> answers = new ArrayList<>(replicas.size());
        for (Replica replica : replicas) {
            CompletableFuture<T> answer = new CompletableFuture<>();
            answers.add(answer);
            Thread.ofVirtual().name("replica-" + entry.name()).start(() -> {
                try {
                    T given = question.apply(replica.backend());
                    replica.answered();
                    answer.complete(given);
                } catch (RuntimeException e) {
                    replica.failed();
                    answer.completeExceptionally(e);
                }
            });
        }
        List<T> given = new ArrayList<>(replicas.size());
        RuntimeException failure = null;
        for (CompletableFuture<T> answer : answers) {
            var settled = answer.handle((value, thrown) -> thrown).join();
            if (settled == null) {
                given.add(answer.join());
            } else {
                failure = settled instanceof RuntimeException known ? known : new IllegalStateException(settled);
            }
        }
        if (given.isEmpty() && failure != null) {
            throw failure;
        }
        return given;
    }

    @Override
    public void onModelsChange(Runnable task) {
        replicas.forEach(replica -> replica.backend().onModelsChange(task));
    }

    @Override
    public OptionalInt tokens(String model, String text) {
        List<Replica> now = replicas;
        return now.isEmpty()
                ? OptionalInt.empty()
                : now.getFirst().backend().tokens(entry.models().real(model), text);
    }

    @Override
    public ModelDetails details(String model) {
        ModelDetails details = firstAvailable().details(entry.models().real(model));
        return new ModelDetails(
                details.info().as(shown(model, details.info().id()), entry.name()),
                details.template(),
                details.license(),
                details.metadata(),
                details.capabilities(),
                details.parameters(),
                details.tensors());
    }

    /** Loads it at the first replica that is available, or unloads it at all of them. */
    @Override
    public void load(LoadRequest request, Call call) {
        LoadRequest real = request.withModel(entry.models().real(request.model()));
        if (request.unload()) {
            ofReplicas(backend -> {
                backend.load(real, call);
                return true;
            });
        } else {
            firstAvailable().load(real, call);
        }
    }

    private String shown(String asked, String listed) {
        return entry.models().real(asked).equals(asked) ? listed : asked;
    }

    private Backend firstAvailable() {
        return inOrder(null).stream()
                .findFirst()
                .orElseThrow(LiveBackend::noReplica)
                .backend();
    }

    @Override
    public synchronized void close() {
        closed = true;
        replicas.forEach(this::close);
    }

    private void close(Replica replica) {
        if (replica.backend() instanceof AutoCloseable closeable) {
            close(closeable, entry.name());
        }
    }

    @SuppressWarnings("CatchingUnchecked") // The contract of AutoCloseable.
    private static void close(AutoCloseable closeable, @Nullable String name) {
        try {
            closeable.close();
        } catch (Exception e) {
            log.warn("the backend {} could not be closed: {}", name, e.getMessage());
        }
    }
}
