package io.inference.grpc.messages;

import com.fasterxml.jackson.databind.JsonNode;
import io.inference.api.error.InferenceException;
import io.inference.wire.Json;
import java.nio.charset.StandardCharsets;

/** Bounds of fields, the same as at the REST door. */
final class Fields {
    private Fields() {}

    static String required(String name, String value) {
        if (value.isEmpty()) {
            throw InferenceException.invalid(name, "'" + name + "' is required");
        }
        return value;
    }

    static double between(String name, double value, double min, double max) {
        if (!(value >= min && value <= max)) {
            throw InferenceException.invalid(
                    name, "'" + name + "' must be between " + shortest(min) + " and " + shortest(max));
        }
        return value;
    }

    static int atLeast(String name, int value, int min) {
        if (value < min) {
            throw InferenceException.invalid(name, "'" + name + "' must be an integer of at least " + min);
        }
        return value;
    }

    /** A text that holds a JSON object. */
    static String jsonObject(String name, String text) {
        JsonNode value = Json.value(text);
        if (value != null && value.isObject()) {
            return text;
        }
        throw InferenceException.invalid(name, "'" + name + "' must be a JSON object, as text");
    }

    /** A text as a JSON string. */
    static String quoted(String text) {
        return new String(Json.bytes(out -> out.writeString(Json.wellFormed(text))), StandardCharsets.UTF_8);
    }

    private static String shortest(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }
}
