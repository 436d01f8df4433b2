package io.inference.openai.image;

import com.fasterxml.jackson.core.JsonGenerator;
import io.inference.api.error.InferenceException;
import io.inference.api.image.ImageInput;
import io.inference.api.image.ImageOptions;
import io.inference.api.image.PromptRules;
import io.inference.api.message.Extras;
import io.inference.api.request.ImageRequest;
import io.inference.api.request.Unsupported;
import io.inference.upstream.JsonTokens;
import io.inference.upstream.form.Form;
import io.inference.wire.Json;
import java.io.IOException;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes requests for pictures: generations as JSON, edits as forms. */
public final class OpenAiImageRequests {
    /**
     * Fields beside OpenAI's that are sent on: those of popular servers, of which none can name a file or another
     * server. Gateways take some that do, such as {@code api_base}.
     */
    private static final Set<String> EXTRAS = Set.of(
            "aspect_ratio",
            "cfg_scale",
            "clip_skip",
            "eta",
            "flow_shift",
            "guidance",
            "guidance_scale",
            "max_sequence_length",
            "negative_prompt",
            "num_inference_steps",
            "resolution",
            "safety_identifier",
            "sample_method",
            "sampler",
            "sampler_name",
            "sampling_method",
            "schedule",
            "scheduler",
            "seed",
            "steps",
            "strength",
            "style",
            "true_cfg_scale",
            "user");

    private OpenAiImageRequests() {}

    /** Receives the fields of a request. */
    private interface Fields {
        void text(String name, String value) throws IOException;

        /** @param json a number or true */
        void raw(String name, String json) throws IOException;
    }

    /**
     * Checks that a request has no syntax with which it would control the server.
     *
     * @throws InferenceException {@code INVALID_REQUEST} with the field
     */
    static void checkTexts(ImageRequest request) {
        PromptRules.check(request.prompt(), "prompt");
        String negative = request.extras().json("negative_prompt");
        if (negative != null) {
            PromptRules.check(text(negative), "negative_prompt");
        }
    }

    /** Names of a request's fields that are not sent on, as of {@link Unsupported}. */
    static Set<String> lacks(ImageRequest request) {
        Set<String> lacks = new HashSet<>();
        request.extras().fields().forEach((name, json) -> {
            boolean scalar = !json.startsWith("{") && !json.startsWith("[");
            if (!name.equals(Unsupported.DROP_FIELD) && !(EXTRAS.contains(name) && scalar)) {
                lacks.add(name);
            }
        });
        return lacks;
    }

    /** @param without fields that the server refuses, as of {@link RefusedFields} */
    public static byte[] generation(ImageRequest request, Set<String> without) {
        return JsonTokens.bytes(json -> {
            json.writeStartObject();
            write(request, without, fields(json));
            json.writeEndObject();
        });
    }

    private static Fields fields(JsonGenerator json) {
        return new Fields() {
            @Override
            public void text(String name, String value) throws IOException {
                json.writeStringField(name, value);
            }

            @Override
            public void raw(String name, String value) throws IOException {
                json.writeFieldName(name);
                json.writeRawValue(value);
            }
        };
    }

    /**
     * @param without fields that the server refuses, as of {@link RefusedFields}
     * @throws InferenceException {@code UNSUPPORTED} for a picture that the flow has not resolved
     */
    static Form edit(ImageRequest request, Set<String> without) {
        Form form = new Form();
        try {
            write(request, without, new Fields() {
                @Override
                public void text(String name, String value) {
                    form.text(name, Json.wellFormed(value));
                }

                @Override
                public void raw(String name, String json) {
                    form.text(name, json);
                }
            });
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        // The servers that take one picture alone know the first name alone.
        String name = request.images().size() == 1 ? "image" : "image[]";
        int number = 1;
        for (ImageInput image : request.images()) {
            add(form, name, "image-" + number++, image);
        }
        if (request.mask() != null) {
            add(form, "mask", "mask", request.mask());
        }
        return form;
    }

    private static void add(Form form, String name, String file, ImageInput image) {
        if (!(image instanceof ImageInput.Content content)) {
            throw InferenceException.unsupported("image", "pictures by id or URL are not supported");
        }
        String extension = switch (content.mediaType()) {
            case "image/jpeg" -> ".jpg";
            case "image/webp" -> ".webp";
            default -> ".png";
        };
        form.file(name, file + extension, content.mediaType(), content.length(), content::open);
    }

    private static void write(ImageRequest request, Set<String> without, Fields out) throws IOException {
        ImageOptions options = request.options();
        if (!request.model().isEmpty()) {
            out.text("model", request.model());
        }
        out.text("prompt", request.prompt());
        if (options.count() > 1) {
            out.raw("n", Integer.toString(options.count()));
        }
        optional(out, "size", options.size());
        optional(out, "quality", options.quality());
        optional(out, "background", options.background());
        optional(out, "output_format", options.format());
        if (options.compression() != null) {
            out.raw("output_compression", Integer.toString(options.compression()));
        }
        optional(out, "moderation", options.moderation());
        optional(out, "input_fidelity", options.inputFidelity());
        if (!without.contains(RefusedFields.RESPONSE_FORMAT)) {
            out.text(RefusedFields.RESPONSE_FORMAT, "b64_json");
        }
        if (streams(request, without)) {
            out.raw(RefusedFields.STREAM, "true");
            if (options.partialImages() > 0 && !without.contains(RefusedFields.PARTIAL_IMAGES)) {
                out.raw(RefusedFields.PARTIAL_IMAGES, Integer.toString(options.partialImages()));
            }
        }
        for (Map.Entry<String, String> field :
                request.extras().of(Extras.Format.OPENAI).fields().entrySet()) {
            if (!EXTRAS.contains(field.getKey())) {
                continue;
            }
            if (field.getValue().startsWith("\"")) {
                out.text(field.getKey(), text(field.getValue()));
            } else {
                out.raw(field.getKey(), field.getValue());
            }
        }
    }

    /** Whether a request asks its server for events. */
    static boolean streams(ImageRequest request, Set<String> without) {
        return request.stream() && !without.contains(RefusedFields.STREAM);
    }

    private static void optional(Fields out, String name, @Nullable Object value) throws IOException {
        if (value != null) {
            out.text(name, value.toString());
        }
    }

    /** The text of a JSON string; other JSON as it is. */
    private static String text(String json) {
        return Objects.requireNonNull(Json.value(json), "no JSON").asText();
    }
}
