package io.inference.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Optional;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ClassPathResource;
import org.springframework.util.StringUtils;

/** The output of {@code --help}. */
public final class Help {
    private Help() {}

    public static String text() {
        StringBuilder text = new StringBuilder("""
                Inference service: language models behind REST, gRPC and RabbitMQ, by Camel routes.

                Each setting is an environment variable, or an option that overrides it (--port=9000).
                A secret may be given as a file: VARIABLE_FILE. Any --some.spring.property=… works too.
                """);
        PropertySource<?> defaults = defaults();
        for (Section section : KnownSettings.SECTIONS) {
            text.append("%n%s%n".formatted(section.title()));
            for (Setting setting : section.settings()) {
                String standard =
                        standard(setting, defaults).map(value -> "=" + value).orElse("");
                text.append("  %-40s %s%n".formatted(setting.variable() + standard, setting.help()));
                text.append("  %-40s accepts %s%n"
                        .formatted("", setting.kind().accepts() + (setting.secret() ? " (secret)" : "")));
            }
        }
        return text.toString();
    }

    /** The default, {@code $HOST} if it is the value of another variable; empty if there is none. */
    static Optional<String> standard(Setting setting, PropertySource<?> defaults) {
        String value = Objects.toString(defaults.getProperty(setting.key()), "");
        return KnownSettings.ALL.stream()
                .filter(other -> value.equals("${" + other.key() + "}"))
                .map(other -> "$" + other.variable())
                .findFirst()
                .or(() -> Optional.of(value).filter(StringUtils::hasText));
    }

    /** {@code application.yaml} of the jar, with its placeholders unresolved. */
    static PropertySource<?> defaults() {
        try {
            return new YamlPropertySourceLoader()
                    .load("defaults", new ClassPathResource("application.yaml"))
                    .getFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
