package io.inference.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.GeneratedDocument;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.springframework.core.env.PropertySource;

class SettingsDocumentTest {
    private static final String LAYERS = """
            # Settings

            All settings of the service, generated from `KnownSettings` and `application.yaml`; `SettingsDocumentTest` \
            fails if
            this file is stale. Do not edit it: change those and run
            `%s`.

            A setting has a value in one of four layers. Each layer overrides those before it:

            | layer | example |
            | --- | --- |
            | default | in the tables below: `application.yaml` of the jar, or the value of another variable (`$HOST`) |
            | file | `application.yaml` in CONFIG_DIR, with the option's name as its key: `max-queue: 100` |
            | environment | `MAX_QUEUE=100` |
            | command line | `--max-queue=100` |

            A secret may also be read from a file, named by the variable with `_FILE` at its end:
            `DB_PASSWORD_FILE=/run/secrets/db`. A value that a setting does not accept stops the start; the message \
            names all
            such values at once. `GET /internal/config` and the console show the value in effect and its layer, but no \
            secret.
            """;

    /** If this fails, the command in its message writes the file again. */
    @Test
    void theListOfSettingsInTheDocumentationIsThatOfTheCode() throws IOException {
        GeneratedDocument.check("SETTINGS.md", document());
    }

    /** The chart refuses other names, and secrets in its ConfigMap. */
    @Test
    void theListOfSettingsInTheChartIsThatOfTheCode() throws IOException {
        GeneratedDocument.check(
                Path.of("helm-chart/settings.txt"),
                KnownSettings.ALL.stream()
                        .map(setting -> setting.variable() + (setting.secret() ? " secret\n" : " plain\n"))
                        .collect(Collectors.joining()));
    }

    @Test
    void everySettingIsInOneSectionAndSaysWhatItIsFor() {
        assertThat(KnownSettings.ALL).extracting(Setting::variable).doesNotHaveDuplicates();
        assertThat(KnownSettings.SECTIONS).extracting(Section::title).doesNotHaveDuplicates();
        assertThat(KnownSettings.ALL)
                .allSatisfy(setting -> assertThat(setting.help())
                        .as(setting.variable())
                        .isNotBlank()
                        .doesNotContain("|", "\n")
                        .hasSizeLessThan(110));
    }

    private static String document() {
        PropertySource<?> defaults = Help.defaults();
        StringBuilder text = new StringBuilder(LAYERS.formatted(GeneratedDocument.COMMAND));
        for (Section section : KnownSettings.SECTIONS) {
            text.append("""

                    ## %s
                    | variable | option | accepts | default | default from | secret | meaning |
                    | --- | --- | --- | --- | --- | --- | --- |
                    """.formatted(section.title()));
            section.settings().forEach(setting -> text.append(row(setting, Help.standard(setting, defaults))));
        }
        return text.toString();
    }

    private static String row(Setting setting, Optional<String> standard) {
        String from = standard.map(value -> value.startsWith("$") ? "another variable" : "`application.yaml`")
                .orElse("–");
        return "| `%s` | `--%s` | %s | %s | %s | %s | %s |\n"
                .formatted(
                        setting.variable(),
                        setting.key(),
                        cell(setting.kind().accepts()),
                        standard.map(value -> "`" + value + "`").orElse("not set"),
                        from,
                        setting.secret() ? "yes" : "no",
                        cell(setting.help()));
    }

    /** Escapes a text for Markdown. */
    private static String cell(String text) {
        return text.replace("*", "\\*").replace("<", "&lt;").replace("_", "\\_");
    }
}
