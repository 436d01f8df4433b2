package io.inference.conversation.memory.literal;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds numbers, dates and times of a summary that none of its sources has. Different ways of writing are the same
 * value: {@code 1,200} and {@code 1200}, {@code 12 May 2024} and {@code 2024-05-12}, {@code 2:30 pm} and {@code 14:30},
 * {@code three} in a source and {@code 3}. Numbers that are written as words in the summary are not checked.
 */
public final class SummaryCheck {
    private static final Pattern NUMBER = Pattern.compile("\\d(?:[\\d.,]*\\d)?");
    private static final Pattern THOUSANDS = Pattern.compile("\\d{1,3}(?:,\\d{3})+(?:\\.\\d+)?");
    private static final Pattern DECIMAL_COMMA = Pattern.compile("\\d+,\\d+");
    private static final Pattern LIST_NUMBER = Pattern.compile("(?m)^[ \\t]*\\d{1,3}[.)][ \\t]");
    private static final Pattern TIME = Pattern.compile("(\\d{1,2}):(\\d{2})(?::(\\d{2}))? ?(?:([ap])\\.?m\\b)?");
    private static final Pattern HOUR = Pattern.compile("\\b(\\d{1,2}) ?([ap])\\.?m\\b");
    private static final Pattern WORD = Pattern.compile("[a-z]+");
    private static final Map<String, String> WORDS = Map.ofEntries(
            Map.entry("zero", "0"),
            Map.entry("one", "1"),
            Map.entry("two", "2"),
            Map.entry("three", "3"),
            Map.entry("four", "4"),
            Map.entry("five", "5"),
            Map.entry("six", "6"),
            Map.entry("seven", "7"),
            Map.entry("eight", "8"),
            Map.entry("nine", "9"),
            Map.entry("ten", "10"),
            Map.entry("eleven", "11"),
            Map.entry("twelve", "12"),
            Map.entry("twenty", "20"),
            Map.entry("thirty", "30"),
            Map.entry("forty", "40"),
            Map.entry("fifty", "50"),
            Map.entry("hundred", "100"),
            Map.entry("thousand", "1000"),
            Map.entry("first", "1"),
            Map.entry("second", "2"),
            Map.entry("third", "3"));

    private SummaryCheck() {}

    /**
     * The values of a summary that no source has, as they are written there; empty if the summary may be kept.
     *
     * @param sources texts from which the summary was made
     */
    public static List<String> unsupported(String summary, List<String> sources) {
        Values known = new Values();
        sources.forEach(known::addAll);
        List<String> faults = new ArrayList<>();
        String rest = LIST_NUMBER.matcher(summary).replaceAll(" ").toLowerCase(Locale.ROOT);
        rest = without(CalendarDate.FORM, rest, date -> known.hasDate(CalendarDate.parse(date)), faults);
        rest = without(TIME, rest, time -> known.hasTime(minutes(time)), faults);
        rest = without(HOUR, rest, time -> known.hasTime(minutesOfHour(time)), faults);
        without(NUMBER, rest, number -> known.numbers.contains(canonical(number.group())), faults);
        return faults;
    }

    private interface Check {
        boolean isKnown(Matcher found);
    }

    /** Checks what a pattern finds, and removes it from the text. */
    private static String without(Pattern pattern, String text, Check check, List<String> faults) {
        Matcher matcher = pattern.matcher(text);
        StringBuilder rest = new StringBuilder();
        while (matcher.find()) {
            if (!check.isKnown(matcher)) {
                faults.add(matcher.group().strip());
            }
            matcher.appendReplacement(rest, " ");
        }
        return matcher.appendTail(rest).toString();
    }

    /** A number without its way of writing. */
    static String canonical(String number) {
        String plain = number;
        if (THOUSANDS.matcher(number).matches()) {
            plain = number.replace(",", "");
        } else if (DECIMAL_COMMA.matcher(number).matches()) {
            plain = number.replace(',', '.');
        }
        try {
            return new BigDecimal(plain).stripTrailingZeros().toPlainString();
        } catch (NumberFormatException e) {
            // A version or an address, such as 1.2.3.
            return number;
        }
    }

    private static Set<Integer> minutes(Matcher time) {
        return minutes(Integer.parseInt(time.group(1)), Integer.parseInt(time.group(2)), time.group(4));
    }

    private static Set<Integer> minutesOfHour(Matcher time) {
        return minutes(Integer.parseInt(time.group(1)), 0, time.group(2));
    }

    /** Minutes of the day; both that are meant by an hour up to 12 without am or pm. */
    private static Set<Integer> minutes(int hour, int minute, @Nullable String half) {
        if (half != null) {
            return Set.of((hour % 12 + (half.equals("p") ? 12 : 0)) * 60 + minute);
        }
        return hour > 12 ? Set.of(hour * 60 + minute) : Set.of(hour * 60 + minute, (hour % 12 + 12) * 60 + minute);
    }

    /** The values of the sources. */
    private static final class Values {
        private final Set<String> numbers = new HashSet<>();
        private final Set<CalendarDate> dates = new HashSet<>();
        private final Set<Integer> times = new HashSet<>();

        void addAll(String source) {
            String text = source.toLowerCase(Locale.ROOT);
            CalendarDate.FORM.matcher(text).results().forEach(found -> dates.addAll(CalendarDate.parse(found)));
            addTimes(text);
            Matcher number = NUMBER.matcher(text);
            while (number.find()) {
                numbers.add(canonical(number.group()));
            }
            Matcher word = WORD.matcher(text);
            while (word.find()) {
                String value = WORDS.get(word.group());
                if (value != null) {
                    numbers.add(value);
                }
            }
        }

        private void addTimes(String text) {
            Matcher time = TIME.matcher(text);
            while (time.find()) {
                times.addAll(minutes(time));
            }
            Matcher hour = HOUR.matcher(text);
            while (hour.find()) {
                times.addAll(minutesOfHour(hour));
            }
        }

        boolean hasDate(Set<CalendarDate> candidates) {
            return candidates.stream()
                    .anyMatch(date -> dates.stream().anyMatch(known -> known.supports(date, numbers)));
        }

        boolean hasTime(Set<Integer> candidates) {
            return candidates.stream().anyMatch(times::contains);
        }
    }
}
