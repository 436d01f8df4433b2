package io.inference.backend.workflow;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A place in a workflow that a value of the request fills: <code>{{steps}}</code>, or <code>{{steps:20}}</code> with
 * the value to take if the caller gave none.
 *
 * @param name one of {@link #NAMES}
 * @param otherwise null if the place names no value
 */
public record Place(String name, @Nullable String otherwise) {
    public static final String PROMPT = "prompt";
    public static final String NEGATIVE_PROMPT = "negative_prompt";
    public static final String MODEL = "model";
    public static final String SEED = "seed";
    public static final String STEPS = "steps";
    public static final String CFG = "cfg";
    public static final String SAMPLER = "sampler";
    public static final String SCHEDULER = "scheduler";
    public static final String STRENGTH = "strength";
    public static final String WIDTH = "width";
    public static final String HEIGHT = "height";
    /** Pictures that one run makes. */
    public static final String COUNT = "count";
    /** The first picture to edit; the others are {@code image_2} and so on. */
    public static final String IMAGE = "image";

    public static final String MASK = "mask";

    /** Pictures that a workflow may take. */
    public static final int MOST_IMAGES = 16;

    /** All names. */
    static final List<String> NAMES = names();

    private static final Pattern FORM = Pattern.compile("\\{\\{\\s*(\\w*)\\s*(?::([^{}]*))?}}");
    private static final Pattern WHOLE = Pattern.compile("\\d{1,9}");
    private static final Pattern NUMBER = Pattern.compile("\\d{1,6}(\\.\\d{1,6})?");

    private static List<String> names() {
        List<String> names = new ArrayList<>(List.of(
                PROMPT,
                NEGATIVE_PROMPT,
                MODEL,
                SEED,
                STEPS,
                CFG,
                SAMPLER,
                SCHEDULER,
                STRENGTH,
                WIDTH,
                HEIGHT,
                COUNT,
                MASK));
        for (int number = 1; number <= MOST_IMAGES; number++) {
            names.add(image(number));
        }
        return List.copyOf(names);
    }

    /** The name of the place of a picture to edit, numbered from 1. */
    public static String image(int number) {
        return number == 1 ? IMAGE : IMAGE + "_" + number;
    }

    /** Places in a text, in their order. */
    static Matcher in(String text) {
        return FORM.matcher(text);
    }

    static Place of(Matcher found) {
        return new Place(found.group(1), found.group(2));
    }

    /** The place that is the whole text; empty if it is no place, or there is more than the place. */
    static Optional<Place> whole(String text) {
        Matcher found = in(text);
        return found.matches() ? Optional.of(of(found)) : Optional.empty();
    }

    boolean isKnown() {
        return NAMES.contains(name);
    }

    /** Whether it may stand among other text: only a text may. */
    boolean isText() {
        return name.equals(PROMPT) || name.equals(NEGATIVE_PROMPT);
    }

    /** Whether the value that the place names is of its type. */
    boolean hasSoundValue() {
        if (otherwise == null) {
            return true;
        }
        return switch (name) {
            case SEED, STEPS, WIDTH, HEIGHT -> WHOLE.matcher(otherwise.strip()).matches();
            case CFG, STRENGTH -> NUMBER.matcher(otherwise.strip()).matches();
            case NEGATIVE_PROMPT, MODEL, SAMPLER, SCHEDULER -> true;
            default -> false;
        };
    }
}
