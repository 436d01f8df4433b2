package io.inference.http.form;

import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes a picture to a file on the volume while it arrives, block by block. */
public final class ReceivedFile {
    private static final Logger log = LoggerFactory.getLogger(ReceivedFile.class);
    private static final int BLOCK = 64 << 10;

    private ReceivedFile() {}

    /**
     * Writes all that comes; returns the number of bytes.
     *
     * @throws IOException if the content cannot be read
     * @throws InferenceException with {@code TOO_LARGE}; or {@code STORAGE_FULL} or {@code UNAVAILABLE} if the file
     *     cannot be written
     */
    public static long write(InputStream content, Path file, long most) throws IOException {
        byte[] block = new byte[BLOCK];
        long total = 0;
        try (OutputStream out = opened(file)) {
            for (int count = content.read(block); count >= 0; count = content.read(block)) {
                total += count;
                if (total > most) {
                    throw new InferenceException(ErrorCode.TOO_LARGE, "a picture may have at most " + most + " bytes");
                }
                write(out, block, count);
            }
        }
        return total;
    }

    private static OutputStream opened(Path file) {
        try {
            return Files.newOutputStream(file);
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private static void write(OutputStream out, byte[] block, int count) {
        try {
            out.write(block, 0, count);
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private static InferenceException unwritable(IOException e) {
        log.warn("a picture that arrives cannot be written: {}", e.toString());
        boolean full = String.valueOf(e instanceof FileSystemException system ? system.getReason() : e.getMessage())
                .contains("No space left");
        return full
                ? new InferenceException(ErrorCode.STORAGE_FULL, "the volume of pictures has no room left", e)
                : new InferenceException(ErrorCode.UNAVAILABLE, "the volume of pictures cannot be written now", e);
    }

    /** Deletes it if it is there; otherwise the store does that later. */
    public static void discard(Path file) {
        try {
            boolean ignored = Files.deleteIfExists(file);
        } catch (IOException e) {
            log.debug("{} is left behind", file, e);
        }
    }
}
