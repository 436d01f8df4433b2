package io.inference.image.thumbnail;

import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Optional;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.FileImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.jspecify.annotations.Nullable;

/** Decodes a picture at a part of its resolution, so that memory follows the result, and scales it down. */
final class Scaler {
    private static final float JPEG_QUALITY = 0.85f;

    private Scaler() {}

    /**
     * @param mediaType of the file
     * @param width of the result in pixels, smaller than the picture
     * @return empty if no decoder of this service reads this picture
     */
    static Optional<Thumbnail> scale(Path file, String mediaType, int width) throws IOException {
        ImageReader reader = reader(mediaType);
        if (reader == null) {
            return Optional.empty();
        }
        try (var input = new FileImageInputStream(file.toFile())) {
            reader.setInput(input, true, true);
            ImageReadParam some = reader.getDefaultReadParam();
            int step = Math.max(1, reader.getWidth(0) / (2 * width));
            some.setSourceSubsampling(step, step, 0, 0);
            return Optional.of(encode(reader.read(0, some), width));
        } finally {
            reader.dispose();
        }
    }

    /** By its class for WebP: whether ImageIO finds plug-ins depends on the thread that asks it first. */
    private static @Nullable ImageReader reader(String mediaType) {
        if (mediaType.equals("image/webp")) {
            return new WebPImageReaderSpi().createReaderInstance(null);
        }
        Iterator<ImageReader> readers = ImageIO.getImageReadersByMIMEType(mediaType);
        return readers.hasNext() ? readers.next() : null;
    }

    private static Thumbnail encode(BufferedImage image, int width) throws IOException {
        int height = Math.max(1, (int) Math.round((double) image.getHeight() * width / image.getWidth()));
        boolean opaque = !image.getColorModel().hasAlpha();
        var scaled =
                new BufferedImage(width, height, opaque ? BufferedImage.TYPE_INT_RGB : BufferedImage.TYPE_INT_ARGB);
        Graphics2D drawing = scaled.createGraphics();
        try {
            drawing.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
            drawing.setRenderingHint(RenderingHints.KEY_RENDERING, RenderingHints.VALUE_RENDER_QUALITY);
            if (opaque) {
                drawing.drawImage(image, 0, 0, width, height, Color.WHITE, null);
            } else {
                drawing.drawImage(image, 0, 0, width, height, null);
            }
        } finally {
            drawing.dispose();
        }
        return new Thumbnail(width, opaque ? "image/jpeg" : "image/png", write(scaled, opaque ? "jpeg" : "png"));
    }

    private static byte[] write(BufferedImage image, String format) throws IOException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName(format).next();
        var bytes = new ByteArrayOutputStream();
        try (var out = new MemoryCacheImageOutputStream(bytes)) {
            ImageWriteParam param = writer.getDefaultWriteParam();
            if (format.equals("jpeg")) {
                param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
                param.setCompressionQuality(JPEG_QUALITY);
            }
            writer.setOutput(out);
            writer.write(null, new IIOImage(image, null, null), param);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }
}
