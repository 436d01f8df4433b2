package io.inference.imageserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.inference.wire.JsonBounds;
import java.io.IOException;

/** JSON of servers that make pictures, as trees: their answers are small but for the pictures in them. */
public final class ServerTrees {
    /** An object without fields. */
    public static final JsonNode EMPTY = JsonNodeFactory.instance.objectNode();

    private static final ObjectMapper MAPPER =
            new ObjectMapper(JsonBounds.answer().build());

    private ServerTrees() {}

    /** @throws IOException if it is no JSON, or something follows it */
    public static JsonNode read(byte[] body) throws IOException {
        return MAPPER.readTree(body);
    }

    /** @throws IOException if it is no JSON */
    public static JsonNode read(String text) throws IOException {
        return MAPPER.readTree(text);
    }

    public static byte[] bytes(JsonNode tree) {
        try {
            return MAPPER.writeValueAsBytes(tree);
        } catch (IOException e) {
            throw new IllegalStateException("a tree without a form", e);
        }
    }
}
