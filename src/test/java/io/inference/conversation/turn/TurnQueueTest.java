package io.inference.conversation.turn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class TurnQueueTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final UUID ONE = new UUID(0, 1);

    private final TurnQueue queue = new TurnQueue();
    private final Call call = new Call("c", "test", LONG);

    @Test
    void callsGoOnInTheOrderInWhichTheyCame() {
        TurnQueue.Place first = queue.enter(ONE);
        TurnQueue.Place second = queue.enter(ONE);
        TurnQueue.Place third = queue.enter(ONE);
        assertThat(queue.await(first, LONG, call)).isTrue();
        assertThat(queue.await(second, Duration.ZERO, call)).isFalse();
        first.close();
        assertThat(queue.await(second, LONG, call)).isTrue();
        assertThat(queue.await(third, Duration.ZERO, call)).isFalse();
        second.close();
        second.close();
        assertThat(queue.await(third, LONG, call)).isTrue();
    }

    @Test
    void oneThatGivesUpLetsTheNextGoOn() {
        TurnQueue.Place first = queue.enter(ONE);
        TurnQueue.Place second = queue.enter(ONE);
        TurnQueue.Place third = queue.enter(ONE);
        second.close();
        first.close();
        assertThat(queue.await(third, LONG, call)).isTrue();
    }

    @Test
    void otherConversationsDoNotWait() {
        TurnQueue.Place first = queue.enter(ONE);
        assertThat(queue.await(queue.enter(new UUID(0, 2)), Duration.ZERO, call))
                .isTrue();
        first.close();
        assertThat(queue.await(queue.enter(ONE), Duration.ZERO, call)).isTrue();
    }

    @Test
    void aCancelledCallWaitsNoLonger() throws Exception {
        TurnQueue.Place first = queue.enter(ONE);
        TurnQueue.Place second = queue.enter(ONE);
        CompletableFuture<Boolean> waiting =
                CompletableFuture.supplyAsync(() -> queue.await(second, LONG, call), Thread::startVirtualThread);
        call.cancel(ErrorCode.CANCELLED);
        assertThatThrownBy(waiting::get).hasRootCauseInstanceOf(InferenceException.class);
        first.close();
    }
}
