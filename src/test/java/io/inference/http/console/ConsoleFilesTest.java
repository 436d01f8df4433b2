package io.inference.http.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ConsoleFilesTest {
    private static final Path FOLDER = Path.of("src/main/resources/console");
    private static final Pattern IMPORT = Pattern.compile("from '\\./([^']+)'");
    private static final Pattern LINK = Pattern.compile("(?:src|href)=\"console/([^\"]+)\"");

    /** Ways to make markup or code from text, none of which the page needs. */
    private static final Pattern MARKUP = Pattern.compile(
            "innerHTML|outerHTML|insertAdjacentHTML|document\\.write|DOMParser|\\beval\\b|new Function|setHTMLUnsafe");

    private final ConsoleFiles files = new ConsoleFiles();

    @Test
    void everyFileOfTheFolderIsListedAndNoOther() throws IOException {
        try (Stream<Path> found = Files.list(FOLDER)) {
            assertThat(found.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(ConsoleFiles.LISTED.keySet());
        }
    }

    @Test
    void noOtherNameLeadsToAFile() {
        assertThat(files.find("../application.yaml")).isEmpty();
        assertThat(files.find("")).isEmpty();
        assertThat(files.find("console.css")).isPresent();
    }

    @Test
    void whatAFileRefersToIsListed() throws IOException {
        for (String name : ConsoleFiles.LISTED.keySet()) {
            String text = Files.readString(FOLDER.resolve(name));
            Pattern reference = name.equals(ConsoleFiles.PAGE) ? LINK : IMPORT;
            List<String> referred = reference
                    .matcher(text)
                    .results()
                    .map(match -> match.group(1))
                    .toList();
            assertThat(ConsoleFiles.LISTED.keySet()).as(name).containsAll(referred);
        }
    }

    @Test
    void nothingMakesMarkupOfTextOrComesFromElsewhere() throws IOException {
        for (String name : ConsoleFiles.LISTED.keySet()) {
            String text = Files.readString(FOLDER.resolve(name)).replaceAll("http://www\\.w3\\.org/2000/svg", "");
            assertThat(text).as(name).doesNotContainPattern(MARKUP).doesNotContain("http://", "https://");
        }
        assertThat(Files.readString(FOLDER.resolve(ConsoleFiles.PAGE)))
                .doesNotContain("<style", "style=", " on")
                .doesNotContainPattern("<script(?![^>]*src=)");
    }

    @Test
    void theTagChangesWithTheContent() {
        assertThat(ConsoleFiles.LISTED.keySet().stream()
                        .map(name -> files.find(name).orElseThrow().etag()))
                .doesNotHaveDuplicates()
                .allMatch(etag -> etag.matches("\"[0-9a-f]{32}\""));
    }
}
