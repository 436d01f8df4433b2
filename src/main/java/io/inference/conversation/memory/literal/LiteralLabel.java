package io.inference.conversation.memory.literal;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a value is of, and whether its sentence takes it back, by the words before it. */
public final class LiteralLabel {
    private static final int MOST_WORDS = 3;
    private static final int LOOK_BACK = 120;
    private static final Pattern WORD = Pattern.compile("\\p{L}[\\p{L}\\p{N}'’_-]{0,40}");
    private static final Pattern SENTENCE_END = Pattern.compile("[.!?;:]\\s|\\n");

    /** Before a value that no longer holds. */
    private static final Pattern TAKEN_BACK = Pattern.compile(
            "(?:\\bnot|\\bno longer|n't|\\binstead of|\\brather than|\\bfrom)\\s(?:(?:at|on|in|to|by|the|a|an)\\s)?$",
            Pattern.CASE_INSENSITIVE);

    /** Words that say nothing about what a value is of, those of corrections included. */
    private static final Set<String> EMPTY_WORDS = Set.of("""
            a an the this that these those my our your his her its their i we you he she it they is are was
            were be been will would shall should can could may might must has have had do does did to of at
            on in for from by with as and or but so then than not no yes please note set about around
            approximately exactly only just still also too very more less over under up down out actually
            sorry correction correct corrected instead now new changed change changes moved move updated
            update it's that's there here after before until since rather longer wait make made let use uses
            using costs cost equals called named remember if when which who what where how me us him them
            all any some user assistant system tool said says say""".split("\\s+"));

    private LiteralLabel() {}

    /** Up to three words in lower case; empty if there are none. */
    public static String of(String text, Literal literal) {
        List<String> words = new ArrayList<>();
        Matcher word = WORD.matcher(before(text, literal));
        while (word.find()) {
            String lower = word.group().toLowerCase(Locale.ROOT);
            // A single capital letter is a name, as in "server A".
            boolean letter = word.group().length() == 1
                    && !word.group().equals("I")
                    && !word.group().equals(lower);
            if (letter && word.start() > 0 || !EMPTY_WORDS.contains(lower)) {
                words.add(lower);
            }
        }
        return String.join(" ", words.subList(Math.max(0, words.size() - MOST_WORDS), words.size()));
    }

    /** Whether the words before the value say that it no longer holds. */
    public static boolean isTakenBack(String text, Literal literal) {
        return TAKEN_BACK.matcher(before(text, literal)).find();
    }

    /** The beginning of the sentence that contains the value. */
    private static String before(String text, Literal literal) {
        String before = text.substring(Math.max(0, literal.start() - LOOK_BACK), literal.start());
        Matcher end = SENTENCE_END.matcher(before);
        int start = 0;
        while (end.find()) {
            start = end.end();
        }
        return before.substring(start);
    }
}
