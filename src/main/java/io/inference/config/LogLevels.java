package io.inference.config;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.util.StringUtils;

/**
 * The levels of libraries that follow from LOG_LEVEL, as properties that {@code logging.level} of application.yaml
 * refers to: a library never logs more than its own bound allows, nor more than LOG_LEVEL. An explicit
 * {@code logging.level.*} overrides that.
 */
final class LogLevels {
    /** Quietest first. */
    static final List<String> ALL = List.of("error", "warn", "info", "debug", "trace");

    /** Name of the source of these properties. */
    static final String SOURCE = "log levels";

    private static final String INFO = "info";

    private LogLevels() {}

    /** @param logLevel LOG_LEVEL, one of {@link #ALL} in any case; empty for {@code info} */
    static Map<String, Object> libraries(@Nullable String logLevel) {
        String level = StringUtils.hasText(logLevel) ? logLevel.strip().toLowerCase(Locale.ROOT) : INFO;
        return Map.of(
                "log-levels.libraries", quieter(INFO, level), "log-levels.quiet-libraries", quieter("warn", level));
    }

    private static String quieter(String one, String other) {
        return ALL.get(Math.min(ALL.indexOf(one), ALL.indexOf(other)));
    }
}
