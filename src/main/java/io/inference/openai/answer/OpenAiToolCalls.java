package io.inference.openai.answer;

import io.inference.api.message.ToolCall;
import io.inference.upstream.ToolCalls;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds out which call each part of a call belongs to, for one choice. Servers leave out indexes, give all calls the
 * same, or repeat id and name in each part. Out come calls that are numbered from 0 and have an id and a name once.
 */
final class OpenAiToolCalls {
    private final List<Known> calls = new ArrayList<>(1);
    private int lists;

    /** A call of which a part has come. */
    private static final class Known {
        final int number;
        final int index;
        final @Nullable String id;

        @Nullable
        String name;

        boolean hasArguments;
        boolean looksComplete;
        /** Which list of parts had one of this call last. */
        int seenIn;

        Known(int number, ToolCall part) {
            this.number = number;
            this.index = part.index() == ToolCalls.NO_INDEX ? number : part.index();
            this.id = part.id();
        }
    }

    boolean isEmpty() {
        return calls.isEmpty();
    }

    /** @param parts what one object of the answer has, as it was sent */
    List<ToolCall> number(List<ToolCall> parts) {
        lists++;
        List<ToolCall> numbered = new ArrayList<>(parts.size());
        for (int place = 0; place < parts.size(); place++) {
            ToolCall part = parts.get(place);
            Known known = find(part, place, parts.size());
            boolean isNew = known == null;
            if (known == null) {
                known = new Known(calls.size(), part);
                calls.add(known);
            }
            known.seenIn = lists;
            String name = known.name == null ? part.name() : null;
            known.name = known.name == null ? name : known.name;
            String arguments = part.argumentsJson();
            if (!arguments.isEmpty()) {
                known.looksComplete = !known.hasArguments && arguments.startsWith("{") && arguments.endsWith("}");
                known.hasArguments = true;
            }
            if (isNew || name != null || !arguments.isEmpty() || !part.extras().isEmpty()) {
                String id = part.id() == null ? ToolCalls.newId() : part.id();
                numbered.add(new ToolCall(known.number, isNew ? id : null, name, arguments, part.extras()));
            }
        }
        return numbered;
    }

    /** Arguments for the calls that came without. */
    List<ToolCall> missingArguments() {
        List<ToolCall> missing = new ArrayList<>();
        for (Known known : calls) {
            if (!known.hasArguments) {
                missing.add(new ToolCall(known.number, null, null, "{}"));
            }
        }
        return missing;
    }

    /** @return null if a call begins with this part */
    private @Nullable Known find(ToolCall part, int place, int parts) {
        Known last = null;
        for (Known known : calls) {
            boolean sameIndex = part.index() == known.index || part.index() == ToolCalls.NO_INDEX;
            if (sameIndex && part.id() != null && part.id().equals(known.id)) {
                return known;
            }
            last = sameIndex ? known : last;
        }
        if (last == null) {
            return null;
        }
        if (part.name() == null) {
            // A call has a name: an id that changes from part to part begins none.
            boolean byPlace = part.id() == null && part.index() == ToolCalls.NO_INDEX && parts > 1;
            return byPlace && place < calls.size() ? calls.get(place) : last;
        }
        return begins(part, last) ? null : last;
    }

    /** Whether a part with a name is of another call than the last one that it may belong to. */
    private boolean begins(ToolCall part, Known last) {
        if (last.name == null) {
            return part.id() != null && last.id != null;
        }
        if (part.id() != null && last.id != null || !last.name.equals(part.name())) {
            return true;
        }
        boolean besideIt = last.seenIn == lists;
        return besideIt || last.looksComplete && part.argumentsJson().startsWith("{");
    }
}
