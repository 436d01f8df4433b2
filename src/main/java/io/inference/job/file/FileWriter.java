package io.inference.job.file;

import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import java.util.Arrays;
import java.util.UUID;

/** Writes a file part by part. One that is closed before it is finished is deleted. */
public final class FileWriter implements AutoCloseable {
    private final Files files;
    private final UUID id;
    private final long most;
    private final byte[] part = new byte[Files.PART_BYTES];
    private int length;
    private int parts;
    private long total;
    private boolean finished;

    /** @param most bytes of free space */
    FileWriter(Files files, UUID id, long most) {
        this.files = files;
        this.id = id;
        this.most = most;
    }

    public void write(byte[] bytes, int count) {
        total += count;
        if (total > most) {
            throw new InferenceException(
                    ErrorCode.STORAGE_FULL, "there is no room for this file (FILE_STORAGE_LIMIT); delete others first");
        }
        int from = 0;
        while (from < count) {
            int some = Math.min(count - from, part.length - length);
            System.arraycopy(bytes, from, part, length, some);
            length += some;
            from += some;
            if (length == part.length) {
                flush();
            }
        }
    }

    public long total() {
        return total;
    }

    /** Makes the file visible. */
    public StoredFile finish() {
        flush();
        StoredFile file = files.complete(id, total);
        finished = true;
        return file;
    }

    private void flush() {
        if (length > 0) {
            files.addPart(id, parts, Arrays.copyOf(part, length));
            parts++;
            length = 0;
        }
    }

    @Override
    public void close() {
        if (!finished) {
            files.delete(id);
        }
    }
}
