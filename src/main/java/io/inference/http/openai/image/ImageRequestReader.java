package io.inference.http.openai.image;

import io.inference.api.answer.ImageAnswer;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.image.ImageBounds;
import io.inference.api.image.ImageInput;
import io.inference.api.image.ImageOptions;
import io.inference.api.image.ImageSize;
import io.inference.api.message.Extras;
import io.inference.api.request.ImageRequest;
import io.inference.http.form.FormReader;
import io.inference.http.form.StreamedBody;
import io.inference.http.format.WireRequest;
import io.inference.http.json.JsonFields;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reads the bodies of {@code POST /v1/images/generations} and {@code /v1/images/edits}. */
public final class ImageRequestReader {
    private static final String AUTO = "auto";
    private static final Set<String> KNOWN = Set.of(
            "model",
            "prompt",
            "n",
            "size",
            "quality",
            "background",
            "output_format",
            "output_compression",
            "moderation",
            "input_fidelity",
            "response_format",
            "stream",
            "partial_images",
            "image",
            "images",
            "mask");

    private ImageRequestReader() {}

    /** @throws InferenceException for a body that is invalid or asks for something unsupported */
    public static WireRequest<ImageAnswer> generation(byte[] body) {
        JsonFields fields = JsonFields.parse(body);
        for (String name : List.of("image", "images", "mask")) {
            if (fields.isEffective(name)) {
                throw fields.unsupported(name, "'" + name + "' is for edits: POST …/images/edits");
            }
        }
        return read(fields, List.of(), null);
    }

    /**
     * Reads a form, whose pictures are written to files while they arrive, or JSON.
     *
     * @param contentType of the body; null for none
     * @param files makes an empty file, which is deleted when the body is closed
     * @throws InferenceException for a body that is invalid or asks for something unsupported
     */
    static WireRequest<ImageAnswer> edit(StreamedBody body, @Nullable String contentType, Supplier<Path> files) {
        try {
            if (contentType == null || !FormReader.isForm(contentType)) {
                return edit(body.content().readAllBytes());
            }
            ImageForm form = ImageForm.read(body, contentType, files);
            if (form.images().isEmpty()) {
                throw InferenceException.invalid("image", "'image' is required");
            }
            return read(JsonFields.parse(form.json()), form.images(), form.mask());
        } catch (IOException e) {
            throw new InferenceException(ErrorCode.INVALID_REQUEST, "the body ended too early", e);
        }
    }

    /** @throws InferenceException for a body that is invalid or asks for something unsupported */
    public static WireRequest<ImageAnswer> edit(byte[] body) {
        JsonFields fields = JsonFields.parse(body);
        return read(fields, ImageInputs.images(fields), ImageInputs.mask(fields));
    }

    private static WireRequest<ImageAnswer> read(JsonFields body, List<ImageInput> images, @Nullable ImageInput mask) {
        String prompt = ImageBounds.prompt(body.text("prompt", ""));
        boolean stream = body.flag("stream", false);
        ImageOptions options = ImageBounds.checked(options(body), stream);
        boolean links = "url".equals(oneOf(body, "response_format", "b64_json", "url"));
        var request = new ImageRequest(
                body.text("model", ""), prompt, images, mask, options, stream, Extras.openAi(body.except(KNOWN)));
        return WireRequest.of(
                request, ImageAnswer.class, new ImageAnswerWriter(request.isEdit(), stream, links, options));
    }

    private static ImageOptions options(JsonFields body) {
        Integer count = body.integer("n", 1, ImageBounds.MOST_PICTURES);
        Integer previews = body.integer("partial_images", 0, ImageBounds.MOST_PREVIEWS);
        return new ImageOptions(
                count == null ? 1 : count,
                size(body),
                oneOf(body, "quality", AUTO, "low", "medium", "high", "standard", "hd"),
                oneOf(body, "background", AUTO, "transparent", "opaque"),
                oneOf(body, "output_format", "png", "jpeg", "webp"),
                body.integer("output_compression", 0, 100),
                oneOf(body, "moderation", AUTO, "low"),
                oneOf(body, "input_fidelity", "high", "low"),
                previews == null ? 0 : previews);
    }

    private static @Nullable ImageSize size(JsonFields body) {
        String size = body.text("size");
        if (size == null || size.equals(AUTO)) {
            return null;
        }
        return ImageSize.of(size)
                .orElseThrow(
                        () -> body.invalid("size", "'size' must be auto, or a width and a height such as 1024x768"));
    }

    /** Null if the field is absent or leaves the choice to the backend. */
    private static @Nullable String oneOf(JsonFields body, String name, String... values) {
        String value = body.text(name);
        if (value == null) {
            return null;
        }
        if (!List.of(values).contains(value)) {
            throw body.invalid(name, "'" + name + "' must be one of " + String.join(", ", values));
        }
        return value.equals(AUTO) ? null : value;
    }
}
