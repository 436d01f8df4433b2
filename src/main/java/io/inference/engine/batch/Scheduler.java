package io.inference.engine.batch;

import io.inference.engine.error.DeviceLostException;
import io.inference.engine.error.EngineBusyException;
import io.inference.engine.error.EngineClosedException;
import io.inference.engine.error.EngineException;
import io.inference.engine.model.Slice;
import io.inference.engine.model.StepModel;
import io.inference.engine.model.StepResult;
import io.inference.engine.tensor.KvLayout;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.function.LongSupplier;

/**
 * Decides, step by step, which sequences the model works on. A step takes one token of every sequence that is
 * generating, and as much of the waiting prompts as its budget allows, shared evenly among them, so that neither a long
 * prompt delays the streams nor a stream the prompts. If pages run out, the running sequence that was admitted last
 * returns its own, and computes them again at its next turn.
 *
 * <p>{@link #submit} and the counts may be called from any thread, {@link #step} from one.
 */
public final class Scheduler {
    private static final Duration SHORTEST_RETRY = Duration.ofSeconds(1);
    private static final Duration LONGEST_RETRY = Duration.ofMinutes(1);

    private final StepModel model;
    private final SchedulerOptions options;
    private final LongSupplier nanoTime;
    private final PagePool pool;
    private final WaitingQueue waiting;
    private final TokenRate rate = new TokenRate();
    private final List<Sequence> running = new ArrayList<>(); // in order of admission

    private final Object lock = new Object(); // guards the fields below
    private final Queue<Sequence> arrived = new ArrayDeque<>();
    private int queuedCount; // submitted and waiting
    private int activeCount;
    private int pagesInUse;
    private long typicalNanos = Duration.ofSeconds(1).toNanos(); // recent running time of a sequence
    private long generatedTokens;
    private boolean closed;

    /** @param nanoTime the clock, {@link System#nanoTime} outside tests */
    public Scheduler(StepModel model, SchedulerOptions options, LongSupplier nanoTime) {
        this.model = model;
        this.options = options;
        this.nanoTime = nanoTime;
        this.pool = new PagePool(model::allocatePage, options.maxPages());
        this.waiting = new WaitingQueue(options.ageing());
    }

    /**
     * Queues a sequence.
     *
     * @throws EngineBusyException if the queue is full
     * @throws EngineClosedException after {@link #close}
     */
    public void submit(SequenceRequest request) {
        synchronized (lock) {
            if (closed) {
                throw new EngineClosedException();
            }
            if (queuedCount >= options.maxQueue() + Math.max(0, options.maxBatch() - activeCount)) {
                throw new EngineBusyException(queuedCount, retryAfter());
            }
            arrived.add(new Sequence(request, nanoTime.getAsLong()));
            queuedCount++;
        }
    }

    private Duration retryAfter() {
        Duration guess = Duration.ofNanos(typicalNanos * Math.max(1, queuedCount) / Math.max(1, options.maxBatch()));
        Duration seconds = Duration.ofSeconds(guess.toSeconds() + 1);
        return seconds.compareTo(SHORTEST_RETRY) < 0
                ? SHORTEST_RETRY
                : seconds.compareTo(LONGEST_RETRY) > 0 ? LONGEST_RETRY : seconds;
    }

    /** Number of running sequences, including those that wait for their reader. */
    public int active() {
        synchronized (lock) {
            return activeCount;
        }
    }

    /** Number of sequences that wait for their turn. */
    public int queued() {
        synchronized (lock) {
            return queuedCount;
        }
    }

    /** Number of pages of the key-value cache in use. */
    public int pagesInUse() {
        synchronized (lock) {
            return pagesInUse;
        }
    }

    /** Number of tokens generated so far. */
    public long generatedTokens() {
        synchronized (lock) {
            return generatedTokens;
        }
    }

    /** Tokens per second that steps generated recently, of all sequences together; 0 if there was no step lately. */
    public double tokensPerSecond() {
        return rate.perSecond(nanoTime.getAsLong());
    }

    /**
     * Does one step; returns whether there was anything to do.
     *
     * @throws DeviceLostException if the model can do no more steps; the sequences of this one have failed
     */
    public boolean step() {
        takeArrived();
        dropCancelled();
        admit();
        List<Sequence> batch = new ArrayList<>();
        List<Slice> slices = new ArrayList<>();
        plan(batch, slices);
        publishCounts(); // before the model works as well: a reader that has a token must see its sequence counted
        if (!slices.isEmpty()) {
            run(batch, slices);
            publishCounts();
        }
        return !slices.isEmpty();
    }

    private void takeArrived() {
        synchronized (lock) {
            for (Sequence it = arrived.poll(); it != null; it = arrived.poll()) {
                waiting.add(it);
            }
        }
    }

    private void dropCancelled() {
        waiting.remove(it -> it.owner().cancelled());
        for (Sequence sequence : List.copyOf(running)) {
            if (sequence.owner().cancelled()) {
                end(sequence);
            }
        }
    }

    private void admit() {
        long now = nanoTime.getAsLong();
        long working = running.stream().filter(it -> it.owner().ready()).count();
        while (working < options.maxBatch() && running.size() < mostRunning(options.maxBatch())) {
            Optional<Sequence> next = waiting.peek(now);
            if (next.isEmpty() || !(running.isEmpty() || fits(next.get()))) {
                return;
            }
            Sequence sequence = next.get();
            waiting.admitted(sequence);
            running.add(sequence);
            sequence.admittedNanos = now;
            try {
                sequence.start(pool);
                working++;
            } catch (Throwable e) {
                fail(sequence, failure("the answer failed", e));
            }
        }
    }

