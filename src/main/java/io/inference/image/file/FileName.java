package io.inference.image.file;

import io.inference.image.check.ImageType;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where the file of a picture is below IMAGE_DIR: {@code 3f/3f…(32 digits).png}. */
public record FileName(UUID name, ImageType type) {
    private static final Pattern FORM =
            Pattern.compile("([0-9a-f]{2})/(\\1[0-9a-f]{14})([0-9a-f]{16})\\.(png|jpg|webp|gif)");
    private static final int PREFIX = 2;
    private static final int HEX = 16;

    /** Empty for a path of another form. */
    public static Optional<FileName> read(String path) {
        Matcher matcher = FORM.matcher(path);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        UUID name =
                new UUID(Long.parseUnsignedLong(matcher.group(2), HEX), Long.parseUnsignedLong(matcher.group(3), HEX));
        return ImageType.ofExtension(matcher.group(4)).map(type -> new FileName(name, type));
    }

    /** Its folder. */
    String prefix() {
        return digits().substring(0, PREFIX);
    }

    private String digits() {
        return name.toString().replace("-", "");
    }

    /** The path below IMAGE_DIR. */
    @Override
    public String toString() {
        return prefix() + "/" + digits() + "." + type.extension();
    }
}
