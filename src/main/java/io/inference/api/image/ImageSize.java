package io.inference.api.image;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Iterator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

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

    /** Of a PNG, JPEG or WebP, by its header; empty for others. Nothing is decoded. */
    public static Optional<ImageSize> of(ImageData picture) {
        try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(picture.bytes()))) {
            Iterator<ImageReader> readers = ImageIO.getImageReadersByMIMEType(picture.mediaType());
            if (!readers.hasNext()) {
                return Optional.empty();
            }
            ImageReader reader = readers.next();
            try {
                reader.setInput(in, true, true);
                return Optional.of(new ImageSize(reader.getWidth(0), reader.getHeight(0)));
            } finally {
                reader.dispose();
            }
        } catch (IOException | RuntimeException e) {
            return Optional.empty();
        }
    }

    /** Such as {@code 1024x768}. */
    @Override
    public String toString() {
        return width + "x" + height;
    }
}
