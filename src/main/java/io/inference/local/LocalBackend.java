package io.inference.local;

import io.inference.api.answer.AnswerCollector;
import io.inference.api.answer.ChatAnswer;
import io.inference.api.answer.EmbedAnswer;
import io.inference.api.backend.Backend;
import io.inference.api.backend.ModelDetails;
import io.inference.api.backend.ModelInfo;
import io.inference.api.call.Call;
import io.inference.api.call.Usage;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.message.Message;
import io.inference.api.message.Role;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.EmbedRequest;
import io.inference.api.request.GenerateRequest;
import io.inference.api.request.LoadRequest;
import io.inference.api.request.Options;
import io.inference.api.request.Unsupported;
import io.inference.api.stream.ChunkStream;
import io.inference.api.stream.ChunkStreams;
import io.inference.engine.GenerateJob;
import io.inference.engine.Generation;
import io.inference.engine.embedding.EmbedJob;
import io.inference.engine.embedding.Embedding;
import io.inference.engine.error.EngineException;
import io.inference.engine.error.InvalidJobException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Models that run in this process. */
final class LocalBackend implements Backend {
    private static final Set<String> LACKS = Unsupported.extensionsAnd(
            Unsupported.TOOLS, Unsupported.JSON_OBJECT, Unsupported.JSON_SCHEMA, Unsupported.THINK, Unsupported.IMAGES);

    /** Requests of people have one priority; the engine's other priorities are for jobs. */
    private static final int PRIORITY = 0;

    private final String name;
    private final LocalModels models;
    private final Duration firstTokenTimeout;

