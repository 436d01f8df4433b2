package io.inference.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.logging.LogLevel;
import org.springframework.core.env.SimpleCommandLinePropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.core.io.ClassPathResource;

/** The effect of LOG_LEVEL and {@code logging.level.*}, logger by logger. */
class LogLevelsTest {
    private final Map<String, Object> variables = new LinkedHashMap<>();

    @ParameterizedTest
    @CsvSource({
        "trace, TRACE, INFO, WARN, ERROR",
        "debug, DEBUG, INFO, WARN, ERROR",
        "INFO,  INFO,  INFO, WARN, ERROR",
        "warn,  WARN,  WARN, WARN, ERROR",
        "error, ERROR, ERROR, ERROR, ERROR"
    })
    void ownPackagesAndRoutesFollowLogLevelAndLibrariesAreNeverLouder(
            String logLevel, LogLevel own, LogLevel others, LogLevel camel, LogLevel pool) throws IOException {
        variables.put("LOG_LEVEL", logLevel);
        Map<String, LogLevel> levels = levels();
        assertThat(levels).containsEntry("io.inference", own).containsEntry("routes", own);
        assertThat(levels).containsEntry("root", others);
        assertThat(levels).containsEntry("org.apache.camel", camel).containsEntry("org.springframework", camel);
        assertThat(levels).containsEntry("com.zaxxer.hikari", pool);
        assertThat(levels).containsEntry("com.rabbitmq.client", LogLevel.OFF);
    }

    @Test
    void noLibraryIsLouderThanLogLevel() throws IOException {
        variables.put("LOG_LEVEL", "error");
        assertThat(levels())
                .allSatisfy((logger, level) -> assertThat(level).as(logger).isIn(LogLevel.ERROR, LogLevel.OFF));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " "})
    void anEmptyLogLevelIsInfo(String logLevel) throws IOException {
        variables.put("LOG_LEVEL", logLevel);
        assertThat(levels()).containsEntry("root", LogLevel.INFO).containsEntry("org.apache.camel", LogLevel.WARN);
    }

    @Test
    void theFrameworksOwnVariablesOpenALibrary() throws IOException {
        variables.put("LOG_LEVEL", "warn");
        variables.put("LOGGING_LEVEL_ORG_APACHE_CAMEL", "debug");
        variables.put("LOGGING_LEVEL_ORG_POSTGRESQL", "trace");
        Map<String, LogLevel> levels = levels("--logging.level.io.grpc=debug", "--logging.level.root=info");
        assertThat(levels)
                .containsEntry("org.apache.camel", LogLevel.DEBUG)
                .containsEntry("org.postgresql", LogLevel.TRACE)
                .containsEntry("io.grpc", LogLevel.DEBUG)
                .containsEntry("root", LogLevel.INFO)
                .containsEntry("io.inference", LogLevel.WARN);
    }

    private Map<String, LogLevel> levels(String... args) throws IOException {
        StandardEnvironment environment = new StandardEnvironment();
        var sources = environment.getPropertySources();
        sources.replace(
                StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                new SystemEnvironmentPropertySource(
                        StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, variables));
        sources.addFirst(new SimpleCommandLinePropertySource(args));
        sources.addLast(new YamlPropertySourceLoader()
                .load("defaults", new ClassPathResource("application.yaml"))
                .getFirst());
        new SettingsCheck().postProcessEnvironment(environment, new SpringApplication());
        return Binder.get(environment)
                .bind("logging.level", Bindable.mapOf(String.class, LogLevel.class))
                .get();
    }
}
