package io.inference.engine.template.run;

import io.inference.engine.template.builtins.Lookup;
import io.inference.engine.template.operators.Compare;
import io.inference.engine.template.operators.Repr;
import io.inference.engine.template.operators.Values;
import io.inference.engine.template.value.Args;
import io.inference.engine.template.value.Budget;
import io.inference.engine.template.value.Callable;
import io.inference.engine.template.value.Failure;
import io.inference.engine.template.value.Generator;
import io.inference.engine.template.value.Tuple;
import io.inference.engine.template.value.Undefined;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The {@code loop} variable. It reads ahead only as far as a template requires, since the loop's sequence or condition
 * may read what the body sets.
 */
final class Loop implements Callable, Lookup.Attributes, Repr.Shown {
    private final Budget budget;
    private final int depth0;

    /** Renders the body for other values, one level deeper; null for a loop that is not recursive. */
    private final @Nullable BiFunction<Object, Integer, Object> recursion;

    private Iterator<Object> items;
    private int length = -1;
    private int index0 = -1;
    private @Nullable Object previous;
    private @Nullable Object current;
    private @Nullable Object next;
    private @Nullable Object lastChanged;

    Loop(Object iterable, int depth0, @Nullable BiFunction<Object, Integer, Object> recursion, Budget budget) {
        this.budget = budget;
        this.depth0 = depth0;
        this.recursion = recursion;
        this.items = Values.iterator(iterable, budget);
        if (!(iterable instanceof Generator)) {
            this.length = (int) Values.length(iterable);
        }
    }

    /** A loop over filtered elements, whose length is known when all of them are read. */
    Loop(Iterator<Object> items, int depth0, @Nullable BiFunction<Object, Integer, Object> recursion, Budget budget) {
        this.budget = budget;
        this.depth0 = depth0;
        this.recursion = recursion;
        this.items = items;
    }

    boolean hasNext() {
        return peek() != null;
    }

    /** Advances to the next element. */
    Object next() {
        previous = current;
        current = peek();
        next = null;
        index0++;
        if (current == null) {
            throw new IllegalStateException("the loop is at its end");
        }
        return current;
    }

    private @Nullable Object peek() {
        if (next == null && items.hasNext()) {
            next = items.next();
        }
        return next;
    }

    private int length() {
        if (length < 0) {
            List<Object> rest = new ArrayList<>();
            items.forEachRemaining(rest::add);
            length = index0 + 1 + (next == null ? 0 : 1) + rest.size();
            items = rest.iterator();
        }
        return length;
    }

    @Override
    public @Nullable Object attribute(String name) {
        return switch (name) {
            case "index" -> index0 + 1L;
            case "index0" -> (long) index0;
            case "revindex" -> (long) length() - index0;
            case "revindex0" -> length() - index0 - 1L;
            case "first" -> index0 == 0;
            case "last" -> peek() == null;
            case "length" -> (long) length();
            case "depth" -> depth0 + 1L;
            case "depth0" -> (long) depth0;
            case "previtem" -> previous != null && index0 > 0 ? previous : new Undefined("there is no previous item");
            case "nextitem" -> {
                Object ahead = peek();
                yield ahead != null ? ahead : new Undefined("there is no next item");
            }
            case "cycle" -> (Callable) this::cycle;
            case "changed" -> (Callable) this::changed;
            default -> null;
        };
    }

    private Object cycle(Args args) {
        args.from(args.positional().size()).bind();
        if (args.positional().isEmpty()) {
            throw new Failure("no items for cycling given");
        }
        return args.positional().get(index0 % args.positional().size());
    }

    private Object changed(Args args) {
        args.from(args.positional().size()).bind();
        Object value = new Tuple(args.positional());
        boolean changed = lastChanged == null || !Compare.equal(value, lastChanged, budget);
        lastChanged = changed ? value : lastChanged;
        return changed;
    }

    @Override
    public Object call(Args args) {
        if (recursion == null) {
            throw new Failure("The loop must have the 'recursive' marker to be called recursively.");
        }
        return recursion.apply(args.bind("iterable").required(0), depth0 + 1);
    }

    @Override
    public String shown() {
        return "<LoopContext %d/%d>".formatted(index0 + 1, length());
    }
}
