package io.inference.ollama;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.upstream.Failures;
import io.inference.upstream.JsonTokens;
import io.inference.upstream.Reply;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Converts Ollama's {@code {"error"}} into reason codes. It has no codes of its own, only texts. */
record OllamaErrors(Failures failures) {
    private static final String THINK = "think";
    /** How Ollama begins to refuse a word on how much to reason. */
    private static final String EFFORT = "think value";

    /** Whether a model only takes whether to reason, not how much. */
    static boolean refusesEffort(InferenceException refusal) {
        return refusal.code() == ErrorCode.UNSUPPORTED
                && String.valueOf(refusal.getMessage()).startsWith(EFFORT);
    }

    /** @param model the requested model */
    InferenceException refusal(Reply reply, String model) {
        String message = message(reply.body());
        if (message == null) {
            return failures.status(reply, null);
        }
        if (reply.status() == 404) {
            return InferenceException.modelNotFound(model);
        }
        if (reply.status() < 500 && message.contains("does not support")) {
            return cannot(message, model);
        }
        if (reply.status() < 500 && message.startsWith(EFFORT)) {
            return InferenceException.unsupported(THINK, Failures.quotable(message));
        }
        return Failures.saysTooLong(message) ? failures.refused(message) : failures.status(reply, message);
    }

    /** An error in place of a chunk, in an answer whose status was 200. */
    InferenceException midStream(String message) {
        return Failures.saysTooLong(message)
                ? failures.refused(message)
                : failures.failed("failed while it answered", new IOException(Failures.quotable(message)));
    }

    private static InferenceException cannot(String message, String model) {
        String what = message.substring(message.indexOf("does not support"));
        String param = switch (what) {
            case String s when s.contains("tools") -> "tools";
            case String s when s.contains("think") -> THINK;
            case String s when s.contains("image") || s.contains("vision") -> "messages";
            default -> "model";
        };
        return InferenceException.unsupported(param, "model '" + model + "' " + Failures.quotable(what));
    }

    private static @Nullable String message(byte[] body) {
        try (JsonParser json = JsonTokens.parser(body, 0, body.length)) {
            JsonTokens.openObject(json);
            for (String field = JsonTokens.nextField(json); field != null; field = JsonTokens.nextField(json)) {
                if (field.equals("error")) {
                    return unwrapped(json);
                }
                json.skipChildren();
            }
            return null;
        } catch (IOException e) {
            return null;
        }
    }

    /** The server that runs a model has errors of its own form, which Ollama passes on as they are, as text or not. */
    private static @Nullable String unwrapped(JsonParser json) throws IOException {
        if (json.currentToken() == JsonToken.START_OBJECT) {
            for (String field = JsonTokens.nextField(json); field != null; field = JsonTokens.nextField(json)) {
                if (field.equals("message")) {
                    return JsonTokens.text(json);
                }
                json.skipChildren();
            }
            return null;
        }
        String text = JsonTokens.text(json);
        if (text == null || !text.startsWith("{")) {
            return text;
        }
        String inner = message(text.getBytes(StandardCharsets.UTF_8));
        return inner == null ? text : inner;
    }

    /** Ollama answered with status 200, but without the requested content. */
    InferenceException empty() {
        return new InferenceException(
                ErrorCode.BACKEND_FAILED, "the " + failures.backend() + " backend gave no answer");
    }
}
