package io.inference.engine.template.builtins;

import io.inference.engine.template.operators.Repr;
import io.inference.engine.template.operators.Slices;
import io.inference.engine.template.operators.Values;
import io.inference.engine.template.value.Args;
import io.inference.engine.template.value.Budget;
import io.inference.engine.template.value.Dict;
import io.inference.engine.template.value.Failure;
import io.inference.engine.template.value.Generator;
import io.inference.engine.template.value.Str;
import io.inference.engine.template.value.Undefined;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The filters that take or return sequences. */
final class ListFilters {
    private final Budget budget;
    private final Lookup lookup;
    private final Tests tests;
    private final Filters filters;
    private final OrderFilters orders;

    ListFilters(Budget budget, Lookup lookup, Tests tests, Filters filters) {
        this.budget = budget;
        this.lookup = lookup;
        this.tests = tests;
        this.filters = filters;
        this.orders = new OrderFilters(budget, lookup);
    }

    Object apply(String name, Object value, Args args) {
        return switch (name) {
            case "list" -> {
                args.bind();
                yield Values.list(value, budget);
            }
            case "first" -> first(value, args);
            case "last" -> last(value, args);
            case "reverse" -> reversed(value, args);
            case "items" -> items(value, args);
            case "join" -> join(value, args.bind("d", "attribute"));
            case "map" -> mapped(value, args);
            case "select" -> selected(value, args, false, true);
            case "reject" -> selected(value, args, false, false);
            case "selectattr" -> selected(value, args, true, true);
            case "rejectattr" -> selected(value, args, true, false);
            case "unique" -> unique(value, args.bind("case_sensitive", "attribute"));
            case "batch" -> batches(value, args.bind("linecount", "fill_with"));
            case "slice" -> slices(value, args.bind("slices", "fill_with"));
            default -> orders.apply(name, value, args);
        };
    }

    private Object first(Object value, Args args) {
        args.bind();
        Iterator<Object> elements = Values.iterator(value, budget);
        return elements.hasNext() ? elements.next() : new Undefined("No first item, sequence was empty.");
    }

    private Object last(Object value, Args args) {
        args.bind();
        if (value instanceof Generator) {
            throw new Failure("'" + Values.typeName(value) + "' object is not reversible");
        }
        List<Object> elements = Values.list(value, budget);
        return elements.isEmpty() ? new Undefined("No last item, sequence was empty.") : elements.getLast();
    }

    private Object reversed(Object value, Args args) {
        args.bind();
        if (value instanceof Str text) {
            return Slices.reversed(text, budget);
        }
        List<Object> elements = Values.list(value, budget).reversed();
        return value instanceof Generator ? new ArrayList<>(elements) : new Generator("reversed", elements.iterator());
    }

    private Object items(Object value, Args args) {
        args.bind();
        return lazily(() -> switch (value) {
            case Undefined u -> List.of().iterator();
            case Dict dict -> dict.items().iterator();
            default -> throw new Failure("Can only get item pairs from a mapping.");
        });
    }

    private Object join(Object value, Args.Bound given) {
        Str separator = Repr.text(given.get(0, Str.EMPTY), budget);
        Iterator<Object> elements = Values.iterator(value, budget);
        List<Object> texts = new ArrayList<>();
        while (elements.hasNext()) {
            Object element = elements.next();
            Object shown = given.hasValue(1) ? lookup.path(element, given.required(1), null) : element;
            texts.add(Repr.text(shown, budget).asUnsafe());
        }
        return Strings.join(texts, separator.asUnsafe(), budget);
    }

    /** A generator whose elements are computed when they are read. */
    private Generator lazily(Supplier<Iterator<?>> elements) {
        return new Generator("generator", new Lazy(elements));
    }

    /** Starts when it is first read, as Python's generators do, and counts how deep such generators are nested. */
    private final class Lazy implements Iterator<Object> {
        private @Nullable Supplier<Iterator<?>> start;
        private @Nullable Iterator<?> elements;

        Lazy(Supplier<Iterator<?>> start) {
            this.start = start;
        }

        private Iterator<?> elements() {
            if (elements == null && start != null) {
                elements = start.get();
                start = null;
            }
            if (elements == null) {
                throw new NoSuchElementException();
            }
            return elements;
        }

        @Override
        public boolean hasNext() {
            budget.enter();
            boolean more = elements().hasNext();
            budget.leave();
            return more;
        }

        @Override
        public Object next() {
            budget.enter();
            Object next = elements().next();
            budget.leave();
            return next;
        }
    }

