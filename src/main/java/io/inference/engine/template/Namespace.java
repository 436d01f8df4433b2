package io.inference.engine.template;

import java.util.LinkedHashMap;
import java.util.Map;

/** What {@code namespace(…)} makes: the one value whose attributes a template may set. */
record Namespace(Map<String, Object> attributes) {
    Namespace() {
        this(new LinkedHashMap<>());
    }
}
