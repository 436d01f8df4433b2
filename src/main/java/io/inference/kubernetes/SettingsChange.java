package io.inference.kubernetes;

import io.inference.config.KnownSettings;
import io.inference.config.LiveSettings;
import io.inference.config.Setting;
import io.inference.config.Settings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies the settings of the ConfigMap that can change while the service runs, and reports the others whose values
 * differ from those that it runs with. No value of any of them is in a report or in the log, except a faulty one of a
 * setting that could be applied.
 */
final class SettingsChange implements WatchedConfigMap.Change {
    private static final Logger log = LoggerFactory.getLogger(SettingsChange.class);

    private final String configMap;
    private final Settings settings;
    private final List<LiveSettings> live;
    private final Reports reports;
    private final Map<String, String> applied = new HashMap<>();
    private volatile Set<String> needRestart = Set.of();

    SettingsChange(String configMap, Settings settings, List<LiveSettings> live, Reports reports) {
        this.configMap = configMap;
        this.settings = settings;
        this.live = List.copyOf(live);
        this.reports = reports;
    }

    /** Variables whose change takes effect at the next start. */
    Set<String> needRestart() {
        return needRestart;
    }

    @Override
    public void changed(Map<String, String> data, @Nullable Map<String, String> before) {
        Map<String, String> changed = new TreeMap<>();
        Map<String, Settings.Effective> effective = settings.effective();
        for (Setting setting : KnownSettings.ALL) {
            String variable = setting.variable();
            Settings.Effective now = effective.get(variable);
            if (now != null && now.layer().equals("command line")) {
                // It overrides whatever the environment has.
                continue;
            }
            String value = data.get(variable);
            String was = before == null ? null : before.get(variable);
            boolean removed = value == null && was != null && was.strip().equals(now(variable));
            if (removed || value != null && !value.strip().equals(now(variable))) {
                changed.put(variable, value == null ? "" : value);
            }
        }
        Set<String> restart = new TreeSet<>(changed.keySet());
        // A removed one has its default again, which is known at the next start.
        changed.keySet().removeIf(variable -> !data.containsKey(variable));
        List<String> faults = new ArrayList<>();
        Set<String> taken = new TreeSet<>();
        for (LiveSettings group : live) {
            Map<String, String> ofGroup = new TreeMap<>(changed);
            ofGroup.keySet().retainAll(group.variables());
            if (!ofGroup.isEmpty() && apply(group, ofGroup, faults)) {
                taken.addAll(ofGroup.keySet());
            }
            restart.removeAll(ofGroup.keySet());
        }
        report(taken, restart, faults);
    }

    private String now(String variable) {
        return settings.variable(variable).orElse("").strip();
    }

    private boolean apply(LiveSettings group, Map<String, String> values, List<String> faults) {
        List<String> wrong = new ArrayList<>();
        values.forEach((variable, value) ->
                Settings.fault(variable, value).ifPresent(fault -> wrong.add(variable + ": " + fault)));
        if (!wrong.isEmpty()) {
            faults.addAll(wrong);
            return false;
        }
        Map<String, String> before = new HashMap<>(applied);
        applied.putAll(values);
        settings.live(applied);
        try {
            group.apply();
            return true;
        } catch (IllegalArgumentException e) {
            applied.clear();
            applied.putAll(before);
            settings.live(applied);
            faults.add(String.join(", ", values.keySet()) + ": " + e.getMessage());
            return false;
        }
    }

    private void report(Set<String> taken, Set<String> restart, List<String> faults) {
        needRestart = Set.copyOf(restart);
        List<String> note = new ArrayList<>();
        if (!taken.isEmpty()) {
            note.add("applied: " + String.join(", ", taken));
        }
        if (!restart.isEmpty()) {
            note.add("needs restart: " + String.join(", ", restart));
        }
        if (!faults.isEmpty()) {
            note.add("not applied: " + String.join("; ", faults));
        }
        String text = note.isEmpty() ? "as this service runs" : String.join("; ", note);
        boolean warning = !restart.isEmpty() || !faults.isEmpty();
        if (warning) {
            log.warn("settings of the ConfigMap '{}': {}", configMap, text);
        } else if (!taken.isEmpty()) {
            log.info("settings of the ConfigMap '{}': {}", configMap, text);
        }
        reports.put(new Report(
                configMap,
                warning,
                restart.isEmpty() ? faults.isEmpty() ? "SettingsApplied" : "SettingsRefused" : "NeedsRestart",
                text,
                new TreeMap<>(Map.of(
                        "applied",
                                String.join(
                                        ",", applied.keySet().stream().sorted().toList()),
                        "needs-restart", String.join(",", restart),
                        "faults", String.join("\n", faults))),
                new TreeMap<>()));
    }
}
