package io.inference.conversation.memory.literal;

import io.inference.conversation.memory.literal.Literal.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds literal values in English texts by their form. Values do not overlap: of those that begin at one place, the
 * kind that is first in {@link Kind} is taken.
 */
public final class LiteralFinder {
    private static final String MONTH = "(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?"
            + "|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\\.?";
    private static final String DAY = "\\d{1,2}(?:st|nd|rd|th)?";
    private static final String NUMBER = "\\d(?:[\\d,.]{0,30}\\d)?";
    private static final String UNIT = "(?:%|‰|°[CF]?|[kcmµn]?m|mi|ft|km/h|mph|[kmµ]?g|lbs?|oz|m?l|[mµn]?s|min|h"
            + "|[KMGT]i?B|[kMG]?Hz|[kM]?Wh?|V|px|rpm|ppm|percent)";

    /** Words of at least three letters that follow numbers and are not what these count. */
    private static final String NO_NOUN = "(?!(?:was|were|are|has|had|have|and|but|the|for|will|with|from|that|this"
            + "|than|then|when|who|which|where|while|into|onto|per|not|can|could|would|should|may|might|also|its"
            + "|our|your|their)\\b)";

    private static final Pattern LITERAL = Pattern.compile("(?<![\\p{L}\\p{N}_])(?:"
            + String.join(
                    "|",
                    group(Kind.URL, "https?://[^\\s<>\"'()\\[\\]{}]{1,2000}"),
                    group(Kind.EMAIL, "[\\w.+-]{1,64}@[\\w-]{1,63}(?:\\.[\\w-]{1,63}){1,8}"),
                    group(
                            Kind.DATE,
                            "\\d{4}-\\d{2}-\\d{2}(?:[T ]\\d{2}:\\d{2}(?::\\d{2})?(?:Z|[+-]\\d{2}:?\\d{2})?)?",
                            DAY + " (?:of )?" + MONTH + "(?:,? \\d{4})?(?!\\p{L})",
                            MONTH + " " + DAY + "(?:,? \\d{4})?(?![\\p{L}\\d])",
                            MONTH + " \\d{4}(?![\\p{L}\\d])",
                            "\\d{1,2}/\\d{1,2}/\\d{2,4}(?!\\d)",
                            "\\d{1,2}\\.\\d{1,2}\\.\\d{4}(?!\\d)"),
                    group(
                            Kind.TIME,
                            "\\d{1,2}:\\d{2}(?::\\d{2})?(?: ?[apAP]\\.?[mM]\\b\\.?)?",
                            "\\d{1,2} ?[apAP]\\.?[mM]\\b\\.?"),
                    group(
                            Kind.MONEY,
                            "[$€£¥] ?" + NUMBER + "(?: ?(?:k|million|billion)\\b)?",
                            NUMBER + " ?(?:USD|EUR|GBP|CHF|JPY|dollars?|euros?|pounds?)\\b",
                            "(?:USD|EUR|GBP|CHF|JPY) ?" + NUMBER),
                    group(
                            Kind.PATH,
                            "(?:[A-Za-z]:\\\\|~?/|\\.{1,2}/)[\\w.@+-]{1,255}(?:[/\\\\][\\w.@+-]{1,255}){0,64}/?",
                            "[\\w-]{1,64}(?:/[\\w.-]{1,64}){2,64}",
                            "[\\w-]{1,64}(?:/[\\w-]{1,64})?(?:\\.[\\w-]{1,64}){0,4}\\.[a-z][a-z0-9]{0,5}\\b"),
                    group(
                            Kind.ID,
                            "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
                            "#\\d{1,18}",
                            "[vV]\\d{1,9}(?:\\.\\d{1,9}){1,8}",
                            "\\d{1,9}(?:\\.\\d{1,9}){2,8}(?::\\d{1,5})?",
                            "\\+\\d[\\d -]{6,20}\\d",
                            "(?:[A-Za-z]{1,40}(?:[-_][A-Za-z]{1,40}){0,4}[-_]?\\d|\\d{1,40}[-_]?(?!" + UNIT
                                    + "(?!\\p{L}))[A-Za-z])[A-Za-z0-9]{0,64}" + "(?:[-_][A-Za-z0-9]{1,64}){0,8}"),
                    group(
                            Kind.QUANTITY,
                            "[-+]?" + NUMBER + " ?" + UNIT + "(?![\\p{L}\\d])",
                            "[-+]?" + NUMBER + " " + NO_NOUN + "\\p{Ll}{3,30}"),
                    group(Kind.NUMBER, "[-+]?" + NUMBER),
                    group(
                            Kind.NAME,
                            "\\p{Lu}[\\p{L}’'-]{1,40}(?: (?:(?:de|van|von|der|la|of) ){0,2}"
                                    + "\\p{Lu}[\\p{L}’'-]{0,40}){0,6}"))
            + ")");

