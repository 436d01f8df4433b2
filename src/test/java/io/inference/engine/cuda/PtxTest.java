package io.inference.engine.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/**
 * The PTX in the repository is of the sources in the repository. {@code src/main/cuda/build.sh} writes both sums, and
 * only if no hot kernel spills registers on any card; {@code build.sh --check} compiles and assembles again.
 */
class PtxTest {
    private static final Path SOURCES = Path.of("src/main/cuda");
    private static final Path PTX = Path.of("src/main/resources/cuda");

    @Test
    void thePtxIsOfTheseSources() throws IOException {
        MessageDigest digest = sha256();
        for (Path file : files(SOURCES, ".*\\.(cu|cuh|py)")) {
            digest.update(Files.readAllBytes(file));
        }

        assertThat(Files.readAllLines(SOURCES.resolve("built.txt")).getFirst())
                .as("the sources changed: run src/main/cuda/build.sh")
                .isEqualTo("sources " + HexFormat.of().formatHex(digest.digest()));
    }

    @Test
    void eachFileHasTheSumThatTheBuildWrote() throws IOException {
        var sums = new TreeMap<String, String>();
        for (Path file : files(PTX, ".*\\.ptx\\.gz")) {
            try (InputStream ptx = new GZIPInputStream(Files.newInputStream(file))) {
                sums.put(
                        file.getFileName().toString().replace(".gz", ""),
                        HexFormat.of().formatHex(sha256().digest(ptx.readAllBytes())));
            }
        }
        var written = new TreeMap<String, String>();
        for (String line : Files.readAllLines(PTX.resolve("SHA256SUMS"))) {
            written.put(line.substring(66), line.substring(0, 64));
        }

        assertThat(sums).isEqualTo(written).isNotEmpty();
    }

    @Test
    void theKernelsWereAssembledForEveryCard() throws IOException {
        assertThat(Files.readAllLines(SOURCES.resolve("built.txt")).stream()
                        .skip(1)
                        .map(line -> line.substring(0, line.indexOf(' '))))
                .contains("sm_70", "sm_75", "sm_80", "sm_86", "sm_89", "sm_90");
    }

    private static List<Path> files(Path folder, String name) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().matches(name))
                    .sorted()
                    .toList();
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
