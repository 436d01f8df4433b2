package io.inference.ollama;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.inference.api.backend.ModelDetails;
import io.inference.upstream.JsonTokens;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Details of one model from {@code /api/show}.
 *
 * @param modelInfo keys of the model file, without long lists
 * @param parameters the model's own options, a line each
 */
record OllamaShow(
        @Nullable String template,
        @Nullable String license,
        List<String> capabilities,
        Map<String, Object> modelInfo,
        @Nullable String parameters,
        List<ModelDetails.Tensor> tensors) {
    private static final int LONG_LIST = 64;

    @Nullable
    Integer contextLength() {
        Object length = modelInfo.get(modelInfo.get("general.architecture") + ".context_length");
        return length instanceof Number number ? (Integer) number.intValue() : null;
    }

    static OllamaShow read(byte[] body) throws IOException {
        String template = null;
        String license = null;
        List<String> capabilities = List.of();
        Map<String, Object> modelInfo = Map.of();
        String parameters = null;
        List<ModelDetails.Tensor> tensors = List.of();
        try (JsonParser json = JsonTokens.parser(body, 0, body.length)) {
            JsonTokens.openObject(json);
            for (String field = JsonTokens.nextField(json); field != null; field = JsonTokens.nextField(json)) {
                switch (field) {
                    case "template" -> template = textOrNull(json);
                    case "license" -> license = textOrNull(json);
                    case "capabilities" -> capabilities = strings(json);
                    case "model_info" -> modelInfo = metadata(json);
                    case "parameters" -> parameters = textOrNull(json);
                    case "tensors" -> tensors = tensors(json);
                    default -> json.skipChildren();
                }
            }
        }
        return new OllamaShow(template, license, capabilities, modelInfo, parameters, tensors);
    }

    private static List<ModelDetails.Tensor> tensors(JsonParser json) throws IOException {
        List<ModelDetails.Tensor> tensors = new ArrayList<>();
        if (json.currentToken() != JsonToken.START_ARRAY) {
            json.skipChildren();
            return tensors;
        }
        while (JsonTokens.nextElement(json)) {
            if (json.currentToken() == JsonToken.START_OBJECT) {
                tensors.add(tensor(json));
            } else {
                json.skipChildren();
            }
        }
        return tensors;
    }

    private static ModelDetails.Tensor tensor(JsonParser json) throws IOException {
        String name = "";
        String type = "";
        List<Long> shape = new ArrayList<>();
        for (String field = JsonTokens.nextField(json); field != null; field = JsonTokens.nextField(json)) {
            switch (field) {
                case "name" -> name = String.valueOf(JsonTokens.text(json));
                case "type" -> type = String.valueOf(JsonTokens.text(json));
                case "shape" -> {
                    if (json.currentToken() == JsonToken.START_ARRAY) {
                        while (JsonTokens.nextElement(json)) {
                            shape.add(json.getValueAsLong());
                        }
                    }
                }
                default -> json.skipChildren();
            }
        }
        return new ModelDetails.Tensor(name, type, shape);
    }

    private static @Nullable String textOrNull(JsonParser json) throws IOException {
        String text = JsonTokens.text(json);
        return text == null || text.isEmpty() ? null : text;
    }

    private static List<String> strings(JsonParser json) throws IOException {
        List<String> strings = new ArrayList<>();
        if (json.currentToken() == JsonToken.START_ARRAY) {
            while (JsonTokens.nextElement(json)) {
                strings.add(json.getText());
            }
        }
        return strings;
    }

    private static Map<String, Object> metadata(JsonParser json) throws IOException {
        Map<String, Object> metadata = new LinkedHashMap<>();
        if (json.currentToken() != JsonToken.START_OBJECT) {
            json.skipChildren();
            return metadata;
        }
        for (String key = JsonTokens.nextField(json); key != null; key = JsonTokens.nextField(json)) {
            Object value = value(json);
            if (value != null) {
                metadata.put(key, value);
            }
        }
        return metadata;
    }

    private static @Nullable Object value(JsonParser json) throws IOException {
        return switch (json.currentToken()) {
            case VALUE_STRING -> json.getText();
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> json.getNumberValue();
            case VALUE_TRUE, VALUE_FALSE -> json.getBooleanValue();
            case START_ARRAY -> list(json);
            default -> {
                json.skipChildren();
                yield null;
            }
        };
    }

    private static @Nullable List<Object> list(JsonParser json) throws IOException {
        List<Object> list = new ArrayList<>();
        while (JsonTokens.nextElement(json)) {
            Object value = value(json);
            if (value != null && list.size() <= LONG_LIST) {
                list.add(value);
            }
        }
        return list.size() > LONG_LIST ? null : list;
    }
}
