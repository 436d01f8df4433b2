package io.inference.engine.template.value;

import java.util.List;

/** Result of {@code keys()}, {@code values()} and {@code items()} of a dict. */
public record DictView(Dict dict, Kind kind) {
    /** The kind of a view. */
    public enum Kind {
        KEYS("dict_keys"),
        VALUES("dict_values"),
        ITEMS("dict_items");

        private final String typeName;

        Kind(String typeName) {
            this.typeName = typeName;
        }

        /** Python's name of the type. */
        public String typeName() {
            return typeName;
        }
    }

    public List<Object> elements() {
        return switch (kind) {
            case KEYS -> dict.keys();
            case VALUES -> dict.values();
            case ITEMS -> dict.items();
        };
    }
}
