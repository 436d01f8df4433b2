package io.inference.engine.template;

import java.util.List;

/** The {@code loop} variable. */
final class Loop {
    private final List<Object> items;
    private final Budget budget;
    private int index;
    private Object lastChanged = new Undefined("nothing");

    Loop(List<Object> items, Budget budget) {
        this.items = items;
        this.budget = budget;
    }

    void at(int newIndex) {
        index = newIndex;
    }

    Object attribute(String name) {
        int size = items.size();
        return switch (name) {
            case "index" -> index + 1L;
            case "index0" -> (long) index;
            case "revindex" -> (long) size - index;
            case "revindex0" -> size - index - 1L;
            case "first" -> index == 0;
            case "last" -> index == size - 1;
            case "length" -> (long) size;
            // Depth counts the levels of a recursive loop, which templates do not use.
            case "depth" -> 1L;
            case "depth0" -> 0L;
            case "previtem" -> index > 0 ? items.get(index - 1) : new Undefined("there is no previous item");
            case "nextitem" -> index + 1 < size ? items.get(index + 1) : new Undefined("there is no next item");
            case "cycle" ->
                (Callable) args -> {
                    if (args.positional().isEmpty()) {
                        throw new Failure("no items for cycling given");
                    }
                    return args.positional().get(index % args.positional().size());
                };
            case "changed" ->
                (Callable) args -> {
                    boolean changed = !Values.equal(args.positional(), lastChanged, budget);
                    lastChanged = args.positional();
                    return changed;
                };
            default -> new Undefined(name);
        };
    }
}
