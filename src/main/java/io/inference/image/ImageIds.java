package io.inference.image;

import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The ids of pictures as callers see them: {@code img_} and 32 hexadecimal digits. */
public final class ImageIds {
    private static final Pattern FORM = Pattern.compile("img_([0-9a-f]{16})([0-9a-f]{16})");
    private static final int HEX = 16;

    private ImageIds() {}

    public static String of(UUID id) {
        return "img_" + id.toString().replace("-", "");
    }

    /** Empty if the text is no id of a picture. */
    public static Optional<UUID> read(String text) {
        Matcher digits = FORM.matcher(text);
        return digits.matches()
                ? Optional.of(new UUID(
                        Long.parseUnsignedLong(digits.group(1), HEX), Long.parseUnsignedLong(digits.group(2), HEX)))
                : Optional.empty();
    }
}
