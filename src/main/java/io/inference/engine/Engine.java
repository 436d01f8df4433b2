package io.inference.engine;

import io.inference.engine.batch.Scheduler;
import io.inference.engine.batch.SchedulerOptions;
import io.inference.engine.batch.SequenceOwner;
import io.inference.engine.batch.SequenceRequest;
import io.inference.engine.embedding.EmbedJob;
import io.inference.engine.embedding.Embedding;
import io.inference.engine.embedding.PooledText;
import io.inference.engine.embedding.Pooling;
import io.inference.engine.error.ContextOverflowException;
import io.inference.engine.error.EngineBusyException;
import io.inference.engine.error.EngineClosedException;
import io.inference.engine.error.EngineException;
import io.inference.engine.error.InvalidJobException;
import io.inference.engine.error.UnsupportedModelException;
import io.inference.engine.gguf.GgufException;
import io.inference.engine.gguf.GgufFile;
import io.inference.engine.model.LlamaModel;
import io.inference.engine.model.ModelConfig;
import io.inference.engine.tensor.KvLayout;
import io.inference.engine.tensor.TensorOps;
import io.inference.engine.tokenizer.Tokenizer;
import io.inference.engine.tokenizer.UnsupportedTokenizerException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A model that answers many callers at once. Thread-safe.
 *
 * <pre>{@code
 * try (Engine engine = Engine.open(Path.of("model.gguf"), EngineOptions.defaults());
 *         Generation answer = engine.submit(GenerateJob.of(prompt, 32, SamplingOptions.greedy()))) {
 *     while (!((event = answer.next(Duration.ofSeconds(1))) instanceof GenerationEvent.End)) { ... }
 * }
 * }</pre>
 */
public final class Engine implements AutoCloseable {
    /** Tokens of prompts in a step: enough for efficient kernels, few enough that a cancellation takes effect soon. */
    private static final int PROMPT_TOKENS = 128;

    /** The same while answers are being streamed: the time for these tokens is a pause in every stream. */
    private static final int PROMPT_TOKENS_BETWEEN = 32;

    /** Texts of one request for embeddings that run or wait at the same time. */
    private static final int TEXTS_AT_ONCE = 4;

    private static final System.Logger LOG = System.getLogger(Engine.class.getName());

    private static final Duration AGEING = Duration.ofSeconds(10);

    private final GgufFile file;
    private final Tokenizer tokenizer;
    private final ChatPrompts chat;
    private final TensorOps ops;
    private final Scheduler scheduler;
    private final EngineThread thread;
    private final EngineInfo info;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Engine(GgufFile file, EngineOptions options, TensorOps ops) {
        this.file = file;
        this.ops = ops;
        this.tokenizer = tokenizer(file);
        String chatTemplate =
                file.metadata().optionalString("tokenizer.chat_template").orElse("");
        this.chat = ChatPrompts.of(chatTemplate, tokenizer);
        int trained = file.metadata().integer(file.metadata().string("general.architecture") + ".context_length");
        int wanted = options.contextLength() > 0 ? Math.min(options.contextLength(), trained) : trained;
        KvLayout layout = ModelConfig.of(file.metadata()).kvLayout();
        int contextLength = affordableContext(layout, wanted);
        SchedulerOptions scheduling = new SchedulerOptions(
                options.maxBatch(),
                options.maxQueue(),
                (int) Math.min((long) KvLayout.pagesFor(contextLength) * options.maxBatch(), affordablePages(layout)),
                PROMPT_TOKENS,
                PROMPT_TOKENS_BETWEEN,
                AGEING);
        int maxStepTokens = PROMPT_TOKENS + Scheduler.mostRunning(scheduling);
        LlamaModel model = new LlamaModel(file, ops, contextLength, maxStepTokens);
        requireRowForEachToken(model.vocabularySize(), tokenizer.vocabularySize());
        this.info = new EngineInfo(
                model.config().architecture(),
                EngineInfos.parameterCount(file),
                EngineInfos.quantization(file),
                contextLength,
                trained,
                model.config().width(),
                model.vocabularySize(),
                file.path().toFile().length(),
                chatTemplate,
                ops.description(),
                EngineInfos.metadata(file.metadata()),
                EngineInfos.tensors(file));
        this.scheduler = new Scheduler(model, scheduling, System::nanoTime);
        this.thread = new EngineThread(scheduler, "engine");
    }

