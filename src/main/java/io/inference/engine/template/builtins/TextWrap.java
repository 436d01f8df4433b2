package io.inference.engine.template.builtins;

import io.inference.engine.template.operators.Whitespace;
import io.inference.engine.template.value.Budget;
import io.inference.engine.template.value.Failure;
import io.inference.engine.template.value.Str;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Python's {@code textwrap.wrap} of one line, without indentation. */
final class TextWrap {
    private static final String SPACE = "[\\t\\n\\x0b\\x0c\\r ]";
    private static final String NO_SPACE = "[^\\t\\n\\x0b\\x0c\\r ]";
    private static final String LETTER = "[^\\d\\W]";
    private static final String PUNCTUATED = "[\\w!\"'&.,?]";

    /** Whitespace, a dash between words, or a word, which may end at a hyphen inside it. */
    private static final Pattern CHUNK = Pattern.compile(
            ("%1$s+|(?<=%4$s)-{2,}(?=\\w)|"
                            + "%2$s+?"
                            + "(?:-(?:(?<=%3$s{2}-)|(?<=%3$s-%3$s-))(?=%3$s-?%3$s)|(?=%1$s|\\z)|(?<=%4$s)(?=-{2,}\\w))")
                    .formatted(SPACE, NO_SPACE, LETTER, PUNCTUATED),
            Pattern.UNICODE_CHARACTER_CLASS);

    private static final Pattern SIMPLE_CHUNK = Pattern.compile(SPACE + "+|" + NO_SPACE + "+");

    private final int width;
    private final boolean breakWords;
    private final boolean breakHyphens;
    private final Budget budget;

    TextWrap(long width, boolean breakWords, boolean breakHyphens, Budget budget) {
        if (width <= 0) {
            throw new Failure("invalid width %d (must be > 0)".formatted(width));
        }
        this.width = (int) Math.min(width, Integer.MAX_VALUE);
        this.breakWords = breakWords;
        this.breakHyphens = breakHyphens;
        this.budget = budget;
    }

    List<Object> wrap(Str line) {
        Deque<Str> chunks = chunks(line);
        List<Object> lines = new ArrayList<>();
        while (!chunks.isEmpty()) {
            Deque<Str> current = nextLine(chunks, !lines.isEmpty());
            if (!current.isEmpty()) {
                lines.add(Strings.join(List.copyOf(current), Str.EMPTY, budget));
            }
        }
        return lines;
    }

    private Deque<Str> chunks(Str line) {
        Deque<Str> chunks = new ArrayDeque<>();
        Matcher chunk = (breakHyphens ? CHUNK : SIMPLE_CHUNK).matcher(line.text());
        int at = 0;
        while (chunk.find()) {
            if (chunk.start() > at) {
                chunks.add(line.slice(at, chunk.start()));
            }
            chunks.add(line.slice(chunk.start(), chunk.end()));
            at = chunk.end();
        }
        if (at < line.length()) {
            chunks.add(line.slice(at, line.length()));
        }
        chunks.removeIf(Str::isEmpty);
        return chunks;
    }

    private Deque<Str> nextLine(Deque<Str> chunks, boolean later) {
        Deque<Str> current = new ArrayDeque<>();
        if (later && Whitespace.isBlank(chunks.getFirst().text())) {
            chunks.removeFirst();
        }
        int length = 0;
        while (!chunks.isEmpty() && length + chunks.getFirst().codePoints() <= width) {
            length += chunks.getFirst().codePoints();
            current.add(chunks.removeFirst());
        }
        if (!chunks.isEmpty() && chunks.getFirst().codePoints() > width) {
            breakWord(chunks, current, width - length);
        }
        if (!current.isEmpty() && Whitespace.isBlank(current.getLast().text())) {
            current.removeLast();
        }
        return current;
    }

    private void breakWord(Deque<Str> chunks, Deque<Str> current, int room) {
        Str word = chunks.removeFirst();
        if (!breakWords) {
            if (current.isEmpty()) {
                current.add(word);
            } else {
                chunks.addFirst(word);
            }
            return;
        }
        int end = room;
        if (breakHyphens) {
            int hyphen = word.codePointsBefore(Math.max(0, word.text().lastIndexOf('-', word.position(room) - 1)));
            boolean inside = hyphen > 0
                    && word.text().substring(0, word.position(hyphen)).chars().anyMatch(c -> c != '-');
            end = inside ? hyphen + 1 : end;
        }
        current.add(word.sliceCodePoints(0, end));
        chunks.addFirst(word.sliceCodePoints(end, word.codePoints()));
    }
}
