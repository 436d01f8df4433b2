package io.inference.stub;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import javax.imageio.ImageIO;

/** Small pictures that every decoder takes. */
public final class Pictures {
    private Pictures() {}

    /** @param color of all of it, as 0xAARRGGBB */
    public static byte[] png(int width, int height, int color) {
        return encoded("png", BufferedImage.TYPE_INT_ARGB, width, height, color);
    }

    public static byte[] jpeg(int width, int height, int color) {
        return encoded("jpeg", BufferedImage.TYPE_INT_RGB, width, height, color);
    }

    private static byte[] encoded(String format, int type, int width, int height, int color) {
        BufferedImage image = new BufferedImage(width, height, type);
        for (int x = 0; x < width; x++) {
            for (int y = 0; y < height; y++) {
                image.setRGB(x, y, color);
            }
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            if (!ImageIO.write(image, format, out)) {
                throw new IllegalStateException("no writer for " + format);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    public static String base64(byte[] picture) {
        return Base64.getEncoder().encodeToString(picture);
    }

    /** The bytes as they are in the text of a {@link StubServer.Request}, which takes all bodies for UTF-8. */
    public static String inBody(byte[] picture) {
        return new String(picture, StandardCharsets.UTF_8);
    }
}
