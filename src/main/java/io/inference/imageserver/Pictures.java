package io.inference.imageserver;

import io.inference.api.error.InferenceException;
import io.inference.api.image.ImageData;
import io.inference.api.image.ImageSize;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.Set;
import javax.imageio.ImageIO;

/** Pictures as servers exchange them. */
public final class Pictures {
    private static final Set<String> TYPES = Set.of("image/png", "image/jpeg", "image/webp");
    private static final int MASK_PIXELS = 4096 * 4096;
    private static final int WHITE = 255;

    private Pictures() {}

    /**
     * What a server sent as a picture.
     *
     * @throws IOException if it is no PNG, JPEG or WebP by its first bytes
     */
    public static ImageData received(byte[] bytes) throws IOException {
        ImageData picture = ImageData.of(bytes);
        if (!TYPES.contains(picture.mediaType())) {
            throw new IOException("no picture");
        }
        return picture;
    }

    /** As {@link #received(byte[])}, of Base64 or of a data URL. */
    public static ImageData received(String text) throws IOException {
        int comma = text.startsWith("data:") ? text.indexOf(',') : -1;
        try {
            return received(Base64.getDecoder().decode(text.substring(comma + 1)));
        } catch (IllegalArgumentException e) {
            throw new IOException("no Base64", e);
        }
    }

    public static String base64(ImageData picture) {
        return Base64.getEncoder().encodeToString(picture.bytes());
    }

    /**
     * A mask as Stable Diffusion's servers read it: a gray PNG, white where the picture is to be edited, from one that
     * is transparent there.
     *
     * @throws InferenceException {@code INVALID_REQUEST} if it is no PNG with transparency
     */
    public static ImageData whiteMask(ImageData mask) {
        ImageSize size = ImageSize.of(mask).orElseThrow(Pictures::noMask);
        if ((long) size.width() * size.height() > MASK_PIXELS) {
            throw InferenceException.invalid("mask", "'mask' has too many pixels");
        }
        try {
            BufferedImage picture = ImageIO.read(new ByteArrayInputStream(mask.bytes()));
            if (picture == null || !picture.getColorModel().hasAlpha()) {
                throw noMask();
            }
            BufferedImage gray = new BufferedImage(size.width(), size.height(), BufferedImage.TYPE_BYTE_GRAY);
            for (int y = 0; y < size.height(); y++) {
                for (int x = 0; x < size.width(); x++) {
                    gray.getRaster().setSample(x, y, 0, WHITE - (picture.getRGB(x, y) >>> 24));
                }
            }
            ByteArrayOutputStream png = new ByteArrayOutputStream();
            ImageIO.write(gray, "png", png);
            return new ImageData("image/png", png.toByteArray());
        } catch (IOException e) {
            throw noMask();
        }
    }

    private static InferenceException noMask() {
        return InferenceException.invalid("mask", "'mask' is not a PNG that is transparent where to edit");
    }
}
