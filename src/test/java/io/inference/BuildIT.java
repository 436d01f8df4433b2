package io.inference;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The developer's second build, with the tree that these tests were compiled from. */
class BuildIT {
    @Test
    void nothingIsCompiledAgainIfNothingHasChanged() throws Exception {
        String output = maven(Path.of("."), "test-compile");
        assertThat(output.lines().filter(line -> line.contains("Nothing to compile")))
                .as(output)
                .hasSize(2);
    }

    @Test
    void aProtoThatHasChangedIsGeneratedAgain(@TempDir Path copy) throws Exception {
        Files.copy(Path.of("pom.xml"), copy.resolve("pom.xml"));
        Path proto = copy.resolve("proto/inference/v1/inference.proto");
        Files.createDirectories(proto.getParent());
        Files.copy(Path.of("proto/inference/v1/inference.proto"), proto);
        maven(copy, "generate-sources");
        assertThat(generated(copy)).isNotEmpty().noneMatch(name -> name.contains("Added"));
        assertThat(maven(copy, "generate-sources")).doesNotContain("Compiling 1 proto");

        Files.writeString(proto, Files.readString(proto) + "\nmessage Added {}\n");
        Files.setLastModifiedTime(proto, FileTime.from(Instant.now().plusSeconds(2)));
        maven(copy, "generate-sources");
        assertThat(generated(copy)).anyMatch(name -> name.equals("Added.java"));
    }

    private static List<String> generated(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("target/generated-sources"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".java"))
                    .toList();
        }
    }

    private static String maven(Path folder, String phase) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("mvn", "-B", "-ntp", "-o", phase));
        String repository = System.getProperty("maven.repo.local");
        if (repository != null) {
            command.add("-Dmaven.repo.local=" + repository);
        }
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