    /** Words that begin sentences or questions and name nothing. */
    private static final Set<String> COMMON = Set.of("""
            The This That These Those It We You He She They My Our Your His Her Their In On At Is Are Was
            Were What When Where Which Who Why How Please Yes No Ok Okay OK Thanks Thank And But If So Then
            There Here Can Could Do Does Did Will Would Should Let For From With As An To Of Actually Sorry
            Correction Hi Hello Also Not Now Note Summarize Summary Write Make Give Tell Use Add First
            Second Third Finally After Before While Because Since Once All Some Any Each Every One Two Three
            Good Great Sure User Assistant System Tool I'm I've I'll I'd It's Don't Let's That's""".split("\\s+"));

    /** What follows a name at the beginning of a sentence. */
    private static final Pattern AFTER_NAME = Pattern.compile(
            "(?:'s|’s)? (?:is|was|has|had|lives?|works?|likes?|wants?|prefers?|says?|said|will|and|or|moved|owns?)"
                    + "\\b.*",
            Pattern.DOTALL);

    private LiteralFinder() {}

    private static String group(Kind kind, String... forms) {
        return "(?<" + kind.name() + ">" + String.join("|", forms) + ")";
    }

    /** The values of a text, in order. */
    public static List<Literal> find(String text) {
        List<Literal> found = new ArrayList<>();
        Matcher matcher = LITERAL.matcher(text);
        while (matcher.find()) {
            Kind kind = kind(matcher);
            Literal literal = kind == Kind.NAME ? name(text, matcher) : trimmed(kind, matcher.group(), matcher.start());
            if (literal != null && !literal.text().isEmpty()) {
                found.add(literal);
            }
        }
        return found;
    }

    private static Kind kind(Matcher matcher) {
        for (Kind kind : Kind.values()) {
            if (matcher.group(kind.name()) != null) {
                return kind;
            }
        }
        throw new IllegalStateException("a match of no kind");
    }

    /** Without the punctuation of the sentence. */
    private static Literal trimmed(Kind kind, String text, int start) {
        int end = text.length();
        while (end > 0 && ".,;:!?".indexOf(text.charAt(end - 1)) >= 0) {
            end--;
        }
        return new Literal(kind, text.substring(0, end), start, start + end);
    }

    private static @Nullable Literal name(String text, Matcher matcher) {
        int start = matcher.start();
        String name = matcher.group();
        boolean begins = beginsSentence(text, start);
        int space = name.indexOf(' ');
        String first = space < 0 ? name : name.substring(0, space);
        if (COMMON.contains(first)) {
            if (space < 0) {
                return null;
            }
            start += space + 1;
            name = name.substring(space + 1);
        } else if (begins && space < 0 && !isAcronym(name)) {
            String rest = text.substring(matcher.end(), Math.min(text.length(), matcher.end() + 20));
            if (!AFTER_NAME.matcher(rest).matches()) {
                return null;
            }
        }
        String withoutGenitive = name.replaceFirst("['’]s?$", "");
        return new Literal(Kind.NAME, withoutGenitive, start, start + withoutGenitive.length());
    }

    private static boolean isAcronym(String word) {
        return word.length() > 1 && word.equals(word.toUpperCase(Locale.ROOT));
    }

    private static boolean beginsSentence(String text, int start) {
        int before = start - 1;
        while (before >= 0 && " \"“'(*-".indexOf(text.charAt(before)) >= 0) {
            before--;
        }
        return before < 0 || ".!?:\n".indexOf(text.charAt(before)) >= 0;
    }
}
