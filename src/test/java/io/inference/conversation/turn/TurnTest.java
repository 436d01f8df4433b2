package io.inference.conversation.turn;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.conversation.store.Owner;
import io.inference.conversation.store.TurnStore;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class TurnTest {
    private static final Instant BEFORE = Instant.EPOCH;
    private static final Instant AFTER = BEFORE.plusSeconds(1);

    private final Turn turn = new Turn(
            UUID.randomUUID(),
            new Owner("alice", ""),
            UUID.randomUUID(),
            new TurnStore.Begun(1, 1, 7, BEFORE),
            1,
            false,
            BEFORE);

    @Test
    void afterItTheConversationHasTheMessagesBeforeItAndItsOwn() {
        turn.setRows(List.of(row(1, "one")));
        assertThat(turn.after()).as("not stored").isEmpty();
        turn.stored(new TurnStore.Added(AFTER, List.of(row(2, "two"))));
        assertThat(turn.after()).contains(new Turn.After(7, AFTER, List.of(row(1, "one"), row(2, "two"))));
    }

    @Test
    void aLargeConversationIsNotKept() {
        turn.setRows(List.of(row(1, "x".repeat(999_990))));
        turn.stored(new TurnStore.Added(AFTER, List.of(row(2, "0123456789"))));
        assertThat(turn.after()).isPresent();
        turn.stored(new TurnStore.Added(AFTER, List.of(row(2, "0123456789+"))));
        assertThat(turn.after()).isEmpty();
        turn.setRows(List.of(row(1, "x".repeat(1_000_001))));
        turn.stored(new TurnStore.Added(AFTER, List.of(row(2, "y"))));
        assertThat(turn.after()).isEmpty();
    }

    private static Map<String, Object> row(long seq, String content) {
        return Map.of("seq", seq, "content", content);
    }
}
