package io.inference.grpc.server;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCall.Listener;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.health.v1.HealthGrpc;
import io.inference.api.call.Caller;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.grpc.method.CallIdentity;
import io.inference.grpc.method.Refusal;
import io.inference.grpc.method.RpcMetadata;
import io.inference.security.CallDetails;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The first to handle a call, before all methods: gives it its id, refuses it if too many calls are in progress, and
 * authenticates the caller. Only health is open to everybody.
 */
final class DoorInterceptor implements ServerInterceptor {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final RpcAuthentication authentication;
    private final CallSlots slots;

    DoorInterceptor(RpcAuthentication authentication, CallSlots slots) {
        this.authentication = authentication;
        this.slots = slots;
    }

    @Override
    public <Q, A> Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata metadata, ServerCallHandler<Q, A> next) {
        if (isHealth(call)) {
            return next.startCall(call, metadata);
        }
        String id = RpcMetadata.requestId(metadata);
        if (!slots.enter()) {
            return refuse(call, ErrorCode.OVERLOADED, "too many calls are under way; try again later", id);
        }
        boolean begun = false;
        try {
            Caller caller = authentication.authenticate(details(id, call, metadata), metadata);
            Context context = Context.current().withValue(CallIdentity.KEY, new CallIdentity(id, caller));
            Listener<Q> listener = new Leaving<>(Contexts.interceptCall(context, call, metadata, next));
            begun = true;
            return listener;
        } catch (InferenceException e) {
            return Refusal.refuse(call, e, id);
        } finally {
            if (!begun) {
                slots.leave();
            }
        }
    }

    /** Refuses all calls but those of health: for new connections to a server that stops. */
    static ServerInterceptor refusing() {
        return new ServerInterceptor() {
            @Override
            public <Q, A> Listener<Q> interceptCall(
                    ServerCall<Q, A> call, Metadata metadata, ServerCallHandler<Q, A> next) {
                return isHealth(call)
                        ? next.startCall(call, metadata)
                        : refuse(
                                call,
                                ErrorCode.UNAVAILABLE,
                                "the service is stopping",
                                RpcMetadata.requestId(metadata));
            }
        };
    }

    private static boolean isHealth(ServerCall<?, ?> call) {
        return HealthGrpc.SERVICE_NAME.equals(call.getMethodDescriptor().getServiceName());
    }

    private static <Q> Listener<Q> refuse(ServerCall<Q, ?> call, ErrorCode code, String reason, String id) {
        return Refusal.refuse(call, InferenceException.retryLater(code, reason, RETRY_AFTER), id);
    }

    private static CallDetails details(String id, ServerCall<?, ?> call, Metadata metadata) {
        return new CallDetails(
                id,
                "grpc",
                "/" + call.getMethodDescriptor().getFullMethodName(),
                peer(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR)),
                call.getAuthority(),
                metadata.get(RpcMetadata.ORIGIN),
                List.of(),
                false);
    }

    /** An unknown address never counts as local. */
    private static String peer(@Nullable SocketAddress address) {
        return address instanceof InetSocketAddress inet && inet.getAddress() != null
                ? inet.getAddress().getHostAddress()
                : "unknown";
    }

    /** Releases the place once the call is over; gRPC calls exactly one of the two methods. */
    private final class Leaving<Q> extends SimpleForwardingServerCallListener<Q> {
        Leaving(Listener<Q> listener) {
            super(listener);
        }

        @Override
        public void onComplete() {
            try {
                super.onComplete();
            } finally {
                slots.leave();
            }
        }

        @Override
        public void onCancel() {
            try {
                super.onCancel();
            } finally {
                slots.leave();
            }
        }
    }
}
