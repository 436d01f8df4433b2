package io.inference.engine;

import io.inference.engine.EngineOptions.BackendChoice;
import io.inference.engine.batch.SequenceOwner;
import io.inference.engine.batch.SequenceRequest;
import io.inference.engine.embedding.EmbedJob;
import io.inference.engine.embedding.Embedding;
import io.inference.engine.embedding.PooledText;
import io.inference.engine.embedding.Pooling;
import io.inference.engine.error.ContextOverflowException;
import io.inference.engine.error.DeviceLostException;
import io.inference.engine.error.EngineBusyException;
import io.inference.engine.error.EngineClosedException;
import io.inference.engine.error.EngineException;
import io.inference.engine.error.InvalidJobException;
import io.inference.engine.error.UnsupportedModelException;
import io.inference.engine.gguf.GgufException;
import io.inference.engine.gguf.GgufFile;
import io.inference.engine.model.LoadedModel;
import io.inference.engine.tokenizer.Tokenizer;
import io.inference.engine.tokenizer.UnsupportedTokenizerException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

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
    /** Texts of one request for embeddings that run or wait at the same time. */
    private static final int TEXTS_AT_ONCE = 4;

    private static final System.Logger LOG = System.getLogger(Engine.class.getName());

    private final GgufFile file;
    private final EngineOptions options;
    private final Tokenizer tokenizer;
    private final ChatPrompts chat;
    private final Object moving = new Object(); // guards the fields below against a move to the CPU
    private volatile EngineSession session;
    private volatile @Nullable EngineException unusable;
    private boolean closed;

    private Engine(GgufFile file, EngineOptions options, LoadedModel loaded) {
        this.file = file;
        this.options = options;
        this.tokenizer = tokenizer(file);
        this.chat = ChatPrompts.of(
                file.metadata().optionalString("tokenizer.chat_template").orElse(""), tokenizer);
        requireRowForEachToken(loaded.vocabularySize(), tokenizer.vocabularySize());
        this.session = new EngineSession(file, loaded, options, this::moveToCpu);
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

    /**
     * Maps a model file into memory and prepares it.
     *
     * @throws GgufException if the file is missing or broken
     * @throws UnsupportedModelException if the model needs a feature that this engine does not have
     * @throws EngineException if the requested backend does not work on this machine
     */
    public static Engine open(Path gguf, EngineOptions options) {
        GgufFile file = GgufFile.open(gguf);
        LoadedModel loaded = null;
        try {
            loaded = Backends.open(file, options);
            return new Engine(file, options, loaded);
        } catch (Throwable e) {
            if (loaded != null) {
                loaded.close();
            }
            file.close();
            throw e;
        }
    }

    /**
     * Continues on the CPU after the device was lost; on the old session's thread. What was in progress has failed or
     * fails now; new work waits until the model is ready again.
     */
    private void moveToCpu(DeviceLostException lost) {
        synchronized (moving) {
            EngineSession old = session;
            LOG.log(System.Logger.Level.ERROR, "the model moves to the CPU: {0}", lost.getMessage());
            DeviceLostException reason = new DeviceLostException(
                    "the answer is lost with the GPU that computed it; the model continues on the CPU", lost);
            List<SequenceRequest> waiting = old.scheduler.abandon(reason);
            old.loaded.close();
            if (!closed) {
                openOnCpu();
            }
            // A shorter context might not hold what was accepted for a longer one.
            boolean fits = session != old && session.info.contextLength() >= old.info.contextLength();
            waiting.forEach(it -> moveOrFail(it, fits, reason));
        }
    }

    private void moveOrFail(SequenceRequest request, boolean fits, DeviceLostException reason) {
        try {
            if (fits) {
                session.scheduler.submit(request);
                session.thread.wake();
                return;
            }
        } catch (EngineException e) {
            LOG.log(System.Logger.Level.DEBUG, "not moved to the CPU", e);
        }
        request.owner().failed(reason);
    }

    private void openOnCpu() {
        try {
            LoadedModel loaded = Backends.cpu(file, options.withBackend(BackendChoice.AUTO), "the GPU is lost");
            session = new EngineSession(file, loaded, options, this::moveToCpu);
        } catch (EngineException | OutOfMemoryError e) {
            unusable = new EngineException("the GPU is lost, and the CPU cannot run the model: " + e.getMessage(), e);
            LOG.log(System.Logger.Level.ERROR, "the local engine stops", unusable);
        }
    }

    private EngineSession current() {
        synchronized (moving) {
            return session;
        }
    }

    public EngineInfo info() {
        return session.info;
    }

    /** Number of generations and embeddings in progress. */
    public int active() {
        return session.scheduler.active();
    }

    /** Number of generations and embeddings that wait for their turn. */
    public int queued() {
        return session.scheduler.queued();
    }

    /** Pages of the key-value cache, of 16 tokens each, that running sequences use. */
    public int pagesInUse() {
        return session.scheduler.pagesInUse();
    }

    /** Number of tokens generated so far. */
    public long generatedTokens() {
        return session.scheduler.generatedTokens();
    }

    /** Tokens per second that were generated recently, of all answers together, while the model worked. */
    public double tokensPerSecond() {
        return session.scheduler.tokensPerSecond();
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
        if (Arrays.stream(prompt).anyMatch(token -> token < 0 || token >= info().vocabularySize())) {
            throw new InvalidJobException("the prompt holds a number that is no token");
        }
        Generation reader = new Generation(this::wake);
        submit(prompt, job.priority(), job.caller(), contextLength -> {
            int room = contextLength - prompt.length;
            if (room < 1) {
                throw new ContextOverflowException(prompt.length, contextLength);
            }
            int tokensMax = job.maxTokens() == GenerateJob.NO_LIMIT ? room : Math.min(room, job.maxTokens());
            return new Completion(job, tokensMax, tokenizer, reader);
        });
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
                .optionalInteger(info().architecture() + ".pooling_type")
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
                    PooledText text = new PooledText(pooling, prompt.length, info().embeddingWidth());
                    submit(prompt, job.priority(), job.caller(), contextLength -> {
                        if (prompt.length > contextLength) {
                            throw new ContextOverflowException(prompt.length, contextLength);
                        }
                        return text;
                    });
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
        int contextLength = info().contextLength();
        if (tokens.length > contextLength && !truncate) {
            throw new ContextOverflowException(tokens.length, contextLength);
        }
        return tokens.length > contextLength ? Arrays.copyOf(tokens, contextLength) : tokens;
    }

    /**
     * Queues a sequence; after a move to the CPU that happens meanwhile, there.
     *
     * @param owner makes the owner for a context of that many tokens
     */
    private void submit(int[] prompt, int priority, String caller, IntFunction<SequenceOwner> owner) {
        while (true) {
            EngineSession current = current();
            try {
                SequenceOwner made = owner.apply(current.info.contextLength());
                current.scheduler.submit(new SequenceRequest(prompt, priority, caller, made));
                current.thread.wake();
                return;
            } catch (EngineClosedException e) {
                if (current() == current) {
                    throw unusable == null ? e : unusable;
                }
            }
        }
    }

    private void wake() {
        session.thread.wake();
    }

    /** Ends all work in progress with {@link EngineClosedException} and frees the model's memory. */
    @Override
    public void close() {
        EngineSession last;
        synchronized (moving) {
            if (closed) {
                return;
            }
            closed = true;
            last = session;
        }
        last.close(); // without the lock, which the session's thread may need before it ends
        file.close();
    }
}
