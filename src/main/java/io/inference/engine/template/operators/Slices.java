package io.inference.engine.template.operators;

import io.inference.engine.template.value.Budget;
import io.inference.engine.template.value.Failure;
import io.inference.engine.template.value.None;
import io.inference.engine.template.value.Range;
import io.inference.engine.template.value.Str;
import io.inference.engine.template.value.StrBuilder;
import io.inference.engine.template.value.Tuple;
import io.inference.engine.template.value.Undefined;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Python's slices, of sequences and of strings by code point. */
public final class Slices {
    private Slices() {}

    /** The elements that {@code target[start:stop:step]} selects. */
    public static Object slice(Object target, Object start, Object stop, Object step, Budget budget) {
        if (target instanceof Undefined undefined) {
            throw undefined.used();
        }
        boolean sliced = Values.isIndexed(target) || target instanceof Str;
        if (!sliced || !isBound(start) || !isBound(stop) || !isBound(step)) {
            throw new Failure(
                    sliced
                            ? "slice indices must be integers"
                            : "'%s' object cannot be sliced".formatted(Values.typeName(target)));
        }
        int size = (int) Values.length(target);
        Picked picked = Picked.of(size, bound(start), bound(stop), bound(step));
        return switch (target) {
            case Str text -> text(text, picked, budget);
            case Tuple tuple -> new Tuple(pick(tuple.elements(), picked, budget));
            case Range range ->
                new Range(
                        range.start() + picked.from * range.step(),
                        range.start() + picked.to * range.step(),
                        range.step() * picked.step,
                        picked.count);
            default -> pick(Values.indexed(target), picked, budget);
        };
    }

    /** The reversed text. */
    public static Str reversed(Str text, Budget budget) {
        return text(text, Picked.of(text.codePoints(), null, null, -1L), budget);
    }

    private static boolean isBound(Object value) {
        return value instanceof None || Values.isWhole(value) || value instanceof BigInteger;
    }

    private static @Nullable Long bound(Object value) {
        return switch (value) {
            case None n -> null;
            case BigInteger n -> n.signum() < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
            default -> Values.integer(value);
        };
    }

    private static Str text(Str text, Picked picked, Budget budget) {
        if (picked.step == 1) {
            budget.work(1 + text.length() / 64);
            return text.sliceCodePoints((int) picked.from, (int) picked.from + picked.count);
        }
        budget.work(1 + text.length() / 4);
        List<Object> characters = text.characters();
        StrBuilder out = new StrBuilder(budget);
        for (int i = 0; i < picked.count; i++) {
            out.append((Str) characters.get(picked.index(i)));
        }
        return text.isSafe() ? out.build().asSafe() : out.build();
    }

    @SuppressWarnings("unchecked") // only read
    private static List<Object> pick(List<?> list, Picked picked, Budget budget) {
        if (picked.step == 1) {
            // A view: lists never change, and a template that takes a list's tails in a loop needs linear time.
            return (List<Object>) list.subList((int) picked.from, (int) picked.from + picked.count);
        }
        budget.work(1 + picked.count / 4);
        List<Object> result = new ArrayList<>(picked.count);
        for (int i = 0; i < picked.count; i++) {
            result.add(list.get(picked.index(i)));
        }
        return result;
    }

    /** Indexes {@code from, from + step, …}, {@code count} of them, which end before {@code to}. */
    private record Picked(long from, long to, long step, int count) {
        static Picked of(int size, @Nullable Long start, @Nullable Long stop, @Nullable Long by) {
            long step = by == null ? 1 : by;
            if (step == 0) {
                throw new Failure("slice step cannot be zero");
            }
            long lowest = step > 0 ? 0 : -1;
            long highest = step > 0 ? size : size - 1;
            long from = start == null ? (step > 0 ? lowest : highest) : clamp(start, size, lowest, highest);
            long to = stop == null ? (step > 0 ? highest : lowest) : clamp(stop, size, lowest, highest);
            long stride = Math.clamp(step, -size - 1L, size + 1L);
            long count = stride > 0 ? (to - from + stride - 1) / stride : (from - to - stride - 1) / -stride;
            return new Picked(from, to, step, (int) Math.max(0, count));
        }

        private static long clamp(long index, int size, long lowest, long highest) {
            return Math.clamp(index < 0 ? index + size : index, lowest, highest);
        }

        int index(int i) {
            return (int) (from + i * step);
        }
    }
}
