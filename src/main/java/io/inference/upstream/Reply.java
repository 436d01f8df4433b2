package io.inference.upstream;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A server's whole answer.
 *
 * @param retryAfter time after which the server asks for a retry; null if it did not
 */
public record Reply(int status, byte[] body, @Nullable Duration retryAfter) {
    /** The most that an answer, or a line or an event of one, may have. */
    public static final int MAX_BYTES = 128 << 20;

    public boolean isOk() {
        return status == 200;
    }

    /** Parses a body. */
    public interface Reading<T> {
        T read(byte[] body) throws IOException;
    }
}
