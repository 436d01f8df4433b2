package io.inference.broker;

import com.rabbitmq.client.Connection;
import io.github.resilience4j.core.IntervalFunction;
import io.inference.connect.RootCause;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.springframework.amqp.core.Declarables;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;
import org.springframework.amqp.rabbit.connection.ConnectionFactory;

/**
 * The service's RabbitMQ. It is connected to beside the start, again and again for as long as the service runs; each time its topology is
 * declared and checked before anybody hears of it. While it is away, or is not as it has to be, nothing else of the service is concerned.
 */
public final class Broker implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Broker.class);
    private static final IntervalFunction PAUSES =
            IntervalFunction.ofExponentialBackoff(Duration.ofMillis(250), 2, Duration.ofSeconds(10));

    /** What an operator is told while the broker can be used. */
    static final String UP = "up";

    private static final String GONE = "the connection broke";

    private final Callable<BrokerAddress> source;
    private final Declarables topology;
    private final List<BrokerListener> listeners = new CopyOnWriteArrayList<>();
    private final com.rabbitmq.client.ConnectionFactory client = ClientFactory.make();
    private final CachingConnectionFactory connections = ClientFactory.spring(client);
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread keeper = Thread.ofVirtual().name("broker").unstarted(this::keep);
    private volatile String state = "starting";
    private volatile boolean off;

    /**
     * @param source says where the broker is; may start it. Asked before every attempt
     * @param topology what has to be there
     */
    public Broker(Callable<BrokerAddress> source, Declarables topology) {
        this.source = source;
        this.topology = topology;
    }

    /** Before {@link #start}. */
    public void addListener(BrokerListener listener) {
        listeners.add(listener);
    }

    /** Begins to connect, and returns at once. */
    public void start() {
        keeper.start();
    }

    /** {@code up}, {@code starting}, or why it cannot be used. */
    public String state() {
        return state;
    }

    /** Whether there is no broker, now or later; {@link #state} says what would change that. */
    public boolean isOff() {
        return off;
    }

    /** For steps of routes that send; connects when it is used. */
    public ConnectionFactory connections() {
        return connections;
    }

    private void keep() {
        try {
            int attempts = 0;
            while (closed.getCount() > 0) {
                attempts = serveOnce() ? 1 : attempts + 1;
                if (closed.await(PAUSES.apply(attempts), TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            log.debug("closed while the broker was being reached");
        } catch (NoBrokerException e) {
            state = RootCause.message(e);
            off = true;
            log.info("the RabbitMQ door is off: {}", e.getMessage());
        } finally {
            connections.destroy();
        }
    }

    /**
     * Connects, and stays until the connection is gone.
     *
     * @return whether the broker could be used
     */
    @SuppressWarnings("CatchingUnchecked") // Whatever fails is tried again: an administrator may be about to mend it.
    private boolean serveOnce() throws InterruptedException, NoBrokerException {
        boolean served = false;
        try {
            BrokerAddress settings = source.call();
            ClientFactory.aim(client, connections, settings);
            Semaphore lost = new Semaphore(0);
            Connection consuming = open(connections, lost);
            Connection publishing = open(connections.getPublisherConnectionFactory(), lost);
            Topology.declare(topology, connections, consuming);
            served = true;
            serve(settings, consuming, publishing, lost);
        } catch (InterruptedException | NoBrokerException e) {
            throw e;
        } catch (TopologyException e) {
            tell(
                    RootCause.message(e),
                    "the broker is not as this service needs it, its door stays off until that is mended: {}");
        } catch (Exception e) {
            tell(RootCause.message(e), "the broker cannot be reached, trying on: {}");
        } finally {
            connections.resetConnection();
        }
        return served;
    }

    private void serve(BrokerAddress settings, Connection consuming, Connection publishing, Semaphore lost)
            throws InterruptedException {
        state = UP;
        log.info("broker {}", settings);
        listeners.forEach(listener -> listener.up(consuming, publishing));
        try {
            lost.acquire();
        } finally {
            listeners.forEach(BrokerListener::down);
        }
        if (closed.getCount() > 0) {
            log.warn("the broker has gone; connecting again until it is back");
        }
        state = GONE;
    }

    private static Connection open(@Nullable ConnectionFactory factory, Semaphore lost) {
        if (factory == null) {
            throw new IllegalStateException("no connection factory");
        }
        Connection connection = factory.createConnection().getDelegate();
        if (connection == null) {
            throw new IllegalStateException("no connection");
        }
        connection.addShutdownListener(cause -> lost.release());
        return connection;
    }

    /** An outage is told once, not once a try. */
    private void tell(String reason, String text) {
        boolean told = reason.equals(state) || state.equals(GONE);
        log.atLevel(told || closed.getCount() == 0 ? Level.DEBUG : Level.WARN).log(text, reason);
        state = reason;
    }

    @Override
    public void close() {
        closed.countDown();
        keeper.interrupt();
        try {
            keeper.join(Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
