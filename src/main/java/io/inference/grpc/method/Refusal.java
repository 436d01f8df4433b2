package io.inference.grpc.method;

import com.google.protobuf.Message;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.StatusRuntimeException;
import io.inference.api.error.InferenceException;
import io.inference.grpc.GrpcErrors;

/** Ends a call that was not begun. */
public final class Refusal {
    private Refusal() {}

    static ServerCallHandler<Object, Message> handler(InferenceException failure) {
        return (call, headers) -> refuse(call, failure, CallIdentity.current().id());
    }

    /** @return a listener that ignores every event */
    public static <Q> ServerCall.Listener<Q> refuse(ServerCall<Q, ?> call, InferenceException failure, String callId) {
        StatusRuntimeException status = GrpcErrors.of(failure, callId);
        Metadata trailers = status.getTrailers() == null ? new Metadata() : status.getTrailers();
        trailers.put(RpcMetadata.REQUEST_ID, callId);
        call.close(status.getStatus(), trailers);
        return new ServerCall.Listener<>() {};
    }
}
