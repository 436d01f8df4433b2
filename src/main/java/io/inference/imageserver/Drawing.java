package io.inference.imageserver;

import com.fasterxml.jackson.databind.JsonNode;
import io.inference.api.error.InferenceException;
import io.inference.api.image.ImageData;
import io.inference.api.image.ImageInput;
import io.inference.api.image.ImageSize;
import io.inference.api.image.PromptRules;
import io.inference.api.message.Extras;
import io.inference.api.request.ImageRequest;
import io.inference.wire.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a caller asks a server for, checked; null where the server decides.
 *
 * @param model empty for the server's own
 * @param size multiples of 8
 * @param seed of the first picture
 * @param cfg how closely the picture follows the prompt
 * @param strength how far an edit may go from its picture, from 0 to 1
 * @param images the pictures to edit; empty for a generation
 * @param mask transparent where the first picture is to be edited; null for all of it
 */
public record Drawing(
        String model,
        String prompt,
        @Nullable String negativePrompt,
        @Nullable ImageSize size,
        long seed,
        @Nullable Integer steps,
        @Nullable Double cfg,
        @Nullable String sampler,
        @Nullable String scheduler,
        @Nullable Double strength,
        List<ImageData> images,
        @Nullable ImageData mask) {
    static final String NEGATIVE_PROMPT = "negative_prompt";
    static final String SEED = "seed";
    static final String STEPS = "steps";
    static final String CFG = "cfg_scale";
    static final String SAMPLER = "sampler";
    static final String SCHEDULER = "scheduler";
    static final String STRENGTH = "strength";

    /** The only fields beside those of OpenAI's API that reach a server. */
    static final Set<String> EXTRAS = Set.of(NEGATIVE_PROMPT, SEED, STEPS, CFG, SAMPLER, SCHEDULER, STRENGTH);

    private static final int SIDE_STEP = 8;
    private static final int SIDE_MIN = 64;
    private static final int SIDE_MAX = 4096;
    private static final int STEPS_MAX = 150;
    private static final double CFG_MAX = 100;
    /** The smallest range of all servers. */
    private static final long SEED_MAX = 0xFFFF_FFFFL;

    /** A file that ComfyUI loads. */
    private static final Pattern EMBEDDING = Pattern.compile("(?i)embedding\\s*:");

    private static final Pattern NAME = Pattern.compile("[\\w .+()-]{1,60}");

    public Drawing {
        images = List.copyOf(images);
    }

    /** @throws InferenceException {@code INVALID_REQUEST} if a value is out of its range, or a prompt is a command */
    static Drawing of(ImageRequest request) {
        check(request.prompt(), "prompt");
        Fields fields = new Fields(request.extras());
        String negative = fields.text(NEGATIVE_PROMPT);
        if (negative != null) {
            check(negative, NEGATIVE_PROMPT);
        }
        checkSize(request.options().size());
        Double seed = fields.number(SEED, 0, SEED_MAX, true);
        Double steps = fields.number(STEPS, 1, STEPS_MAX, true);
        List<ImageData> images = new ArrayList<>();
        request.images().forEach(image -> images.add(read(image)));
        ImageInput mask = request.mask();
        return new Drawing(
                request.model(),
                request.prompt(),
                negative,
                request.options().size(),
                seed == null ? ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE) : seed.longValue(),
                steps == null ? null : (Integer) steps.intValue(),
                fields.number(CFG, 0, CFG_MAX, false),
                fields.name(SAMPLER),
                fields.name(SCHEDULER),
                fields.number(STRENGTH, 0, 1, false),
                images,
                mask == null ? null : read(mask));
    }

    private static void check(String text, String param) {
        PromptRules.check(text, param);
        if (EMBEDDING.matcher(text).find()) {
            throw InferenceException.invalid(param, "'" + param + "' contains 'embedding:…', a command to the server");
        }
    }

    /** The same with another seed. */
    Drawing withSeed(long other) {
        return new Drawing(
                model,
                prompt,
                negativePrompt,
                size,
                other & SEED_MAX,
                steps,
                cfg,
                sampler,
                scheduler,
                strength,
                images,
                mask);
    }

    private static void checkSize(@Nullable ImageSize size) {
        if (size == null) {
            return;
        }
        for (int side : new int[] {size.width(), size.height()}) {
            if (side < SIDE_MIN || side > SIDE_MAX || side % SIDE_STEP != 0) {
                throw InferenceException.invalid(
                        "size",
                        "'size' needs sides from " + SIDE_MIN + " to " + SIDE_MAX + ", multiples of " + SIDE_STEP);
            }
        }
    }

    private static ImageData read(ImageInput image) {
        if (!(image instanceof ImageInput.Content content)) {
            throw new IllegalStateException("a picture that the flow has not resolved");
        }
        try (InputStream in = content.open()) {
            return new ImageData(content.mediaType(), in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The values of other fields. */
    private record Fields(Extras extras) {
        private @Nullable JsonNode value(String name) {
            String json = extras.json(name);
            JsonNode value = json == null ? null : Json.value(json);
            return value == null || value.isNull() ? null : value;
        }

        @Nullable
        String text(String name) {
            JsonNode value = value(name);
            if (value != null && !value.isTextual()) {
                throw InferenceException.invalid(name, "'" + name + "' is not a text");
            }
            return value == null ? null : value.asText();
        }

        @Nullable
        String name(String name) {
            String text = text(name);
            if (text != null && !NAME.matcher(text).matches()) {
                throw InferenceException.invalid(name, "'" + name + "' is not a name");
            }
            return text;
        }

        @Nullable
        Double number(String name, double least, double most, boolean whole) {
            JsonNode value = value(name);
            if (value == null) {
                return null;
            }
            double number = value.isNumber() ? value.asDouble() : Double.NaN;
            if (!(number >= least && number <= most) || whole && number != Math.rint(number)) {
                throw InferenceException.invalid(
                        name,
                        "'" + name + "' is not a " + (whole ? "whole " : "") + "number from " + (long) least + " to "
                                + (long) most);
            }
            return number;
        }
    }
}
