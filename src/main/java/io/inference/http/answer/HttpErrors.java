package io.inference.http.answer;

import com.fasterxml.jackson.core.JsonGenerator;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.wire.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Failures in the error format of the request's path. Callers get only the reason and its message, never the cause. */
public final class HttpErrors {
    private HttpErrors() {}

    /**
     * @param path of the request
     * @param apiPrefix the path below which OpenAI's format is spoken, such as {@code /v1}; empty if the path is
     *     not below it
     */
    public static HttpAnswer.Whole answer(String path, String apiPrefix, String requestId, InferenceException failure) {
        return answer(path, apiPrefix, requestId, failure.code().httpStatus(), failure);
    }

    /** Answer to a body in an unsupported form: the failure's reason, with HTTP's status for it. */
    public static HttpAnswer.Whole unsupportedMediaType(
            String path, String apiPrefix, String requestId, InferenceException failure) {
        return answer(path, apiPrefix, requestId, 415, failure);
    }

    private static HttpAnswer.Whole answer(
            String path, String apiPrefix, String requestId, int status, InferenceException failure) {
        if (isBelow(path, apiPrefix)) {
            return new HttpAnswer.Whole(status, "application/json", Json.bytes(out -> writeOpenAi(out, failure)));
        }
        if (isBelow(path, "/api")) {
            return new HttpAnswer.Whole(
                    status, "application/json; charset=utf-8", Json.bytes(out -> writeOllama(out, failure)));
        }
        String reason = failure.code().reason();
        byte[] body = Json.bytes(
                out -> problem(out, path, requestId, status, reason.replace('_', ' '), reason, message(failure)));
        return new HttpAnswer.Whole(status, "application/problem+json", body);
    }

    /** Answer to a method that the path does not serve. */
    public static HttpAnswer.Whole methodNotAllowed(String path, String apiPrefix, String requestId) {
        return noRoute(path, apiPrefix, requestId, 405, "method not allowed", ErrorCode.INVALID_REQUEST);
    }

    /** Answer for a path that nothing serves. */
    public static HttpAnswer.Whole pathNotFound(String path, String apiPrefix, String requestId) {
        return noRoute(path, apiPrefix, requestId, 404, "page not found", ErrorCode.NOT_FOUND);
    }

    private static HttpAnswer.Whole noRoute(
            String path, String apiPrefix, String requestId, int status, String what, ErrorCode code) {
        if (isBelow(path, "/api")) {
            byte[] text = (status + " " + what).getBytes(StandardCharsets.UTF_8);
            return new HttpAnswer.Whole(status, "text/plain", text);
        }
        if (isBelow(path, apiPrefix)) {
            byte[] body =
                    Json.bytes(out -> openAiError(out, what + ": " + path, openAiType(code), null, code.reason()));
            return new HttpAnswer.Whole(status, "application/json", body);
        }
        byte[] body = Json.bytes(out -> problem(out, path, requestId, status, what, code.reason(), what));
        return new HttpAnswer.Whole(status, "application/problem+json", body);
    }

    /** OpenAI's error object. */
    public static void writeOpenAi(JsonGenerator out, InferenceException failure) throws IOException {
        openAiError(
                out,
                message(failure),
                openAiType(failure.code()),
                failure.param().map(HttpErrors::openAiName).orElse(null),
                failure.code().reason());
    }

    /** Backends report Ollama's field name; OpenAI's callers sent another one. */
    private static String openAiName(String field) {
        return switch (field) {
            case "think" -> "reasoning_effort";
            default -> field;
        };
    }

    /** Ollama's error object. */
    public static void writeOllama(JsonGenerator out, InferenceException failure) throws IOException {
        out.writeStartObject();
        out.writeStringField("error", message(failure));
        out.writeEndObject();
    }

    private static void openAiError(
            JsonGenerator out, String message, String type, @Nullable String param, String reason) throws IOException {
        out.writeStartObject();
        out.writeObjectFieldStart("error");
        out.writeStringField("message", Json.wellFormed(message));
        out.writeStringField("type", type);
        out.writeStringField("param", param == null ? null : Json.wellFormed(param));
        out.writeStringField("code", reason);
        out.writeEndObject();
        out.writeEndObject();
    }

    /** Problem details (RFC 9457). */
    private static void problem(
            JsonGenerator out, String path, String requestId, int status, String title, String reason, String detail)
            throws IOException {
        out.writeStartObject();
        out.writeStringField("type", "about:blank");
        out.writeStringField("title", title.substring(0, 1).toUpperCase(Locale.ROOT) + title.substring(1));
        out.writeNumberField("status", status);
        out.writeStringField("detail", detail);
        out.writeStringField("instance", Json.wellFormed(path));
        out.writeStringField("code", reason);
        out.writeStringField("requestId", Json.wellFormed(requestId));
        out.writeEndObject();
    }

    private static String openAiType(ErrorCode code) {
        return switch (code) {
            case INVALID_REQUEST, UNSUPPORTED, CONTEXT_LENGTH_EXCEEDED, CONFLICT, TOO_LARGE, CANCELLED ->
                "invalid_request_error";
            case UNAUTHENTICATED -> "authentication_error";
            case FORBIDDEN -> "permission_error";
            case NOT_FOUND, MODEL_NOT_FOUND -> "not_found_error";
            case RATE_LIMITED -> "rate_limit_error";
            case INTERNAL, NOT_CONFIGURED, BACKEND_FAILED, OVERLOADED, UNAVAILABLE, TIMEOUT, STORAGE_FULL ->
                "server_error";
        };
    }

    private static String message(InferenceException failure) {
        String message = failure.getMessage();
        return message == null ? failure.code().reason() : Json.wellFormed(message);
    }

    private static boolean isBelow(String path, String prefix) {
        return !prefix.isEmpty()
                && path.startsWith(prefix)
                && (path.length() == prefix.length() || path.charAt(prefix.length()) == '/');
    }
}
