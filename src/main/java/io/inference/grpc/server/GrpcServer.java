package io.inference.grpc.server;

import io.grpc.Server;
import io.grpc.ServerInterceptor;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.inference.grpc.method.PublishedMethods;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one server of the door. It outlives generations of routes. Its stop waits for the calls in progress: connections
 * get a GOAWAY, and health, which is still answered, reports NOT_SERVING. A call that was on its way when its caller
 * learned that is served, since its caller would not try it again; new connections are refused.
 */
final class GrpcServer {
    private static final Logger log = LoggerFactory.getLogger(GrpcServer.class);
    private static final int REBIND_TRIES = 250;
    private static final long REBIND_PAUSE_NANOS = 20_000_000;
    private static final int MAX_METADATA_BYTES = 16 * 1024;
    private static final int PING_SECONDS = 30;
    private static final int PING_ANSWER_SECONDS = 10;
    private static final int CALLERS_PING_SECONDS = 10;
    private static final int LAST_ANSWER_SECONDS = 2;

    private final GrpcSettings settings;
    private final PublishedMethods methods;
    private final DoorInterceptor door;
    private final CallSlots slots;
    private final HealthStatusManager health;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("grpc-", 0).factory());
    private @Nullable GrpcTls tls;
    private @Nullable EventLoopGroup acceptor;
    private @Nullable EventLoopGroup workers;
    private @Nullable Server server;

    GrpcServer(
            GrpcSettings settings,
            PublishedMethods methods,
            DoorInterceptor door,
            CallSlots slots,
            HealthStatusManager health) {
        this.settings = settings;
        this.methods = methods;
        this.door = door;
        this.slots = slots;
        this.health = health;
    }

    /**
     * @throws IOException if the port cannot be opened
     * @throws GrpcTls.UnusableFileException if the TLS files cannot be used
     */
    void start() throws IOException {
        GrpcTls certificates = settings.tls() == null ? null : new GrpcTls(settings.tls());
        acceptor = new NioEventLoopGroup(1, new DefaultThreadFactory("grpc-accept", true));
        workers = new NioEventLoopGroup(settings.workers(), new DefaultThreadFactory("grpc-io", true));
        tls = certificates;
        boolean listening = false;
        try {
            server = builder(acceptor, workers, settings.port(), door).build().start();
            listening = true;
        } finally {
            if (!listening) {
                release();
            }
        }
    }

    private NettyServerBuilder builder(
            EventLoopGroup acceptor, EventLoopGroup workers, int port, ServerInterceptor first) {
        NettyServerBuilder builder = NettyServerBuilder.forAddress(new InetSocketAddress(settings.host(), port))
                .bossEventLoopGroup(acceptor)
                .workerEventLoopGroup(workers)
                .channelType(NioServerSocketChannel.class)
                .executor(threads)
                .maxInboundMessageSize(settings.maxMessageBytes())
                .maxInboundMetadataSize(MAX_METADATA_BYTES)
                // Calls over the limit are refused, rather than left waiting at the client; this bounds the calls of
                // one connection.
                .maxConcurrentCallsPerConnection(2 * settings.maxCalls())
                .keepAliveTime(PING_SECONDS, TimeUnit.SECONDS)
                .keepAliveTimeout(PING_ANSWER_SECONDS, TimeUnit.SECONDS)
                .permitKeepAliveTime(CALLERS_PING_SECONDS, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true)
                .intercept(first)
                .addService(health.getHealthService())
                .fallbackHandlerRegistry(methods);
        if (settings.reflection()) {
            builder.addService(ProtoReflectionServiceV1.newInstance());
            builder.addService(io.grpc.protobuf.services.ProtoReflectionService.newInstance());
        }
        if (tls != null) {
            builder.sslContext(tls.context());
        }
        return builder;
    }

    /** The port that it listens on; 0 while it does not listen. */
    int port() {
        Server running = server;
        return running == null ? 0 : running.getPort();
    }

    /** Returns once the calls in progress have ended, or were cancelled after their grace. */
    void stop() {
        Server running = server;
        if (running == null || acceptor == null || workers == null) {
            return;
        }
        int port = running.getPort();
        health.enterTerminalState();
        running.shutdown();
        Server refusing = slots.any() ? refusingServer(acceptor, workers, port) : null;
        try {
            end(running);
            if (refusing != null) {
                refusing.shutdownNow();
            }
        } finally {
            server = null;
            release();
        }
    }

    /**
     * Opens a server on the same port that refuses every call until the last call in progress has ended; null if the
     * port was lost.
     */
    private @Nullable Server refusingServer(EventLoopGroup acceptor, EventLoopGroup workers, int port) {
        // Another thread closes the socket of the stopping server, a moment later.
        for (int tries = 0; tries < REBIND_TRIES; tries++) {
            try {
                return builder(acceptor, workers, port, DoorInterceptor.refusing())
                        .build()
                        .start();
            } catch (IOException e) {
                log.debug("the port is not free for the server that refuses calls", e);
                LockSupport.parkNanos(REBIND_PAUSE_NANOS);
            }
        }
        return null;
    }

    /**
     * Waits for the calls, and for those that came before their callers read the GOAWAY. Gives the clients of calls
     * that are cancelled after the grace a moment to receive that. Health streams are cut.
     */
    private void end(Server running) {
        Duration longest = settings.grace().plusSeconds(LAST_ANSWER_SECONDS);
        long until = System.nanoTime() + longest.toNanos();
        try {
            boolean ended;
            do {
                slots.awaitNone(Duration.ofNanos(until - System.nanoTime()));
                ended = running.awaitTermination(LAST_ANSWER_SECONDS, TimeUnit.SECONDS);
            } while (!ended && slots.any() && System.nanoTime() < until);
            if (!ended) {
                running.shutdownNow();
                boolean ignored = running.awaitTermination(LAST_ANSWER_SECONDS, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            running.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    private void release() {
        threads.shutdown();
        if (tls != null) {
            tls.close();
        }
        if (acceptor != null) {
            var ignored = acceptor.shutdownGracefully(0, LAST_ANSWER_SECONDS, TimeUnit.SECONDS);
        }
        if (workers != null) {
            var ignored = workers.shutdownGracefully(0, LAST_ANSWER_SECONDS, TimeUnit.SECONDS);
        }
    }
}
