package io.inference.grpc.messages;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.inference.api.error.InferenceException;
import io.inference.wire.JsonBounds;

/** What fields may hold: the same bounds as at the REST door. */
final class Fields {
    private static final ObjectMapper JSON =
            new ObjectMapper(JsonBounds.request().build()).enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

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
        try {
            if (JSON.readTree(text).isObject()) {
                return text;
            }
        } catch (JsonProcessingException e) {
            // Told below, as for any other text that is no object.
        }
        throw InferenceException.invalid(name, "'" + name + "' must be a JSON object, as text");
    }

    private static String shortest(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }
}
