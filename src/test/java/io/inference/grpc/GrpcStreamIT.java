package io.inference.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.inference.RunningService;
import io.inference.engine.Engine;
import io.inference.grpc.v1.ChatRequest;
import io.inference.grpc.v1.InferenceServiceGrpc;
import io.inference.grpc.v1.Options;
import io.inference.stub.StubServer;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Streams are sent chunk by chunk, no faster than they are read, and cancelled when the caller disconnects. */
class GrpcStreamIT {
    private static final Duration A_SECOND = Duration.ofSeconds(1);

    @Test
    void eachChunkIsThereBeforeTheNextIsMade() throws Exception {
        Semaphore goOn = new Semaphore(0);
        try (StubServer upstream = StubOpenAi.with((request, connection) -> {
                    connection.begin(200, "text/event-stream");
                    for (int i = 0; i < 5; i++) {
                        connection.chunk(StubOpenAi.event(true, "token" + i));
                        goOn.acquire();
                    }
                    connection.chunk("data: [DONE]\n\n");
                    connection.end();
                });
                RunningService service = start(upstream);
                GrpcCaller caller = new GrpcCaller(service.grpcPort())) {
            var chunks = caller.stub().chatStream(GrpcCaller.ASK);
            for (int i = 0; i < 5; i++) {
                assertThat(chunks.next().getDelta().getContent()).isEqualTo("token" + i);
                goOn.release();
            }
            chunks.forEachRemaining(
                    rest -> assertThat(rest.getDelta().getContent()).isEmpty());
        }
    }

