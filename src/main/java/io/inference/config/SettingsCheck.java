package io.inference.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.boot.env.EnvironmentPostProcessor;
import org.springframework.core.Ordered;
import org.springframework.core.env.CommandLinePropertySource;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.util.StringUtils;

/** Reads secrets from their files and checks every value before anything starts. One message names all errors. */
class SettingsCheck implements EnvironmentPostProcessor, Ordered {
    @Override
    public int getOrder() {
        return ConfigDataEnvironmentPostProcessor.ORDER + 1;
    }

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        List<String> faults = new ArrayList<>();
        readSecretFiles(environment, faults);
        for (Setting setting : KnownSettings.ALL) {
            checkValue(setting, environment, faults);
        }
        for (PropertySource<?> source : environment.getPropertySources()) {
            if (source instanceof CommandLinePropertySource<?> commandLine) {
                checkOptions(commandLine, faults);
            }
        }
        faults.addAll(new ListenerRules(environment).faults());
        faults.addAll(ImageRules.faults(environment));
        if (!faults.isEmpty()) {
            throw new SettingsException(faults);
        }
        Map<String, Object> levels = LogLevels.libraries(Settings.given(environment, "log-level"));
        environment.getPropertySources().addLast(new MapPropertySource(LogLevels.SOURCE, levels));
        if ("json".equalsIgnoreCase(environment.getProperty("log-format"))) {
            Map<String, Object> structured = Map.of("logging.structured.format.console", "logstash");
            environment.getPropertySources().addLast(new MapPropertySource("log format", structured));
        }
    }

    private static void readSecretFiles(ConfigurableEnvironment environment, List<String> faults) {
        Map<String, Object> secrets = new LinkedHashMap<>();
        for (Setting setting : KnownSettings.ALL) {
            String file = setting.secret() ? Settings.given(environment, setting.key() + "-file") : null;
            if (!StringUtils.hasText(file)) {
                continue;
            }
            if (StringUtils.hasText(Settings.given(environment, setting.key()))) {
                faults.add(setting.variable() + " and " + setting.variable() + "_FILE are both set: keep one");
                continue;
            }
            try {
                secrets.put(setting.key(), Files.readString(Path.of(file)).strip());
            } catch (IOException | RuntimeException e) {
                faults.add(setting.variable() + "_FILE names '" + file + "', which cannot be read as text");
            }
        }
        if (!secrets.isEmpty()) {
            environment
                    .getPropertySources()
                    .addAfter(
                            StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                            new MapPropertySource("secret files", secrets));
        }
    }

    private static void checkValue(Setting setting, ConfigurableEnvironment environment, List<String> faults) {
        String text = Settings.given(environment, setting.key());
        if (!StringUtils.hasText(text)) {
            return;
        }
        try {
            Object ignored = setting.kind().parse(text.strip());
        } catch (RuntimeException e) {
            String shown = setting.secret() ? "a value" : "'" + text + "'";
            faults.add(setting.variable() + " holds " + shown + "; it accepts "
                    + setting.kind().accepts());
        }
    }

    private static void checkOptions(CommandLinePropertySource<?> commandLine, List<String> faults) {
        if (!(commandLine instanceof EnumerablePropertySource<?> options)) {
            return;
        }
        Object others = commandLine.getProperty(CommandLinePropertySource.DEFAULT_NON_OPTION_ARGS_PROPERTY_NAME);
        if (others != null) {
            faults.add("'" + others + "' is no option: options look like --port=9000");
        }
        for (String name : options.getPropertyNames()) {
            boolean spring = name.contains(".") || name.equals("debug") || name.equals("trace");
            boolean secretFile =
                    name.endsWith("-file") && isSecret(name.substring(0, name.length() - "-file".length()));
            if (!spring && !secretFile && !KnownSettings.isKnown(name)) {
                faults.add("--" + name + " is no option; did you mean --" + nearest(name) + "? (--help lists them)");
            }
        }
    }

    private static boolean isSecret(String key) {
        return KnownSettings.isKnown(key) && KnownSettings.byKey(key).secret();
    }

    private static String nearest(String name) {
        return KnownSettings.ALL.stream()
                .map(Setting::key)
                .min(Comparator.comparingInt(key -> EditDistance.between(name, key)))
                .orElseThrow();
    }
}
