package io.inference.http.answer;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.http.Recording;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class HttpErrorsTest {
    @Test
    void eachPathHasItsOwnFormat() {
        InferenceException failure = InferenceException.invalid("messages[0].content", "too \"loud\"");
        assertThat(answer("/v1/chat/completions", failure))
                .isEqualTo("400 application/json {\"error\":{\"message\":\"too \\\"loud\\\"\","
                        + "\"type\":\"invalid_request_error\",\"param\":\"messages[0].content\","
                        + "\"code\":\"invalid_request\"}}");
        assertThat(answer("/api/chat", failure))
                .isEqualTo("400 application/json; charset=utf-8 {\"error\":\"too \\\"loud\\\"\"}");
        assertThat(answer("/v1beta", failure))
                .isEqualTo("400 application/problem+json {\"type\":\"about:blank\",\"title\":\"Invalid request\","
                        + "\"status\":400,\"detail\":\"too \\\"loud\\\"\",\"instance\":\"/v1beta\","
                        + "\"code\":\"invalid_request\",\"requestId\":\"r1\"}");
    }

    @ParameterizedTest
    @CsvSource({
        "UNSUPPORTED, 400, invalid_request_error",
        "UNAUTHENTICATED, 401, authentication_error",
        "FORBIDDEN, 403, permission_error",
        "MODEL_NOT_FOUND, 404, not_found_error",
        "TOO_LARGE, 413, invalid_request_error",
        "RATE_LIMITED, 429, rate_limit_error",
        "BACKEND_FAILED, 502, server_error",
        "OVERLOADED, 503, server_error",
        "TIMEOUT, 504, server_error",
    })
    void typesAreThoseThatOpenAisClientsKnow(ErrorCode code, int status, String type) {
        assertThat(answer("/v1", new InferenceException(code, "x")))
                .startsWith(status + " ")
                .contains("\"type\":\"" + type + "\"", "\"param\":null", "\"code\":\"" + code.reason() + "\"");
    }

    @ParameterizedTest
    @CsvSource({"think, reasoning_effort", "tools, tools"})
    void aFieldThatABackendRefusesHasTheNameThatTheCallerSentIt(String field, String param) {
        assertThat(answer("/v1/x", InferenceException.unsupported(field, "x"))).contains("\"param\":\"" + param + "\"");
    }

    @ParameterizedTest
    @EnumSource(ErrorCode.class)
    void causesStayInside(ErrorCode code) {
        var failure = new InferenceException(code, "plain words", new IllegalStateException("secret"));
        for (String path : new String[] {"/v1/x", "/api/x", "/health"}) {
            assertThat(answer(path, failure)).contains("plain words").doesNotContain("secret", "Exception");
        }
    }

    @Test
    void whatNoRouteServes() {
        assertThat(text(HttpErrors.pathNotFound("/api/nothing", "/v1", "r1")))
                .isEqualTo("404 text/plain 404 page not found");
        assertThat(text(HttpErrors.methodNotAllowed("/api/chat", "/v1", "r1")))
                .isEqualTo("405 text/plain 405 method not allowed");
        assertThat(text(HttpErrors.pathNotFound("/v1/nothing", "/v1", "r1")))
                .startsWith("404 application/json {\"error\":{\"message\":\"page not found: /v1/nothing\"");
        assertThat(text(HttpErrors.methodNotAllowed("/health", "/v1", "r1")))
                .startsWith("405 application/problem+json")
                .contains("\"title\":\"Method not allowed\"");
        assertThat(Recording.named("not-found").body()).isEqualTo("404 page not found");
        assertThat(Recording.named("method-not-allowed").body()).isEqualTo("405 method not allowed");
    }

    @Test
    void unknownModelsAsOllamaSaysIt() {
        Recording recording = Recording.named("chat-unknown-model");
        var written = HttpErrors.answer("/api/chat", "/v1", "r1", InferenceException.modelNotFound("nope"));
        assertThat(written.status()).isEqualTo(recording.status());
        assertThat(written.contentType()).isEqualTo(recording.contentType());
        assertThat(Recording.values(new String(written.body(), StandardCharsets.UTF_8)))
                .isEqualTo(recording.values());
    }

    private static String answer(String path, InferenceException failure) {
        return text(HttpErrors.answer(path, "/v1", "r1", failure));
    }

    private static String text(HttpAnswer.Whole answer) {
        return answer.status() + " " + answer.contentType() + " " + new String(answer.body(), StandardCharsets.UTF_8);
    }
}
