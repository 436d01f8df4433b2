package io.inference.openai.answer;

import io.inference.api.error.InferenceException;
import io.inference.upstream.Failures;
import io.inference.upstream.Reply;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Converts a server's error into a reason code.
 *
 * @param apiKey this service's key, which some servers repeat in their messages
 */
public record OpenAiErrors(Failures failures, @Nullable String apiKey) {
    /** @param model the requested model */
    public InferenceException refusal(Reply reply, String model) {
        OpenAiError error = OpenAiError.parse(reply.body());
        if (error == null || error.message() == null) {
            return failures.status(withoutKey(reply), null);
        }
        String message = withoutKey(error.message());
        if (reply.status() == 404 && isAboutTheModel(error, message)) {
            return InferenceException.modelNotFound(model);
        }
        if (reply.status() == 400 && tooLong(error)) {
            return failures.refused("context length exceeded: " + message);
        }
        String param = error.param();
        if (reply.status() == 400 && error.is("unsupported_parameter") && param != null) {
            return InferenceException.unsupported(param, Failures.quotable(message));
        }
        boolean refused = reply.status() == 400 || reply.status() == 422;
        if (refused && param != null && !Failures.saysTooLong(message)) {
            return InferenceException.invalid(param, Failures.quotable(message));
        }
        return failures.status(withoutKey(reply), message);
    }

    /** An error in place of a chunk, in an answer whose status was 200. */
    public InferenceException midStream(OpenAiError error) {
        String message = withoutKey(String.valueOf(error.message()));
        if (error.is("429") || error.is("503") || error.is("rate_limit_exceeded")) {
            return failures.busy(Failures.RETRY_SOON);
        }
        return tooLong(error) || Failures.saysTooLong(message)
                ? failures.refused("context length exceeded: " + message)
                : failures.failed("failed while it answered", new IOException(Failures.quotable(message)));
    }

    private static boolean tooLong(OpenAiError error) {
        return error.is("context_length_exceeded") || error.is("exceed_context_size_error");
    }

    /** A 404 is also the answer of an address without such an API. */
    private static boolean isAboutTheModel(OpenAiError error, String message) {
        return error.is("model_not_found") || message.toLowerCase(Locale.ROOT).contains("model");
    }

    /** A server's message without the key. */
    public String withoutKey(String message) {
        return apiKey == null || apiKey.isEmpty() ? message : message.replace(apiKey, "***");
    }

    private Reply withoutKey(Reply reply) {
        // A server's message about a refused key must not get into the log either.
        boolean refused = reply.status() == 401 || reply.status() == 403;
        return refused ? new Reply(reply.status(), new byte[0], reply.retryAfter()) : reply;
    }
}
