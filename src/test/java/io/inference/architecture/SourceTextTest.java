package io.inference.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Sources keep to 120 columns, and comments to plain English. */
class SourceTextTest {
    private static final int COLUMNS = 120;
    private static final Path MAIN = Path.of("src/main/java");
    private static final List<Path> SOURCES =
            List.of(MAIN, Path.of("src/test/java"), Path.of("routes"), Path.of("proto"));

    private static final Pattern COMMENT = Pattern.compile("\\s*(?:/?\\*|//).*|.*\\s//\\s.*");
    private static final Pattern UNCLEAR = Pattern.compile(
            "\\b(?:anew|beneath|beside the start|came to|has gone|hears of|in the making|lest|mends?|nobody"
                    + "|somebody|told|under way|vouch(?:es)? for|whoever)\\b",
            Pattern.CASE_INSENSITIVE);

    @Test
    void linesHaveAtMost120Columns() throws IOException {
        List<String> faults = new ArrayList<>();
        for (Path folder : SOURCES) {
            faults.addAll(lines(folder, line -> line.codePointCount(0, line.length()) > COLUMNS));
        }
        assertThat(faults).isEmpty();
    }

    @Test
    void commentsUsePlainWords() throws IOException {
        assertThat(lines(
                        MAIN,
                        line -> COMMENT.matcher(line).matches()
                                && UNCLEAR.matcher(line).find()))
                .isEmpty();
    }

    private static List<String> lines(Path folder, Predicate<String> faulty) throws IOException {
        List<String> faults = new ArrayList<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(SourceTextTest::isSource).sorted().toList()) {
                List<String> lines = Files.readAllLines(file);
                for (int i = 0; i < lines.size(); i++) {
                    if (faulty.test(lines.get(i))) {
                        faults.add(file + ":" + (i + 1) + " " + lines.get(i).strip());
                    }
                }
            }
        }
        return faults;
    }

    private static boolean isSource(Path file) {
        return Stream.of(".java", ".yaml", ".proto").anyMatch(file.toString()::endsWith);
    }
}
