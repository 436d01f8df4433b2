package io.inference.grpc.messages;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.UnsafeByteOperations;
import io.inference.api.answer.ImageAnswer;
import io.inference.api.call.Call;
import io.inference.api.error.InferenceException;
import io.inference.api.image.ImageBounds;
import io.inference.api.image.ImageInput;
import io.inference.api.image.ImageOptions;
import io.inference.api.image.ImageSize;
import io.inference.api.message.Extras;
import io.inference.api.request.ImageRequest;
import io.inference.api.stream.ImageEvent;
import io.inference.grpc.GrpcAnswer;
import io.inference.grpc.RpcAnswerProcessor.Asked;
import io.inference.grpc.v1.GenerateImageEvent;
import io.inference.grpc.v1.GenerateImageRequest;
import io.inference.grpc.v1.GeneratedImage;
import io.inference.grpc.v1.ImagePreview;
import io.inference.grpc.v1.ImageProgress;
import io.inference.grpc.v1.ImageSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Requests for pictures, and their events, as messages. */
public final class ImageMessages {
    private static final int LARGEST_SIDE = 99_999;
    private static final String AUTO = "auto";

    private ImageMessages() {}

    /** @throws InferenceException with the field's name, for what is invalid */
    public static ImageRequest request(GenerateImageRequest from, boolean stream) {
        String prompt = ImageBounds.prompt(from.getPrompt());
        if (from.getImagesCount() > ImageBounds.MOST_INPUTS) {
            throw InferenceException.invalid(
                    "images", "'images' may hold " + ImageBounds.MOST_INPUTS + " pictures at most");
        }
        List<ImageInput> images = new ArrayList<>(from.getImagesCount());
        for (int i = 0; i < from.getImagesCount(); i++) {
            images.add(image("images[" + i + "]", from.getImages(i)));
        }
        if (from.hasMask() && images.isEmpty()) {
            throw InferenceException.invalid("mask", "'mask' needs 'images'");
        }
        ImageInput mask = from.hasMask() ? image("mask", from.getMask()) : null;
        ImageOptions options = ImageBounds.checked(options(from), stream);
        return new ImageRequest(from.getModel(), prompt, images, mask, options, stream, extras(from));
    }

    private static ImageInput image(String path, ImageSource from) {
        return switch (from.getSourceCase()) {
            case DATA -> ImageBounds.input(path + ".data", from.getData().toByteArray());
            case ID -> new ImageInput.Stored(from.getId());
            case URL -> {
                if (!from.getUrl().matches("(?is)https?://.*")) {
                    throw InferenceException.invalid(
                            path + ".url", "'" + path + ".url' must be an http: or https: URL");
                }
                yield new ImageInput.Remote(from.getUrl());
            }
            case SOURCE_NOT_SET ->
                throw InferenceException.invalid(path, "'" + path + "' must have 'data', 'url' or 'id'");
        };
    }

    private static ImageOptions options(GenerateImageRequest from) {
        return new ImageOptions(
                from.hasCount() ? within("count", from.getCount(), 1, ImageBounds.MOST_PICTURES) : 1,
                size(from),
                from.hasQuality()
                        ? oneOf("quality", from.getQuality(), AUTO, "low", "medium", "high", "standard", "hd")
                        : null,
                from.hasBackground() ? oneOf("background", from.getBackground(), AUTO, "transparent", "opaque") : null,
                from.hasOutputFormat() ? oneOf("output_format", from.getOutputFormat(), "png", "jpeg", "webp") : null,
                from.hasOutputCompression()
                        ? Integer.valueOf(within("output_compression", from.getOutputCompression(), 0, 100))
                        : null,
                from.hasModeration() ? oneOf("moderation", from.getModeration(), AUTO, "low") : null,
                from.hasInputFidelity() ? oneOf("input_fidelity", from.getInputFidelity(), "high", "low") : null,
                within("partial_images", from.getPartialImages(), 0, ImageBounds.MOST_PREVIEWS));
    }

    private static @Nullable ImageSize size(GenerateImageRequest from) {
        if (!from.hasWidth() && !from.hasHeight()) {
            return null;
        }
        return new ImageSize(
                within("width", from.getWidth(), 1, LARGEST_SIDE), within("height", from.getHeight(), 1, LARGEST_SIDE));
    }

    private static int within(String name, int value, int min, int max) {
        return (int) Fields.between(name, value, min, max);
    }

    private static @Nullable String oneOf(String name, String value, String... values) {
        if (!Set.of(values).contains(value)) {
            throw InferenceException.invalid(name, "'" + name + "' must be one of " + String.join(", ", values));
        }
        return value.equals(AUTO) ? null : value;
    }

    /** Fields that OpenAI's API does not have, by the names of popular servers. */
    private static Extras extras(GenerateImageRequest from) {
        Map<String, String> extras = new LinkedHashMap<>();
        if (from.hasNegativePrompt()) {
            extras.put("negative_prompt", Fields.quoted(from.getNegativePrompt()));
        }
        if (from.hasSteps()) {
            extras.put("steps", Integer.toString(Fields.atLeast("steps", from.getSteps(), 1)));
        }
        if (from.hasSeed()) {
            extras.put("seed", Long.toString(from.getSeed()));
        }
        if (from.hasCfgScale()) {
            extras.put("cfg_scale", Double.toString(Fields.between("cfg_scale", from.getCfgScale(), 0, 1000)));
        }
        return Extras.openAi(extras);
    }

    static GrpcAnswer answer(@Nullable Object answer, Asked asked) {
        if (!(answer instanceof ImageAnswer pictures)) {
            throw new IllegalStateException("the route left no pictures");
        }
        return new GrpcAnswer.Pictures(pictures.chunks(), event -> message(event, asked.call(), pictures.model()));
    }

    private static Message message(ImageEvent event, Call call, String model) {
        var message = GenerateImageEvent.newBuilder().setModel(model).setId(call.id());
        switch (event) {
            case ImageEvent.Progress progress -> {
                call.reportProgress(progress.done(), progress.total(), progress.queued());
                message.setProgress(ImageProgress.newBuilder()
                        .setDone(progress.done())
                        .setTotal(progress.total())
                        .setQueued(progress.queued()));
            }
            case ImageEvent.Partial partial ->
                message.setPreview(ImagePreview.newBuilder()
                        .setImage(partial.image())
                        .setIndex(partial.number())
                        .setData(data(partial.preview().bytes()))
                        .setMediaType(partial.preview().mediaType()));
            case ImageEvent.Completed picture -> message.setImage(image(picture, call));
        }
        return message.build();
    }

    private static GeneratedImage.Builder image(ImageEvent.Completed picture, Call call) {
        var image = GeneratedImage.newBuilder()
                .setIndex(picture.image())
                .setData(data(picture.data().bytes()))
                .setMediaType(picture.data().mediaType())
                .setUsage(AnswerWriters.usage(call.usage()));
        if (picture.revisedPrompt() != null) {
            image.setRevisedPrompt(picture.revisedPrompt());
        }
        if (picture.id() != null) {
            image.setId(picture.id());
        }
        if (picture.url() != null) {
            image.setUrl(picture.url());
        }
        return image;
    }

    /** Without a copy: the bytes of a picture never change. */
    private static ByteString data(byte[] bytes) {
        return UnsafeByteOperations.unsafeWrap(bytes);
    }
}
