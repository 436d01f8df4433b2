package io.inference.engine.template.value;

import java.util.LinkedHashMap;
import java.util.Map;

/** Result of {@code namespace(…)}: the one value whose attributes a template may set. */
public final class Namespace {
    private final Map<String, Object> attributes;

    public Namespace(Map<String, Object> attributes) {
        this.attributes = new LinkedHashMap<>(attributes);
    }

    public Map<String, Object> attributes() {
        return attributes;
    }
}
