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
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Streams are sent chunk by chunk, no faster than they are read, and cancelled when the caller disconnects. */
@Tag("model")
class GrpcStreamIT {
    private static final String LOCAL = "smollm2:135m";
    private static final String OLLAMA = "mock-of-ollama";

    private static volatile StubServer.Handler answer;
    private static StubServer openAi;
    private static StubServer ollama;
    private static RunningService service;
    private static GrpcCaller caller;

    @BeforeAll
    static void start() {
        openAi = StubOpenAi.with((request, connection) -> answer.handle(request, connection));
        ollama = new StubServer((request, connection) -> {
            if (request.path().endsWith("/tags")) {
                String model = "{\"name\":\"" + OLLAMA + "\",\"model\":\"" + OLLAMA + "\"}";
                connection.whole(200, "application/json", "{\"models\":[" + model + "]}");
            } else if (request.path().endsWith("/show") || request.path().endsWith("/ps")) {
                connection.whole(200, "application/json", "{\"models\":[]}");
            } else {
                answer.handle(request, connection);
            }
        });
        service = RunningService.start(
                "--inference-services-openai-base-url=" + openAi.url() + "/v1",
                "--inference-services-ollama-base-url=" + ollama.url(),
                "--local-engine=cpu",
                "--local-model=" + LOCAL);
        caller = new GrpcCaller(service.grpcPort());
    }

    @AfterAll
    static void stop() {
        caller.close();
        service.close();
        openAi.close();
        ollama.close();
    }

    @Test
    void eachChunkIsThereBeforeTheNextIsMade() throws Exception {
        Semaphore goOn = new Semaphore(0);
        answer = (request, connection) -> {
            connection.begin(200, "text/event-stream");
            for (int i = 0; i < 5; i++) {
                connection.chunk(StubOpenAi.event(true, "token" + i));
                goOn.acquire();
            }
            connection.chunk("data: [DONE]\n\n");
            connection.end();
        };
        var chunks = caller.stub().chatStream(GrpcCaller.ASK);
        for (int i = 0; i < 5; i++) {
            assertThat(chunks.next().getDelta().getContent()).isEqualTo("token" + i);
            goOn.release();
        }
        chunks.forEachRemaining(rest -> assertThat(rest.getDelta().getContent()).isEmpty());
    }

    @Test
    void aReaderThatDoesNotReadStopsTheBackend() throws Exception {
        String text = "x".repeat(10_000);
        AtomicInteger made = new AtomicInteger();
        CountDownLatch gone = new CountDownLatch(1);
        answer = (request, connection) -> {
            connection.begin(200, "text/event-stream");
            try {
                while (made.get() < 20_000) {
                    connection.chunk(StubOpenAi.event(true, text));
                    made.incrementAndGet();
                }
            } finally {
                gone.countDown();
            }
        };
        Reading reading = new Reading(caller);
        reading.call.request(1);
        reading.chunks.take();
        // The buffers fill up, then the stream stops: the count is the same for a while, far from 200 MB.
        int[] last = {-1};
        await().pollInterval(Duration.ofMillis(500)).until(() -> {
            int before = last[0];
            last[0] = made.get();
            return before == last[0];
        });
        assertThat(made.get()).isLessThan(4_000);
        reading.call.request(1_000);
        await().until(() -> made.get() > last[0]);
        reading.call.cancel("enough", null);
        assertThat(gone.await(30, TimeUnit.SECONDS)).isTrue();
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
        answer = hanging(begun, asked, gone);
        ChatRequest ask = backend.equals("ollama")
                ? GrpcCaller.ASK.toBuilder().setModel(OLLAMA).build()
                : GrpcCaller.ASK;
        Reading reading = new Reading(caller, stream, ask);
        reading.call.request(1);
        assertThat(asked.await(30, TimeUnit.SECONDS)).isTrue();
        if (begun) {
            assertThat(reading.chunks.poll(30, TimeUnit.SECONDS)).isNotNull();
        }
        assertThat(gone.getCount()).as("still connected").isEqualTo(1);
        reading.call.cancel("enough", null);
        assertThat(isWithinASecond(() -> gone.getCount() == 0)).as("gone").isTrue();
    }

    /** A second in a hundred steps, none of which passes while the machine stalls. */
    private static boolean isWithinASecond(BooleanSupplier condition) {
        AtomicInteger steps = new AtomicInteger();
        await().pollInterval(Duration.ofMillis(10))
                .until(() -> condition.getAsBoolean() || steps.incrementAndGet() == 100);
        return condition.getAsBoolean();
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void aCallerThatCancelsStopsTheLocalEngineWithinASecond(boolean stream) throws Exception {
        Engine engine = service.engine();
        // Always the same, long answer: an answer that ends by itself cannot be cancelled.
        ChatRequest ask = GrpcCaller.ASK.toBuilder()
                .setModel(LOCAL)
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
        await().until(() -> engine.active() == 0);
        Reading reading = new Reading(caller, stream, ask);
        reading.call.request(1);
        await().pollInterval(Duration.ofMillis(2)).until(() -> engine.active() == 1);
        if (stream) {
            assertThat(reading.chunks.poll(30, TimeUnit.SECONDS)).isNotNull();
        }
        reading.call.cancel("enough", null);
        assertThat(isWithinASecond(() -> engine.active() == 0)).as("stopped").isTrue();
    }

    @ParameterizedTest
    @CsvSource({"false, false", "true, false", "true, true"})
    void aDeadlineStopsTheBackend(boolean stream, boolean begun) throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch gone = new CountDownLatch(1);
        answer = hanging(begun, asked, gone);
        // On a busy machine the deadline may be over before the backend is asked.
        for (long millis = 400; asked.getCount() > 0 && millis < 60_000; millis *= 2) {
            var stub = caller.stub().withDeadlineAfter(millis, TimeUnit.MILLISECONDS);
            StatusRuntimeException failure = catchThrowableOfType(StatusRuntimeException.class, () -> {
                if (stream) {
                    stub.chatStream(GrpcCaller.ASK).forEachRemaining(chunk -> {});
                } else {
                    stub.chat(GrpcCaller.ASK);
                }
            });
            assertThat(failure.getStatus().getCode()).isEqualTo(Code.DEADLINE_EXCEEDED);
        }
        assertThat(gone.await(10, TimeUnit.SECONDS)).as("gone").isTrue();
    }

