package io.inference.upstream;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.error.StillLoadingException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Converts failures of a server into the service's reason codes. Messages name the backend and nothing else of it: no
 * host, no key, no class; details are in the cause, for the log.
 *
 * @param backend its name, such as {@code ollama}
 */
public record Failures(String backend) {
    /** When to ask a busy server again that does not say. */
    public static final Duration RETRY_SOON = Duration.ofSeconds(1);

    private static final int MAX_QUOTED_CHARS = 500;

    /** The exchange failed below HTTP. */
    public InferenceException io(IOException cause) {
        return switch (cause) {
            case ConnectionRequestTimeoutException e -> busy(RETRY_SOON);
            case ConnectException e -> unreachable(e);
            case ConnectTimeoutException e -> unreachable(e);
            case UnknownHostException e -> unreachable(e);
            case NoRouteToHostException e -> unreachable(e);
            case SSLHandshakeException e -> unreachable(e);
            case SSLPeerUnverifiedException e -> unreachable(e);
            case SocketTimeoutException e -> late(e);
            default -> failed("broke off its answer", cause);
        };
    }

    /** The server took longer than it may. */
    public InferenceException late(@Nullable Throwable cause) {
        return new InferenceException(ErrorCode.TIMEOUT, "the " + backend + " backend did not answer in time", cause);
    }

    private InferenceException unreachable(IOException cause) {
        return new InferenceException(ErrorCode.UNAVAILABLE, "the " + backend + " backend cannot be reached", cause);
    }

    /** The server's answer violates its protocol. */
    public InferenceException malformed(@Nullable Throwable cause) {
        // A parser's own message quotes the answer, which must not be logged.
        Throwable shown = cause instanceof JsonProcessingException json
                ? new IOException(json.getClass().getSimpleName(), json)
                : cause;
        return failed("sent an answer that cannot be read", shown);
    }

    /** @param what a verb and its object, such as {@code broke off its answer} */
    public InferenceException failed(String what, @Nullable Throwable cause) {
        return new InferenceException(ErrorCode.BACKEND_FAILED, "the " + backend + " backend " + what, cause);
    }

    /**
     * An answer with a status that is not 200.
     *
     * @param message of the server, shown to the caller only if the request is at fault
     */
    public InferenceException status(Reply reply, @Nullable String message) {
        Duration retryAfter = reply.retryAfter() == null ? RETRY_SOON : reply.retryAfter();
        return switch (reply.status()) {
            case 400, 422 -> isPage(reply) ? failed("failed", null) : refused(message);
            case 413 ->
                new InferenceException(
                        ErrorCode.TOO_LARGE,
                        "the " + backend + " backend takes no request so large",
                        new IOException("status 413", new IOException(body(reply))));
            case 503 -> saysLoading(reply) ? loading(retryAfter) : busy(retryAfter);
            case 429 -> busy(retryAfter);
            // A server's message may quote the request, which must not be logged, except for debugging.
            default -> failed("failed", new IOException("status " + reply.status(), new IOException(body(reply))));
        };
    }

    /** llama.cpp and its relatives answer so from their start until their model is there. */
    private static boolean saysLoading(Reply reply) {
        String lower = body(reply).toLowerCase(Locale.ROOT);
        return lower.contains("loading") && lower.contains("model");
    }

    private InferenceException loading(Duration retryAfter) {
        return new StillLoadingException("the " + backend + " backend is loading the model", retryAfter);
    }

    /** The server works, but takes no more requests now. */
    public InferenceException busy(Duration retryAfter) {
        return InferenceException.retryLater(ErrorCode.OVERLOADED, "the " + backend + " backend is busy", retryAfter);
    }

    /** The server refused the request because of an error of the caller. */
    public InferenceException refused(@Nullable String message) {
        if (message == null || message.isBlank()) {
            return new InferenceException(ErrorCode.INVALID_REQUEST, "the " + backend + " backend refused the request");
        }
        ErrorCode code = saysTooLong(message) ? ErrorCode.CONTEXT_LENGTH_EXCEEDED : ErrorCode.INVALID_REQUEST;
        return new InferenceException(code, quotable(message));
    }

    /** Whether a server's message says that the text does not fit into the model's context. */
    public static boolean saysTooLong(String message) {
        String lower = message.toLowerCase(Locale.ROOT);
        return lower.contains("context length")
                || lower.contains("context size")
                || lower.contains("context window")
                || lower.contains("maximum input length")
                || lower.contains("context_length_exceeded");
    }

    /** A server's message as a caller may see it: one line, of bounded length. */
    public static String quotable(String message) {
        String line = message.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
        return line.length() <= MAX_QUOTED_CHARS ? line : line.substring(0, MAX_QUOTED_CHARS) + "…";
    }

    /** A page for people is no word of the server itself on the request. */
    private static boolean isPage(Reply reply) {
        return body(reply).startsWith("<");
    }

    private static String body(Reply reply) {
        return quotable(new String(reply.body(), StandardCharsets.UTF_8));
    }
}
