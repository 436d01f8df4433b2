package io.inference.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.OriginTrackedMapPropertySource;
import org.springframework.core.env.CommandLinePropertySource;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.PropertyResolver;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.stereotype.Component;
import org.springframework.util.StringUtils;
import org.springframework.util.unit.DataSize;

/** The effective values, typed. Keys are those of {@link Setting#key()}; the values were checked at start-up. */
@Component
public final class Settings {
    private static final String LIVE = "live settings";

    private final PropertyResolver properties;
    private final Set<String> read = ConcurrentHashMap.newKeySet();

    public Settings(PropertyResolver properties) {
        this.properties = properties;
    }

    public String text(String key) {
        return required(key, String.class);
    }

    public Path path(String key) {
        return Path.of(text(key));
    }

    public boolean flag(String key) {
        return required(key, Boolean.class);
    }

    public int whole(String key) {
        return required(key, Integer.class);
    }

    public double share(String key) {
        return required(key, Double.class);
    }

    public Duration time(String key) {
        return required(key, Duration.class);
    }

    public long bytes(String key) {
        return required(key, DataSize.class).toBytes();
    }

    /** Whether only this machine can reach the listeners on HOST. */
    public boolean listensOnLoopback() {
        return ListenerRules.isLoopback(text("host"));
    }

    public Optional<String> optionalText(String key) {
        return value(key).map(String.class::cast);
    }

    /** Named numbers for each name; empty if the setting is empty. */
    @SuppressWarnings("unchecked")
    public Map<String, Map<String, Integer>> namedNumbers(String key) {
        return value(key)
                .map(value -> (Map<String, Map<String, Integer>>) value)
                .orElse(Map.of());
    }

    /** Keys in their order; no bytes stand for {@code none}. Empty if the setting is empty. */
    @SuppressWarnings("unchecked")
    public List<byte[]> keys(String key) {
        return value(key).map(value -> (List<byte[]>) value).orElse(List.of());
    }

    public Optional<Integer> optionalWhole(String key) {
        return value(key).map(Integer.class::cast);
    }

    public Optional<URI> optionalUrl(String key) {
        return value(key).map(URI.class::cast);
    }

    /**
     * A variable of the environment that an operator's file names, which may be none of this service's settings;
     * secrets included.
     */
    public Optional<String> variable(String name) {
        String key = key(name);
        return Optional.ofNullable(KnownSettings.isKnown(key) ? given(properties, key) : properties.getProperty(name));
    }

    /**
     * Sets values in the layer of the environment while the service runs, in place of those set so before. What reads
     * its settings once does not notice.
     *
     * @param byVariable values of {@link LiveSettings#variables()}, checked by {@link #fault}
     */
    public void live(Map<String, String> byVariable) {
        if (!(properties instanceof ConfigurableEnvironment environment)) {
            throw new IllegalStateException("no values can be set here");
        }
        Map<String, Object> byKey = new LinkedHashMap<>();
        byVariable.forEach((variable, value) -> byKey.put(key(variable), value));
        PropertySource<?> source = new MapPropertySource(LIVE, byKey);
        if (environment.getPropertySources().contains(LIVE)) {
            environment.getPropertySources().replace(LIVE, source);
        } else {
            environment
                    .getPropertySources()
                    .addBefore(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, source);
        }
    }

    /** What is wrong with a value of a setting; empty if nothing is. The text of a secret is not in it. */
    public static Optional<String> fault(String variable, String value) {
        Setting setting = KnownSettings.byKey(key(variable));
        try {
            if (StringUtils.hasText(value)) {
                Object ignored = setting.kind().parse(value.strip());
            }
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of((setting.secret() ? "the value" : "'" + value + "'") + " is not "
                    + setting.kind().accepts());
        }
    }

    private static String key(String variable) {
        return variable.toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The value as a route's {@code {{key}}} sees it; empty for a secret, which no route may read. */
    public Optional<String> forRoutes(String key) {
        if (!KnownSettings.isKnown(key) || KnownSettings.byKey(key).secret()) {
            return Optional.empty();
        }
        return Optional.of(value(key).map(Object::toString).orElse(""));
    }

    /**
     * A setting and its effective value.
     *
     * @param value as given; masked for a secret; null if there is none
     * @param layer {@code default}, {@code file} (of CONFIG_DIR), {@code environment} or {@code command line}
     */
    public record Effective(@Nullable String value, String layer) {}

    /** Every setting by its variable, in the order of {@code --help}. */
    public Map<String, Effective> effective() {
        Map<String, Effective> all = new LinkedHashMap<>();
        for (Setting setting : KnownSettings.ALL) {
            String value = given(properties, setting.key());
            String shown = setting.secret() && StringUtils.hasText(value) ? "***" : value;
            all.put(setting.variable(), new Effective(shown, layer(setting.key())));
        }
        return all;
    }

    private String layer(String key) {
        if (properties instanceof ConfigurableEnvironment environment) {
            for (PropertySource<?> source : environment.getPropertySources()) {
                if (!ConfigurationPropertySources.isAttachedConfigurationPropertySource(source)
                        && source.containsProperty(key)) {
                    return layer(source);
                }
            }
        }
        return "default";
    }

    /**
     * A value as it was given, with its placeholders unresolved. A value of an operator is not a template: in a
     * password with <code>${</code> Spring would look for a placeholder, and its error message would show the whole
     * value. Defaults do refer to each other.
     */
    static @Nullable String given(PropertyResolver properties, String key) {
        if (properties instanceof ConfigurableEnvironment environment) {
            for (PropertySource<?> source : environment.getPropertySources()) {
                Object value = isOperators(source) ? source.getProperty(key) : null;
                if (value != null) {
                    return value.toString();
                }
            }
        }
        return properties.getProperty(key);
    }

    /** Whether a source is a layer above the defaults. */
    private static boolean isOperators(PropertySource<?> source) {
        return !ConfigurationPropertySources.isAttachedConfigurationPropertySource(source)
                && !layer(source).equals("default");
    }

    private static String layer(PropertySource<?> source) {
        if (source instanceof CommandLinePropertySource<?>) {
            return "command line";
        }
        if (!(source instanceof OriginTrackedMapPropertySource)) {
            return "environment";
        }
        return source.getName().contains("file [") ? "file" : "default";
    }

    /** Keys that have been read; a test checks that these are all settings. */
    Set<String> read() {
        return Set.copyOf(read);
    }

    private <T> T required(String key, Class<T> type) {
        return value(key).map(type::cast).orElseThrow(() -> new IllegalStateException("no value for " + key));
    }

    private Optional<Object> value(String key) {
        Setting setting = KnownSettings.byKey(key);
        read.add(key);
        String text = given(properties, key);
        return StringUtils.hasText(text) ? Optional.of(setting.kind().parse(text.strip())) : Optional.empty();
    }
}
