package io.inference.engine.template.operators;

import io.inference.engine.template.value.Failure;
import java.time.ZonedDateTime;
import java.time.format.TextStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.IsoFields;
import java.util.Locale;

/** Python's {@code strftime} in the C locale. */
public final class Clock {
    private final ZonedDateTime now;

    public Clock(ZonedDateTime now) {
        this.now = now;
    }

    /** The format with its directives replaced; an unknown one is refused by its name. */
    public String formatted(String format) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c != '%' || i + 1 == format.length()) {
                out.append(c);
                continue;
            }
            char directive = format.charAt(++i);
            boolean unpadded = directive == '-' && i + 1 < format.length();
            String field = field(unpadded ? format.charAt(++i) : directive);
            out.append(unpadded ? field.replaceFirst("^[0 ]+(?=.)", "") : field);
        }
        return out.toString();
    }

    private String field(char directive) {
        return switch (directive) {
            case 'Y' -> String.valueOf(now.getYear());
            case 'C' -> two(now.getYear() / 100);
            case 'y' -> two(now.getYear() % 100);
            case 'm' -> two(now.getMonthValue());
            case 'd' -> two(now.getDayOfMonth());
            case 'e' -> "%2d".formatted(now.getDayOfMonth());
            case 'j' -> "%03d".formatted(now.getDayOfYear());
            case 'B' -> month();
            case 'b', 'h' -> month().substring(0, 3);
            case 'A' -> day();
            case 'a' -> day().substring(0, 3);
            case 'F', 'D', 'x', 'c' -> date(directive);
            case 'Z', 'z' -> "";
            case '%' -> "%";
            case 'n' -> "\n";
            case 't' -> "\t";
            default -> timeOrWeek(directive);
        };
    }

    private String date(char directive) {
        return switch (directive) {
            case 'F' -> formatted("%Y-%m-%d");
            case 'c' -> formatted("%a %b %e %H:%M:%S %Y");
            default -> formatted("%m/%d/%y");
        };
    }

    private String timeOrWeek(char directive) {
        return switch (directive) {
            case 'H' -> two(now.getHour());
            case 'I' -> two((now.getHour() + 11) % 12 + 1);
            case 'M' -> two(now.getMinute());
            case 'S' -> two(now.getSecond());
            case 'f' -> "%06d".formatted(now.getNano() / 1000);
            case 'p' -> now.getHour() < 12 ? "AM" : "PM";
            case 'T', 'X' -> formatted("%H:%M:%S");
            case 'R' -> formatted("%H:%M");
            case 'u' -> String.valueOf(now.getDayOfWeek().getValue());
            case 'w' -> String.valueOf(now.getDayOfWeek().getValue() % 7);
            case 'V' -> two(now.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));
            case 'G' -> String.valueOf(now.get(IsoFields.WEEK_BASED_YEAR));
            case 'U' ->
                two((now.get(ChronoField.DAY_OF_YEAR) + 6 - now.getDayOfWeek().getValue() % 7) / 7);
            case 'W' ->
                two((now.get(ChronoField.DAY_OF_YEAR) + 7 - now.getDayOfWeek().getValue()) / 7);
            default -> throw Failure.unsupported("'%" + directive + "' in strftime_now");
        };
    }

    private String month() {
        return now.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
    }

    private String day() {
        return now.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
    }

    private static String two(int number) {
        return "%02d".formatted(number);
    }
}
