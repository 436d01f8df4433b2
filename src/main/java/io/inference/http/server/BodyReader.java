package io.inference.http.server;

import io.inference.api.ErrorCode;
import io.inference.api.InferenceException;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.LongSupplier;

/** Reads a body, as long as it is not too large and comes at a pace: some time, and a second for each kilobyte that has come. */
final class BodyReader {
    private static final long NANOS_A_BYTE = Duration.ofSeconds(1).toNanos() / 1024;
    private static final int FIRST = 8 * 1024;

    private final long most;
    private final long graceNanos;
    private final LongSupplier nanoTime;

    /**
     * @param most bytes, below two gigabytes
     * @param grace time that any body may take
     */
    BodyReader(long most, Duration grace, LongSupplier nanoTime) {
        this.most = most;
        this.graceNanos = grace.toNanos();
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
            int count = readSome(in, body, length);
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
            if (nanoTime.getAsLong() - start > graceNanos + length * NANOS_A_BYTE) {
                throw tooSlow();
            }
            if (length == body.length) {
                body = Arrays.copyOf(body, (int) Math.min(2L * length, most + 1));
            }
        }
    }

    /** A sender that falls silent is one that is too slow; the container says so by an exception within one of its own. */
    private static int readSome(InputStream in, byte[] body, int length) throws IOException {
        try {
            return in.read(body, length, body.length - length);
        } catch (IOException e) {
            if (e instanceof SocketTimeoutException || e.getCause() instanceof SocketTimeoutException) {
                throw tooSlow();
            }
            throw e;
        }
    }

    private static InferenceException tooSlow() {
        return new InferenceException(ErrorCode.INVALID_REQUEST, "the request's body came too slowly");
    }

    private InferenceException tooLarge() {
        return new InferenceException(
                ErrorCode.TOO_LARGE, "the request is larger than " + most + " bytes (MAX_REQUEST_SIZE)");
    }
}
