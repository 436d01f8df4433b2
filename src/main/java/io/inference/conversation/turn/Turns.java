package io.inference.conversation.turn;

import io.inference.api.call.Call;
import io.inference.api.call.CallListener;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.message.Message;
import io.inference.api.message.Role;
import io.inference.conversation.NewMessage;
import io.inference.conversation.store.Owner;
import io.inference.conversation.store.TurnStore;
import io.inference.conversation.summary.DueSummaries;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Phaser;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The turns of this replica. A conversation has one turn at a time, whatever replica it is on: a turn is a lease in the
 * conversation's row, prolonged while it lasts. It needs a connection only while it begins and while it ends.
 */
final class Turns implements CallListener, AutoCloseable {
    static final Duration LEASE = Duration.ofSeconds(20);

    private static final Logger log = LoggerFactory.getLogger(Turns.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(20);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(250);
    /** How long an answer is tried to be stored. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** How long a call may have ended before the stream of its answer is closed. */
    private static final Duration CLOSING = Duration.ofSeconds(10);

    private static final Duration LAST_WAIT = Duration.ofSeconds(10);
    private static final int TITLE_CHARACTERS = 80;

    private final TurnStore store;
    private final DueSummaries due;
    private final Duration wait;
    private final TurnQueue queue = new TurnQueue();
    private final Map<UUID, Held> held = new ConcurrentHashMap<>();
    /** Turns that a stream will end, by their calls. */
    private final Map<Call, Turn> streaming = new ConcurrentHashMap<>();
    /** Answers that are stored in the background; one party more for this object. */
    private final Phaser storing = new Phaser(1);

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("turn-leases").daemon().factory());
    private volatile boolean closed;

    private record Held(Turn turn, TurnQueue.Place place) {}

    /** @param wait how long a call waits for the turn before it */
    Turns(TurnStore store, DueSummaries due, Duration wait) {
        this.store = store;
        this.due = due;
        this.wait = wait;
        long period = LEASE.toMillis() / 4;
        var ignored = timer.scheduleWithFixedDelay(this::prolong, period, period, TimeUnit.MILLISECONDS);
    }

    /** Begins a conversation with its first turn. */
    Turn create(Owner owner) {
        UUID conversation = UUID.randomUUID();
        UUID id = UUID.randomUUID();
        Instant now = Instant.now();
        TurnQueue.Place place = queue.enter(conversation);
        try {
            if (!store.create(owner, conversation, id, LEASE, now)) {
                throw new IllegalStateException("a random id is in use");
            }
            return hold(new Turn(id, owner, conversation, new TurnStore.Begun(0, 0, 0, now), 0, true, now), place);
        } catch (RuntimeException | Error e) {
            place.close();
            throw e;
        }
    }

    /**
     * Begins the turn of a job, which may run more than once: each run has the same turn, and if a run before has
     * stored its answer, that is the answer.
     *
     * @param conversation null for a new one, the same in each run
     * @param parent as in {@link #begin}
     */
    Turn beginJob(Owner owner, @Nullable UUID conversation, @Nullable Long parent, Call call, String job) {
        UUID id = UUID.nameUUIDFromBytes(("turn of " + job).getBytes(StandardCharsets.UTF_8));
        UUID known = conversation;
        if (known == null) {
            known = UUID.nameUUIDFromBytes(("conversation of " + job).getBytes(StandardCharsets.UTF_8));
            boolean ignored = store.create(owner, known, id, LEASE, Instant.now());
        }
        Turn turn;
        try {
            turn = begin(owner, known, parent, call, id);
        } catch (InferenceException e) {
            throw e.code() == ErrorCode.CONFLICT
                    ? InferenceException.retryLater(ErrorCode.OVERLOADED, inUse(), LEASE)
                    : e;
        }
        turn.repeats(store.answer(turn.conversation(), id).orElse(null));
        return turn;
    }

    /**
     * Waits for the turn before, and begins one.
     *
     * @param parent number of the message to follow; null for the newest of the branch in use
     * @throws InferenceException {@code NOT_FOUND} if the owner has no such conversation, {@code CONFLICT} if the turn
     *     before does not end in time
     */
    Turn begin(Owner owner, UUID conversation, @Nullable Long parent, Call call) {
        return begin(owner, conversation, parent, call, UUID.randomUUID());
    }

    private Turn begin(Owner owner, UUID conversation, @Nullable Long parent, Call call, UUID id) {
        long deadline = System.nanoTime() + wait.toNanos();
        TurnQueue.Place place = queue.enter(conversation);
        try {
            if (!queue.await(place, wait, call)) {
                throw conflict();
            }
            TurnStore.Begun begun = claim(owner, conversation, id, deadline, call);
            long follows = parent == null ? begun.head() : parent;
            return hold(new Turn(id, owner, conversation, begun, follows, false, Instant.now()), place);
        } catch (RuntimeException | Error e) {
            place.close();
            throw e;
        }
    }

    private TurnStore.Begun claim(Owner owner, UUID conversation, UUID id, long deadline, Call call) {
        Duration pause = FIRST_PAUSE;
        while (true) {
            call.throwIfCancelled();
            TurnStore.Attempt attempt = store.begin(owner, conversation, id, LEASE);
            if (!attempt.exists()) {
                throw InferenceException.noSuch("conversation");
            }
            if (attempt.begun() != null) {
                return attempt.begun();
            }
            if (System.nanoTime() - deadline >= 0) {
                throw conflict();
            }
            sleep(pause);
            pause = shorter(pause.multipliedBy(2), LONGEST_PAUSE);
        }
    }

    private Turn hold(Turn turn, TurnQueue.Place place) {
        held.put(turn.id(), new Held(turn, place));
        return turn;
    }

