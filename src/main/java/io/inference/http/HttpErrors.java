package io.inference.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.inference.api.ErrorCode;
import io.inference.api.InferenceException;
import io.inference.http.json.Json;
import java.io.IOException;
import java.util.Locale;

/** Failures in the format of the path that they happened on. Only the reason and its message are told, never their cause. */
public final class HttpErrors {
    private HttpErrors() {}

    /**
     * @param path of the request
     * @param apiPrefix the path below which OpenAI's format is spoken, such as {@code /v1}
     */
    public static HttpAnswer.Whole answer(
            String path, String apiPrefix, String requestId, InferenceException failure) {
        int status = failure.code().httpStatus();
        if (isBelow(path, apiPrefix)) {
            return new HttpAnswer.Whole(status, "application/json", Json.bytes(out -> writeOpenAi(out, failure)));
        }
        if (isBelow(path, "/api")) {
            return new HttpAnswer.Whole(
                    status, "application/json; charset=utf-8", Json.bytes(out -> writeOllama(out, failure)));
        }
        byte[] body = Json.bytes(out -> writeProblem(out, path, requestId, failure));
        return new HttpAnswer.Whole(status, "application/problem+json", body);
    }

    /** OpenAI's error object. */
    public static void writeOpenAi(JsonGenerator out, InferenceException failure) throws IOException {
        out.writeStartObject();
        out.writeObjectFieldStart("error");
        out.writeStringField("message", message(failure));
        out.writeStringField("type", openAiType(failure.code()));
        if (failure.param().isPresent()) {
            out.writeStringField("param", failure.param().get());
        } else {
            out.writeNullField("param");
        }
        out.writeStringField("code", failure.code().reason());
        out.writeEndObject();
        out.writeEndObject();
    }

    /** Ollama's error object. */
    public static void writeOllama(JsonGenerator out, InferenceException failure) throws IOException {
        out.writeStartObject();
        out.writeStringField("error", message(failure));
        out.writeEndObject();
    }

    /** Problem details (RFC 9457). */
    private static void writeProblem(JsonGenerator out, String path, String requestId, InferenceException failure)
            throws IOException {
        out.writeStartObject();
        out.writeStringField("type", "about:blank");
        out.writeStringField("title", title(failure.code()));
        out.writeNumberField("status", failure.code().httpStatus());
        out.writeStringField("detail", message(failure));
        out.writeStringField("instance", Json.wellFormed(path));
        out.writeStringField("code", failure.code().reason());
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

    private static String title(ErrorCode code) {
        String words = code.reason().replace('_', ' ');
        return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
    }

    private static String message(InferenceException failure) {
        String message = failure.getMessage();
        return message == null ? failure.code().reason() : Json.wellFormed(message);
    }

    private static boolean isBelow(String path, String prefix) {
        return path.startsWith(prefix) && (path.length() == prefix.length() || path.charAt(prefix.length()) == '/');
    }
}
