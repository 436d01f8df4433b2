package io.inference.local.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The partial file that a fetch writes to, until it is complete and verified. */
record Part(Path file, CatalogueEntry entry, Progress progress) {
    private static final int BUFFER_BYTES = 1 << 17;

    long bytes() throws IOException {
        return Files.exists(file) ? Files.size(file) : 0;
    }

    /** Writes all of {@code in}, replacing the present contents; deletes the file if that fails. */
    void replace(InputStream in) throws IOException {
        boolean done = false;
        try {
            write(in, 0);
            done = true;
        } finally {
            if (!done) {
                Files.deleteIfExists(file);
            }
        }
    }

    /**
     * Writes all of {@code in} from {@code offset} on, after cutting the file there. More bytes than the model's size
     * are an error, before they fill the disk.
     */
    void write(InputStream in, long offset) throws IOException {
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            out.truncate(offset);
            out.position(offset);
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                if (out.position() + read > entry.size()) {
                    throw new Verification.WrongContentException("it is longer than %d bytes".formatted(entry.size()));
                }
                ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, read);
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
                progress.at(out.position());
            }
            out.force(true);
        }
    }
}
