package io.inference.http.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.inference.RawClient;
import io.inference.RunningService;
import io.inference.Tries;
import io.inference.stub.StubServer;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The answer as a caller sees it while the backend has no first chunk yet. */
class EarlyStreamIT {
    private static final String CHAT = "/v1/chat/completions";
    private static final String KEEP_ALIVE = ": keep-alive";

    private static StubServer upstream;
    private static RunningService service;
    private static volatile CountDownLatch held = new CountDownLatch(1);
    private static volatile CountDownLatch gone = new CountDownLatch(1);
    private static volatile boolean failing;

    @BeforeAll
    static void start() {
        upstream = new StubServer(EarlyStreamIT::answer);
        service = RunningService.start(
                "--inference-services-openai-base-url=" + upstream.url() + "/v1",
                "--stream-keep-alive=100ms",
                "--rate-limit-requests-per-minute=1000",
                "--redis-enabled=false");
    }

    @AfterAll
    static void stop() {
        service.close();
        upstream.close();
    }

    @AfterEach
    void forget() {
        held = new CountDownLatch(1);
        failing = false;
    }

    @Test
    void aStreamBeginsWithKeepAlivesAndGoesOnWithItsTokens() throws IOException {
        try (RawClient client = asking(CHAT, true)) {
            assertThat(client.awaitLine("HTTP/1.1")).contains(" 200");
            client.awaitLine(KEEP_ALIVE);
            client.awaitLine(KEEP_ALIVE);
            held.countDown();
            String rest = client.rest();
            assertThat(rest).containsSubsequence("\"content\":\"token\"", "\"finish_reason\":\"stop\"", "data: [DONE]");
            assertThat(rest).doesNotContain("HTTP/1.1", "error");
        }
    }

    @Test
    void theHeadThatIsSentEarlyIsThatOfAStream() throws IOException {
        try (RawClient client = asking(CHAT, true)) {
            String head = client.until(KEEP_ALIVE).toLowerCase();
            assertThat(head)
                    .contains("content-type: text/event-stream", "x-request-id: mine", "x-accel-buffering: no")
                    .doesNotContain("content-length");
        }
    }

    @Test
    void inOllamasFormatAKeepAliveIsALineWithoutText() throws IOException {
        try (RawClient client = asking("/api/chat", true)) {
            assertThat(client.awaitLine("HTTP/1.1")).contains(" 200");
            assertThat(client.awaitLine("{")).contains("\"model\":\"mock\"", "\"content\":\"\"", "\"done\":false");
            held.countDown();
            assertThat(client.rest()).containsSubsequence("\"content\":\"token\"", "\"done\":true");
        }
    }

    @ParameterizedTest
    @CsvSource({"/v1/chat/completions, event: error", "/v1/completions, event: error", "/api/chat, {\"error\":"})
    void aFailureAfterItIsToldInTheStreamAndEndsIt(String path, String error) throws IOException {
        failing = true;
        try (RawClient client = asking(path, true)) {
            assertThat(client.awaitLine("HTTP/1.1")).contains(" 200");
            client.awaitLine(path.startsWith("/v1") ? KEEP_ALIVE : "\"done\":false");
            held.countDown();
            String rest = client.rest();
            assertThat(rest).containsOnlyOnce(error).doesNotContain("[DONE]", "\"done\":true");
            // The end of a chunked body: the answer was finished, not cut.
            assertThat(rest.strip()).endsWith("0");
        }
    }

    @Test
    void aFailureBeforeItKeepsItsStatus() throws IOException {
        failing = true;
        held.countDown();
        // With keep-alives so late that none comes before the failure on a busy machine.
        try (RunningService patient =
                        RunningService.start("--inference-services-openai-base-url=" + upstream.url() + "/v1");
                RawClient client = asking(patient, CHAT, true, "hi")) {
            assertThat(client.rest()).startsWith("HTTP/1.1 502").contains("\"code\":\"backend_failed\"");
        }
    }

    @Test
    void aCallerWhoLeavesAfterAKeepAliveStopsTheWorkWithinASecond() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        assertThat(Tries.oneOfThree(() -> isStoppedWithinASecond("leave " + tries.incrementAndGet())))
                .isTrue();
    }

    private static boolean isStoppedWithinASecond(String prompt) throws Exception {
        gone = new CountDownLatch(1);
        try (RawClient client = asking(service, CHAT, true, prompt)) {
            client.awaitLine(KEEP_ALIVE);
            // It may have been sent before the backend was asked.
            await().until(() -> wasAsked(prompt));
            assertThat(gone.getCount()).isEqualTo(1);
        }
        boolean soon = gone.await(1, TimeUnit.SECONDS);
        assertThat(gone.await(30, TimeUnit.SECONDS)).isTrue();
        return soon;
    }

    private static boolean wasAsked(String prompt) {
        return upstream.requests().stream().anyMatch(request -> request.body().contains(prompt));
    }

    @ParameterizedTest
    @CsvSource({"false, HTTP/1.1 200", "true, HTTP/1.1 502"})
    void anAnswerThatIsNotStreamedIsSentNothingEarly(boolean fails, String status) throws IOException {
        failing = fails;
        try (RawClient whole = asking(CHAT, false);
                RawClient streamed = asking(CHAT, true)) {
            streamed.awaitLine(KEEP_ALIVE);
            streamed.awaitLine(KEEP_ALIVE);
            streamed.awaitLine(KEEP_ALIVE);
            held.countDown();
            assertThat(whole.rest())
                    .startsWith(status)
                    .containsIgnoringCase("content-length:")
                    .doesNotContain(KEEP_ALIVE);
        }
    }

    private static RawClient asking(String path, boolean stream) throws IOException {
        return asking(service, path, stream, "hi");
    }

    private static RawClient asking(RunningService asked, String path, boolean stream, String prompt)
            throws IOException {
        RawClient client = new RawClient(asked.port());
        String input = path.endsWith("/v1/completions")
                ? "\"prompt\":\"" + prompt + "\""
                : "\"messages\":[{\"role\":\"user\",\"content\":\"" + prompt + "\"}]";
        String body = "{\"model\":\"mock\",\"stream\":" + stream + "," + input + "}";
        client.post(path, body, "Connection: close", "X-Request-Id: mine");
        return client;
    }

    /** Lists a model; answers anything else when the test allows it, or waits until its client disconnects. */
    private static void answer(StubServer.Request request, StubServer.Connection connection) throws Exception {
        if (request.path().endsWith("/models")) {
            connection.whole(200, "application/json", "{\"object\":\"list\",\"data\":[{\"id\":\"mock\"}]}");
            return;
        }
        if (request.body().contains("\"leave ")) {
            connection.awaitDisconnect();
            gone.countDown();
            return;
        }
        held.await();
        if (failing) {
            connection.whole(500, "application/json", "{\"error\":{\"message\":\"out of order\"}}");
        } else if (request.body().contains("\"stream\":true")) {
            connection.begin(200, "text/event-stream");
            connection.chunk("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"token\"}}]}\n\n"
                    + "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: "
                    + "[DONE]\n\n");
            connection.end();
        } else {
            connection.whole(
                    200,
                    "application/json",
                    "{\"model\":\"mock\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
                            + "\"content\":\"hello\"},"
                            + "\"finish_reason\":\"stop\"}]}");
        }
    }
}
