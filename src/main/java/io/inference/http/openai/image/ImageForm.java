package io.inference.http.openai.image;

import io.inference.api.error.InferenceException;
import io.inference.api.image.ImageBounds;
import io.inference.api.image.ImageData;
import io.inference.api.image.ImageInput;
import io.inference.http.form.FormReader;
import io.inference.http.form.ReceivedFile;
import io.inference.http.form.StreamedBody;
import io.inference.image.ImageFile;
import io.inference.wire.Json;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An edit as {@code multipart/form-data} sends it.
 *
 * @param json the fields that are no files, as a JSON object
 * @param mask null if there is none
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record ImageForm(
        byte[] json, List<ImageInput> images, @Nullable ImageInput mask) {
    private static final int LONGEST_FIELD = 4 * ImageBounds.LONGEST_PROMPT;

    /** A form has texts alone: these are numbers and truth values where they look like it. */
    private static final Pattern RAW = Pattern.compile("true|false|-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?");

    /** Fields whose values are texts, whatever they look like. */
    private static final Set<String> TEXTS = Set.of(
            "background",
            "input_fidelity",
            "model",
            "moderation",
            "negative_prompt",
            "output_format",
            "prompt",
            "quality",
            "response_format",
            "safety_identifier",
            "size",
            "style",
            "user");

    /**
     * Reads a form while it arrives.
     *
     * @param files makes an empty file for each picture, which is deleted when the body is closed
     * @throws InferenceException with {@code INVALID_REQUEST} for a body that is no form, or files of another kind
     * @throws IOException if the body ends too early
     */
    static ImageForm read(StreamedBody body, String contentType, Supplier<Path> files) throws IOException {
        Map<String, String> fields = new LinkedHashMap<>();
        List<ImageInput> images = new ArrayList<>();
        AtomicReference<@Nullable ImageInput> mask = new AtomicReference<>();
        FormReader.read(body, contentType, part -> {
            switch (part.name()) {
                case "image", "image[]" -> {
                    if (images.size() == ImageBounds.MOST_INPUTS) {
                        throw InferenceException.invalid(
                                "image", "an edit takes " + ImageBounds.MOST_INPUTS + " pictures at most");
                    }
                    images.add(received("image", part.content(), body, files));
                }
                case "mask" -> {
                    if (mask.get() != null) {
                        throw InferenceException.invalid("mask", "an edit takes one 'mask'");
                    }
                    mask.set(received("mask", part.content(), body, files));
                }
                default -> fields.put(part.name(), text(part.name(), part.content()));
            }
            return true;
        });
        return new ImageForm(json(fields), List.copyOf(images), mask.get());
    }

    private static ImageInput received(String param, InputStream content, StreamedBody body, Supplier<Path> files)
            throws IOException {
        byte[] start = content.readNBytes(ImageData.START);
        String mediaType = ImageBounds.inputType(param, start);
        Path file = files.get();
        body.atEnd(() -> ReceivedFile.discard(file));
        InputStream whole = new SequenceInputStream(new ByteArrayInputStream(start), content);
        return new ImageFile(mediaType, ReceivedFile.write(whole, file, Long.MAX_VALUE), file);
    }

    private static String text(String name, InputStream content) throws IOException {
        byte[] bytes = content.readNBytes(LONGEST_FIELD + 1);
        if (bytes.length > LONGEST_FIELD) {
            throw InferenceException.invalid(Json.wellFormed(name), "'" + Json.wellFormed(name) + "' is too long");
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static byte[] json(Map<String, String> fields) {
        return Json.bytes(out -> {
            out.writeStartObject();
            for (Map.Entry<String, String> field : fields.entrySet()) {
                out.writeFieldName(Json.wellFormed(field.getKey()));
                boolean isText = TEXTS.contains(field.getKey())
                        || !RAW.matcher(field.getValue()).matches();
                if (isText) {
                    out.writeString(Json.wellFormed(field.getValue()));
                } else {
                    out.writeRawValue(field.getValue());
                }
            }
            out.writeEndObject();
        });
    }
}