    private InferenceException conflict() {
        return new InferenceException(ErrorCode.CONFLICT, inUse());
    }

    private String inUse() {
        return "the conversation is in use by another request, which has not ended within " + wait.toSeconds() + " s";
    }

    /** Leaves the end of a turn to the stream of its answer; false if the turn has ended. */
    boolean handOver(Turn turn, Call call) {
        streaming.put(call, turn);
        return turn.handOver();
    }

    @Override
    public void started(Call call) {}

    /** A route may lose the stream that would end the turn of the call. */
    @Override
    public void ended(Call call, @Nullable InferenceException failure) {
        Turn turn = streaming.remove(call);
        if (turn != null && !turn.hasEnded() && !closed) {
            var ignored = timer.schedule(
                    () -> {
                        if (turn.end()) {
                            releaseLater(turn);
                        }
                    },
                    CLOSING.toMillis(),
                    TimeUnit.MILLISECONDS);
        }
    }

    /**
     * Stores the messages of a turn that was ended, with what was answered; returns when they are stored. Tries again
     * while the database cannot be reached.
     *
     * @throws InferenceException if it cannot be stored: {@code NOT_FOUND} if the conversation was deleted
     */
    void store(Turn turn, List<NewMessage> answer) {
        try {
            List<NewMessage> all = new ArrayList<>(turn.messages().size() + answer.size());
            turn.messages().forEach(message -> all.add(new NewMessage(message, null, turn.beganAt())));
            all.addAll(answer);
            var addition = new TurnStore.Addition(
                    turn.owner(),
                    turn.conversation(),
                    turn.id(),
                    turn.parent(),
                    turn.lastSeq(),
                    title(turn.messages()),
                    all);
            TurnStore.Ended ended = add(addition, turn.isRepeatable());
            if (!ended.exists()) {
                throw InferenceException.noSuch("conversation");
            }
            if (ended.added() != null) {
                turn.stored(ended.added());
                inBackground(turn.whenStored(), turn);
            }
            Turn.Memory memory = turn.memory();
            if (memory != null && memory.isSummaryDue()) {
                due.submitLater(memory.caller(), turn.conversation(), memory.model());
            }
        } finally {
            letGo(turn);
        }
    }

    /** @param repeatable whether the turn may have been stored before */
    private TurnStore.Ended add(TurnStore.Addition addition, boolean repeatable) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        Duration pause = FIRST_PAUSE;
        boolean repeated = repeatable;
        while (true) {
            try {
                return store.add(addition, repeated, Instant.now());
            } catch (InferenceException e) {
                if (e.code() != ErrorCode.UNAVAILABLE || closed || System.nanoTime() - deadline >= 0) {
                    throw e;
                }
            }
            repeated = true;
            sleep(pause);
            pause = shorter(pause.multipliedBy(2), LONGEST_PAUSE);
        }
    }

    /** The same in the background, for a caller who does not wait for the answer any more. */
    void storeLater(Turn turn, List<NewMessage> answer) {
        inBackground(() -> store(turn, answer), turn);
    }

    /** Ends a turn that stores nothing. */
    void releaseLater(Turn turn) {
        inBackground(() -> release(turn), turn);
    }

    private void inBackground(Runnable work, Turn turn) {
        int ignored = storing.register();
        Thread unused = Thread.ofVirtual().name("turn-" + turn.conversation()).start(() -> {
            try {
                work.run();
            } catch (RuntimeException e) {
                log.warn("a turn of the conversation {} is not stored: {}", turn.conversation(), e.getMessage());
            } finally {
                int phase = storing.arriveAndDeregister();
                log.trace("stored in phase {}", phase);
            }
        });
    }

    /** Ends a turn that stores nothing. If the database cannot be reached, its lease ends it. */
    void release(Turn turn) {
        try {
            store.release(turn.conversation(), turn.id(), turn.isCreator());
        } catch (InferenceException e) {
            log.debug("the conversation {} is free when its lease ends: {}", turn.conversation(), e.getMessage());
        } finally {
            letGo(turn);
        }
    }

    private void letGo(Turn turn) {
        Held known = held.remove(turn.id());
        if (known != null) {
            known.place().close();
        }
    }

    private void prolong() {
        List<Turn> turns = held.values().stream().map(Held::turn).toList();
        if (turns.isEmpty()) {
            return;
        }
        try {
            store.prolong(
                    turns.stream().map(Turn::conversation).toList(),
                    turns.stream().map(Turn::id).toList(),
                    LEASE);
        } catch (RuntimeException e) {
            log.debug("the leases of {} turns are not prolonged: {}", turns.size(), e.getMessage());
        }
    }

    /** The beginning of the first text of a user. */
    private static String title(List<Message> messages) {
        String text = messages.stream()
                .filter(message -> message.role() == Role.USER)
                .map(message -> message.content().strip())
                .filter(content -> !content.isEmpty())
                .findFirst()
                .orElse("");
        String line = text.lines().findFirst().orElse("");
        int length = Math.min(line.length(), TITLE_CHARACTERS);
        boolean splits = length > 0 && length < line.length() && Character.isHighSurrogate(line.charAt(length - 1));
        return line.substring(0, splits ? length - 1 : length);
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private static void sleep(Duration pause) {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Call.cancellation(ErrorCode.UNAVAILABLE);
        }
    }

    /** Waits a moment for answers that are being stored. */
    @Override
    public void close() {
        closed = true;
        timer.shutdownNow();
        int phase = storing.arriveAndDeregister();
        try {
            int ignored = storing.awaitAdvanceInterruptibly(phase, LAST_WAIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException e) {
            log.warn("some turns of conversations are not stored at the stop");
        }
    }
}
