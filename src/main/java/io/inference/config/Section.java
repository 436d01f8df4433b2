package io.inference.config;

import java.util.List;

/**
 * Settings that belong together.
 *
 * @param title heading in {@code --help} and in the documentation
 */
public record Section(String title, List<Setting> settings) {}
