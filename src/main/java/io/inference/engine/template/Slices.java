package io.inference.engine.template;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Python's slices, of lists and of strings by code point. */
final class Slices {
    private Slices() {}

    static Object slice(Object target, @Nullable Long start, @Nullable Long stop, long step, Budget budget) {
        return switch (target) {
            case List<?> list -> pick(list, start, stop, step, budget);
            case String text -> {
                StringBuilder out = new StringBuilder();
                characters(text, start, stop, step, budget).forEach(out::append);
                yield out.toString();
            }
            case Undefined u -> throw u.used();
            default -> throw new Failure("'" + Values.typeName(target) + "' object cannot be sliced");
        };
    }

    static List<Object> characters(String text, @Nullable Long start, @Nullable Long stop, long step, Budget budget) {
        budget.work(text.length() / 8);
        int[] codePoints = text.codePoints().toArray();
        List<Object> picked = new ArrayList<>();
        for (int index : indexes(codePoints.length, start, stop, step, budget)) {
            picked.add(Character.toString(codePoints[index]));
        }
        return picked;
    }

    private static List<Object> pick(
            List<?> list, @Nullable Long start, @Nullable Long stop, long step, Budget budget) {
        List<Object> picked = new ArrayList<>();
        for (int index : indexes(list.size(), start, stop, step, budget)) {
            picked.add(list.get(index));
        }
        return picked;
    }

    private static int[] indexes(int size, @Nullable Long start, @Nullable Long stop, long step, Budget budget) {
        if (step == 0) {
            throw new Failure("slice step cannot be zero");
        }
        long lowest = step > 0 ? 0 : -1;
        long highest = step > 0 ? size : size - 1;
        long from = start == null ? (step > 0 ? lowest : highest) : clamp(start, size, lowest, highest);
        long to = stop == null ? (step > 0 ? highest : lowest) : clamp(stop, size, lowest, highest);
        long stride = Math.clamp(step, -size - 1, size + 1);
        long count = stride > 0 ? (to - from + stride - 1) / stride : (from - to - stride - 1) / -stride;
        int[] indexes = new int[(int) Math.max(0, count)];
        budget.work(indexes.length / 4);
        for (int i = 0; i < indexes.length; i++) {
            indexes[i] = (int) (from + i * stride);
        }
        return indexes;
    }

    private static long clamp(long index, int size, long lowest, long highest) {
        return Math.clamp(index < 0 ? index + size : index, lowest, highest);
    }
}
