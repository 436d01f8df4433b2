package io.inference.http.images;

import io.inference.api.error.InferenceException;
import io.inference.http.answer.HttpAnswer;
import io.inference.http.content.FileAnswer;
import io.inference.image.Images;
import io.inference.image.StoredImage;
import io.inference.image.thumbnail.Thumbnail;
import io.inference.image.thumbnail.Thumbnails;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ContentDisposition;

/** Answers with the bytes of a picture, or of a smaller copy. */
final class ImageContent {
    private static final int MOST_WIDTH = Thumbnails.WIDTHS.getLast();
    private static final String WIDTH = "width";

    private final Images images;
    private final Thumbnails thumbnails;

    ImageContent(Images images, Thumbnails thumbnails) {
        this.images = images;
        this.thumbnails = thumbnails;
    }

    /**
     * @param message with the request's headers and parameters
     * @param fresh how long a cache may answer without asking again
     */
    HttpAnswer answer(StoredImage image, Message message, Duration fresh) {
        // The bytes of an id never change. Only the browser keeps them: a shared cache would serve others.
        String caching = "private, max-age=" + fresh.toSeconds() + ", immutable";
        Optional<Thumbnail> small = thumbnail(image, message.getHeader(WIDTH, String.class));
        if (small.isPresent()) {
            return FileAnswer.of(
                            small.get().bytes(),
                            small.get().mediaType(),
                            "\"" + image.sha256() + "-" + small.get().width() + "\"",
                            caching,
                            disposition(image, small.get().mediaType()))
                    .to(conditions(message));
        }
        return FileAnswer.of(
                        images.content(image),
                        image.bytes(),
                        image.mediaType(),
                        "\"" + image.sha256() + "\"",
                        caching,
                        disposition(image, image.mediaType()))
                .to(conditions(message));
    }

    private static FileAnswer.Conditions conditions(Message message) {
        if ("HEAD".equals(message.getHeader(Exchange.HTTP_METHOD, String.class))) {
            // Of GET alone: RFC 9110, 14.2.
            return new FileAnswer.Conditions(message.getHeader("If-None-Match", String.class), null, null);
        }
        return new FileAnswer.Conditions(
                message.getHeader("If-None-Match", String.class),
                message.getHeader("Range", String.class),
                message.getHeader("If-Range", String.class));
    }

    private Optional<Thumbnail> thumbnail(StoredImage image, @Nullable String width) {
        if (width == null) {
            return Optional.empty();
        }
        int pixels = width.matches("\\d{1,4}") ? Integer.parseInt(width) : 0;
        if (pixels < 1 || pixels > MOST_WIDTH) {
            throw InferenceException.invalid(WIDTH, "'" + WIDTH + "' must be an integer between 1 and " + MOST_WIDTH);
        }
        return thumbnails.find(image, pixels);
    }

    /** To be shown; if it is saved, under its name, with the ending of its type. */
    private static String disposition(StoredImage image, String mediaType) {
        String name = image.name() == null ? image.id() : image.name();
        int dot = name.lastIndexOf('.');
        String ending = "." + mediaType.substring(mediaType.indexOf('/') + 1).replace("jpeg", "jpg");
        String saved = (dot > 0 ? name.substring(0, dot) : name) + ending;
        ContentDisposition.Builder inline = ContentDisposition.inline();
        // With a charset, clients that know the plain parameter alone would save an encoded word.
        boolean plain = StandardCharsets.US_ASCII.newEncoder().canEncode(saved);
        return (plain ? inline.filename(saved) : inline.filename(saved, StandardCharsets.UTF_8))
                .build()
                .toString();
    }
}
