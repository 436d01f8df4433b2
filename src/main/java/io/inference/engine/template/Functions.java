package io.inference.engine.template;

import java.time.ZonedDateTime;
import java.time.format.TextStyle;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The functions that every template has. */
final class Functions {
    private static final int RANGE_MAX = 100_000;

    private Functions() {}

    static void define(Scope scope, Budget budget, ZonedDateTime now) {
        scope.set("raise_exception", (Callable) args -> {
            throw TemplateException.raised(Values.text(args.required(0, "message")));
        });
        scope.set("strftime_now", (Callable) args -> formatted(now, args.string(0, "format")));
        scope.set("range", (Callable) args -> range(args, budget));
        scope.set("dict", (Callable) args -> attributes(args));
        scope.set("namespace", (Callable) args -> new Namespace(attributes(args)));
    }

    private static Map<String, Object> attributes(Callable.Args args) {
        Map<String, Object> result = new LinkedHashMap<>();
        for (Object positional : args.positional()) {
            if (!(positional instanceof Map<?, ?> map)) {
                throw new Failure("a mapping expected, not " + Values.typeName(positional));
            }
            map.forEach((key, value) -> result.put((String) key, value));
        }
        result.putAll(args.named());
        return result;
    }

    private static Object range(Callable.Args args, Budget budget) {
        boolean oneArgument = args.positional().size() == 1;
        long start = oneArgument ? 0 : args.integer(0, "start", 0);
        long stop = args.integer(oneArgument ? 0 : 1, "stop", 0);
        long step = args.integer(2, "step", 1);
        if (step == 0) {
            throw new Failure("range() arg 3 must not be zero");
        }
        long count = Math.max(0, step > 0 ? (stop - start + step - 1) / step : (start - stop - step - 1) / -step);
        if (count > RANGE_MAX) {
            throw new Failure("a range of more than %d elements".formatted(RANGE_MAX));
        }
        budget.work(count);
        List<Object> elements = new ArrayList<>((int) count);
        for (long i = 0; i < count; i++) {
            elements.add(start + i * step);
        }
        return elements;
    }

    /** Python's {@code strftime} in the C locale. */
    private static String formatted(ZonedDateTime now, String format) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c != '%' || i + 1 == format.length()) {
                out.append(c);
                continue;
            }
            char directive = format.charAt(++i);
            boolean unpadded = directive == '-' && i + 1 < format.length();
            String field = field(now, unpadded ? format.charAt(++i) : directive);
            out.append(unpadded && field.startsWith("0") && field.length() > 1 ? field.substring(1) : field);
        }
        return out.toString();
    }

    private static String field(ZonedDateTime now, char directive) {
        return switch (directive) {
            case 'Y' -> String.valueOf(now.getYear());
            case 'y' -> two(now.getYear() % 100);
            case 'm' -> two(now.getMonthValue());
            case 'd' -> two(now.getDayOfMonth());
            case 'e' -> "%2d".formatted(now.getDayOfMonth());
            case 'H' -> two(now.getHour());
            case 'I' -> two((now.getHour() + 11) % 12 + 1);
            case 'M' -> two(now.getMinute());
            case 'S' -> two(now.getSecond());
            case 'p' -> now.getHour() < 12 ? "AM" : "PM";
            case 'j' -> "%03d".formatted(now.getDayOfYear());
            case 'B' -> now.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
            case 'b', 'h' ->
                now.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH).substring(0, 3);
            case 'A' -> now.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
            case 'a' ->
                now.getDayOfWeek()
                        .getDisplayName(TextStyle.FULL, Locale.ENGLISH)
                        .substring(0, 3);
            case 'F' -> "%s-%s-%s".formatted(field(now, 'Y'), field(now, 'm'), field(now, 'd'));
            case 'T' -> "%s:%s:%s".formatted(field(now, 'H'), field(now, 'M'), field(now, 'S'));
            case 'Z', 'z' -> "";
            case '%' -> "%";
            default -> throw new Failure("strftime_now does not know '%" + directive + "'");
        };
    }

    private static String two(int number) {
        return "%02d".formatted(number);
    }
}
