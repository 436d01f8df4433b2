package io.inference.upstream;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.inference.api.error.InferenceException;
import io.inference.api.message.Extras;
import io.inference.wire.Json;
import io.inference.wire.JsonBounds;
import java.io.IOException;
import java.io.StringWriter;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** JSON as the backends' codecs read and write it: token by token, without a tree. */
public final class JsonTokens {
    private static final JsonFactory FACTORY = JsonBounds.answer().build();

    private JsonTokens() {}

    /**
     * A body in UTF-8. Characters outside the basic plane are escaped, so that its texts may contain an unpaired
     * surrogate.
     */
    public static byte[] bytes(Json.Content content) {
        return Json.bytes(FACTORY, content);
    }

    public static JsonParser parser(byte[] bytes, int from, int to) throws IOException {
        return FACTORY.createParser(bytes, from, to - from);
    }

    /** Moves to the next token, which must open an object. */
    public static void openObject(JsonParser json) throws IOException {
        if (json.nextToken() != JsonToken.START_OBJECT) {
            throw new IOException("not a JSON object");
        }
    }

    /** Moves onto the object that follows another, if one does; what else follows is passed over. */
    public static boolean nextObject(JsonParser json) throws IOException {
        try {
            return json.nextToken() == JsonToken.START_OBJECT;
        } catch (JsonEOFException e) {
            throw e;
        } catch (JsonParseException e) {
            return false;
        }
    }

    /**
     * The next field's name, with the parser moved to its value; null at the end of the object. An ignored scalar needs
     * nothing more; ignored objects and arrays need {@link JsonParser#skipChildren}, which has no effect on scalars.
     */
    public static @Nullable String nextField(JsonParser json) throws IOException {
        String name = json.nextFieldName();
        if (name != null) {
            json.nextToken();
        } else if (json.currentToken() != JsonToken.END_OBJECT) {
            throw new IOException("not the end of a JSON object");
        }
        return name;
    }

    /** Whether the parser is in an array and moved to its next element; the condition of a loop. */
    public static boolean nextElement(JsonParser json) throws IOException {
        JsonToken token = json.nextToken();
        if (token == null) {
            throw new IOException("a JSON array without its end");
        }
        return token != JsonToken.END_ARRAY;
    }

    /** The text of a string; null for any other value, which is skipped. */
    public static @Nullable String text(JsonParser json) throws IOException {
        if (json.currentToken() == JsonToken.VALUE_STRING) {
            return json.getText();
        }
        json.skipChildren();
        return null;
    }

    /** A number without its fraction, the nearest that an integer holds; 0 for any other value, which is skipped. */
    public static int integer(JsonParser json) throws IOException {
        if (json.currentToken() == JsonToken.VALUE_NUMBER_INT && json.getNumberType() == JsonParser.NumberType.INT) {
            return json.getIntValue();
        }
        if (json.currentToken().isNumeric()) {
            return (int) json.getDoubleValue();
        }
        json.skipChildren();
        return 0;
    }

    /** The parser's current value, as JSON text. */
    public static String raw(JsonParser json) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator copy = FACTORY.createGenerator(text)) {
            copy.copyCurrentStructureExact(json);
        }
        return text.toString();
    }

    /** A string as JSON text. */
    public static String quoted(String text) {
        return '"' + String.valueOf(JsonStringEncoder.getInstance().quoteAsString(Json.wellFormed(text))) + '"';
    }

    /**
     * Writes JSON text as a value, after checking it: text that is not exactly one JSON value would change the rest of
     * the body.
     *
     * @param param the field at fault
     * @throws InferenceException {@code INVALID_REQUEST} if it is not one JSON value
     */
    public static void writeValue(JsonGenerator out, String jsonText, String param) throws IOException {
        try (JsonParser in = FACTORY.createParser(jsonText)) {
            if (in.nextToken() == null) {
                throw InferenceException.invalid(param, "JSON was expected");
            }
            in.skipChildren();
            if (in.nextToken() != null) {
                throw InferenceException.invalid(param, "one JSON value was expected");
            }
        } catch (IOException e) {
            throw InferenceException.invalid(param, "this is not JSON");
        }
        out.writeRawValue(jsonText);
    }

    /** Writes fields that are not modelled, except those that the object has already. */
    public static void extras(JsonGenerator json, Extras extras, Predicate<String> written) throws IOException {
        if (extras.isEmpty()) {
            return;
        }
        for (Map.Entry<String, String> field : extras.fields().entrySet()) {
            if (!written.test(field.getKey())) {
                json.writeFieldName(field.getKey());
                json.writeRawValue(field.getValue());
            }
        }
    }

    public static void optional(JsonGenerator json, String name, @Nullable Double value) throws IOException {
        if (value != null) {
            json.writeNumberField(name, value);
        }
    }

    public static void optional(JsonGenerator json, String name, @Nullable Integer value) throws IOException {
        if (value != null) {
            json.writeNumberField(name, value);
        }
    }

    public static void optional(JsonGenerator json, String name, @Nullable Long value) throws IOException {
        if (value != null) {
            json.writeNumberField(name, value);
        }
    }

    public static void optional(JsonGenerator json, String name, @Nullable String value) throws IOException {
        if (value != null) {
            json.writeStringField(name, value);
        }
    }

    public static void optional(JsonGenerator json, String name, @Nullable Boolean value) throws IOException {
        if (value != null) {
            json.writeBooleanField(name, value);
        }
    }
}
