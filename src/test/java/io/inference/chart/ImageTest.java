package io.inference.chart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The Dockerfile, held to the service's settings and to the chart. Nothing is built. */
class ImageTest {
    private static final Path SCRIPTS = Path.of("src/main/docker");
    private static final Set<String> NOT_OF_THE_SERVICE = Set.of("LANG", "CUDA_CACHE_PATH");
    private static final Set<String> NO_FOLDERS = Set.of("PROFILE", "HOST", "ROUTES_DIR");
    private static final String INCUBATOR = "jdk.incubator.vector";
    private static final Pattern INSTRUCTION = Pattern.compile("(?m)^([A-Z]+) (.*)$");
    private static final Pattern ASSIGNMENT = Pattern.compile("([A-Z_]+)=(\\S+)");
    private static final Pattern NUMBERS = Pattern.compile("(\\d+):\\1");
    private static final Pattern CACHE = Pattern.compile("[a-z]+\\.aot");

    private final String all = read(Path.of("Dockerfile")).replaceAll("\\\\\\n\\s*", "");
    private final String runtime = all.substring(all.lastIndexOf("\nFROM "));

    @Test
    void everyVariableIsASettingOfTheService() {
        Set<String> known = new HashSet<>(NOT_OF_THE_SERVICE);
        read(Chart.FOLDER.resolve("settings.txt"))
                .lines()
                .filter(line -> line.endsWith(" plain"))
                .forEach(line -> known.add(line.split(" ")[0]));
        assertThat(known).containsAll(variables().keySet());
    }

    @Test
    void theChartSaysTheSameOfProfileAddressAndFolders() {
        JsonNode config = Chart.scenario(Chart.DEFAULTS)
                .one("ConfigMap", "inference-config")
                .path("data");
        Map<String, String> variables = variables();
        variables.keySet().removeAll(NOT_OF_THE_SERVICE);
        variables.remove("ROUTES_DIR"); // the chart sets it for routes that are not the image's
        assertThat(variables)
                .isNotEmpty()
                .allSatisfy((name, value) ->
                        assertThat(value).as(name).isEqualTo(config.path(name).asText()));
    }

    @Test
    void onlyMountsOfTheChartAreWrittenTo() {
        List<String> writable = new ArrayList<>();
        for (JsonNode mount : Chart.scenario(Chart.DEFAULTS).deployment().findValue("volumeMounts")) {
            if (!mount.path("readOnly").asBoolean()) {
                writable.add(mount.path("mountPath").asText());
            }
        }
        List<String> volumes = Pattern.compile("\"([^\"]+)\"")
                .matcher(instruction("VOLUME"))
                .results()
                .map(found -> found.group(1))
                .toList();
        assertThat(volumes).containsExactlyInAnyOrderElementsOf(writable);
        variables().forEach((name, value) -> {
            if (!NO_FOLDERS.contains(name) && value.startsWith("/")) {
                assertThat(Path.of(value))
                        .as(name)
                        .matches(path -> volumes.stream().anyMatch(path::startsWith));
            }
        });
    }

    @Test
    void theUserIsANumberThatTheChartUsesToo() {
        Matcher user = NUMBERS.matcher(instruction("USER"));
        assertThat(user.matches()).isTrue();
        assertThat(Chart.scenario(Chart.DEFAULTS)
                        .deployment()
                        .at("/spec/template/spec/securityContext/runAsUser")
                        .asText(user.group(1)))
                .isEqualTo(user.group(1));
        assertThat(Integer.parseInt(user.group(1))).isGreaterThan(10000);
    }

    @Test
    void theJreHasTheVectorApiAndOnlyTheCacheOfTheCpuEngineIsMadeWithIt() {
        assertThat(all).containsPattern("ARG MODULES=\\S*\\b" + Pattern.quote(INCUBATOR));
        String flag = "--add-modules=" + INCUBATOR;
        assertThat(read(SCRIPTS.resolve("java.args"))).doesNotContain(INCUBATOR);
        assertThat(read(SCRIPTS.resolve("run.sh"))).contains(flag + " -XX:AOTCache=vector.aot");
        assertThat(read(SCRIPTS.resolve("train.sh"))).contains("train vector.aot " + flag);
    }

    @Test
    void everyCacheThatIsUsedIsMadeAndCopied() {
        assertThat(caches(read(SCRIPTS.resolve("run.sh"))))
                .hasSize(2)
                .isEqualTo(caches(read(SCRIPTS.resolve("train.sh")).replaceFirst("(?m)^# Makes.*", "")))
                .isEqualTo(caches(runtime));
    }

    @Test
    void theCollectorAndTheHeapAreThoseOfMaven() {
        List<String> image = read(SCRIPTS.resolve("java.args"))
                .lines()
                .filter(line -> line.startsWith("-XX"))
                .toList();
        assertThat(image).isNotEmpty();
        String pom = read(Path.of("pom.xml"));
        assertThat(pom)
                .contains("<heap.jvm.args>" + String.join(" ", image) + "</heap.jvm.args>")
                .contains("<jvmArguments>${engine.jvm.args} ${heap.jvm.args}</jvmArguments>");
    }

    @Test
    void everyFileThatIsCopiedReachesTheBuild() {
        List<String> ignore = read(Path.of(".dockerignore")).lines().toList();
        Matcher copy = Pattern.compile("(?m)^COPY (?!--from)(.*) \\S+$").matcher(all);
        List<String> copied = new ArrayList<>();
        while (copy.find()) {
            copied.addAll(List.of(copy.group(1).split(" ")));
        }
        copied.remove("src");
        copied.add("src/test/java/io/inference/engine/RandomGguf.java");
        copied.add("src/test/java/io/inference/engine/gguf/GgufWriter.java");
        assertThat(copied).allSatisfy(file -> {
            assertThat(Path.of(file)).exists();
            assertThat(ignore)
                    .anyMatch(line -> line.startsWith("!") && Path.of(file).startsWith(line.substring(1)));
        });
    }

    private Map<String, String> variables() {
        Map<String, String> variables = new LinkedHashMap<>();
        Matcher instruction = INSTRUCTION.matcher(runtime);
        while (instruction.find()) {
            Matcher assignment = ASSIGNMENT.matcher(instruction.group(2));
            while (instruction.group(1).equals("ENV") && assignment.find()) {
                variables.put(assignment.group(1), assignment.group(2));
            }
        }
        return variables;
    }

    private String instruction(String name) {
        return INSTRUCTION
                .matcher(runtime)
                .results()
                .filter(found -> found.group(1).equals(name))
                .map(found -> found.group(2))
                .findFirst()
                .orElseThrow();
    }

    private static Set<String> caches(String text) {
        Set<String> found = new TreeSet<>();
        CACHE.matcher(text).results().forEach(cache -> found.add(cache.group()));
        return found;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
