package io.inference.http.ollama.request;

import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.request.ResponseFormat;
import io.inference.http.json.JsonFields;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Fields that several of Ollama's requests have. */
final class CommonFields {
    private static final Set<String> EFFORTS = Set.of("low", "medium", "high");
    private static final Pattern ZERO = Pattern.compile("[+-]?0+(\\.0*)?(ns|us|µs|ms|s|m|h)?");

    private CommonFields() {}

    static String model(JsonFields body) {
        String model = body.text("model", "");
        if (model.isEmpty()) {
            throw body.invalid("model", "model is required");
        }
        return model;
    }

    static @Nullable ResponseFormat format(JsonFields body) {
        if (!body.has("format")) {
            return null;
        }
        if (!body.isText("format")) {
            body.object("format");
            String schema = body.json("format");
            return new ResponseFormat.JsonSchema(null, schema == null ? "{}" : schema, null);
        }
        String format = body.text("format", "");
        return switch (format) {
            case "" -> null;
            case "json" -> new ResponseFormat.JsonObject();
            default ->
                throw body.invalid(
                        "format", "invalid format: \"" + format + "\"; expected \"json\" or a valid JSON schema");
        };
    }

    /** Whether to think; the model decides how much. */
    static @Nullable Boolean think(JsonFields body) {
        if (!body.isText("think")) {
            return body.flag("think");
        }
        String effort = body.text("think", "");
        if (!EFFORTS.contains(effort)) {
            throw body.invalid(
                    "think",
                    "invalid think value: \"" + effort + "\" (must be \"high\", \"medium\", \"low\", true, or false)");
        }
        return true;
    }

    /** Whether a request without content asks to unload the model rather than to load it. */
    static boolean unloads(JsonFields body) {
        if (body.isText("keep_alive")) {
            return ZERO.matcher(body.text("keep_alive", "")).matches();
        }
        Double seconds = body.number("keep_alive", -Double.MAX_VALUE, Double.MAX_VALUE);
        return seconds != null && seconds == 0;
    }

    static void refuse(JsonFields body, String... names) {
        for (String name : names) {
            if (body.isEffective(name)) {
                throw new InferenceException(ErrorCode.UNSUPPORTED, "'" + name + "' is not supported");
            }
        }
    }
}
