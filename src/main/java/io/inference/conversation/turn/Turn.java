package io.inference.conversation.turn;

import io.inference.api.call.Caller;
import io.inference.api.message.Message;
import io.inference.conversation.StoredMessage;
import io.inference.conversation.store.Owner;
import io.inference.conversation.store.TurnStore;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A turn of a conversation: the messages of one call and the answer to them. It holds its conversation until it has
 * ended. Routes read {@link #conversation} and {@link #parent}.
 */
public final class Turn {
    /** Exchange property with the turn of the call. */
    public static final String PROPERTY = "InferenceTurn";

    private final UUID id;
    private final Owner owner;
    private final UUID conversation;
    private final TurnStore.Begun begun;
    private final long parent;
    private final boolean created;
    private final Instant beganAt;
    private final AtomicReference<State> state = new AtomicReference<>(State.OPEN);
    private volatile List<Message> messages = List.of();
    private volatile @Nullable Memory memory;
    private volatile boolean repeatable;
    private volatile @Nullable StoredMessage answer;

    /**
     * What its prompt was made of.
     *
     * @param model that is asked
     * @param summarized messages that are not in the prompt, but in a summary
     * @param isSummaryDue whether a summary is due once its answer is stored
     */
    record Memory(Caller caller, String model, int summarized, boolean isSummaryDue) {}

    private enum State {
        OPEN,
        /** It ends with a stream. */
        STREAMING,
        ENDED
    }

    /**
     * @param begun the conversation when the turn began
     * @param parent number of the message that it follows; 0 for the beginning
     * @param created whether the conversation began with this turn
     */
    Turn(
            UUID id,
            Owner owner,
            UUID conversation,
            TurnStore.Begun begun,
            long parent,
            boolean created,
            Instant beganAt) {
        this.id = id;
        this.owner = owner;
        this.conversation = conversation;
        this.begun = begun;
        this.parent = parent;
        this.created = created;
        this.beganAt = beganAt;
    }

    UUID id() {
        return id;
    }

    Owner owner() {
        return owner;
    }

    public UUID conversation() {
        return conversation;
    }

    /** Number of the message that it follows; 0 for the beginning. */
    public long parent() {
        return parent;
    }

    /** Number of the newest message of the conversation when it began. */
    long lastSeq() {
        return begun.lastSeq();
    }

    /** Of what was said before: the messages up to the parent are the same as long as it is. */
    public long version() {
        return begun.version();
    }

    boolean isCreator() {
        return created;
    }

    Instant beganAt() {
        return beganAt;
    }

    /** The messages of the caller that are to be stored. */
    List<Message> messages() {
        return messages;
    }

    void setMessages(List<Message> messages) {
        this.messages = List.copyOf(messages);
    }

    /** Null if it has no prompt. */
    @Nullable
    Memory memory() {
        return memory;
    }

    void setMemory(Memory memory) {
        this.memory = memory;
    }

    /**
     * Marks it as one that may run more than once.
     *
     * @param stored the answer that a run before has stored; null for none
     */
    void repeats(@Nullable StoredMessage stored) {
        repeatable = true;
        answer = stored;
    }

    /** Whether it may run more than once; then only a complete answer is stored. */
    boolean isRepeatable() {
        return repeatable;
    }

    /** The answer that a run before has stored; null for none. */
    @Nullable
    StoredMessage answer() {
        return answer;
    }

    /** Leaves its end to a stream; false if it has ended. */
    boolean handOver() {
        return state.compareAndSet(State.OPEN, State.STREAMING);
    }

    /** Ends it if nothing else will; false if it has ended, or a stream will end it. */
    boolean abandon() {
        return state.compareAndSet(State.OPEN, State.ENDED);
    }

    boolean hasEnded() {
        return state.get() == State.ENDED;
    }

    /** Ends it; false if it had ended before. */
    boolean end() {
        return state.getAndSet(State.ENDED) != State.ENDED;
    }
}
