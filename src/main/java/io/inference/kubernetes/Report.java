package io.inference.kubernetes;

import io.fabric8.kubernetes.api.model.ConfigMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What came of the content of a ConfigMap: annotations of it, and an Event about it.
 *
 * @param configMap its name
 * @param warning whether an operator has something to do
 * @param reason of the Event, one word
 * @param note of the Event
 * @param facts annotations that are the same at each replica, by their names without the prefix
 * @param details other annotations, such as the number of the generation
 */
record Report(
        String configMap,
        boolean warning,
        String reason,
        String note,
        SortedMap<String, String> facts,
        SortedMap<String, String> details) {
    private static final String PREFIX = "inference.io/";
    private static final int LONGEST = 4_096;

    Report {
        facts = new TreeMap<>(facts);
        details = new TreeMap<>(details);
        facts.replaceAll((name, value) -> cut(value, LONGEST));
    }

    /** All annotations, with their prefix. */
    SortedMap<String, String> annotations() {
        SortedMap<String, String> annotations = new TreeMap<>();
        facts.forEach((name, value) -> annotations.put(PREFIX + name, value));
        details.forEach((name, value) -> annotations.put(PREFIX + name, value));
        return annotations;
    }

    /** Whether the ConfigMap says so already; a fact that is missing there counts as empty. */
    boolean isIn(ConfigMap map) {
        Map<String, String> annotations = map.getMetadata().getAnnotations();
        return facts.entrySet().stream()
                .allMatch(fact -> (annotations == null ? "" : annotations.getOrDefault(PREFIX + fact.getKey(), ""))
                        .equals(fact.getValue()));
    }

    static String cut(String text, int longest) {
        return text.length() <= longest ? text : text.substring(0, longest - 1) + "…";
    }
}
