package io.inference.imageserver;

import io.inference.api.error.InferenceException;
import io.inference.upstream.Connection;
import io.inference.upstream.Failures;
import java.io.IOException;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Failures that a server reports in words. Callers see a short form, without addresses, paths, keys and headers.
 *
 * @param failures of its backend
 */
public record ServerFailures(Connection connection, Failures failures) {
    private static final int MOST_CHARS = 200;
    private static final Pattern ADDRESS = Pattern.compile("\\w+://\\S+");
    private static final Pattern PATH = Pattern.compile("[^\\s'\"(\\[]*[/\\\\][^\\s'\")\\]]*");

    /** A failure with what the server said. */
    public InferenceException reported(String message) {
        IOException cause = new IOException(Failures.quotable(message));
        String lower = message.toLowerCase(Locale.ROOT);
        if (lower.contains("out of memory") || lower.contains("outofmemory")) {
            return failures.failed("ran out of memory", cause);
        }
        String shown = shown(message);
        return failures.failed(shown.isEmpty() ? "failed" : "failed: " + shown, cause);
    }

    /** What a caller may see of a message: its first line. */
    public String shown(String message) {
        String line = message.strip().lines().findFirst().orElse("");
        line = PATH.matcher(ADDRESS.matcher(line).replaceAll("…")).replaceAll("…");
        if (connection.apiKey() != null) {
            line = line.replace(connection.apiKey(), "…");
        }
        for (String value : connection.headers().values()) {
            line = line.replace(value, "…");
        }
        line = Failures.quotable(line);
        return line.length() <= MOST_CHARS ? line : line.substring(0, MOST_CHARS) + "…";
    }
}
