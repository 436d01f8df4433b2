package io.inference.http.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.wire.Json;
import io.inference.wire.JsonBounds;
import io.inference.wire.Utf8;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a JSON object in a request, read by type. Each failure is an {@link InferenceException} whose parameter
 * names the field by its path, such as {@code messages[0].content}. A field that is null counts as absent.
 */
public final class JsonFields {
    /** With numbers as they are written: what is passed on must not change. */
    private static final ObjectMapper MAPPER =
            new ObjectMapper(JsonBounds.request().build()).enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    /** Parts of Jackson's messages about its internals. */
    private static final Pattern INSIDES =
            Pattern.compile("\\s*\\(start marker at .*|,? from `[^`]*`|:? enable `[^`]*` to allow|\\s+at \\[Source.*");

    private final JsonNode node;
    private final String path;

    private JsonFields(JsonNode node, String path) {
        this.node = node;
        this.path = path;
    }

    /** Reads a body, which must be one JSON object in UTF-8. */
    public static JsonFields parse(byte[] body) {
        JsonNode node = read(body);
        if (!node.isObject()) {
            throw invalid("the body must be a JSON object, not " + kind(node));
        }
        return new JsonFields(node, "");
    }

    /** The names of all fields, in their order. */
    public List<String> names() {
        List<String> names = new ArrayList<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }

    public boolean has(String name) {
        return find(name) != null;
    }

    /** Whether the field holds something: not null, false, zero, nor an empty string, list or object. */
    public boolean isEffective(String name) {
        JsonNode value = find(name);
        if (value == null) {
            return false;
        }
        if (value.isContainerNode()) {
            return !value.isEmpty();
        }
        return value.isTextual() ? !value.textValue().isEmpty() : value.asDouble(value.asBoolean() ? 1 : 0) != 0;
    }

    public boolean isText(String name) {
        return node.path(name).isTextual();
    }

    public boolean isArray(String name) {
        return node.path(name).isArray();
    }

    public @Nullable String text(String name) {
        JsonNode value = find(name);
        if (value == null) {
            return null;
        }
        if (!value.isTextual()) {
            throw wrongType(name, "a string", value);
        }
        return Json.wellFormed(value.textValue());
    }

    public String text(String name, String absent) {
        String value = text(name);
        return value == null ? absent : value;
    }

    /** A required string that must not be empty. */
    public String requiredText(String name) {
        String value = text(name);
        if (value == null || value.isEmpty()) {
            throw invalid(name, quote(name) + " is required");
        }
        return value;
    }

    public @Nullable Boolean flag(String name) {
        JsonNode value = find(name);
        if (value == null) {
            return null;
        }
        if (!value.isBoolean()) {
            throw wrongType(name, "true or false", value);
        }
        return value.booleanValue();
    }

    public boolean flag(String name, boolean absent) {
        Boolean value = flag(name);
        return value == null ? absent : value;
    }

    public @Nullable Double number(String name, double min, double max) {
        JsonNode value = find(name);
        if (value == null) {
            return null;
        }
        if (!value.isNumber()) {
            throw wrongType(name, "a number", value);
        }
        double number = value.doubleValue();
        if (!(number >= min && number <= max)) {
            throw invalid(name, quote(name) + " must be between " + shortest(min) + " and " + shortest(max));
        }
        return number;
    }

    public @Nullable Integer integer(String name, int min, int max) {
        Long value = integer(name, (long) min, (long) max);
        return value == null ? null : value.intValue();
    }

    /** A whole number; 5.0 is accepted too. */
    public @Nullable Long integer(String name, long min, long max) {
        JsonNode value = find(name);
        if (value == null) {
            return null;
        }
        if (!value.isNumber()) {
            throw wrongType(name, "an integer", value);
        }
        boolean whole = value.canConvertToLong() && value.doubleValue() == Math.rint(value.doubleValue());
        if (!whole || value.longValue() < min || value.longValue() > max) {
            throw invalid(name, quote(name) + " must be an integer " + range(min, max));
        }
        return value.longValue();
    }

    public @Nullable JsonFields object(String name) {
        JsonNode value = find(name);
        if (value == null) {
            return null;
        }
        if (!value.isObject()) {
            throw wrongType(name, "an object", value);
        }
        return new JsonFields(value, path + name + ".");
    }

    public JsonFields requiredObject(String name) {
        JsonFields value = object(name);
        if (value == null) {
            throw invalid(name, quote(name) + " is required");
        }
        return value;
    }

    /** A list of objects; empty if absent. */
    public List<JsonFields> objects(String name) {
        JsonNode value = find(name);
        if (value == null) {
            return List.of();
        }
        if (!value.isArray()) {
            throw wrongType(name, "a list", value);
        }
        List<JsonFields> result = new ArrayList<>(value.size());
        for (int i = 0; i < value.size(); i++) {
            if (!value.get(i).isObject()) {
                throw wrongType(name + "[" + i + "]", "an object", value.get(i));
            }
            result.add(new JsonFields(value.get(i), path + name + "[" + i + "]."));
        }
        return result;
    }

