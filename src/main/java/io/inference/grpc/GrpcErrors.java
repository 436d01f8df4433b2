package io.inference.grpc;

import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import java.time.Duration;

/** Failures in gRPC's form: the status from {@link ErrorCode}'s table, and machine-readable details. */
public final class GrpcErrors {
    /** Domain of {@link ErrorInfo}: the owner of the reason codes. */
    public static final String DOMAIN = "inference.io";

    private GrpcErrors() {}

    public static Code code(ErrorCode code) {
        return Code.valueOf(code.grpcStatus());
    }

    /**
     * @param callId names the call in the service's logs
     * @return status and trailers together
     */
    public static StatusRuntimeException of(InferenceException failure, String callId) {
        String message = failure.getMessage() == null ? failure.code().reason() : failure.getMessage();
        Status.Builder status = Status.newBuilder()
                .setCode(code(failure.code()).value())
                .setMessage(message)
                .addDetails(Any.pack(ErrorInfo.newBuilder()
                        .setReason(failure.code().reason())
                        .setDomain(DOMAIN)
                        .putMetadata("request_id", callId)
                        .build()));
        failure.retryAfter()
                .ifPresent(wait -> status.addDetails(Any.pack(
                        RetryInfo.newBuilder().setRetryDelay(duration(wait)).build())));
        failure.param()
                .ifPresent(field -> status.addDetails(Any.pack(BadRequest.newBuilder()
                        .addFieldViolations(BadRequest.FieldViolation.newBuilder()
                                .setField(field)
                                .setDescription(message)
                                .setReason(failure.code().reason()))
                        .build())));
        return StatusProto.toStatusRuntimeException(status.build());
    }

    private static com.google.protobuf.Duration duration(Duration wait) {
        return com.google.protobuf.Duration.newBuilder()
                .setSeconds(wait.toSeconds())
                .setNanos(wait.getNano())
                .build();
    }
}