    @Test
    void theServicesOwnLimitOfTimeIsToldWithItsReason() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch gone = new CountDownLatch(1);
        answer = hanging(true, asked, gone);
        try (RunningService service = start("--request-timeout=500ms");
                GrpcCaller caller = new GrpcCaller(service.grpcPort())) {
            // On a busy machine the time of the first call may be over before the backend is asked.
            for (int tries = 0; tries < 20 && asked.getCount() > 0; tries++) {
                StatusRuntimeException failure = catchThrowableOfType(
                        StatusRuntimeException.class,
                        () -> caller.stub().chatStream(GrpcCaller.ASK).forEachRemaining(chunk -> {}));
                assertThat(failure.getStatus().getCode()).isEqualTo(Code.DEADLINE_EXCEEDED);
                assertThat(GrpcCaller.reason(failure)).isEqualTo("timeout");
            }
            assertThat(gone.await(10, TimeUnit.SECONDS)).as("gone").isTrue();
        }
    }

    @Test
    void aStreamThatBreaksOffEndsWithItsReason() throws Exception {
        Semaphore goOn = new Semaphore(0);
        answer = (request, connection) -> {
            connection.begin(200, "text/event-stream");
            connection.chunk(StubOpenAi.event(true, "one"));
            goOn.acquire();
            connection.close();
        };
        var chunks = caller.stub().chatStream(GrpcCaller.ASK);
        assertThat(chunks.next().getDelta().getContent()).isEqualTo("one");
        goOn.release();
        StatusRuntimeException failure = catchThrowableOfType(StatusRuntimeException.class, chunks::hasNext);
        assertThat(failure.getStatus().getCode()).isEqualTo(Code.UNAVAILABLE);
        assertThat(GrpcCaller.reason(failure)).isEqualTo("backend_failed");
    }

    @Test
    void moreCallsThanMayBeAtOnceAreToldToComeBack() throws Exception {
        CountDownLatch gone = new CountDownLatch(2);
        answer = hanging(true, new CountDownLatch(1), gone);
        try (RunningService service = start("--grpc-max-concurrent-rpcs=2", "--grpc-max-workers=1");
                GrpcCaller caller = new GrpcCaller(service.grpcPort())) {
            Reading first = new Reading(caller);
            Reading second = new Reading(caller);
            for (Reading reading : new Reading[] {first, second}) {
                reading.call.request(1);
                assertThat(reading.chunks.poll(30, TimeUnit.SECONDS)).isNotNull();
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

    /** A service with settings of its own, over the OpenAI-compatible server alone. */
    private static RunningService start(String... options) {
        return RunningService.start(Stream.concat(
                        Stream.of("--inference-services-openai-base-url=" + openAi.url() + "/v1"), Stream.of(options))
                .toArray(String[]::new));
    }

    /** Answers with one token, or with nothing, until its client disconnects. */
    private static StubServer.Handler hanging(boolean begun, CountDownLatch asked, CountDownLatch gone) {
        return (request, connection) -> {
            if (begun) {
                boolean events = request.path().startsWith("/v1");
                connection.begin(200, events ? "text/event-stream" : "application/x-ndjson");
                connection.chunk(
                        events
                                ? StubOpenAi.event(true, "token")
                                : "{\"model\":\"mock\",\"message\":{\"role\":\"assistant\",\"content\":\"token\"},"
                                        + "\"done\":false}\n");
            }
            asked.countDown();
            connection.awaitDisconnect();
            gone.countDown();
        };
    }

    /** A call whose caller requests each chunk. */
    private static final class Reading {
        private final BlockingQueue<Object> chunks = new LinkedBlockingQueue<>();
        private final CompletableFuture<Status> end = new CompletableFuture<>();
        private final ClientCall<ChatRequest, ?> call;

        Reading(GrpcCaller caller) {
            this(caller, true, GrpcCaller.ASK);
        }

        Reading(GrpcCaller caller, boolean stream, ChatRequest ask) {
            call = stream
                    ? begin(
                            caller.channel().newCall(InferenceServiceGrpc.getChatStreamMethod(), CallOptions.DEFAULT),
                            ask)
                    : begin(caller.channel().newCall(InferenceServiceGrpc.getChatMethod(), CallOptions.DEFAULT), ask);
        }

        /** Null if the call ends without one. */
        Object firstChunk() {
            call.request(1);
            await().until(() -> !chunks.isEmpty() || end.isDone());
            return chunks.poll();
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
