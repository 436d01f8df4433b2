package io.inference.http.ollama.request;

import io.inference.api.backend.ModelDetails;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.message.Extras;
import io.inference.api.request.LoadRequest;
import io.inference.api.request.ResponseFormat;
import io.inference.http.format.WireRequest;
import io.inference.http.json.JsonFields;
import io.inference.http.ollama.answer.AnswerShape;
import io.inference.http.ollama.answer.LoadAnswerWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

    /** Whether to think; null also if the request says how much. */
    static @Nullable Boolean think(JsonFields body) {
        return body.isText("think") ? null : body.flag("think");
    }

    /** How much to think; null if the request does not say. */
    static @Nullable String effort(JsonFields body) {
        if (!body.isText("think")) {
            return null;
        }
        String effort = body.text("think", "");
        if (!EFFORTS.contains(effort)) {
            throw body.invalid(
                    "think",
                    "invalid think value: \"" + effort + "\" (must be \"high\", \"medium\", \"low\", true, or false)");
        }
        return effort;
    }

    /** Whether a request without content asks to unload the model rather than to load it. */
    static boolean unloads(JsonFields body) {
        if (body.isText("keep_alive")) {
            return ZERO.matcher(body.text("keep_alive", "")).matches();
        }
        Double seconds = body.number("keep_alive", -Double.MAX_VALUE, Double.MAX_VALUE);
        return seconds != null && seconds == 0;
    }

    /** Fields that are not modelled, which an Ollama backend gets as they are. */
    static Extras handling(JsonFields body) {
        boolean ignored = unloads(body);
        body.flag("truncate");
        body.flag("shift");
        Map<String, String> fields = new LinkedHashMap<>();
        for (String name : List.of("keep_alive", "truncate", "shift")) {
            String json = body.json(name);
            if (json != null) {
                fields.put(name, json);
            }
        }
        return Extras.ollama(fields);
    }

    /** A request without content, which asks to load the model, or to unload it. */
    static WireRequest<ModelDetails> load(JsonFields body, String model, AnswerShape shape) {
        boolean unload = unloads(body);
        LoadRequest load = new LoadRequest(model, body.json("keep_alive"), unload);
        return WireRequest.load(load, new LoadAnswerWriter(shape, unload));
    }

    static void refuse(JsonFields body, String... names) {
        for (String name : names) {
            if (body.isEffective(name)) {
                throw new InferenceException(ErrorCode.UNSUPPORTED, "'" + name + "' is not supported");
            }
        }
    }
}
