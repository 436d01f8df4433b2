package io.inference.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ClassPathResource;

/** What {@code --help} prints. */
public final class Help {
    private Help() {}

    public static String text() {
        PropertySource<?> defaults = defaults();
        StringBuilder text = new StringBuilder("""
                Inference service: language models behind REST, by Camel routes.

                Each setting is an environment variable, or an option that overrides it (--port=9000).
                A secret may be given as a file: VARIABLE_FILE. Any --some.spring.property=… works too.

                """);
        for (Setting setting : KnownSettings.ALL) {
            Object value = defaults.getProperty(setting.key());
            String standard = value == null || value.toString().isBlank() ? "" : "=" + value;
            text.append("  %-40s %s%n".formatted(setting.variable() + standard, setting.help()));
            text.append("  %-40s accepts %s%n"
                    .formatted("", setting.kind().accepts() + (setting.secret() ? " (secret)" : "")));
        }
        return text.toString();
    }

    private static PropertySource<?> defaults() {
        try {
            return new YamlPropertySourceLoader()
                    .load("defaults", new ClassPathResource("application.yaml"))
                    .getFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
