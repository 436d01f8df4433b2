package io.inference.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.StreamObserver;
import io.inference.RunningService;
import io.inference.grpc.v1.InferenceServiceGrpc;
import io.inference.stub.StubServer;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A stop refuses new calls, reports this in health, and finishes calls in progress. */
class GrpcStopIT {
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final CountDownLatch gone = new CountDownLatch(1);

    @Test
    void aStreamIsFinishedWhileHealthSaysThatNobodyIsServed() throws Exception {
        try (StubServer upstream = upstream()) {
            RunningService service = start(upstream, "2m");
            int port = service.grpcPort();
            try (GrpcCaller caller = new GrpcCaller(port)) {
                List<ServingStatus> watched = watch(caller);
                var chunks = caller.stub().chatStream(GrpcCaller.ASK);
                assertThat(chunks.next().getDelta().getContent()).isEqualTo("one");
                assertThat(check(caller)).isEqualTo(ServingStatus.SERVING);
                Thread stopping = Thread.ofVirtual().start(service::close);

                await().untilAsserted(() -> assertThat(watched).endsWith(ServingStatus.NOT_SERVING));
                assertThat(check(caller)).isEqualTo(ServingStatus.NOT_SERVING);
                // Until the server that refuses calls listens, the old connection is served and new ones are refused.
                await().untilAsserted(() -> {
                    var stub = caller.stub().withDeadlineAfter(5, TimeUnit.SECONDS);
                    StatusRuntimeException refused =
                            catchThrowableOfType(StatusRuntimeException.class, () -> stub.chat(GrpcCaller.ASK));
                    assertThat(refused.getStatus().getCode()).isEqualTo(Code.UNAVAILABLE);
                    assertThat(GrpcCaller.reason(refused)).isEqualTo("unavailable");
                    assertThat(GrpcCaller.saysWhenToRetry(refused)).isTrue();
                });

                goOn.countDown();
                assertThat(chunks.next().getDelta().getContent()).isEqualTo("two");
                chunks.forEachRemaining(rest -> {});
                assertThat(stopping.join(Duration.ofMinutes(2))).isTrue();
            }
            assertThatThrownBy(() -> new Socket("localhost", port).close()).isInstanceOf(IOException.class);
        }
    }

    @Test
    void aStreamThatOutlastsTheGraceIsCancelledAndToldWhy() throws Exception {
        try (StubServer upstream = upstream()) {
            RunningService service = start(upstream, "300ms");
            try (GrpcCaller caller = new GrpcCaller(service.grpcPort())) {
                var chunks = caller.stub().chatStream(GrpcCaller.ASK);
                assertThat(chunks.next().getDelta().getContent()).isEqualTo("one");
                service.close();
                assertThat(gone.await(30, TimeUnit.SECONDS)).isTrue();
                StatusRuntimeException failure = catchThrowableOfType(StatusRuntimeException.class, chunks::hasNext);
                assertThat(GrpcCaller.reason(failure)).isEqualTo("unavailable");
            }
        }
    }

    private static List<ServingStatus> watch(GrpcCaller caller) {
        List<ServingStatus> told = new CopyOnWriteArrayList<>();
        HealthGrpc.newStub(caller.channel())
                .watch(
                        HealthCheckRequest.newBuilder()
                                .setService(InferenceServiceGrpc.SERVICE_NAME)
                                .build(),
                        new StreamObserver<>() {
                            @Override
                            public void onNext(HealthCheckResponse value) {
                                told.add(value.getStatus());
                            }

                            @Override
                            public void onError(Throwable t) {}

                            @Override
                            public void onCompleted() {}
                        });
        return told;
    }

    private static ServingStatus check(GrpcCaller caller) {
        return HealthGrpc.newBlockingStub(caller.channel())
                .withWaitForReady()
                .withDeadlineAfter(60, TimeUnit.SECONDS)
                .check(HealthCheckRequest.getDefaultInstance())
                .getStatus();
    }

    private static RunningService start(StubServer upstream, String grace) {
        return RunningService.start(
                "--inference-services-openai-base-url=" + upstream.url() + "/v1", "--shutdown-grace=" + grace);
    }

    private StubServer upstream() {
        return StubOpenAi.with((request, connection) -> {
            connection.begin(200, "text/event-stream");
            connection.chunk(StubOpenAi.event(true, "one"));
            Thread watcher = Thread.ofVirtual().start(() -> {
                connection.awaitDisconnect();
                gone.countDown();
            });
            goOn.await();
            connection.chunk(StubOpenAi.event(true, "two"));
            connection.chunk("data: [DONE]\n\n");
            connection.end();
            watcher.join();
        });
    }
}
