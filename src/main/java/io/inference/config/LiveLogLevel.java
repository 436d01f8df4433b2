package io.inference.config;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.stereotype.Component;

/** LOG_LEVEL while the service runs: the levels of {@code logging.level}, which refer to it, are set again. */
@Component
final class LiveLogLevel implements LiveSettings {
    private static final Bindable<Map<String, String>> LEVELS = Bindable.mapOf(String.class, String.class);

    private final ConfigurableEnvironment environment;

    LiveLogLevel(ConfigurableEnvironment environment) {
        this.environment = environment;
    }

    @Override
    public Set<String> variables() {
        return Set.of("LOG_LEVEL");
    }

    @Override
    public void apply() {
        Map<String, Object> libraries = LogLevels.libraries(Settings.given(environment, "log-level"));
        environment.getPropertySources().replace(LogLevels.SOURCE, new MapPropertySource(LogLevels.SOURCE, libraries));
        LoggingSystem logging = LoggingSystem.get(getClass().getClassLoader());
        Binder.get(environment)
                .bind("logging.level", LEVELS)
                .orElse(Map.of())
                .forEach((logger, level) -> logging.setLogLevel(
                        logger.equalsIgnoreCase(LoggingSystem.ROOT_LOGGER_NAME)
                                ? LoggingSystem.ROOT_LOGGER_NAME
                                : logger,
                        level(level)));
    }

    /** YAML reads {@code off} without quotes as false. */
    private static LogLevel level(String text) {
        return text.equalsIgnoreCase("false")
                ? LogLevel.OFF
                : LogLevel.valueOf(text.strip().toUpperCase(Locale.ROOT));
    }
}
