package io.inference.grpc;

import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.MetadataUtils;
import io.inference.grpc.v1.ChatRequest;
import io.inference.grpc.v1.InferenceServiceGrpc;
import io.inference.grpc.v1.InferenceServiceGrpc.InferenceServiceBlockingStub;
import io.inference.grpc.v1.Message;
import java.util.concurrent.TimeUnit;

/** A caller with generated stubs. */
public final class GrpcCaller implements AutoCloseable {
    /** A question to the model that stub backends have. */
    public static final ChatRequest ASK = ChatRequest.newBuilder()
            .setModel("mock")
            .addMessages(Message.newBuilder().setRole("user").setContent("hi"))
            .build();

    private final ManagedChannel channel;

    public GrpcCaller(int port) {
        this(ManagedChannelBuilder.forAddress("localhost", port).usePlaintext().build());
    }

    public GrpcCaller(ManagedChannel channel) {
        this.channel = channel;
    }

    public ManagedChannel channel() {
        return channel;
    }

    public InferenceServiceBlockingStub stub(String... metadata) {
        return InferenceServiceGrpc.newBlockingStub(ClientInterceptors.intercept(channel, metadata(metadata)));
    }

    /** @param pairs names and values alternately */
    public static ClientInterceptor metadata(String... pairs) {
        Metadata metadata = new Metadata();
        for (int i = 0; i < pairs.length; i += 2) {
            metadata.put(Metadata.Key.of(pairs[i], Metadata.ASCII_STRING_MARSHALLER), pairs[i + 1]);
        }
        return MetadataUtils.newAttachHeadersInterceptor(metadata);
    }

    /** The reason code of a failure; empty if it has none. */
    public static String reason(StatusRuntimeException failure) {
        return detail(failure, ErrorInfo.class, ErrorInfo.getDefaultInstance()).getReason();
    }

    /** The field at fault of a failure; empty if it has none. */
    public static String field(StatusRuntimeException failure) {
        BadRequest bad = detail(failure, BadRequest.class, BadRequest.getDefaultInstance());
        return bad.getFieldViolationsCount() == 0
                ? ""
                : bad.getFieldViolations(0).getField();
    }

    /** Whether a failure gives a time for a retry. */
    public static boolean saysWhenToRetry(StatusRuntimeException failure) {
        return detail(failure, RetryInfo.class, RetryInfo.getDefaultInstance())
                        .getRetryDelay()
                        .getSeconds()
                > 0;
    }

    private static <T extends com.google.protobuf.Message> T detail(
            StatusRuntimeException failure, Class<T> type, T absent) {
        try {
            com.google.rpc.Status status = StatusProto.fromThrowable(failure);
            for (com.google.protobuf.Any any : status.getDetailsList()) {
                if (any.is(type)) {
                    return any.unpack(type);
                }
            }
            return absent;
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        channel.shutdownNow();
        try {
            channel.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
