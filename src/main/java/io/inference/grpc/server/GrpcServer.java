package io.inference.grpc.server;

import io.grpc.Server;
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
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one server of the door. Generations of routes come and go beneath it. Its stop lets nobody new in and waits for the calls under
 * way: connections are told to go elsewhere, and health, which is still answered, says so too.
 */
final class GrpcServer {
    private static final Logger log = LoggerFactory.getLogger(GrpcServer.class);
    private static final int FAREWELL_TRIES = 50;
    private static final long FAREWELL_PAUSE_NANOS = 20_000_000;
    private static final int MAX_METADATA_BYTES = 16 * 1024;
    private static final int PING_SECONDS = 30;
    private static final int PING_ANSWER_SECONDS = 10;
    private static final int CALLERS_PING_SECONDS = 10;
    private static final int LAST_WORDS_SECONDS = 2;

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
     * @throws IOException when the port cannot be had
     * @throws GrpcTls.UnusableFileException when TLS cannot be
     */
    void start() throws IOException {
        GrpcTls certificates = settings.tls() == null ? null : new GrpcTls(settings.tls());
        acceptor = new NioEventLoopGroup(1, new DefaultThreadFactory("grpc-accept", true));
        workers = new NioEventLoopGroup(settings.workers(), new DefaultThreadFactory("grpc-io", true));
        tls = certificates;
        boolean listening = false;
        try {
            server = builder(acceptor, workers, settings.port()).build().start();
            listening = true;
        } finally {
            if (!listening) {
                release();
            }
        }
    }

    private NettyServerBuilder builder(EventLoopGroup acceptor, EventLoopGroup workers, int port) {
        NettyServerBuilder builder = NettyServerBuilder.forAddress(new InetSocketAddress(settings.host(), port))
                .bossEventLoopGroup(acceptor)
                .workerEventLoopGroup(workers)
                .channelType(NioServerSocketChannel.class)
                .executor(threads)
                .maxInboundMessageSize(settings.maxMessageBytes())
                .maxInboundMetadataSize(MAX_METADATA_BYTES)
                // Too many calls are told so, rather than left to wait at the caller; this bounds what a connection may
                // try.
                .maxConcurrentCallsPerConnection(2 * settings.maxCalls())
                .keepAliveTime(PING_SECONDS, TimeUnit.SECONDS)
                .keepAliveTimeout(PING_ANSWER_SECONDS, TimeUnit.SECONDS)
                .permitKeepAliveTime(CALLERS_PING_SECONDS, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true)
                .intercept(door)
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

    /** Where it listens; 0 while it does not. */
    int port() {
        Server running = server;
        return running == null ? 0 : running.getPort();
    }

    /** Returns once the calls under way are done, or cancelled since their grace was over. */
    void stop() {
        Server running = server;
        if (running == null || acceptor == null || workers == null) {
            return;
        }
        int port = running.getPort();
        health.enterTerminalState();
        slots.refuseNew();
        running.shutdown();
        Server farewell = slots.any() ? farewell(acceptor, workers, port) : null;
        try {
            end(running);
            if (farewell != null) {
                farewell.shutdownNow();
            }
        } finally {
            server = null;
            release();
        }
    }

    /** Answers on the same port that nobody is served any more, until the last call is over; null where the port was lost. */
    private @Nullable Server farewell(EventLoopGroup acceptor, EventLoopGroup workers, int port) {
        // The socket of the server that shuts down is closed by another thread, a moment later.
        for (int tries = 0; tries < FAREWELL_TRIES; tries++) {
            try {
                return builder(acceptor, workers, port).build().start();
            } catch (IOException e) {
                log.debug("the port is not free for its last words", e);
                LockSupport.parkNanos(FAREWELL_PAUSE_NANOS);
            }
        }
        return null;
    }

    /** Waits for the calls; gives those that are cancelled since the grace is over a moment to be told so. Streams of health are cut. */
    private void end(Server running) {
        try {
            slots.awaitNone(settings.grace().plusSeconds(LAST_WORDS_SECONDS));
            if (!running.awaitTermination(LAST_WORDS_SECONDS, TimeUnit.SECONDS)) {
                running.shutdownNow();
                boolean ignored = running.awaitTermination(LAST_WORDS_SECONDS, TimeUnit.SECONDS);
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
            var ignored = acceptor.shutdownGracefully(0, LAST_WORDS_SECONDS, TimeUnit.SECONDS);
        }
        if (workers != null) {
            var ignored = workers.shutdownGracefully(0, LAST_WORDS_SECONDS, TimeUnit.SECONDS);
        }
    }
}
