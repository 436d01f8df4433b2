package io.inference.imageserver;

import io.inference.api.image.ImageInput;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;

/** Small pictures of one colour. */
public final class TestPictures {
    private TestPictures() {}

    /** @param color as 0xRRGGBB */
    public static byte[] png(int width, int height, int color) {
        return bytes(width, height, 0xFF000000 | color, "png");
    }

    public static byte[] jpeg(int color) {
        return bytes(8, 8, 0xFF000000 | color, "jpeg");
    }

    /** A mask whose upper half is transparent. */
    public static byte[] mask(int width, int height) {
        BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_ARGB);
        for (int y = height / 2; y < height; y++) {
            for (int x = 0; x < width; x++) {
                picture.setRGB(x, y, 0xFF000000);
            }
        }
        return bytes(picture, "png");
    }

    private static byte[] bytes(int width, int height, int argb, String format) {
        int type = format.equals("png") ? BufferedImage.TYPE_INT_ARGB : BufferedImage.TYPE_INT_RGB;
        BufferedImage picture = new BufferedImage(width, height, type);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                picture.setRGB(x, y, argb);
            }
        }
        return bytes(picture, format);
    }

    private static byte[] bytes(BufferedImage picture, String format) {
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            ImageIO.write(picture, format, out);
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static BufferedImage decoded(byte[] bytes) throws IOException {
        return ImageIO.read(new ByteArrayInputStream(bytes));
    }

    /** A picture as the flow hands it to a backend. */
    public static ImageInput input(byte[] bytes) {
        return new ImageInput.Content() {
            @Override
            public String mediaType() {
                return "image/png";
            }

            @Override
            public long length() {
                return bytes.length;
            }

            @Override
            public InputStream open() {
                return new ByteArrayInputStream(bytes);
            }
        };
    }
}
