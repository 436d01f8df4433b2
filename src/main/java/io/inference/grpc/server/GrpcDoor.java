package io.inference.grpc.server;

import io.grpc.ServiceDescriptor;
import io.grpc.protobuf.services.HealthStatusManager;
import io.inference.call.Calls;
import io.inference.grpc.method.GrpcPublishingPoint;
import io.inference.grpc.method.MethodTable;
import io.inference.grpc.method.PublishedMethods;
import io.inference.grpc.method.RpcHandler;
import io.inference.routes.door.PublishingPoint;
import io.inference.security.AuditLog;
import io.inference.security.UserAccess;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;
import org.springframework.security.authentication.AuthenticationManager;

/** The gRPC door: a publishing point for routes, and a server that starts and stops with the web server. */
public final class GrpcDoor implements SmartLifecycle {
    /** Time for the largest message at about 7 Mbit/s. */
    private static final Duration MESSAGE_TIMEOUT = Duration.ofMinutes(2);

    private final GrpcSettings settings;
    private final GrpcServer server;
    private final GrpcPublishingPoint publishingPoint;
    private volatile boolean running;

    /**
     * @param services that routes may serve
     * @param authentication of callers
     * @param users who may call routes that do not decide themselves
     * @param calls in progress, of every door
     */
    GrpcDoor(
            GrpcSettings settings,
            List<ServiceDescriptor> services,
            AuthenticationManager authentication,
            UserAccess users,
            Calls calls,
            AuditLog audit) {
        this.settings = settings;
        var health = new HealthStatusManager();
        var slots = new CallSlots(settings.maxCalls());
        var shared = new RpcHandler.Door(settings.requestTimeout(), MESSAGE_TIMEOUT, users, calls, audit);
        var methods = new PublishedMethods(shared, health);
        this.publishingPoint = new GrpcPublishingPoint(services, methods);
        var rpcAuthentication = new RpcAuthentication(authentication, settings.authenticationOff(), audit);
        this.server = new GrpcServer(settings, methods, new DoorInterceptor(rpcAuthentication, slots), slots, health);
    }

    /** A publishing point without a server, for checking routes. */
    public static PublishingPoint forChecks() {
        return new GrpcPublishingPoint(GrpcServerConfiguration.SERVICES, new GrpcPublishingPoint.Target() {
            @Override
            public void publish(MethodTable table) {}

            @Override
            public void preview(@Nullable MethodTable table) {}
        });
    }

    /** The point at which generations publish their methods. */
    PublishingPoint publishingPoint() {
        return publishingPoint;
    }

    /** The address that it listens on. */
    public String host() {
        return settings.host();
    }

    /** Its port; 0 while it does not listen. */
    public int port() {
        return server.port();
    }

    /** Whether callers need TLS. */
    public boolean secure() {
        return settings.tls() != null;
    }

    /** @throws ListenException if it cannot listen as configured */
    @Override
    public void start() {
        try {
            server.start();
            running = true;
        } catch (GrpcTls.UnusableFileException e) {
            throw new ListenException(e.getMessage() == null ? "" : e.getMessage(), e);
        } catch (IOException e) {
            throw new ListenException(
                    "GRPC_PORT holds " + settings.port() + ", but " + settings.host() + ":" + settings.port()
                            + " cannot be listened on: it is taken, or no address of this machine",
                    e);
        }
    }

    @Override
    public void stop() {
        running = false;
        server.stop();
    }

    /** Waits on a thread of its own, so that all doors stop in parallel. */
    @Override
    public void stop(Runnable done) {
        Thread.ofPlatform().name("grpc-stop").start(() -> {
            try {
                stop();
            } finally {
                done.run();
            }
        });
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return Calls.DOORS_PHASE;
    }
}
