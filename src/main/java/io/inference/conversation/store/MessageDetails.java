package io.inference.conversation.store;

import static io.inference.conversation.store.MessageJson.storable;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.inference.api.message.ContentPart;
import io.inference.api.message.Extras;
import io.inference.api.message.Image;
import io.inference.api.message.Message;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a message has beside its text, images and tool calls, as JSON in the column {@code details}: fields of its API,
 * and its parts unless they are one text.
 */
final class MessageDetails {
    private MessageDetails() {}

    /** Adds the column if there is anything to store. */
    static void put(ObjectNode row, Message message) {
        boolean oneText = message.parts().equals(List.of(new ContentPart.Text(message.content(), Extras.NONE)));
        if (message.extras().isEmpty() && (message.parts().isEmpty() || oneText)) {
            return;
        }
        ObjectNode details = row.putObject("details");
        put(details, "extras", message.extras());
        ArrayNode parts = details.putArray("parts");
        message.parts().forEach(part -> put(parts.addObject(), part, message.images()));
    }

    private static void put(ObjectNode node, ContentPart part, List<Image> images) {
        switch (part) {
            case ContentPart.Text text -> {
                node.put("text", storable(text.text()));
                put(node, "extras", text.extras());
            }
            case ContentPart.Picture picture -> {
                // Its bytes are stored once.
                int index = images.indexOf(picture.image());
                if (index >= 0) {
                    node.put("image", index);
                } else {
                    put(node.putObject("image"), picture.image());
                }
                put(node, "url_extras", picture.urlExtras());
                put(node, "extras", picture.extras());
            }
            case ContentPart.Other other ->
                node.put("type", storable(other.type())).put("json", storable(other.json()));
        }
    }

    static void put(ObjectNode node, Image image) {
        switch (image) {
            case Image.Inline inline ->
                node.put("media_type", storable(inline.mediaType())).put("base64", inline.base64());
            case Image.Remote remote -> node.put("url", storable(remote.url()));
        }
    }

    static void put(ObjectNode node, String name, Extras extras) {
        if (!extras.isEmpty()) {
            ObjectNode fields = node.putObject(name)
                    .put("format", extras.format().name().toLowerCase(Locale.ROOT))
                    .putObject("fields");
            extras.fields().forEach((field, json) -> fields.put(storable(field), storable(json)));
        }
    }

    /** @param details null for none */
    static List<ContentPart> parts(@Nullable String details, List<Image> images) {
        List<ContentPart> parts = new ArrayList<>();
        for (JsonNode node : MessageJson.read(details).path("parts")) {
            parts.add(part(node, images));
        }
        return parts;
    }

    private static ContentPart part(JsonNode node, List<Image> images) {
        if (node.has("text")) {
            return new ContentPart.Text(node.path("text").asText(), extras(node, "extras"));
        }
        JsonNode image = node.path("image");
        return image.isMissingNode()
                ? new ContentPart.Other(
                        node.path("type").asText(), node.path("json").asText())
                : new ContentPart.Picture(
                        image.isInt() ? images.get(image.intValue()) : image(image),
                        extras(node, "url_extras"),
                        extras(node, "extras"));
    }

    static Image image(JsonNode node) {
        return node.has("url")
                ? new Image.Remote(node.path("url").asText())
                : new Image.Inline(
                        node.path("media_type").asText(), node.path("base64").asText());
    }

    /** @param details null for none */
    static Extras extras(@Nullable String details) {
        return extras(MessageJson.read(details), "extras");
    }

    static Extras extras(JsonNode node, String name) {
        JsonNode extras = node.path(name);
        if (extras.isMissingNode()) {
            return Extras.NONE;
        }
        Map<String, String> fields = new LinkedHashMap<>();
        extras.path("fields")
                .properties()
                .forEach(field -> fields.put(field.getKey(), field.getValue().asText()));
        return new Extras(Extras.Format.valueOf(extras.path("format").asText().toUpperCase(Locale.ROOT)), fields);
    }
}