    private Generator mapped(Object value, Args args) {
        return lazily(() -> {
            if (!Values.truthy(value)) {
                return List.of().iterator();
            }
            Function<Object, Object> change = change(args);
            Iterator<Object> elements = Values.iterator(value, budget);
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    return elements.hasNext();
                }

                @Override
                public Object next() {
                    return change.apply(elements.next());
                }
            };
        });
    }

    private Function<Object, Object> change(Args args) {
        if (args.positional().isEmpty() && args.named().containsKey("attribute")) {
            Args.Bound given = args.bind("attribute", "default");
            Object otherwise = given.hasValue(1) ? given.required(1) : null;
            return element -> lookup.path(element, given.required(0), otherwise);
        }
        if (args.positional().isEmpty()) {
            throw new Failure("map requires a filter argument");
        }
        String name = name(args.positional().getFirst(), "filter");
        return element -> filters.apply(name, element, args.from(1));
    }

    private static String name(Object value, String what) {
        if (value instanceof Str name) {
            return name.text();
        }
        throw new Failure("the name of a %s must be a string, not %s".formatted(what, Values.typeName(value)));
    }

    private Generator selected(Object value, Args args, boolean byAttribute, boolean wanted) {
        return lazily(() -> {
            if (!Values.truthy(value)) {
                return List.of().iterator();
            }
            Predicate<Object> test = predicate(args, byAttribute);
            return filtered(Values.iterator(value, budget), element -> test.test(element) == wanted);
        });
    }

    private Predicate<Object> predicate(Args args, boolean byAttribute) {
        int first = byAttribute ? 1 : 0;
        if (args.positional().size() < first) {
            throw new Failure("Missing parameter for attribute name");
        }
        Function<Object, Object> tested =
                byAttribute ? element -> lookup.path(element, args.positional().getFirst(), null) : Function.identity();
        if (args.positional().size() == first) {
            return element -> Values.truthy(tested.apply(element));
        }
        String name = name(args.positional().get(first), "test");
        return element -> tests.test(name, tested.apply(element), args.from(first + 1));
    }

    private Iterator<Object> filtered(Iterator<Object> elements, Predicate<Object> wanted) {
        return new Iterator<>() {
            private @Nullable Object next;

            @Override
            public boolean hasNext() {
                while (next == null && elements.hasNext()) {
                    budget.work(1);
                    Object candidate = elements.next();
                    next = wanted.test(candidate) ? candidate : null;
                }
                return next != null;
            }

            @Override
            public Object next() {
                if (!hasNext() || next == null) {
                    throw new NoSuchElementException();
                }
                Object result = next;
                next = null;
                return result;
            }
        };
    }

    private Object unique(Object value, Args.Bound given) {
        Function<Object, Object> key = orders.key(given, 0, 1);
        return lazily(() -> {
            Dict seen = new Dict();
            return filtered(Values.iterator(value, budget), element -> {
                int before = seen.size();
                seen.put(key.apply(element), true);
                return seen.size() > before;
            });
        });
    }

    private Object batches(Object value, Args.Bound given) {
        long size = given.integer(0);
        return lazily(() -> {
            List<Object> batches = new ArrayList<>();
            List<Object> batch = new ArrayList<>();
            for (Object element : Values.list(value, budget)) {
                if (batch.size() == size) {
                    batches.add(batch);
                    batch = new ArrayList<>();
                }
                batch.add(element);
            }
            if (!batch.isEmpty()) {
                fill(batch, given, size);
                batches.add(batch);
            }
            return batches.iterator();
        });
    }

    private void fill(List<Object> batch, Args.Bound given, long size) {
        budget.work(given.hasValue(1) ? Math.max(0, size - batch.size()) : 0);
        while (given.hasValue(1) && batch.size() < size) {
            batch.add(given.required(1));
        }
    }

    private Object slices(Object value, Args.Bound given) {
        long count = given.integer(0);
        return lazily(() -> {
            List<Object> elements = Values.list(value, budget);
            if (count == 0) {
                throw new Failure("integer division or modulo by zero");
            }
            budget.work(Math.max(0, count));
            int least = (int) Math.floorDiv(elements.size(), count);
            long larger = Math.floorMod(elements.size(), count);
            List<Object> slices = new ArrayList<>();
            int at = 0;
            for (long i = 0; i < count; i++) {
                int end = at + least + (i < larger ? 1 : 0);
                List<Object> slice = new ArrayList<>(elements.subList(at, end));
                if (given.hasValue(1) && i >= larger) {
                    slice.add(given.required(1));
                }
                slices.add(slice);
                at = end;
            }
            return slices.iterator();
        });
    }
}
