package io.inference;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file whose text is generated from the code. */
public final class GeneratedDocument {
    public static final String COMMAND = "mvn -q test -Dtest='ReasonCodesTest,SettingsDocumentTest' -Ddocs.goal=write";

    private GeneratedDocument() {}

    /** Compares the file with the text from the code, or writes it ({@code -Ddocs.goal=write}). */
    public static void check(String name, String text) throws IOException {
        check(Path.of("src/docs", name), text);
    }

    /** The same for a file elsewhere. */
    public static void check(Path file, String text) throws IOException {
        if ("write".equals(System.getProperty("docs.goal"))) {
            Files.writeString(file, text);
        }
        assertThat(Files.exists(file) ? Files.readString(file) : "")
                .as("%s differs from the code; -Ddocs.goal=write writes it again, as in: %s", file, COMMAND)
                .isEqualTo(text);
    }
}
