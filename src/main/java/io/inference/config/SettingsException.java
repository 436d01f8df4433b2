package io.inference.config;

import java.util.List;

/** Settings with which the service does not start; the message has one line for each error. */
public class SettingsException extends RuntimeException {
    public SettingsException(List<String> faults) {
        super(String.join(System.lineSeparator(), faults));
    }
}