    private static EngineException failure(String what, Throwable cause) {
        return cause instanceof EngineException known
                ? known
                : new EngineException(what + ": " + cause.getMessage(), cause);
    }

    /** How many sequences can run, including those that wait for slow readers: each may have a token in one step. */
    public static int mostRunning(int maxBatch) {
        return 4 * maxBatch;
    }

    /** Whether there are free pages for the whole prompt and a little of its answer. */
    private boolean fits(Sequence sequence) {
        return pool.available() > sequence.count() / KvLayout.PAGE_TOKENS + 1;
    }

    /** Answers first, then prompts within the rest of the budget. */
    private void plan(List<Sequence> batch, List<Slice> slices) {
        List<Sequence> ready = running.stream().filter(it -> it.owner().ready()).toList();
        List<Sequence> decoding = ready.stream().filter(Sequence::decoding).toList();
        for (Sequence sequence : decoding) {
            add(sequence, 1, batch, slices);
        }
        List<Sequence> prompts = ready.stream()
                .filter(it -> !it.decoding())
                .sorted(Comparator.comparingInt(Sequence::pending))
                .toList();
        int budget = Math.min(
                decoding.isEmpty() ? options.promptTokens() : options.promptTokensBetween(),
                model.maxStepTokens() - slices.size());
        int left = prompts.size();
        for (Sequence sequence : prompts) {
            int length = Math.min(sequence.pending(), Math.ceilDiv(budget, left--));
            if (length > 0 && add(sequence, length, batch, slices)) {
                budget -= length;
            }
        }
    }

    private boolean add(Sequence sequence, int length, List<Sequence> batch, List<Slice> slices) {
        if (!running.contains(sequence)) {
            return false; // its pages were taken for an earlier one
        }
        try {
            while (!sequence.reserve(length, pool)) {
                // If no other sequence can return pages, this one waits for others to end.
                if (!preempt(batch) || !running.contains(sequence)) {
                    return false;
                }
            }
        } catch (OutOfMemoryError e) {
            fail(sequence, new EngineException("there is no memory for the keys and values of this answer", e));
            return false;
        }
        batch.add(sequence);
        slices.add(sequence.slice(length));
        return true;
    }

    /** Takes the pages of the last admitted sequence that is not part of this step yet. */
    private boolean preempt(List<Sequence> batch) {
        for (Sequence victim : running.reversed()) {
            if (!batch.contains(victim) && victim.pagesHeld() > 0) {
                victim.release(pool);
                running.remove(victim);
                waiting.putBack(victim);
                return true;
            }
        }
        return false;
    }

    private void run(List<Sequence> batch, List<Slice> slices) {
        List<StepResult> results;
        long began = nanoTime.getAsLong();
        try {
            results = model.step(slices);
        } catch (Throwable e) {
            // Errors as well: a mapped file that was truncated, or a full heap, must not end the engine.
            batch.forEach(it -> fail(it, failure("the model failed", e)));
            if (e instanceof DeviceLostException lost) {
                throw lost; // the pages of all other sequences are lost as well
            }
            return;
        }
        long tokens =
                results.stream().filter(StepResult.Token.class::isInstance).count();
        rate.add(began, nanoTime.getAsLong(), tokens);
        synchronized (lock) {
            generatedTokens += tokens;
        }
        for (int i = 0; i < batch.size(); i++) {
            Sequence sequence = batch.get(i);
            sequence.computed(slices.get(i).tokens().length, pool);
            try {
                if (!sequence.deliver(results.get(i))) {
                    end(sequence);
                }
            } catch (Throwable e) {
                fail(sequence, failure("the answer failed", e));
            }
        }
    }

    /** Ends all sequences after a step that threw, so that the scheduler has no partial state for the next ones. */
    public void failAll(Throwable cause) {
        endAll(failure("the engine failed", cause));
    }

    private void endAll(EngineException reason) {
        takeArrived();
        waiting.remove(it -> true).forEach(it -> it.owner().failed(reason));
        List.copyOf(running).forEach(it -> fail(it, reason));
        publishCounts();
    }

    private void fail(Sequence sequence, RuntimeException cause) {
        end(sequence);
        sequence.owner().failed(cause);
    }

    private void end(Sequence sequence) {
        sequence.release(pool);
        running.remove(sequence);
        waiting.ended(sequence);
        long took = nanoTime.getAsLong() - sequence.admittedNanos;
        synchronized (lock) {
            typicalNanos += (took - typicalNanos) / 8;
        }
    }

    private void publishCounts() {
        synchronized (lock) {
            queuedCount = waiting.size() + arrived.size();
            activeCount = running.size();
            pagesInUse = pool.inUse();
        }
    }

    /** Refuses new sequences and ends all others; on the thread that steps, or after it has ended. */
    public void close() {
        synchronized (lock) {
            closed = true;
        }
        endAll(new EngineClosedException());
    }

    /**
     * Refuses new sequences, fails all that have started, and returns the others, which can go elsewhere; on the thread
     * that steps.
     */
    public List<SequenceRequest> abandon(EngineException reason) {
        synchronized (lock) {
            closed = true;
        }
        takeArrived();
        List<SequenceRequest> unstarted = waiting.remove(it -> !it.started()).stream()
                .map(it -> it.request)
                .toList();
        endAll(reason);
        return unstarted;
    }
}
