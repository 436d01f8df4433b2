package io.inference.grpc.method;

import com.google.protobuf.Message;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.call.Calls;
import io.inference.security.AuditLog;
import io.inference.security.UserAccess;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Starts the calls of one method, each on the generation that serves at that time. */
public final class RpcHandler implements ServerCallHandler<Object, Message> {
    private final String fullMethodName;
    private final PublishedMethods methods;
    private final Door door;

    /**
     * Parts that all methods share.
     *
     * @param requestTimeout upper limit of a call's deadline
     * @param messageTimeout how long the service waits for a call's message
     * @param users who may call routes that do not decide themselves
     */
    public record Door(
            Duration requestTimeout, Duration messageTimeout, UserAccess users, Calls calls, AuditLog audit) {}

    RpcHandler(String fullMethodName, PublishedMethods methods, Door door) {
        this.fullMethodName = fullMethodName;
        this.methods = methods;
        this.door = door;
    }

    @Override
    public ServerCall.Listener<Object> startCall(ServerCall<Object, Message> rpc, Metadata metadata) {
        CallIdentity visitor = CallIdentity.current();
        PublishedMethods.Method entered;
        try {
            entered = enter(metadata, visitor);
        } catch (InferenceException e) {
            return Refusal.refuse(rpc, e, visitor.id());
        }
        Call call = new Call(visitor.id(), "grpc", timeout());
        call.setCaller(visitor.caller().subject());
        RpcRun run = new RpcRun(rpc, metadata, entered, door, door.calls().open(call), visitor.caller());
        run.begin();
        return run;
    }

    private PublishedMethods.Method enter(Metadata metadata, CallIdentity visitor) {
        boolean preview = "candidate".equalsIgnoreCase(metadata.get(RpcMetadata.GENERATION));
        if (preview && !visitor.caller().admin()) {
            String subject = visitor.caller().subject();
            door.audit().refused(visitor.id(), subject, "grpc", "/" + fullMethodName, "forbidden", "preview");
            throw new InferenceException(ErrorCode.FORBIDDEN, RpcMetadata.GENERATION.name() + " is for admins");
        }
        PublishedMethods.Method entered = methods.enter(fullMethodName, preview);
        if (entered == null) {
            throw new InferenceException(ErrorCode.NOT_CONFIGURED, "no route of this service serves " + fullMethodName);
        }
        return entered;
    }

    private Duration timeout() {
        Deadline deadline = Context.current().getDeadline();
        if (deadline == null) {
            return door.requestTimeout();
        }
        Duration left = Duration.ofNanos(deadline.timeRemaining(TimeUnit.NANOSECONDS));
        return left.compareTo(door.requestTimeout()) < 0 ? left : door.requestTimeout();
    }
}
