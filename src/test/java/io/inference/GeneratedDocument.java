package io.inference;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file below {@code src/docs} whose text is generated from the code. */
public final class GeneratedDocument {
    public static final String COMMAND = "mvn -q test -Dtest='ReasonCodesTest,SettingsDocumentTest' -Ddocs.goal=write";

    private GeneratedDocument() {}

    /** Compares the file with the text from the code, or writes it ({@code -Ddocs.goal=write}). */
    public static void check(String name, String text) throws IOException {
        Path file = Path.of("src/docs", name);
        if ("write".equals(System.getProperty("docs.goal"))) {
            Files.writeString(file, text);
        }
        assertThat(Files.exists(file) ? Files.readString(file) : "")
                .as("%s differs from the code; this command writes it again: %s", file, COMMAND)
                .isEqualTo(text);
    }
}
