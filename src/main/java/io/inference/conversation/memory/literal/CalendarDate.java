package io.inference.conversation.memory.literal;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A date, of which the year or the day may be missing.
 *
 * @param month 1 to 12
 */
record CalendarDate(
        @Nullable Integer year, int month, @Nullable Integer day) {
    private static final List<String> MONTHS =
            List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");
    private static final String MONTH = "(?:" + String.join("|", MONTHS) + ")[a-z]*\\.?";

    /** Dates in lower case, in the usual forms of English texts and of ISO 8601. */
    static final Pattern FORM = Pattern.compile("\\b(?<iy>\\d{4})-(?<im>\\d{2})-(?<id>\\d{2})"
            + "|\\b(?<n1>\\d{1,2})(?<sep>[/.])(?<n2>\\d{1,2})\\k<sep>(?<ny>\\d{4}|\\d{2})\\b"
            + "|\\b(?<d1>\\d{1,2})(?:st|nd|rd|th)? (?:of )?(?<m1>" + MONTH + ")(?:,? (?<y1>\\d{4})\\b)?"
            + "|\\b(?<m2>" + MONTH + ") (?<d2>\\d{1,2})(?:st|nd|rd|th)?\\b(?:,? (?<y2>\\d{4})\\b)?"
            + "|\\b(?<m3>" + MONTH + ") (?<y3>\\d{4})\\b");

    /** The dates that a text of {@link #FORM} may mean: two if it does not say which number is the month. */
    static Set<CalendarDate> parse(MatchResult found) {
        if (found.group("iy") != null) {
            return Set.of(new CalendarDate(number(found, "iy"), month(found, "im"), number(found, "id")));
        }
        if (found.group("n1") != null) {
            Integer year = number(found, "ny");
            Integer full = year != null && year < 100 ? Integer.valueOf(2000 + year) : year;
            // Sets of two equal elements are refused, and 5/5/2024 is one date.
            return new HashSet<>(List.of(
                    new CalendarDate(full, month(found, "n1"), number(found, "n2")),
                    new CalendarDate(full, month(found, "n2"), number(found, "n1"))));
        }
        for (String form : List.of("1", "2", "3")) {
            String name = found.group("m" + form);
            if (name != null) {
                Integer day = form.equals("3") ? null : number(found, "d" + form);
                int month = 1 + MONTHS.indexOf(name.substring(0, 3));
                return Set.of(new CalendarDate(number(found, "y" + form), month, day));
            }
        }
        throw new IllegalStateException("a date of no form");
    }

    /**
     * Whether a source with this date supports a date of a summary: what both have is equal. A year or day that only
     * the summary's date has must be a number of a source.
     */
    boolean supports(CalendarDate other, Set<String> numbers) {
        return month == other.month && supports(year, other.year, numbers) && supports(day, other.day, numbers);
    }

    private static boolean supports(@Nullable Integer mine, @Nullable Integer other, Set<String> numbers) {
        return other == null || (mine == null ? numbers.contains(other.toString()) : mine.equals(other));
    }

    private static @Nullable Integer number(MatchResult found, String group) {
        String digits = found.group(group);
        return digits == null ? null : Integer.valueOf(digits);
    }

    private static int month(MatchResult found, String group) {
        return Integer.parseInt(found.group(group));
    }
}
