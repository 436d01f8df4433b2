package io.inference.chart;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.GeneratedDocument;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Files that are made from the chart; {@code -Ddocs.goal=write} writes them again. */
class ChartDocumentsTest {
    private static final Path README = Chart.FOLDER.resolve("README.md");
    private static final Path GOLDEN = Path.of("src/test/resources/chart/defaults.yaml");
    private static final Pattern KEY = Pattern.compile("( *)([A-Za-z][A-Za-z0-9]*):(?: (.*))?");
    private static final String BEGIN = "<!-- values -->\n";
    private static final String END = "<!-- end of values -->";

    /** A change of a template shows here what it changes for everyone. */
    @Test
    void theDefaultsRenderToTheSameObjects() throws IOException {
        GeneratedDocument.check(GOLDEN, Chart.scenario(Chart.DEFAULTS).text());
    }

    @Test
    void theTableOfValuesInTheReadmeIsThatOfTheCommentsInTheValues() throws IOException {
        String text = Files.readString(README);
        int begin = text.indexOf(BEGIN) + BEGIN.length();
        GeneratedDocument.check(README, text.substring(0, begin) + table() + text.substring(text.indexOf(END)));
    }

    private static String table() throws IOException {
        StringBuilder table = new StringBuilder("| value | default | meaning |\n| --- | --- | --- |\n");
        List<String> path = new ArrayList<>();
        Set<String> documented = new HashSet<>();
        String comment = "";
        boolean open = false;
        for (String line : Files.readAllLines(Chart.FOLDER.resolve("values.yaml"))) {
            String text = line.strip();
            if (text.startsWith("# -- ")) {
                comment = text.substring(5);
                open = true;
                continue;
            }
            if (text.startsWith("#")) {
                comment += open ? " " + text.substring(1).strip() : "";
                continue;
            }
            open = false;
            Matcher key = KEY.matcher(line);
            if (!key.matches()) {
                continue;
            }
            int depth = key.group(1).length() / 2;
            if (depth > path.size()) {
                continue;
            }
            path = new ArrayList<>(path.subList(0, depth));
            path.add(key.group(2));
            String name = String.join(".", path);
            String value = key.group(3);
            if (!comment.isEmpty() || value != null && !insideOf(name, documented)) {
                documented.add(name);
                table.append("| `%s` | %s | %s |\n"
                        .formatted(
                                name,
                                value == null ? "see `values.yaml`" : "`" + value.replace("|", "\\|") + "`",
                                comment.replace("|", "\\|")));
            }
            comment = "";
        }
        return table.toString();
    }

    /** Whether the comment of a value above explains this one. */
    private static boolean insideOf(String name, Set<String> documented) {
        return documented.stream().anyMatch(other -> name.startsWith(other + "."));
    }

    @Test
    void theRunbookSaysWhatToDoAboutEachAlert() throws IOException {
        String runbook = Files.readString(Path.of("src/docs/RUNBOOK.md"));
        List<String> alerts = Chart.scenario("one-replica-values.yaml")
                .one("PrometheusRule", "inference-service")
                .findValuesAsText("alert");
        assertThat(alerts)
                .hasSizeGreaterThan(5)
                .allSatisfy(alert -> assertThat(runbook).contains("| `" + alert + "` |"));
    }

    @Test
    void theReadmeNamesEveryScenario() throws IOException {
        String text = Files.readString(README);
        assertThat(Chart.scenarios())
                .filteredOn(scenario -> !scenario.equals(Chart.DEFAULTS))
                .allSatisfy(scenario -> assertThat(text).contains("`ci/" + scenario + "`"));
    }
}
