package io.inference.http.json;

import java.util.LinkedHashMap;
import java.util.Map;

/** Reads the field {@code metadata}: texts by their names, within OpenAI's limits. */
public final class Metadata {
    private static final int MOST_ENTRIES = 16;
    private static final int LONGEST_KEY = 64;
    private static final int LONGEST_VALUE = 512;

    private Metadata() {}

    /** In the order of the request; empty if the field is absent. */
    public static Map<String, String> read(JsonFields fields) {
        JsonFields given = fields.object("metadata");
        Map<String, String> metadata = new LinkedHashMap<>();
        if (given == null) {
            return metadata;
        }
        for (String name : given.names()) {
            String value = given.text(name, "");
            if (name.length() > LONGEST_KEY || value.length() > LONGEST_VALUE) {
                throw fields.invalid(
                        "metadata",
                        "names in 'metadata' may have " + LONGEST_KEY + " characters, values " + LONGEST_VALUE);
            }
            metadata.put(name, value);
        }
        if (metadata.size() > MOST_ENTRIES) {
            throw fields.invalid("metadata", "'metadata' may hold at most " + MOST_ENTRIES);
        }
        return metadata;
    }
}