    private static Tokenizer tokenizer(GgufFile file) {
        try {
            return Tokenizer.of(file);
        } catch (UnsupportedTokenizerException e) {
            throw new UnsupportedModelException(String.valueOf(e.getMessage()));
        }
    }

    /** A token without a row cannot be an input, a row without a token cannot be an output. */
    private static void requireRowForEachToken(int rows, int tokens) {
        if (rows != tokens) {
            throw new UnsupportedModelException(("token_embd.weight has %d rows and the tokenizer %d tokens;"
                            + " supported are files with a row for each token")
                    .formatted(rows, tokens));
        }
    }

    /** The number of pages that fit into half of the heap. */
    private static long affordablePages(KvLayout layout) {
        return Runtime.getRuntime().maxMemory() / 2 / (layout.pageFloats() * (long) Float.BYTES);
    }

    private static int affordableContext(KvLayout layout, int wanted) {
        long affordable = affordablePages(layout) * KvLayout.PAGE_TOKENS;
        if (affordable == 0) {
            throw new EngineException("the heap is too small for this model: give the JVM more than %d MiB"
                    .formatted(Runtime.getRuntime().maxMemory() >> 20));
        }
        if (affordable < wanted) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "the context is {0} tokens instead of {1}: the heap holds no more keys and values",
                    affordable,
                    wanted);
        }
        return (int) Math.min(affordable, wanted);
    }

    /**
     * Maps a model file into memory and prepares it.
     *
     * @throws GgufException if the file is missing or broken
     * @throws UnsupportedModelException if the model needs a feature that this engine does not have
     * @throws EngineException if the requested backend does not work on this machine
     */
    public static Engine open(Path gguf, EngineOptions options) {
        GgufFile file = GgufFile.open(gguf);
        TensorOps ops = null;
        try {
            ops = Backends.open(options);
            return new Engine(file, options, ops);
        } catch (Throwable e) {
            if (ops != null) {
                ops.close();
            }
            file.close();
            throw e;
        }
    }

    public EngineInfo info() {
        return info;
    }

    /** Number of generations and embeddings in progress. */
    public int active() {
        return scheduler.active();
    }

    /** Number of generations and embeddings that wait for their turn. */
    public int queued() {
        return scheduler.queued();
    }

    /** Pages of the key-value cache, of 16 tokens each, that running sequences use. */
    public int pagesInUse() {
        return scheduler.pagesInUse();
    }

    /**
     * The tokens of a text as a prompt, after the model's beginning-of-sequence token if it needs one. Control tokens
     * that are written out in the text stay text.
     */
    public int[] tokens(String text) {
        return prompt(tokenizer.encode(text, false));
    }

    /** The same, but control tokens that are written out become those tokens: only for trusted text of the operator. */
    public int[] trustedTokens(String text) {
        return prompt(tokenizer.encode(text, true));
    }

    /**
     * The prompt of a conversation by the file's own chat template, ending where the assistant's answer begins. Control
     * tokens that are written out in a message stay text.
     *
     * @param messages JSON-like data: each with {@code role} and {@code content}, and other entries that the template
     *     reads
     * @throws InvalidJobException if the model has no chat template, or its template refuses the messages
     * @throws UnsupportedModelException if the template uses an unsupported feature, which the message names
     */
    public int[] chatPrompt(List<? extends Map<String, ?>> messages) {
        return chatPrompt(messages, List.of());
    }

    /**
     * The same with tools.
     *
     * @param tools tool definitions as in OpenAI's API; empty for none
     */
    public int[] chatPrompt(List<? extends Map<String, ?>> messages, List<?> tools) {
        return chat.prompt(messages, tools);
    }

    private int[] prompt(int[] tokens) {
        boolean begin = tokenizer.bos().isPresent() && (tokenizer.addBos() || tokens.length == 0);
        if (!begin) {
            return tokens;
        }
        int[] result = new int[tokens.length + 1];
        result[0] = tokenizer.bos().getAsInt();
        System.arraycopy(tokens, 0, result, 1, tokens.length);
        return result;
    }

    /**
     * Queues a generation.
     *
     * @throws ContextOverflowException if the prompt fills the context
     * @throws InvalidJobException if the prompt is empty or contains a number that is not a token
     * @throws EngineBusyException if the queue is full
     * @throws EngineClosedException after {@link #close}
     */
    public Generation submit(GenerateJob job) {
        int[] prompt = job.prompt().clone();
        if (prompt.length == 0) {
            throw new InvalidJobException("the prompt is empty");
        }
        if (Arrays.stream(prompt).anyMatch(token -> token < 0 || token >= info.vocabularySize())) {
            throw new InvalidJobException("the prompt holds a number that is no token");
        }
        int room = info.contextLength() - prompt.length;
        if (room < 1) {
            throw new ContextOverflowException(prompt.length, info.contextLength());
        }
        int tokensMax = job.maxTokens() == GenerateJob.NO_LIMIT ? room : Math.min(room, job.maxTokens());
        Generation reader = new Generation(() -> wake());
        submit(prompt, job.priority(), job.caller(), new Completion(job, tokensMax, tokenizer, reader));
        return reader;
    }

    /**
     * Computes the embeddings of texts, one vector each in their order, and waits for them.
     *
     * @throws ContextOverflowException if a text is longer than the context and may not be truncated
     * @throws InvalidJobException if a text is empty
     * @throws EngineBusyException if the queue is full
     * @throws EngineClosedException if the engine is closed, before or meanwhile
     * @throws InterruptedException if the caller is interrupted, which cancels the work
     */
    public List<Embedding> embed(EmbedJob job) throws InterruptedException {
        Pooling pooling = Pooling.of(file.metadata()
                .optionalInteger(info.architecture() + ".pooling_type")
                .orElse(0));
        List<int[]> prompts = new ArrayList<>();
        for (String input : job.inputs()) {
            prompts.add(embeddingPrompt(input, job.truncate()));
        }
        List<CompletableFuture<Embedding>> results = new ArrayList<>();
        List<Embedding> embeddings = new ArrayList<>();
        try {
            while (embeddings.size() < prompts.size()) {
                // A few at a time, so that a list longer than the queue is not refused.
                while (results.size() < Math.min(prompts.size(), embeddings.size() + TEXTS_AT_ONCE)) {
                    int[] prompt = prompts.get(results.size());
                    PooledText text = new PooledText(pooling, prompt.length, info.embeddingWidth());
                    submit(prompt, job.priority(), job.caller(), text);
                    results.add(text.result());
                }
                embeddings.add(results.get(embeddings.size()).get());
            }
            return embeddings;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof EngineException known ? known : new EngineException("embedding failed", e);
        } finally {
            results.forEach(it -> it.cancel(false));
            wake();
        }
    }

    private int[] embeddingPrompt(String input, boolean truncate) {
        int[] tokens = tokens(input);
        if (tokens.length == 0) {
            throw new InvalidJobException("a text to embed is empty");
        }
        if (tokens.length > info.contextLength() && !truncate) {
            throw new ContextOverflowException(tokens.length, info.contextLength());
        }
        return tokens.length > info.contextLength() ? Arrays.copyOf(tokens, info.contextLength()) : tokens;
    }

    private void submit(int[] prompt, int priority, String caller, SequenceOwner owner) {
        scheduler.submit(new SequenceRequest(prompt, priority, caller, owner));
        wake();
    }

    private void wake() {
        thread.wake();
    }

    /** Ends all work in progress with {@link EngineClosedException} and frees the model's memory. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            thread.close();
            ops.close();
            file.close();
        }
    }
}
