package io.inference.engine.template;

import java.util.LinkedHashMap;
import java.util.Map;

/** What {@code namespace(…)} makes: the one value whose attributes a template may set. */
final class Namespace {
    private final Map<String, Object> attributes;

    Namespace(Map<String, Object> attributes) {
        this.attributes = new LinkedHashMap<>(attributes);
    }

    Map<String, Object> attributes() {
        return attributes;
    }
}
