package io.inference.config;

import java.util.Locale;

/**
 * One variable that the service reads. Its default is in {@code application.yaml}.
 *
 * @param variable name in the environment, such as {@code SHUTDOWN_GRACE}
 * @param kind values that it takes
 * @param secret whether its value must never be shown; such a variable may also be given as a file, {@code …_FILE}
 * @param help one line for {@code --help}
 */
public record Setting(String variable, SettingKind kind, boolean secret, String help) {
    /**
     * Name on the command line ({@code --shutdown-grace}), in application.yaml and in routes
     * ({@code {{shutdown-grace}}}).
     */
    public String key() {
        return variable.toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
