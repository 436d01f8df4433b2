package io.inference.http.server;

import io.inference.api.ErrorCode;
import io.inference.api.InferenceException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.LongSupplier;

/** Reads a body, as long as it is not too large and comes at a pace: half a minute, and a second for each kilobyte that has come. */
final class BodyReader {
    private static final long GRACE_NANOS = Duration.ofSeconds(30).toNanos();
    private static final long NANOS_A_BYTE = Duration.ofSeconds(1).toNanos() / 1024;
    private static final int FIRST = 8 * 1024;

    private final long most;
    private final LongSupplier nanoTime;

    /** @param most bytes, below two gigabytes */
    BodyReader(long most, LongSupplier nanoTime) {
        this.most = most;
        this.nanoTime = nanoTime;
    }

    /**
     * @param declared what Content-Length says; negative where there is none
     * @throws InferenceException with {@code TOO_LARGE}, or {@code INVALID_REQUEST} for a sender that is too slow
     */
    byte[] read(InputStream in, long declared) throws IOException {
        if (declared > most) {
            throw tooLarge();
        }
        long start = nanoTime.getAsLong();
        // Room for what has come, not for what was promised: a promise costs its sender nothing.
        byte[] body = new byte[(int) Math.min(declared < 0 ? FIRST : Math.max(declared, 1), 8 * FIRST)];
        int length = 0;
        while (true) {
            int count = in.read(body, length, body.length - length);
            if (count < 0) {
                return length == body.length ? body : Arrays.copyOf(body, length);
            }
            length += count;
            if (length > most) {
                throw tooLarge();
            }
            if (length == declared) {
                return length == body.length ? body : Arrays.copyOf(body, length);
            }
            if (nanoTime.getAsLong() - start > GRACE_NANOS + length * NANOS_A_BYTE) {
                throw new InferenceException(ErrorCode.INVALID_REQUEST, "the request's body came too slowly");
            }
            if (length == body.length) {
                body = Arrays.copyOf(body, (int) Math.min(2L * length, most + 1));
            }
        }
    }

    private InferenceException tooLarge() {
        return new InferenceException(
                ErrorCode.TOO_LARGE, "the request is larger than " + most + " bytes (MAX_REQUEST_SIZE)");
    }
}