    /** A string or a list of strings; empty if absent. */
    public List<String> texts(String name) {
        JsonNode value = find(name);
        if (value == null) {
            return List.of();
        }
        if (value.isTextual()) {
            return List.of(Json.wellFormed(value.textValue()));
        }
        if (!value.isArray()) {
            throw wrongType(name, "a string or a list of strings", value);
        }
        List<String> result = new ArrayList<>(value.size());
        for (int i = 0; i < value.size(); i++) {
            if (!value.get(i).isTextual()) {
                throw wrongType(name + "[" + i + "]", "a string", value.get(i));
            }
            result.add(Json.wellFormed(value.get(i).textValue()));
        }
        return result;
    }

    /** Whether the field is a list that starts with a number or with a list of numbers: tokens instead of text. */
    public boolean isTokens(String name) {
        JsonNode first = node.path(name).path(0);
        return first.isNumber() || first.path(0).isNumber();
    }

    /** The field's value as JSON text; null if absent. */
    public @Nullable String json(String name) {
        JsonNode value = find(name);
        return value == null ? null : Json.wellFormed(value.toString());
    }

    /** The fields that hold something and have other names, as JSON text by name, in their order. */
    public Map<String, String> except(Set<String> known) {
        Map<String, String> others = null;
        for (var fields = node.fields(); fields.hasNext(); ) {
            Map.Entry<String, JsonNode> field = fields.next();
            if (!known.contains(field.getKey()) && !field.getValue().isNull()) {
                others = others == null ? new LinkedHashMap<>() : others;
                others.put(
                        Json.wellFormed(field.getKey()),
                        Json.wellFormed(field.getValue().toString()));
            }
        }
        return others == null ? Map.of() : others;
    }

    /** An object of these fields as JSON text; null if there are none. */
    public static @Nullable String objectOf(Map<String, String> fields) {
        if (fields.isEmpty()) {
            return null;
        }
        StringBuilder object = new StringBuilder("{");
        fields.forEach((name, json) -> object.append(object.length() == 1 ? "" : ",")
                .append(TextNode.valueOf(name))
                .append(':')
                .append(json));
        return object.append('}').toString();
    }

    /** The object itself as JSON text. */
    public String json() {
        return Json.wellFormed(node.toString());
    }

    /** The field's path, as a caller would write it. */
    public String path(String name) {
        return path + name;
    }

    public InferenceException invalid(String name, String message) {
        return InferenceException.invalid(path(name), message);
    }

    public InferenceException unsupported(String name, String message) {
        return InferenceException.unsupported(path(name), message);
    }

    private @Nullable JsonNode find(String name) {
        JsonNode value = node.get(name);
        return value == null || value.isNull() ? null : value;
    }

    private InferenceException wrongType(String name, String wanted, JsonNode value) {
        return invalid(name, quote(name) + " must be " + wanted + ", not " + kind(value));
    }

    private String quote(String name) {
        return "'" + path(name) + "'";
    }

    private static String range(long min, long max) {
        if (max == Integer.MAX_VALUE || max == Long.MAX_VALUE) {
            return min == Long.MIN_VALUE ? "of 64 bits" : "of at least " + min;
        }
        return "between " + min + " and " + max;
    }

    private static String shortest(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }

    private static String kind(JsonNode value) {
        return switch (value.getNodeType()) {
            case ARRAY -> "a list";
            case OBJECT -> "an object";
            default -> "a " + value.getNodeType().name().toLowerCase(Locale.ROOT);
        };
    }

    private static JsonNode read(byte[] body) {
        int start = startsWithByteOrderMark(body) ? 3 : 0;
        int invalid = Utf8.firstInvalid(body, start);
        if (invalid >= 0) {
            throw invalid("the body is not valid UTF-8 at byte " + (invalid + 1));
        }
        try (JsonParser parser = MAPPER.createParser(body, start, body.length - start)) {
            JsonNode node = MAPPER.readTree(parser);
            if (node == null || node.isMissingNode()) {
                throw invalid("the body is empty; it must be a JSON object");
            }
            if (parser.nextToken() != null) {
                var where = parser.currentTokenLocation();
                throw invalid("the body goes on after its JSON object, at " + where.getLineNr() + ", column "
                        + where.getColumnNr());
            }
            return node;
        } catch (JsonProcessingException e) {
            throw invalid(describe(e));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean startsWithByteOrderMark(byte[] body) {
        return body.length >= 3 && body[0] == (byte) 0xEF && body[1] == (byte) 0xBB && body[2] == (byte) 0xBF;
    }

    private static String describe(JsonProcessingException e) {
        String what = INSIDES.matcher(String.valueOf(e.getOriginalMessage())).replaceAll("");
        return "the body is not valid JSON" + Json.place(e.getLocation()) + ": " + Json.wellFormed(what);
    }

    private static InferenceException invalid(String message) {
        return new InferenceException(ErrorCode.INVALID_REQUEST, message);
    }
}
