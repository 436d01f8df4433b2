package io.inference.api.image;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Width and height in pixels. */
public record ImageSize(int width, int height) {
    private static final Pattern FORM = Pattern.compile("([1-9][0-9]{0,4})x([1-9][0-9]{0,4})");

    /** Reads a text such as {@code 1024x768}; empty if it has another form. */
    public static Optional<ImageSize> of(String text) {
        Matcher size = FORM.matcher(text);
        return size.matches()
                ? Optional.of(new ImageSize(Integer.parseInt(size.group(1)), Integer.parseInt(size.group(2))))
                : Optional.empty();
    }

    /** Such as {@code 1024x768}. */
    @Override
    public String toString() {
        return width + "x" + height;
    }
}
