package io.inference.models;

import io.inference.api.answer.ChatAnswer;
import io.inference.api.answer.EmbedAnswer;
import io.inference.api.backend.Backend;
import io.inference.api.backend.ModelDetails;
import io.inference.api.backend.ModelInfo;
import io.inference.api.call.Call;
import io.inference.api.call.Usage;
import io.inference.api.error.InferenceException;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.EmbedRequest;
import io.inference.api.request.GenerateRequest;
import io.inference.api.request.LoadRequest;
import io.inference.api.stream.ChunkStream;
import io.inference.api.stream.StreamEvent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** A backend that lists given models, fails, or hangs. */
public final class FakeBackend implements Backend, AutoCloseable {
    private final String name;
    private final CountDownLatch firstAsked = new CountDownLatch(1);
    private volatile List<ModelInfo> models = List.of();
    private volatile InferenceException failure;
    private volatile CountDownLatch hanging = new CountDownLatch(0);
    final AtomicInteger asked = new AtomicInteger();
    final AtomicInteger answered = new AtomicInteger();
    volatile boolean closed;
    volatile InferenceException answerFailure;
    volatile String lastModel = "";
    /** Whether its streams send nothing after the first chunk. */
    volatile boolean silent;

    volatile InferenceException detailsFailure;
    volatile InferenceException loadedFailure;
    volatile InferenceException loadFailure;
    final List<LoadRequest> loads = new CopyOnWriteArrayList<>();

    public FakeBackend(String name) {
        this.name = name;
    }

    public void has(String... ids) {
        models = Stream.of(ids).map(id -> ModelInfo.named(id, name)).toList();
        failure = null;
    }

    /** The same models, of which it reports the context. */
    void reportsContext(int tokens) {
        models = models.stream().map(model -> model.withContext(tokens)).toList();
    }

    void loads(String id) {
        models = List.of(ModelInfo.named(id, name).in(ModelInfo.State.LOADING));
    }

    void fail(InferenceException with) {
        failure = with;
    }

    void hang() {
        hanging = new CountDownLatch(1);
    }

    void release() {
        hanging.countDown();
    }

    boolean awaitAsked() throws InterruptedException {
        return firstAsked.await(30, TimeUnit.SECONDS);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<ModelInfo> models() {
        asked.incrementAndGet();
        firstAsked.countDown();
        try {
            hanging.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        throwIf(failure);
        return models;
    }

    @Override
    public List<ModelInfo> loaded() {
        throwIf(loadedFailure);
        return models;
    }

    @Override
    public ModelDetails details(String model) {
        throwIf(detailsFailure);
        return new ModelDetails(ModelInfo.named(model, name), null, null, Map.of(), List.of());
    }

    private static void throwIf(InferenceException failure) {
        if (failure != null) {
            throw failure;
        }
    }

    @Override
    public void load(LoadRequest request, Call call) {
        throwIf(loadFailure);
        loads.add(request);
    }

    @Override
    public ChatAnswer chat(ChatRequest request, Call call) {
        answered.incrementAndGet();
        lastModel = request.model();
        throwIf(answerFailure);
        if (!request.stream()) {
            return new ChatAnswer.Whole(request.model(), List.of(), Usage.NONE);
        }
        return new ChatAnswer.Streamed(request.model(), new Ending());
    }

    /** Ends at once, or never. */
    private final class Ending implements ChunkStream {
        @Override
        public StreamEvent next(Duration timeout) {
            if (!silent) {
                return StreamEvent.END;
            }
            try {
                Thread.sleep(timeout);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return StreamEvent.SILENCE;
        }

        @Override
        public void close() {}
    }

    @Override
    public void close() {
        closed = true;
    }

    @Override
    public ChatAnswer generate(GenerateRequest request, Call call) {
        throw new UnsupportedOperationException();
    }

    @Override
    public EmbedAnswer embed(EmbedRequest request, Call call) {
        throw new UnsupportedOperationException();
    }
}