    @Test
    void aReaderThatDoesNotReadStopsTheBackend() throws Exception {
        String text = "x".repeat(10_000);
        AtomicInteger made = new AtomicInteger();
        CountDownLatch gone = new CountDownLatch(1);
        try (StubServer upstream = StubOpenAi.with((request, connection) -> {
                    connection.begin(200, "text/event-stream");
                    try {
                        while (made.get() < 20_000) {
                            connection.chunk(StubOpenAi.event(true, text));
                            made.incrementAndGet();
                        }
                    } finally {
                        gone.countDown();
                    }
                });
                RunningService service = start(upstream);
                GrpcCaller caller = new GrpcCaller(service.grpcPort())) {
            Reading reading = new Reading(caller);
            reading.call.request(1);
            reading.chunks.take();
            // The buffers fill up, then the stream stops: the count is the same for a while, far from 200 MB.
            int[] last = {-1};
            await().pollInterval(Duration.ofMillis(500))
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> {
                        int before = last[0];
                        last[0] = made.get();
                        return before == last[0];
                    });
            assertThat(made.get()).isLessThan(4_000);
            reading.call.request(1_000);
            await().atMost(Duration.ofSeconds(10)).until(() -> made.get() > last[0]);
            reading.call.cancel("enough", null);
            assertThat(gone.await(5, TimeUnit.SECONDS)).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "openai, false, false",
        "openai, true, false",
        "openai, true, true",
        "ollama, false, false",
        "ollama, true, true"
    })
    void aCallerThatCancelsStopsTheBackendWithinASecond(String backend, boolean stream, boolean begun)
            throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch gone = new CountDownLatch(1);
        try (StubServer upstream = hanging(begun, asked, gone);
                RunningService service = RunningService.start("--inference-services-" + backend + "-base-url="
                        + upstream.url() + (backend.equals("openai") ? "/v1" : ""));
                GrpcCaller caller = new GrpcCaller(service.grpcPort())) {
            Reading reading = new Reading(caller, stream);
            reading.call.request(1);
            assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
            if (begun) {
                assertThat(reading.chunks.poll(10, TimeUnit.SECONDS)).isNotNull();
            }
            assertThat(gone.getCount()).as("still connected").isEqualTo(1);
            reading.call.cancel("enough", null);
            assertThat(gone.await(A_SECOND.toMillis(), TimeUnit.MILLISECONDS))
                    .as("gone")
                    .isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void aCallerThatCancelsStopsTheLocalEngineWithinASecond(boolean stream) throws Exception {
        try (RunningService service = RunningService.start("--local-engine=cpu");
                GrpcCaller caller = new GrpcCaller(service.grpcPort())) {
            Engine engine = service.engine();
            // Always the same, long answer: an answer that ends by itself cannot be cancelled.
            ChatRequest ask = GrpcCaller.ASK.toBuilder()
                    .setModel("smollm2:135m")
                    .setMessages(
                            0,
                            GrpcCaller.ASK.getMessages(0).toBuilder()
                                    .setContent("Write a long story about a dragon and a princess."))
                    .setOptions(Options.newBuilder().setMaxTokens(8000).setTemperature(0))
                    .build();
            // A cold engine's first step takes longer than a second on a busy machine.
            assertThat(caller.stub()
                            .chat(ask.toBuilder()
                                    .setOptions(Options.newBuilder().setMaxTokens(2))
                                    .build())
                            .getFinishReason())
                    .isEqualTo("length");
            Reading reading = new Reading(caller, stream, ask);
            reading.call.request(1);
            await().pollInterval(Duration.ofMillis(2)).until(() -> engine.active() == 1);
            if (stream) {
                assertThat(reading.chunks.poll(10, TimeUnit.SECONDS)).isNotNull();
            }
            reading.call.cancel("enough", null);
            await().atMost(A_SECOND).until(() -> engine.active() == 0);
        }
    }

    @ParameterizedTest
    @CsvSource({"false, false", "true, false", "true, true"})
    void aDeadlineStopsTheBackend(boolean stream, boolean begun) throws Exception {
        CountDownLatch gone = new CountDownLatch(1);
        try (StubServer upstream = hanging(begun, new CountDownLatch(1), gone);
                RunningService service = start(upstream);
                GrpcCaller caller = new GrpcCaller(service.grpcPort())) {
            StatusRuntimeException failure = catchThrowableOfType(StatusRuntimeException.class, () -> {
                var stub = caller.stub().withDeadlineAfter(400, TimeUnit.MILLISECONDS);
                if (stream) {
                    stub.chatStream(GrpcCaller.ASK).forEachRemaining(chunk -> {});
                } else {
                    stub.chat(GrpcCaller.ASK);
                }
            });
            assertThat(failure.getStatus().getCode()).isEqualTo(Code.DEADLINE_EXCEEDED);
            assertThat(gone.await(2, TimeUnit.SECONDS)).as("gone").isTrue();
        }
    }

    @Test
    void theServicesOwnLimitOfTimeIsToldWithItsReason() throws Exception {
        CountDownLatch gone = new CountDownLatch(1);
        try (StubServer upstream = hanging(true, new CountDownLatch(1), gone);
                RunningService service = RunningService.start(
                        "--inference-services-openai-base-url=" + upstream.url() + "/v1", "--request-timeout=500ms");
                GrpcCaller caller = new GrpcCaller(service.grpcPort())) {
            StatusRuntimeException failure = catchThrowableOfType(
                    StatusRuntimeException.class,
                    () -> caller.stub().chatStream(GrpcCaller.ASK).forEachRemaining(chunk -> {}));
            assertThat(failure.getStatus().getCode()).isEqualTo(Code.DEADLINE_EXCEEDED);
            assertThat(GrpcCaller.reason(failure)).isEqualTo("timeout");
            assertThat(gone.await(2, TimeUnit.SECONDS)).as("gone").isTrue();
        }
    }

    @Test
    void aStreamThatBreaksOffEndsWithItsReason() throws Exception {
        try (StubServer upstream = StubOpenAi.with((request, connection) -> {
                    connection.begin(200, "text/event-stream");
                    connection.chunk(StubOpenAi.event(true, "one"));
                    connection.close();
                });
                RunningService service = start(upstream);
                GrpcCaller caller = new GrpcCaller(service.grpcPort())) {
            var chunks = caller.stub().chatStream(GrpcCaller.ASK);
            assertThat(chunks.next().getDelta().getContent()).isEqualTo("one");
            StatusRuntimeException failure = catchThrowableOfType(StatusRuntimeException.class, chunks::hasNext);
            assertThat(failure.getStatus().getCode()).isEqualTo(Code.UNAVAILABLE);
            assertThat(GrpcCaller.reason(failure)).isEqualTo("backend_failed");
        }
    }

    @Test
    void moreCallsThanMayBeAtOnceAreToldToComeBack() throws Exception {
        CountDownLatch gone = new CountDownLatch(2);
        try (StubServer upstream = hanging(true, new CountDownLatch(1), gone);
                RunningService service = RunningService.start(
                        "--inference-services-openai-base-url=" + upstream.url() + "/v1",
                        "--grpc-max-concurrent-rpcs=2",
                        "--grpc-max-workers=1");
                GrpcCaller caller = new GrpcCaller(service.grpcPort())) {
            Reading first = new Reading(caller);
            Reading second = new Reading(caller);
            for (Reading reading : new Reading[] {first, second}) {
                reading.call.request(1);
                assertThat(reading.chunks.poll(10, TimeUnit.SECONDS)).isNotNull();
            }
            StatusRuntimeException failure = catchThrowableOfType(
                    StatusRuntimeException.class, () -> caller.stub().chat(GrpcCaller.ASK));
            assertThat(failure.getStatus().getCode()).isEqualTo(Code.UNAVAILABLE);
            assertThat(GrpcCaller.reason(failure)).isEqualTo("overloaded");
            assertThat(GrpcCaller.saysWhenToRetry(failure)).isTrue();
            first.call.cancel("enough", null);
            await().untilAsserted(
                            () -> assertThat(new Reading(caller).firstChunk()).isNotNull());
        }
    }

    private static RunningService start(StubServer upstream) {
        return RunningService.start("--inference-services-openai-base-url=" + upstream.url() + "/v1");
    }

    /** Answers with one token, or with nothing, until its client disconnects. */
    private static StubServer hanging(boolean begun, CountDownLatch asked, CountDownLatch gone) {
        return new StubServer((request, connection) -> {
            if (request.path().endsWith("/models")) {
                connection.whole(200, "application/json", "{\"object\":\"list\",\"data\":[{\"id\":\"mock\"}]}");
                return;
            }
            if (request.path().endsWith("/tags")) {
                connection.whole(200, "application/json", "{\"models\":[{\"name\":\"mock\",\"model\":\"mock\"}]}");
                return;
            }
            if (request.path().endsWith("/show") || request.path().endsWith("/ps")) {
                connection.whole(200, "application/json", "{\"models\":[]}");
                return;
            }
            if (begun) {
                boolean openAi = request.path().startsWith("/v1");
                connection.begin(200, openAi ? "text/event-stream" : "application/x-ndjson");
                connection.chunk(
                        openAi
                                ? StubOpenAi.event(true, "token")
                                : "{\"model\":\"mock\",\"message\":{\"role\":\"assistant\",\"content\":\"token\"},"
                                        + "\"done\":false}\n");
            }
            asked.countDown();
            connection.awaitDisconnect();
            gone.countDown();
        });
    }

    /** A call whose caller requests each chunk. */
    private static final class Reading {
        private final BlockingQueue<Object> chunks = new LinkedBlockingQueue<>();
        private final CompletableFuture<Status> end = new CompletableFuture<>();
        private final ClientCall<ChatRequest, ?> call;

        Reading(GrpcCaller caller) {
            this(caller, true);
        }

        Reading(GrpcCaller caller, boolean stream) {
            this(caller, stream, GrpcCaller.ASK);
        }

        Reading(GrpcCaller caller, boolean stream, ChatRequest ask) {
            call = stream
                    ? begin(
                            caller.channel().newCall(InferenceServiceGrpc.getChatStreamMethod(), CallOptions.DEFAULT),
                            ask)
                    : begin(caller.channel().newCall(InferenceServiceGrpc.getChatMethod(), CallOptions.DEFAULT), ask);
        }

        Object firstChunk() throws InterruptedException {
            call.request(1);
            return chunks.poll(2, TimeUnit.SECONDS);
        }

        private <A> ClientCall<ChatRequest, A> begin(ClientCall<ChatRequest, A> begun, ChatRequest ask) {
            begun.start(
                    new ClientCall.Listener<>() {
                        @Override
                        public void onMessage(A chunk) {
                            chunks.add(chunk);
                        }

                        @Override
                        public void onClose(Status status, Metadata trailers) {
                            end.complete(status);
                        }
                    },
                    new Metadata());
            begun.sendMessage(ask);
            begun.halfClose();
            return begun;
        }
    }
}
