package io.inference.api.message;

/** A part of a message's content, in the order in which its author wrote them. */
public sealed interface ContentPart {
    /**
     * A text.
     *
     * @param extras other fields of the part
     */
    record Text(String text, Extras extras) implements ContentPart {}

    /**
     * A picture.
     *
     * @param urlExtras other fields beside its URL, such as {@code detail}
     * @param extras other fields of the part
     */
    record Picture(Image image, Extras urlExtras, Extras extras) implements ContentPart {}

    /**
     * Anything else, such as sound or a file.
     *
     * @param json the part as JSON text
     */
    record Other(String type, String json) implements ContentPart {}
}
