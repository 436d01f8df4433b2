package io.inference.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.RawClient;
import io.inference.RunningService;
import io.inference.stub.StubServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Compressed bodies, at a service whose prefix is not the default. */
class GzipBodyIT {
    private static final int MOST = 64 * 1024;
    private static final String CHAT = "/openai/v1/chat/completions";
    private static final String ASK = "{\"model\":\"mock\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    private static final HttpClient client = HttpClient.newHttpClient();

    private static StubServer upstream;
    private static RunningService service;

    @BeforeAll
    static void start() {
        upstream = new StubServer((request, connection) -> {
            if (request.path().endsWith("/models")) {
                connection.whole(200, "application/json", "{\"object\":\"list\",\"data\":[{\"id\":\"mock\"}]}");
            } else {
                connection.whole(
                        200,
                        "application/json",
                        "{\"model\":\"mock\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
                                + "\"content\":\"hello\"},"
                                + "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":1,"
                                + "\"completion_tokens\":1}}");
            }
        });
        service = RunningService.start(
                "--inference-services-openai-base-url=" + upstream.url() + "/v1",
                "--api-version=openai/v1",
                // Not shorter: every body here has to come in time, also on a busy machine.
                "--receive-timeout=5s",
                "--max-request-size=64KB");
    }

    @AfterAll
    static void stop() {
        service.close();
        upstream.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "GZIP", " gzip ", "x-gzip", "identity, gzip", "gzip,identity", ",gzip,"})
    void aBodyInGzipIsReadWithOrWithoutItsLength(String coding) throws Exception {
        HttpResponse<String> answer = send(CHAT, gzip(ASK), coding);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body()).contains("hello");
        byte[] coded = gzip(ASK);
        HttpRequest chunked = request(CHAT)
                .header("Content-Encoding", coding)
                .POST(BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(coded)))
                .build();
        assertThat(client.send(chunked, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "identity", "Identity, identity"})
    void aBodyThatIsNotCodedIsReadAsItIs(String coding) throws Exception {
        assertThat(send(CHAT, ASK.getBytes(StandardCharsets.UTF_8), coding).statusCode())
                .isEqualTo(200);
    }

    @Test
    void membersOneAfterTheOtherAreOneBody() throws Exception {
        assertThat(send(CHAT, joined(gzip(ASK.substring(0, 20)), gzip(ASK.substring(20))), "gzip")
                        .statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "br           | br",
                "deflate      | deflate",
                "zstd         | zstd",
                "compress     | compress",
                "gzip, gzip   | gzip, gzip",
                "gzip, br     | gzip, br",
                "gzip;q=1     | gzip;q=1",
                "utf-8        | utf-8",
            })
    void anyOtherCodingIsNamedAndToldWhatMayCome(String coding, String named) throws Exception {
        HttpResponse<String> answer = send(CHAT, gzip(ASK), coding);
        assertThat(answer.statusCode()).isEqualTo(415);
        assertThat(answer.headers().firstValue("Accept-Encoding")).contains("gzip");
        assertThat(answer.body())
                .contains("'" + named + "'", "\"code\":\"unsupported\"", "\"param\":\"Content-Encoding\"");
    }

    @Test
    void itIsToldInTheFormatOfThePath() throws Exception {
        HttpResponse<String> ollama = send("/api/chat", gzip(ASK), "br");
        assertThat(ollama.statusCode()).isEqualTo(415);
        assertThat(ollama.body()).startsWith("{\"error\":\"the Content-Encoding 'br'");
        HttpResponse<String> root = client.send(
                request("/")
                        .header("Content-Encoding", "br")
                        .method("GET", BodyPublishers.ofString("x"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(root.statusCode()).isEqualTo(415);
        assertThat(root.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(root.body()).contains("\"status\":415", "\"code\":\"unsupported\"");
    }

    @Test
    void twoHeadersAreOneListAndWithoutABodyNothingIsCoded() throws Exception {
        HttpRequest twice = request(CHAT)
                .header("Content-Encoding", "gzip")
                .header("Content-Encoding", "br")
                .POST(BodyPublishers.ofByteArray(gzip(ASK)))
                .build();
        assertThat(client.send(twice, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(415);
        for (String path : List.of("/", "/openai/v1/models")) {
            HttpRequest get = request(path).header("Content-Encoding", "br").build();
            assertThat(client.send(get, HttpResponse.BodyHandlers.ofString()).statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void whatIsNoGzipIsTheCallersFaultAndNamesTheHeader() throws Exception {
        byte[] coded = gzip(ASK);
        for (byte[] body : List.of(
                ASK.getBytes(StandardCharsets.UTF_8),
                Arrays.copyOf(coded, coded.length - 3),
                Arrays.copyOf(coded, 5),
                joined(coded, "garbage".getBytes(StandardCharsets.UTF_8)),
                damaged(coded))) {
            HttpResponse<String> answer = send(CHAT, body, "gzip");
            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(answer.body())
                    .contains("Content-Encoding", "\"code\":\"invalid_request\"")
                    .doesNotContain("Exception", "java");
        }
    }

    @Test
    void theLimitIsThatOfTheDecodedBody() throws Exception {
        assertThat(send(CHAT, gzip(ASK + " ".repeat(MOST - ASK.length())), "gzip")
                        .statusCode())
                .isEqualTo(200);
        HttpResponse<String> answer = send(CHAT, gzip(ASK + " ".repeat(MOST - ASK.length() + 1)), "gzip");
        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(answer.body()).contains("\"code\":\"too_large\"", "MAX_REQUEST_SIZE");
        // Incompressible data is a little longer in gzip than the body itself.
        byte[] stored =
                gzip(new String(new java.util.Random(1).ints(MOST, 0, 128).toArray(), 0, MOST));
        assertThat(send(CHAT, stored, "gzip").statusCode()).isEqualTo(400);
    }

    /** The rest of it is not waited for: here it never arrives. */
    @Test
    void aBombIsRefusedBeforeAllOfItHasCome() throws Exception {
        byte[] bomb = gzip(" ".repeat(20 << 20));
        try (Socket socket = new Socket("localhost", service.port());
                RawClient raw = new RawClient(socket)) {
            raw.send("POST " + CHAT + " HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: gzip\r\nContent-Length: "
                    + bomb.length + "\r\n\r\n");
            socket.getOutputStream().write(bomb, 0, 2000);
            assertThat(raw.awaitLine("HTTP/1.1")).contains(" 413");
        }
        assertThat(send(CHAT, gzip(ASK), "gzip").statusCode()).isEqualTo(200);
    }

    @Test
    void aCodedBodyThatStopsIsCutOff() throws Exception {
        byte[] coded = gzip(ASK);
        try (Socket socket = new Socket("localhost", service.port());
                RawClient raw = new RawClient(socket)) {
            raw.send("POST " + CHAT + " HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: gzip\r\nContent-Length: "
                    + coded.length + "\r\n\r\n");
            socket.getOutputStream().write(coded, 0, coded.length - 10);
            String answer = raw.rest();
            assertThat(answer).startsWith("HTTP/1.1 400").contains("Connection: close");
        }
    }

    @Test
    void filesMayComeSoToo() throws Exception {
        String form = "--x\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n"
                + "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jsonl\"\r\n\r\n{\"a\":1}\n\r\n"
                + "--x--\r\n";
        HttpRequest upload = request("/openai/v1/files")
                .header("Content-Encoding", "gzip")
                .header("Content-Type", "multipart/form-data; boundary=x")
                .POST(BodyPublishers.ofByteArray(gzip(form)))
                .build();
        HttpResponse<String> answer = client.send(upload, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.body()).contains("\"filename\":\"a.jsonl\"", "\"bytes\":8");
    }

    private static HttpResponse<String> send(String path, byte[] body, String coding) throws Exception {
        HttpRequest.Builder request = request(path).POST(BodyPublishers.ofByteArray(body));
        if (!coding.isEmpty()) {
            request.header("Content-Encoding", coding);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(service.baseUrl() + path));
    }

    private static byte[] gzip(String text) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return out.toByteArray();
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private static byte[] damaged(byte[] coded) {
        byte[] damaged = coded.clone();
        damaged[coded.length - 6] ^= 1;
        return damaged;
    }
}
