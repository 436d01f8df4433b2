package io.inference.engine.gguf;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The key-value part of a GGUF file. Each getter throws a {@link GgufException} that names the key if it is missing or
 * has another type; the {@code optional…} ones only if it has another type.
 */
public final class GgufMetadata {
    private final String file;
    private final Map<String, Object> values;

    /** Values are String, Boolean, Long, Double, or a list of one of these. */
    GgufMetadata(String file, Map<String, Object> values) {
        this.file = file;
        this.values = Map.copyOf(values);
    }

    public Set<String> keys() {
        return values.keySet();
    }

    public String string(String key) {
        return required(key, optionalString(key));
    }

    public Optional<String> optionalString(String key) {
        return typed(key, String.class, "a string");
    }

    /** An integer of any width that fits an {@code int}. */
    public int integer(String key) {
        return required(key, optionalInteger(key));
    }

    public Optional<Integer> optionalInteger(String key) {
        return typed(key, Long.class, "an integer").map(value -> fitting(key, value));
    }

    /** A floating-point number, or an integer taken as one. */
    public float decimal(String key) {
        return required(key, optionalDecimal(key));
    }

    public Optional<Float> optionalDecimal(String key) {
        if (values.get(key) instanceof Long whole) {
            return Optional.of(whole.floatValue());
        }
        return typed(key, Double.class, "a floating-point number").map(Double::floatValue);
    }

    public boolean bool(String key) {
        return required(key, optionalBool(key));
    }

    public Optional<Boolean> optionalBool(String key) {
        return typed(key, Boolean.class, "a boolean");
    }

    public List<String> stringList(String key) {
        return required(key, optionalStringList(key));
    }

    public Optional<List<String>> optionalStringList(String key) {
        return typed(key, Strings.class, "a list of strings").map(Strings::values);
    }

    /** A list of integers (or booleans, as 0 and 1), each of which fits an {@code int}; the caller owns the array. */
    public int[] intList(String key) {
        return required(key, optionalIntList(key));
    }

    public Optional<int[]> optionalIntList(String key) {
        return typed(key, Integers.class, "a list of integers")
                .map(list -> Arrays.stream(list.values())
                        .mapToInt(value -> fitting(key, value))
                        .toArray());
    }

    /** A list of floating-point numbers; the caller owns the array. */
    public float[] floatList(String key) {
        return required(key, optionalFloatList(key));
    }

    public Optional<float[]> optionalFloatList(String key) {
        return typed(key, Floats.class, "a list of floating-point numbers")
                .map(list -> list.values().clone());
    }

    /** The value of a key of any type (String, Boolean, Long or Double), or empty if it is a list or absent. */
    public Optional<Object> scalar(String key) {
        return Optional.ofNullable(values.get(key))
                .filter(it -> it instanceof String || it instanceof Boolean || it instanceof Number);
    }

    private int fitting(String key, long value) {
        if (value != (int) value) {
            throw new GgufException("%s: metadata key '%s' holds %d, too large".formatted(file, key, value));
        }
        return (int) value;
    }

    private <T> T required(String key, Optional<T> value) {
        return value.orElseThrow(() -> new GgufException("%s: metadata key '%s' is missing".formatted(file, key)));
    }

    private <T> Optional<T> typed(String key, Class<T> type, String wanted) {
        Object value = values.get(key);
        if (value == null) {
            return Optional.empty();
        }
        if (!type.isInstance(value)) {
            throw new GgufException(
                    "%s: metadata key '%s' holds %s, not %s".formatted(file, key, describe(value), wanted));
        }
        return Optional.of(type.cast(value));
    }

    private static String describe(Object value) {
        return switch (value) {
            case String s -> "a string";
            case Long l -> "an integer";
            case Double d -> "a floating-point number";
            case Boolean b -> "a boolean";
            case Strings s -> "a list of strings";
            case Integers i -> "a list of integers";
            default -> "a list of floating-point numbers";
        };
    }

    record Strings(List<String> values) {}

    @SuppressWarnings("ArrayRecordComponent") // a carrier inside this package, never compared
    record Integers(long[] values) {}

    @SuppressWarnings("ArrayRecordComponent") // a carrier inside this package, never compared
    record Floats(float[] values) {}
}
