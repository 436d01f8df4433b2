package io.inference.job.batch;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** The lines of a file, one at a time, without their ends. */
final class Lines {
    private final InputStream in;
    private final int longest;
    private int number;
    private boolean tooLong;

    /** @param longest bytes of a line; the excess is skipped */
    Lines(InputStream in, int longest) {
        this.in = new BufferedInputStream(in, 64 * 1024);
        this.longest = longest;
    }

    /** The next line; null after the last. */
    byte @Nullable [] next() throws IOException {
        var line = new ByteArrayOutputStream();
        tooLong = false;
        boolean any = false;
        for (int b = in.read(); b >= 0; b = in.read()) {
            any = true;
            if (b == '\n') {
                break;
            }
            if (line.size() < longest) {
                line.write(b);
            } else {
                tooLong = true;
            }
        }
        if (!any) {
            return null;
        }
        number++;
        return line.toByteArray();
    }

    /** The number of the last line, from 1. */
    int number() {
        return number;
    }

    /** Whether the last line was longer than allowed. */
    boolean isTooLong() {
        return tooLong;
    }
}
