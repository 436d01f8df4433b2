package io.inference.engine.template.builtins;

import io.inference.engine.template.operators.Clock;
import io.inference.engine.template.operators.Repr;
import io.inference.engine.template.operators.Values;
import io.inference.engine.template.value.Args;
import io.inference.engine.template.value.Budget;
import io.inference.engine.template.value.Callable;
import io.inference.engine.template.value.Dict;
import io.inference.engine.template.value.Failure;
import io.inference.engine.template.value.Namespace;
import io.inference.engine.template.value.None;
import io.inference.engine.template.value.Range;
import io.inference.engine.template.value.Str;
import io.inference.engine.template.value.Tuple;
import java.time.ZonedDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The functions that every template has: Jinja's, and the two that Hugging Face adds. */
public final class Functions {
    private static final int RANGE_MAX = 100_000;

    private final Budget budget;
    private final Clock clock;

    public Functions(Budget budget, ZonedDateTime now) {
        this.budget = budget;
        this.clock = new Clock(now);
    }

    public Map<String, Callable> all() {
        return Map.of(
                "raise_exception",
                args -> {
                    Str message = Repr.text(args.bind("message").required(0), budget);
                    throw new Failure(Failure.Kind.RAISED, 0, message.text());
                },
                "strftime_now",
                args -> formatted(args.bind("format").string(0)),
                "range",
                this::range,
                "dict",
                this::dict,
                "namespace",
                args -> namespace(dict(args)),
                "cycler",
                args -> new Cycler(args),
                "joiner",
                args -> new Joiner(args),
                "lipsum",
                args -> {
                    throw Failure.unsupported("the function 'lipsum'");
                });
    }

    /** If a caller wrote any part of the format, the whole result counts as a caller's text. */
    private Str formatted(Str format) {
        String text = clock.formatted(format.text());
        boolean callers = IntStream.range(0, format.length()).anyMatch(at -> format.isCallers(at, at + 1));
        return callers ? Str.ofCaller(text) : Str.of(text);
    }

    private Dict dict(Args args) {
        Dict result = new Dict();
        if (args.positional().size() > 1) {
            throw new Failure("dict expected at most 1 argument");
        }
        for (Object positional : args.positional()) {
            if (positional instanceof Dict dict) {
                result.putAll(dict);
            } else {
                pairs(positional, result);
            }
        }
        args.named().forEach((name, value) -> result.put(Str.of(name), value));
        return result;
    }

    private void pairs(Object pairs, Dict into) {
        for (Object pair : Values.list(pairs, budget)) {
            List<Object> elements = Values.list(pair, budget);
            if (elements.size() != 2) {
                throw new Failure("a dict is made of pairs, not of %d elements".formatted(elements.size()));
            }
            into.put(elements.get(0), elements.get(1));
        }
    }

    private static Namespace namespace(Dict dict) {
        Map<String, Object> attributes = new LinkedHashMap<>();
        for (Object item : dict.items()) {
            List<Object> pair = ((Tuple) item).elements();
            if (!(pair.get(0) instanceof Str name)) {
                throw Failure.unsupported("a namespace with names that are no strings");
            }
            attributes.put(name.text(), pair.get(1));
        }
        return new Namespace(attributes);
    }

    private Range range(Args args) {
        Args.Bound given = args.bindPositional("start", "stop", "step");
        boolean one = args.positional().size() == 1;
        long start = one ? 0 : given.integer(0);
        long stop = given.integer(one ? 0 : 1);
        long step = given.integer(2, 1);
        if (step == 0) {
            throw new Failure("range() arg 3 must not be zero");
        }
        double count = Math.ceil(((double) stop - start) / step);
        if (count > RANGE_MAX) {
            throw new Failure("Range too big. The sandbox blocks ranges larger than " + RANGE_MAX + ".");
        }
        long size = step > 0 ? Math.ceilDiv(stop - start, step) : Math.ceilDiv(start - stop, -step);
        budget.work(Math.max(0, size));
        return new Range(start, stop, step, count <= 0 ? 0 : (int) size);
    }

    /** Returns its values in turn. */
    private static final class Cycler implements Lookup.Attributes {
        private final List<Object> items;
        private int position;

        Cycler(Args args) {
            items = args.positional();
            if (items.isEmpty() || !args.named().isEmpty()) {
                throw new Failure("cycler: at least one item has to be provided, and none by name");
            }
        }

        @Override
        public @Nullable Object attribute(String name) {
            return switch (name) {
                case "items" -> new Tuple(items);
                case "pos" -> (long) position;
                case "current" -> items.get(position);
                case "next" ->
                    (Callable) args -> {
                        args.bind();
                        Object current = items.get(position);
                        position = (position + 1) % items.size();
                        return current;
                    };
                case "reset" ->
                    (Callable) args -> {
                        args.bind();
                        position = 0;
                        return None.NONE;
                    };
                default -> null;
            };
        }
    }

    /** Returns an empty text the first time, its separator from then on. */
    private static final class Joiner implements Callable, Lookup.Attributes {
        private final Object separator;
        private boolean used;

        Joiner(Args args) {
            separator = args.bind("sep").get(0, Str.of(", "));
        }

        @Override
        public Object call(Args args) {
            args.bind();
            Object result = used ? separator : Str.EMPTY;
            used = true;
            return result;
        }

        @Override
        public @Nullable Object attribute(String name) {
            return switch (name) {
                case "sep" -> separator;
                case "used" -> used;
                default -> null;
            };
        }
    }
}
