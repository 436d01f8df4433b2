package io.inference.broker;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes with confirms, on one channel, in the order of the calls. A return comes before its confirm and names the message, so that both
 * together say what became of it. Safe for use by many threads.
 */
public final class Publisher implements BrokerListener {
    private static final Logger log = LoggerFactory.getLogger(Publisher.class);

    private final Duration confirmWait;
    private final ReentrantLock publishing = new ReentrantLock();
    private volatile @Nullable Connection connection;
    private volatile boolean blocked;
    private @Nullable Session session;

    /** @param confirmWait after which a message that is neither confirmed nor refused is {@link PublishOutcome#UNKNOWN} */
    public Publisher(Duration confirmWait) {
        this.confirmWait = confirmWait;
    }

    @Override
    public void up(Connection consuming, Connection publishing) {
        blocked = false;
        publishing.addBlockedListener(
                reason -> {
                    log.warn("the broker takes no messages for now: {}", reason);
                    blocked = true;
                },
                () -> {
                    log.info("the broker takes messages again");
                    blocked = false;
                });
        connection = publishing;
    }

    @Override
    public void down() {
        connection = null;
    }

    /**
     * Never fails: what cannot be published now is {@link PublishOutcome#UNKNOWN}; what never can, since it does not fit into AMQP's frames,
     * {@link PublishOutcome#RETURNED}.
     */
    public CompletableFuture<PublishOutcome> publish(OutgoingMessage message) {
        publishing.lock();
        try {
            return open().publish(message)
                    .completeOnTimeout(PublishOutcome.UNKNOWN, confirmWait.toMillis(), TimeUnit.MILLISECONDS);
        } catch (IllegalArgumentException e) {
            log.warn(
                    "{} is no message that AMQP takes: {}", message.properties().getMessageId(), e.getMessage());
            return CompletableFuture.completedFuture(PublishOutcome.RETURNED);
        } catch (IOException | RuntimeException e) {
            log.debug("not published: {}", e.getMessage());
            return CompletableFuture.completedFuture(PublishOutcome.UNKNOWN);
        } finally {
            publishing.unlock();
        }
    }

    private Session open() throws IOException {
        if (blocked) {
            // It reads no more: whoever writes on would wait for it, job after job.
            throw new IOException("the broker is short of memory or disk");
        }
        Session open = session;
        if (open != null && open.channel.isOpen()) {
            return open;
        }
        Connection live = connection;
        Channel channel = live == null ? null : live.createChannel();
        if (channel == null) {
            throw new IOException("the broker is away");
        }
        open = new Session(channel);
        session = open;
        return open;
    }

    /** One channel and what it still owes an answer for. */
    private static final class Session {
        private final Channel channel;
        private final ConcurrentNavigableMap<Long, Pending> pending = new ConcurrentSkipListMap<>();
        private final Map<String, Pending> byId = new ConcurrentHashMap<>();

        private record Pending(String id, CompletableFuture<PublishOutcome> outcome) {}

        Session(Channel channel) throws IOException {
            this.channel = channel;
            channel.confirmSelect();
            channel.addReturnListener(returned -> {
                Pending message =
                        byId.get(String.valueOf(returned.getProperties().getMessageId()));
                if (message != null) {
                    message.outcome.complete(PublishOutcome.RETURNED);
                }
            });
            channel.addConfirmListener(
                    (tag, multiple) -> settle(tag, multiple, PublishOutcome.CONFIRMED),
                    (tag, multiple) -> settle(tag, multiple, PublishOutcome.UNKNOWN));
            channel.addShutdownListener(cause -> settle(Long.MAX_VALUE, true, PublishOutcome.UNKNOWN));
        }

        CompletableFuture<PublishOutcome> publish(OutgoingMessage message) throws IOException {
            long sequence = channel.getNextPublishSeqNo();
            Pending entry = new Pending(String.valueOf(message.properties().getMessageId()), new CompletableFuture<>());
            pending.put(sequence, entry);
            byId.put(entry.id, entry);
            // Also one that is given up is no longer waited for.
            var ignored = entry.outcome.whenComplete((outcome, failure) -> {
                pending.remove(sequence);
                byId.remove(entry.id, entry);
            });
            try {
                channel.basicPublish(
                        message.exchange(),
                        message.routingKey(),
                        message.mandatory(),
                        message.properties(),
                        message.body());
            } catch (IOException | RuntimeException e) {
                entry.outcome.complete(PublishOutcome.UNKNOWN);
                // The client has counted a message that the broker never saw: the confirms from now on would be of
                // others.
                channel.abort();
                throw e;
            }
            if (!channel.isOpen()) {
                entry.outcome.complete(PublishOutcome.UNKNOWN);
            }
            return entry.outcome;
        }

        private void settle(long tag, boolean multiple, PublishOutcome outcome) {
            if (multiple) {
                pending.headMap(tag, true).values().forEach(one -> one.outcome.complete(outcome));
                return;
            }
            Pending one = pending.get(tag);
            if (one != null) {
                one.outcome.complete(outcome);
            }
        }
    }
}
