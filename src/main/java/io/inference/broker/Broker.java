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
 * The service's RabbitMQ. It is connected in the background at start-up, with retries while the service runs; after
 * each connection its topology is declared and checked before listeners are notified. While the broker is unavailable,
 * or its topology differs, the rest of the service works.
 */
public final class Broker implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Broker.class);
    private static final IntervalFunction PAUSES =
            IntervalFunction.ofExponentialBackoff(Duration.ofMillis(250), 2, Duration.ofSeconds(10));

    /** The state for operators while the broker can be used. */
    static final String UP = "up";

    private static final String DISCONNECTED = "the connection broke";

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
     * @param source gives the address of the broker; may start it. Called before every attempt
     * @param topology that the broker must have
     */
    public Broker(Callable<BrokerAddress> source, Declarables topology) {
        this.source = source;
        this.topology = topology;
    }

    /** Adds a listener; only before {@link #start}. */
    public void addListener(BrokerListener listener) {
        listeners.add(listener);
    }

    /** Starts to connect, and returns at once. */
    public void start() {
        keeper.start();
    }

    /** {@code up}, {@code starting}, or the reason why it cannot be used. */
    public String state() {
        return state;
    }

    /** Whether there is no broker, now or later; {@link #state} gives the remedy. */
    public boolean isOff() {
        return off;
    }

    /** For steps of routes that send; connects at its first use. */
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
            log.debug("closed while connecting to the broker");
        } catch (NoBrokerException e) {
            state = RootCause.message(e);
            off = true;
            log.info("the RabbitMQ door is off: {}", e.getMessage());
        } finally {
            connections.destroy();
        }
    }

    /**
     * Connects, and returns when the connection is broken.
     *
     * @return whether the broker could be used
     */
    @SuppressWarnings("CatchingUnchecked") // Every failure is retried: an operator may be about to correct the cause.
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
            logOnce(
                    RootCause.message(e),
                    "the broker's topology differs; its door stays off until that is corrected: {}");
        } catch (Exception e) {
            logOnce(RootCause.message(e), "the broker cannot be reached, retrying: {}");
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
            log.warn("the broker is disconnected; reconnecting");
        }
        state = DISCONNECTED;
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

    /** An outage is logged once, not at each attempt. */
    private void logOnce(String reason, String text) {
        boolean logged = reason.equals(state) || state.equals(DISCONNECTED);
        log.atLevel(logged || closed.getCount() == 0 ? Level.DEBUG : Level.WARN).log(text, reason);
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