    /**
     * @param name of its entry
     * @param firstTokenTimeout also the limit for waiting until the model is loaded
     */
    LocalBackend(String name, LocalModels models, Duration firstTokenTimeout) {
        this.name = name;
        this.models = models;
        this.firstTokenTimeout = firstTokenTimeout;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void onModelsChange(Runnable task) {
        models.whenDone(task);
    }

    /** @throws InferenceException if the model cannot run; the message gives the reason, for the log */
    @Override
    public List<ModelInfo> models() {
        return switch (models.state()) {
            case OFF -> List.of();
            case LOADING -> List.of(ModelInfo.named(models.id(), name).in(ModelInfo.State.LOADING));
            case READY -> loaded();
            case FAILED -> throw failure();
        };
    }

    private InferenceException failure() {
        return models.failure()
                .map(why -> new InferenceException(
                        ErrorCode.NOT_CONFIGURED, why.getMessage() + " (LOCAL_ENGINE=off turns the local model off)"))
                .orElseGet(() -> new InferenceException(ErrorCode.UNAVAILABLE, LocalFailures.STOPPING));
    }

    @Override
    public List<ModelInfo> loaded() {
        return models.model().stream().map(model -> model.info(name)).toList();
    }

    @Override
    public OptionalInt tokens(String model, String text) {
        return models.model()
                .map(open -> OptionalInt.of(open.engine().tokens(text).length))
                .orElse(OptionalInt.empty());
    }

    @Override
    public ModelDetails details(String model) {
        requireOurs(model);
        return models.ready().details(name);
    }

    /** The model stays loaded. */
    @Override
    public void load(LoadRequest request, Call call) {
        // Nothing to do.
    }

    @Override
    public ChatAnswer chat(ChatRequest asked, Call call) {
        requireOurs(asked.model());
        ChatRequest request = Unsupported.honour(asked, LACKS, name, call);
        LocalModel open = open(request.model(), call);
        try {
            int[] prompt = interruptibly(call, () -> prompt(open, request));
            return answer(open, List.of(prompt), request.options(), request.stream(), call);
        } catch (EngineException e) {
            throw LocalFailures.of(e);
        }
    }

    /** Some templates refuse a system's message, which memory of a conversation may have added. */
    private static int[] prompt(LocalModel open, ChatRequest request) throws InterruptedException {
        try {
            return prompt(open, request.messages());
        } catch (InvalidJobException e) {
            if (request.messages().stream().noneMatch(message -> message.role() == Role.SYSTEM)) {
                throw e;
            }
            try {
                return prompt(open, request.withoutSystem().messages());
            } catch (InvalidJobException again) {
                e.addSuppressed(again);
                throw e;
            }
        }
    }

    private static int[] prompt(LocalModel open, List<Message> messages) throws InterruptedException {
        return open.engine().chatPrompt(ChatMessages.of(messages), List.of());
    }

    @Override
    public ChatAnswer generate(GenerateRequest asked, Call call) {
        GenerateRequest request = Unsupported.honour(asked, LACKS, name, call);
        LocalModel open = open(request.model(), call);
        List<int[]> prompts =
                request.prompts().stream().map(open.engine()::trustedTokens).toList();
        return answer(open, prompts, request.options(), request.stream(), call);
    }

    @Override
    public EmbedAnswer embed(EmbedRequest asked, Call call) {
        EmbedRequest request = Unsupported.honour(asked, LACKS, name, call);
        LocalModel open = open(request.model(), call);
        Integer dimensions = request.dimensions();
        if (dimensions != null && dimensions > open.engine().info().embeddingWidth()) {
            throw InferenceException.invalid(
                    "dimensions",
                    "the model's embeddings have " + open.engine().info().embeddingWidth() + " dimensions");
        }
        try {
            List<Embedding> embeddings = interruptibly(
                    call,
                    () -> open.engine()
                            .embed(new EmbedJob(request.inputs(), request.truncate(), PRIORITY, call.caller())));
            int tokens = embeddings.stream().mapToInt(Embedding::tokens).sum();
            List<float[]> vectors = embeddings.stream()
                    .map(embedding -> vector(embedding, request.normalize(), dimensions))
                    .toList();
            EmbedAnswer answer = new EmbedAnswer(open.id(), vectors, new Usage(tokens, 0, 0));
            call.setUsage(answer.usage());
            return answer;
        } catch (EngineException e) {
            throw LocalFailures.of(e);
        }
    }

    private interface Work<T> {
        T run() throws InterruptedException;
    }

    /** Runs work that blocks or computes on this thread, until the call is cancelled. */
    private static <T> T interruptibly(Call call, Work<T> work) {
        Runnable stop = Thread.currentThread()::interrupt;
        call.onCancel(stop);
        try {
            return work.run();
        } catch (EngineException e) {
            call.throwIfCancelled();
            throw e;
        } catch (InterruptedException e) {
            call.throwIfCancelled();
            throw new InferenceException(ErrorCode.CANCELLED, "the request was interrupted", e);
        } finally {
            call.removeOnCancel(stop);
            // A late cancellation must not interrupt later work of this thread.
            Thread.interrupted();
        }
    }

    /** A shortened vector is scaled again, so that its length is 1. */
    private static float[] vector(Embedding embedding, boolean normalize, @Nullable Integer dimensions) {
        Embedding kept = dimensions == null
                ? embedding
                : new Embedding(Arrays.copyOf(embedding.raw(), dimensions), embedding.tokens());
        return normalize ? kept.normalized() : kept.raw();
    }

    private ChatAnswer answer(LocalModel open, List<int[]> prompts, Options options, boolean stream, Call call) {
        List<ChunkStream> choices = new ArrayList<>();
        try {
            long seed = options.seed() == null ? ThreadLocalRandom.current().nextLong() : options.seed();
            for (int[] prompt : prompts) {
                for (int choice = 0; choice < options.choices(); choice++) {
                    GenerateJob job =
                            GenerateJobMapper.job(open, prompt, options, seed + choice, PRIORITY, call.caller());
                    Generation generation = open.engine().submit(job);
                    choices.add(new LocalStream(generation, call, choice == 0));
                }
            }
            int promptTokens =
                    prompts.stream().mapToInt(prompt -> prompt.length).sum();
            ChunkStream tracked = ChunkStreams.tracked(ChunkStreams.merge(choices), promptTokens, call);
            return stream
                    ? new ChatAnswer.Streamed(open.id(), ChunkStreams.holdingFirst(tracked, firstTokenTimeout, call))
                    : AnswerCollector.collect(tracked, open.id(), call);
        } catch (EngineException e) {
            choices.forEach(ChunkStream::close);
            throw LocalFailures.of(e);
        } catch (RuntimeException e) {
            choices.forEach(ChunkStream::close);
            throw e;
        }
    }

    /** The model, after waiting until it is loaded. */
    private LocalModel open(String model, Call call) {
        requireOurs(model);
        return models.await(call, firstTokenTimeout);
    }

    private void requireOurs(String model) {
        String id = models.id();
        if (!models.enabled() || !id.equals(model) && !id.equals(model + ":latest")) {
            throw InferenceException.modelNotFound(model);
        }
    }
}
