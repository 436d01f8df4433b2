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
 * Publishes with confirms, on one channel, in the order of the calls. A return arrives before its confirm and names the
 * message, so that both together give the outcome. Thread-safe.
 */
public final class Publisher implements BrokerListener {
    private static final Logger log = LoggerFactory.getLogger(Publisher.class);

    private final Duration confirmWait;
    private final ReentrantLock publishing = new ReentrantLock();
    private volatile @Nullable Connection connection;
    private volatile boolean blocked;
    private @Nullable Session session;

    /**
     * @param confirmWait after which a message that is neither confirmed nor refused is {@link PublishOutcome#UNKNOWN}
     */
    public Publisher(Duration confirmWait) {
        this.confirmWait = confirmWait;
    }

    @Override
    public void up(Connection consuming, Connection publishing) {
        blocked = false;
        publishing.addBlockedListener(
                reason -> {
                    log.warn("the broker accepts no messages now: {}", reason);
                    blocked = true;
                },
                () -> {
                    log.info("the broker accepts messages again");
                    blocked = false;
                });
        connection = publishing;
    }

    @Override
    public void down() {
        connection = null;
    }

    /**
     * Never fails: a message that cannot be published now is {@link PublishOutcome#UNKNOWN}; one that never can, since
     * it does not fit into AMQP's frames, {@link PublishOutcome#RETURNED}.
     */
    public CompletableFuture<PublishOutcome> publish(OutgoingMessage message) {
        publishing.lock();
        try {
            return open().publish(message)
                    .completeOnTimeout(PublishOutcome.UNKNOWN, confirmWait.toMillis(), TimeUnit.MILLISECONDS);
        } catch (IllegalArgumentException e) {
            log.warn(
                    "AMQP cannot carry the message {}: {}", message.properties().getMessageId(), e.getMessage());
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
            // The broker no longer reads: a writer would block, and with it job after job.
            throw new IOException("the broker is short of memory or disk");
        }
        Session open = session;
        if (open != null && open.channel.isOpen()) {
            return open;
        }
        Connection live = connection;
        Channel channel = live == null ? null : live.createChannel();
        if (channel == null) {
            throw new IOException("the broker is unavailable");
        }
        open = new Session(channel);
        session = open;
        return open;
    }

    /** One channel and its unconfirmed messages. */
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
            // A message that has timed out is removed too.
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
                // The client has counted a message that the broker never received: later confirms would be assigned to
                // the wrong messages.
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
