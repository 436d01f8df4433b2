package io.inference;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DocumentsTest {
    private static final Path ROOT = Path.of("").toAbsolutePath();
    private static final Pattern LINK = Pattern.compile("]\\((?!https?:)([^)#\\s]*)(#[^)\\s]*)?\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");

    @Test
    void everyLinkLeadsToAFileAndAHeadingThatExist() throws IOException {
        List<String> broken = new ArrayList<>();
        for (Path document : documents()) {
            Matcher link = LINK.matcher(Files.readString(document));
            while (link.find()) {
                Path target = link.group(1).isEmpty()
                        ? document
                        : document.resolveSibling(link.group(1)).normalize();
                String heading = link.group(2);
                if (!Files.exists(target)
                        || heading != null && !headings(target).contains(heading)) {
                    broken.add(ROOT.relativize(document) + ": " + link.group());
                }
            }
        }
        assertThat(broken).isEmpty();
    }

    @Test
    void everyDocumentIsInTheIndexAtTheEndOfTheReadme() throws IOException {
        String readme = Files.readString(ROOT.resolve("README.md"));
        assertThat(documents())
                .filteredOn(document -> !document.getParent().endsWith("adr"))
                .extracting(document -> ROOT.relativize(document).toString())
                .filteredOn(name -> !name.equals("README.md"))
                .allSatisfy(name -> assertThat(readme.substring(readme.lastIndexOf("\n## ")))
                        .contains("](" + name + ")"));
    }

    @Test
    void decisionsAreNumberedWithoutGapsInTheirNamesAndHeadings() throws IOException {
        List<Path> decisions = documents().stream()
                .filter(document -> document.getParent().endsWith("adr"))
                .sorted()
                .toList();
        assertThat(decisions)
                .extracting(file -> file.getFileName().toString().substring(0, 4))
                .isEqualTo(IntStream.rangeClosed(1, decisions.size())
                        .mapToObj("%04d"::formatted)
                        .toList());
        for (Path file : decisions) {
            int number = Integer.parseInt(file.getFileName().toString().substring(0, 4));
            assertThat(Files.readString(file)).startsWith("# " + number + ". ");
        }
    }

    private static List<Path> documents() throws IOException {
        List<Path> documents =
                new ArrayList<>(Stream.of("README.md", "SECURITY.md", "routes/README.md", "helm-chart/README.md")
                        .map(ROOT::resolve)
                        .toList());
        try (Stream<Path> files = Files.walk(ROOT.resolve("src/docs"))) {
            files.filter(file -> file.toString().endsWith(".md")).sorted().forEach(documents::add);
        }
        return documents;
    }

    /** The anchors of headings, as links name them. */
    private static List<String> headings(Path document) throws IOException {
        return HEADING.matcher(Files.readString(document))
                .results()
                .map(heading -> "#"
                        + heading.group(1)
                                .toLowerCase(Locale.ROOT)
                                .replaceAll("[^\\p{L}\\p{N} _-]", "")
                                .replace(' ', '-'))
                .toList();
    }
}
