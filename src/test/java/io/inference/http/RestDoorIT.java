package io.inference.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.inference.RawClient;
import io.inference.TestService;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The service from the side of a plain HTTP client: status, content type and body for every path. */
@Tag("model")
class RestDoorIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "GET    | /v1/nothing          | 404 | application/json         | \"code\":\"not_found\"",
                "GET    | /v1/models/no%2Fsuch | 404 | application/json         | model 'no/such' not found",
                "GET    | /v1/models/no/such   | 404 | application/json         | model 'no/such' not found",
                "GET    | /v1/a%00b            | 400 | application/json         | the request cannot be read",
                "GET    | /api/nothing         | 404 | text/plain               | 404 page not found",
                "DELETE | /api/chat            | 405 | text/plain               | 405 method not allowed",
                "DELETE | /v1/chat/completions | 405 | application/json         | method not allowed",
                "GET    | /nothing             | 404 | application/problem+json | \"requestId\":\"req-",
                "POST   | /health              | 405 | application/problem+json | \"title\":\"Method not allowed\"",
            })
    void whatNobodyServesIsToldInTheFormatOfItsPath(
            String method, String path, int status, String contentType, String words) throws Exception {
        HttpResponse<String> answer = send(method, path, "");
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(contentType(answer)).isEqualTo(contentType);
        assertThat(answer.body()).contains(words).doesNotContain("Exception", "Tomcat", "<html");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "/v1/chat/completions | {                                      | 400 | not valid JSON at line 1, "
                        + "column",
                "/v1/chat/completions | {\"model\":\"nope\",\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]} | "
                        + "404 | model_not_found",
                "/v1/chat/completions | {\"model\":\"smollm2:135m\",\"messages\":[]} | 400 | \"param\":\"messages\"",
                "/v1/embeddings       | {\"model\":\"smollm2:135m\",\"input\":[1]} | 400 | \"code\":\"unsupported\"",
                "/api/chat            | {\"messages\":[]}                      | 400 | {\"error\":\"model is "
                        + "required\"}",
                "/api/chat            | {\"model\":\"nope\"}                   | 404 | {\"error\":\"model 'nope' not "
                        + "found\"}",
                "/api/show            | {\"model\":\"nope\"}                   | 404 | {\"error\":\"model 'nope' not "
                        + "found\"}",
            })
    void refusals(String path, String body, int status, String words) throws Exception {
        HttpResponse<String> answer = send("POST", path, body);
        assertThat(answer.body()).contains(words);
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().firstValue("X-Request-Id")).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET /v1/models HTTP/1.1\r\n\r\n", "GET /v1/\u0001 HTTP/1.1\r\nHost: localhost\r\n\r\n"})
    void evenARequestThatCannotBeReadGetsAnId(String request) throws Exception {
        try (RawClient client = new RawClient(URI.create(TestService.baseUrl()).getPort())) {
            client.send(request);
            assertThat(client.rest()).startsWith("HTTP/1.1 400").contains("X-Request-Id: req-");
        }
    }

    @Test
    void loadingAModelAndEmbeddingNothingNeedNoBackend() throws Exception {
        assertThat(json("/api/chat", "{\"model\":\"smollm2:135m\"}")
                        .path("done_reason")
                        .textValue())
                .isEqualTo("load");
        assertThat(json("/api/generate", "{\"model\":\"smollm2:135m\",\"keep_alive\":0}")
                        .path("done_reason")
                        .textValue())
                .isEqualTo("unload");
        assertThat(json("/api/embed", "{\"model\":\"smollm2:135m\",\"input\":[]}")
                        .toString())
                .isEqualTo("{\"model\":\"smollm2:135m\",\"embeddings\":[]}");
    }

    @Test
    void aStreamOfEventsMayNotBeBuffered() throws Exception {
        HttpResponse<String> answer = send(
                "POST",
                "/v1/chat/completions",
                "{\"model\":\"smollm2:135m\",\"stream\":true,\"max_tokens\":2,\"messages\":[{\"role\":\"user\","
                        + "\"content\":\"Hi\"}]}");
        assertThat(contentType(answer)).isEqualTo("text/event-stream");
        assertThat(answer.headers().firstValue("X-Accel-Buffering")).contains("no");
        // A busy machine may be silent for long enough that keep-alives come first.
        assertThat(answer.body().replaceFirst("^(: keep-alive\n\n)+", ""))
                .startsWith("data: {\"id\":\"chatcmpl-")
                .endsWith("\n\ndata: [DONE]\n\n");
    }

    @Test
    void theDocumentTellsOfEveryRouteAndThePageShowsIt() throws Exception {
        JsonNode paths = JSON.readTree(send("GET", "/openapi.json", "").body()).path("paths");
        assertThat(paths.fieldNames())
                .toIterable()
                .contains("/v1/chat/completions", "/v1/models/{id}", "/api/chat", "/api/version", "/health");
        assertThat(contentType(send("GET", "/docs", ""))).isEqualTo("text/html");
        assertThat(send("GET", "/docs/swagger-ui-bundle.js", "").statusCode()).isEqualTo(200);
        assertThat(send("GET", "/health", "").body()).isEqualTo("{\"status\":\"UP\"}");
    }

    private static JsonNode json(String path, String body) throws Exception {
        HttpResponse<String> answer = send("POST", path, body);
        assertThat(answer.statusCode()).describedAs(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body());
    }

    private static String contentType(HttpResponse<String> answer) {
        return answer.headers().firstValue("Content-Type").orElse("").replaceAll(";.*", "");
    }

    private static HttpResponse<String> send(String method, String path, String body)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(TestService.baseUrl() + path))
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build();
        return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
    }
}
