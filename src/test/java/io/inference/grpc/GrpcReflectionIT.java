package io.inference.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.DynamicMessage;
import io.grpc.CallOptions;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.inference.RunningService;
import io.inference.stub.StubServer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A caller that does not know the service's types and fetches them from the service, as grpcurl does. */
class GrpcReflectionIT {
    private static StubServer upstream;
    private static RunningService service;
    private static GrpcCaller caller;

    @BeforeAll
    static void start() {
        upstream = StubOpenAi.answering();
        service = RunningService.start("--inference-services-openai-base-url=" + upstream.url() + "/v1");
        caller = new GrpcCaller(service.grpcPort());
    }

    @AfterAll
    static void stop() {
        caller.close();
        service.close();
        upstream.close();
    }

    @Test
    void everyServiceIsListed() throws Exception {
        var listed =
                ask(ServerReflectionRequest.newBuilder().setListServices("").build());
        assertThat(listed.getListServicesResponse().getServiceList())
                .extracting(service -> service.getName())
                .contains("inference.v1.InferenceService", "inference.GRPCInferenceService", "grpc.health.v1.Health");
    }

    @Test
    void aChatIsAnsweredByWhatReflectionTells() throws Exception {
        MethodDescriptor chat = service("inference.v1.InferenceService", "Chat");
        DynamicMessage answer = call(chat, question(chat.getInputType()));
        DynamicMessage message =
                (DynamicMessage) answer.getField(answer.getDescriptorForType().findFieldByName("message"));
        assertThat(message.getField(message.getDescriptorForType().findFieldByName("content")))
                .isEqualTo("hello");
    }

    @Test
    void withoutReflectionNothingIsListed() {
        try (RunningService silent = RunningService.start("--grpc-enable-reflection=false");
                GrpcCaller stranger = new GrpcCaller(silent.grpcPort())) {
            StatusRuntimeException failure = catchThrowableOfType(
                    StatusRuntimeException.class,
                    () -> ClientCalls.blockingServerStreamingCall(
                                    stranger.channel(),
                                    ServerReflectionGrpc.getServerReflectionInfoMethod().toBuilder()
                                            .setType(io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
                                            .build(),
                                    CallOptions.DEFAULT,
                                    ServerReflectionRequest.getDefaultInstance())
                            .hasNext());
            assertThat(failure.getStatus().getCode()).isEqualTo(Code.UNIMPLEMENTED);
        }
    }

    private static DynamicMessage question(Descriptor type) {
        Descriptor message = type.findFieldByName("messages").getMessageType();
        return DynamicMessage.newBuilder(type)
                .setField(type.findFieldByName("model"), "mock")
                .addRepeatedField(
                        type.findFieldByName("messages"),
                        DynamicMessage.newBuilder(message)
                                .setField(message.findFieldByName("role"), "user")
                                .setField(message.findFieldByName("content"), "hi")
                                .build())
                .build();
    }

    private static DynamicMessage call(MethodDescriptor method, DynamicMessage request) {
        var generic = io.grpc.MethodDescriptor.<DynamicMessage, DynamicMessage>newBuilder()
                .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
                .setFullMethodName(method.getService().getFullName() + "/" + method.getName())
                .setRequestMarshaller(ProtoUtils.marshaller(DynamicMessage.getDefaultInstance(method.getInputType())))
                .setResponseMarshaller(ProtoUtils.marshaller(DynamicMessage.getDefaultInstance(method.getOutputType())))
                .build();
        return ClientCalls.blockingUnaryCall(caller.channel(), generic, CallOptions.DEFAULT, request);
    }

    private static MethodDescriptor service(String name, String method) throws Exception {
        var files = ask(ServerReflectionRequest.newBuilder()
                        .setFileContainingSymbol(name)
                        .build())
                .getFileDescriptorResponse();
        List<FileDescriptor> known = new ArrayList<>();
        for (int i = files.getFileDescriptorProtoCount() - 1; i >= 0; i--) {
            known.add(FileDescriptor.buildFrom(
                    FileDescriptorProto.parseFrom(files.getFileDescriptorProto(i)),
                    known.toArray(FileDescriptor[]::new)));
        }
        String bare = name.substring(name.lastIndexOf('.') + 1);
        return known.getLast().findServiceByName(bare).findMethodByName(method);
    }

    private static ServerReflectionResponse ask(ServerReflectionRequest request) throws Exception {
        CompletableFuture<ServerReflectionResponse> answer = new CompletableFuture<>();
        StreamObserver<ServerReflectionRequest> requests = ServerReflectionGrpc.newStub(caller.channel())
                .serverReflectionInfo(new StreamObserver<>() {
                    @Override
                    public void onNext(ServerReflectionResponse value) {
                        answer.complete(value);
                    }

                    @Override
                    public void onError(Throwable failure) {
                        answer.completeExceptionally(failure);
                    }

                    @Override
                    public void onCompleted() {}
                });
        requests.onNext(request);
        requests.onCompleted();
        return answer.get(30, TimeUnit.SECONDS);
    }
}
