package io.inference.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Empty;
import inference.GRPCInferenceServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.ClientInterceptors;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.stub.ClientCalls;
import io.inference.RunningService;
import io.inference.grpc.v1.InferenceServiceGrpc;
import io.inference.grpc.v1.ListModelsRequest;
import io.inference.security.ForgedTokens;
import io.inference.security.TestIssuer;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which callers are authenticated, and as whom. */
class GrpcAuthenticationIT {
    private static TestIssuer issuer;
    private static RunningService service;
    private static GrpcCaller caller;

    @BeforeAll
    static void start() throws Exception {
        issuer = new TestIssuer();
        service = RunningService.start(
                "--auth-issuer=" + issuer.url(),
                "--auth-audience=" + TestIssuer.AUDIENCE,
                "--grpc-require-api-key=true",
                "--grpc-api-key=old-key, new-key");
        caller = new GrpcCaller(service.grpcPort());
    }

    @AfterAll
    static void stop() {
        caller.close();
        service.close();
        issuer.close();
    }

    static Stream<MethodDescriptor<?, ?>> methods() {
        var unknown = MethodDescriptor.<Empty, Empty>newBuilder()
                .setType(MethodType.UNARY)
                .setFullMethodName("published.tomorrow.Service/Method")
                .setRequestMarshaller(ProtoUtils.marshaller(Empty.getDefaultInstance()))
                .setResponseMarshaller(ProtoUtils.marshaller(Empty.getDefaultInstance()))
                .build();
        return Stream.concat(
                Stream.of(
                                InferenceServiceGrpc.getServiceDescriptor(),
                                GRPCInferenceServiceGrpc.getServiceDescriptor(),
                                ServerReflectionGrpc.getServiceDescriptor(),
                                io.grpc.reflection.v1alpha.ServerReflectionGrpc.getServiceDescriptor())
                        .flatMap(descriptor -> descriptor.getMethods().stream()),
                Stream.of(unknown));
    }

    @ParameterizedTest
    @MethodSource("methods")
    void nothingButHealthAnswersWithoutACredential(MethodDescriptor<?, ?> method) {
        StatusRuntimeException failure = call(method);
        assertThat(failure.getStatus().getCode()).isEqualTo(Code.UNAUTHENTICATED);
        assertThat(GrpcCaller.reason(failure)).isEqualTo("unauthenticated");
    }

    @Test
    void healthAnswersEverybodyForEachService() {
        var health = HealthGrpc.newBlockingStub(caller.channel());
        for (String name : List.of("", InferenceServiceGrpc.SERVICE_NAME, GRPCInferenceServiceGrpc.SERVICE_NAME)) {
            assertThat(health.check(HealthCheckRequest.newBuilder()
                                    .setService(name)
                                    .build())
                            .getStatus())
                    .isEqualTo(ServingStatus.SERVING);
        }
        StatusRuntimeException unknown = failure(() -> health.check(
                HealthCheckRequest.newBuilder().setService("nobody").build()));
        assertThat(unknown.getStatus().getCode()).isEqualTo(Code.NOT_FOUND);
    }

    @Test
    void aTokenOfTheIssuerIsLetIn() throws Exception {
        assertThat(caller.stub("authorization", "Bearer " + issuer.token())
                        .listModels(ListModelsRequest.getDefaultInstance())
                        .getModelsCount())
                .isZero();
    }

    @Test
    void everyForgedTokenIsRefused() throws Exception {
        for (Map.Entry<String, String> forged : ForgedTokens.of(issuer).entrySet()) {
            StatusRuntimeException failure = refused("authorization", "Bearer " + forged.getValue());
            assertThat(failure.getStatus().getCode()).as(forged.getKey()).isEqualTo(Code.UNAUTHENTICATED);
        }
    }

    @Test
    void eachOfTheKeysIsLetInAndNothingLikeThem() {
        for (String key : List.of("old-key", "new-key")) {
            assertThat(caller.stub("x-api-key", key)
                            .listModels(ListModelsRequest.getDefaultInstance())
                            .getModelsCount())
                    .isZero();
        }
        for (String key : List.of("old-key, new-key", "old-ke", "old-keyy", "", "OLD-KEY")) {
            assertThat(refused("x-api-key", key).getStatus().getCode()).as(key).isEqualTo(Code.UNAUTHENTICATED);
        }
        assertThat(refused("authorization", "Bearer old-key").getStatus().getCode())
                .isEqualTo(Code.UNAUTHENTICATED);
        assertThat(refused("x-api-key", "old-key", "x-api-key", "new-key")
                        .getStatus()
                        .getCode())
                .isEqualTo(Code.UNAUTHENTICATED);
    }

    @Test
    void aKeyDoesNotMendATokenThatIsRefused() {
        assertThat(refused("authorization", "Bearer nonsense", "x-api-key", "old-key")
                        .getStatus()
                        .getCode())
                .isEqualTo(Code.UNAUTHENTICATED);
    }

    @Test
    void metadataThatSteerFlowsAreNoCredentialAndDoNotGetIn() {
        assertThat(refused("inferencecaller", "alice", "camelauthenticated", "true")
                        .getStatus()
                        .getCode())
                .isEqualTo(Code.UNAUTHENTICATED);
    }

    @Test
    void aKeyFromAnAddressThatMayNotUseItIsRefused() throws Exception {
        try (RunningService elsewhere = RunningService.start(
                        "--auth-issuer=" + issuer.url(),
                        "--auth-audience=" + TestIssuer.AUDIENCE,
                        "--grpc-require-api-key=true",
                        "--grpc-api-key=key",
                        "--grpc-allowed-ips=10.0.0.0/8");
                GrpcCaller here = new GrpcCaller(elsewhere.grpcPort())) {
            StatusRuntimeException failure =
                    failure(() -> here.stub("x-api-key", "key").listModels(ListModelsRequest.getDefaultInstance()));
            assertThat(failure.getStatus().getCode()).isEqualTo(Code.UNAUTHENTICATED);
        }
    }

    private static StatusRuntimeException refused(String... metadata) {
        return failure(() -> caller.stub(metadata).listModels(ListModelsRequest.getDefaultInstance()));
    }

    /** An empty message is valid for every method. */
    @SuppressWarnings("unchecked")
    private static StatusRuntimeException call(MethodDescriptor<?, ?> method) {
        MethodDescriptor<Empty, Object> any = ((MethodDescriptor<Object, Object>) method)
                .toBuilder(
                                ProtoUtils.marshaller(Empty.getDefaultInstance()),
                                ((MethodDescriptor<Object, Object>) method).getResponseMarshaller())
                        .setType(MethodType.SERVER_STREAMING)
                        .build();
        return failure(() -> ClientCalls.blockingServerStreamingCall(
                        ClientInterceptors.intercept(caller.channel()),
                        any,
                        CallOptions.DEFAULT,
                        Empty.getDefaultInstance())
                .forEachRemaining(answer -> {}));
    }

    private static StatusRuntimeException failure(Runnable call) {
        return catchThrowableOfType(StatusRuntimeException.class, call::run);
    }
}
