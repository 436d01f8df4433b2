package io.inference.amqp.result;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import io.inference.amqp.message.Delivery;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class UnackedDeliveriesTest {
    private final List<String> settled = new ArrayList<>();
    private final UnackedDeliveries held = new UnackedDeliveries();
    private final UUID job = UUID.randomUUID();

    private Delivery delivery(long tag) {
        return new Delivery(tag, "q", new BasicProperties(), new byte[0], new Delivery.Settlement() {
            @Override
            public void acknowledge(long acknowledged) {
                settled.add("ack " + acknowledged);
            }

            @Override
            public void requeue(long requeued) {
                settled.add("requeue " + requeued);
            }
        });
    }

    @Test
    void everyMessageOfAJobIsAcknowledgedOnceItsResultHasArrived() {
        held.hold(job, delivery(1), true);
        held.hold(job, delivery(2), true);
        held.hold(UUID.randomUUID(), delivery(3), true);
        assertThat(settled).isEmpty();
        held.release(job);
        held.release(job);
        assertThat(settled).containsExactly("ack 1", "ack 2");
        assertThat(held.size()).isEqualTo(1);
    }

    @Test
    void aJobThatEndedBeforeItsMessageWasNotedLeavesItNotBehind() {
        held.release(job);
        held.hold(job, delivery(1), true);
        assertThat(settled).containsExactly("ack 1");
        assertThat(held.size()).isZero();
    }

    @Test
    void whatIsGivenBackOrForgottenIsNotAcknowledged() {
        held.hold(job, delivery(1), true);
        held.giveBack(job);
        held.release(job);
        held.hold(UUID.randomUUID(), delivery(2), true);
        held.forget();
        assertThat(settled).containsExactly("requeue 1");
        assertThat(held.size()).isZero();
    }

    @Test
    void aMessageThatWantsTheResultElsewhereIsAcknowledgedWhenItHasGoneThere() {
        Delivery other = delivery(2);
        held.hold(job, delivery(1), true);
        held.release(job);
        held.hold(job, other, false);
        held.release(job);
        assertThat(settled).containsExactly("ack 1");
        assertThat(held.othersOf(job)).containsExactly(other);
        held.release(job, other);
        assertThat(settled).containsExactly("ack 1", "ack 2");
        assertThat(held.size()).isZero();
    }

    @Test
    void whatIsHeldForLongIsLeftToTheRowOrToTheBroker() {
        held.hold(job, delivery(1), true);
        held.hold(job, delivery(2), false);
        held.relinquish(job);
        assertThat(settled).containsExactly("ack 1", "requeue 2");
    }
}
