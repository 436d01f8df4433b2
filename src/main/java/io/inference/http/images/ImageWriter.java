package io.inference.http.images;

import com.fasterxml.jackson.core.JsonGenerator;
import io.inference.image.ImagePage;
import io.inference.image.StoredImage;
import io.inference.image.link.SignedLinks;
import io.inference.wire.Json;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes what is known of pictures, in the style of OpenAI's files; times are seconds since 1970. */
final class ImageWriter {
    private ImageWriter() {}

    static byte[] image(StoredImage image) {
        return Json.bytes(out -> write(out, image));
    }

    static byte[] page(ImagePage page) {
        List<StoredImage> images = page.images();
        return Json.bytes(out -> {
            out.writeStartObject();
            out.writeStringField("object", "list");
            out.writeArrayFieldStart("data");
            for (StoredImage image : images) {
                write(out, image);
            }
            out.writeEndArray();
            out.writeStringField(
                    "first_id", images.isEmpty() ? null : images.getFirst().id());
            out.writeStringField(
                    "last_id", images.isEmpty() ? null : images.getLast().id());
            out.writeBooleanField("has_more", page.hasMore());
            out.writeEndObject();
        });
    }

    static byte[] deleted(String id) {
        return Json.bytes(out -> {
            out.writeStartObject();
            out.writeStringField("id", id);
            out.writeStringField("object", "image");
            out.writeBooleanField("deleted", true);
            out.writeEndObject();
        });
    }

    static byte[] link(StoredImage image, SignedLinks.Link link) {
        return Json.bytes(out -> {
            out.writeStartObject();
            out.writeStringField("id", image.id());
            out.writeStringField("object", "image.link");
            out.writeStringField("url", link.url());
            out.writeNumberField("expires_at", link.expiresAt().getEpochSecond());
            out.writeEndObject();
        });
    }

    static byte[] linksRevoked(StoredImage image) {
        return Json.bytes(out -> {
            out.writeStartObject();
            out.writeStringField("id", image.id());
            out.writeStringField("object", "image.link");
            out.writeBooleanField("revoked", true);
            out.writeEndObject();
        });
    }

    private static void write(JsonGenerator out, StoredImage image) throws IOException {
        out.writeStartObject();
        out.writeStringField("id", image.id());
        out.writeStringField("object", "image");
        out.writeNumberField("created_at", image.createdAt().getEpochSecond());
        if (image.expiresAt() == null) {
            out.writeNullField("expires_at");
        } else {
            out.writeNumberField("expires_at", image.expiresAt().getEpochSecond());
        }
        out.writeStringField("kind", image.kind().label());
        out.writeStringField("media_type", image.mediaType());
        out.writeNumberField("bytes", image.bytes());
        out.writeNumberField("width", image.width());
        out.writeNumberField("height", image.height());
        out.writeStringField("sha256", image.sha256());
        text(out, "prompt", image.prompt());
        text(out, "revised_prompt", image.revisedPrompt());
        text(out, "model", image.model());
        text(out, "name", image.name());
        out.writeStringField("request_id", image.requestId());
        out.writeEndObject();
    }

    private static void text(JsonGenerator out, String field, @Nullable String text) throws IOException {
        out.writeStringField(field, text == null ? null : Json.wellFormed(text));
    }
}
