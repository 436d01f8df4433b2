package io.inference.local.store;

import io.inference.wire.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks whether a file is that of the catalogue. A small file beside a verified one contains its hash, size and time
 * of change, so that later starts need not hash the model.
 */
final class Verification {
    private static final Logger LOG = LoggerFactory.getLogger(ModelStore.class);
    private static final int BUFFER_BYTES = 1 << 18;

    private Verification() {}

    static boolean isMarked(Path file, CatalogueEntry entry) throws IOException {
        Path mark = markOf(file);
        return Files.isRegularFile(file)
                && Files.isRegularFile(mark)
                && Files.size(mark) < 1000
                && Files.readString(mark).strip().equals(text(file, entry));
    }

    /** Marks a file as verified; if that fails, the next start hashes it again. */
    static void mark(Path file, CatalogueEntry entry) {
        try {
            Files.writeString(markOf(file), text(file, entry) + "\n");
        } catch (IOException e) {
            LOG.debug("{} cannot be marked as verified: {}", file, e.toString());
        }
    }

    private static Path markOf(Path file) {
        return file.resolveSibling(file.getFileName() + ".verified");
    }

    private static String text(Path file, CatalogueEntry entry) throws IOException {
        return "%s %d %s".formatted(entry.sha256(), Files.size(file), Files.getLastModifiedTime(file));
    }

    /** Throws {@link WrongContentException} unless size and hash are the catalogue's. */
    static void check(Path file, CatalogueEntry entry) throws IOException {
        long size = Files.size(file);
        if (size != entry.size()) {
            throw new WrongContentException("it has %d bytes, not %d".formatted(size, entry.size()));
        }
        String sha256 = sha256(file);
        if (!sha256.equals(entry.sha256())) {
            throw new WrongContentException("its sha256 is %s, not %s".formatted(sha256, entry.sha256()));
        }
    }

    private static String sha256(Path file) throws IOException {
        MessageDigest digest = Sha256.digest();
        byte[] buffer = new byte[BUFFER_BYTES];
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** A file differs from the catalogue. */
    static final class WrongContentException extends IOException {
        private static final long serialVersionUID = 1L;

        WrongContentException(String message) {
            super(message);
        }
    }
}
