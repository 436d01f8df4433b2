package io.inference.backend;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Looks up what entries only refer to.
 *
 * @param variables the value of an environment variable
 */
public record EntrySecrets(Function<String, Optional<String>> variables) {
    /** @throws IllegalArgumentException if it is not there; the message names the variable or the file */
    public String value(EntryValue value) {
        return switch (value) {
            case EntryValue.Text text -> text.text();
            case EntryValue.Variable variable ->
                variables
                        .apply(variable.name())
                        .filter(text -> !text.isBlank())
                        .orElseThrow(
                                () -> new IllegalArgumentException("the variable " + variable.name() + " is not set"));
            case EntryValue.File file -> content(file);
        };
    }

    private static String content(EntryValue.File file) {
        try {
            String text = Files.readString(file.path()).strip();
            if (text.isEmpty()) {
                throw new IllegalArgumentException("the file '" + file.path() + "' is empty");
            }
            return text;
        } catch (IOException e) {
            throw new IllegalArgumentException("the file '" + file.path() + "' cannot be read as text", e);
        }
    }

    /** As {@link #value}, null for null. */
    public @Nullable String optional(@Nullable EntryValue value) {
        return value == null ? null : value(value);
    }
}
