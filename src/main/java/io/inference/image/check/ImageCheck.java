package io.inference.image.check;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Semaphore;

/**
 * Checks pictures. The header comes first: its type, by content alone, and the number of pixels. Then all of the file
 * is decoded, PNG and GIF without keeping a pixel, JPEG with a small part of them. What is not needed to show the
 * picture is left out without encoding it again; colour profile and orientation stay.
 */
public final class ImageCheck {
    private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    private static final byte[] JPEG = {(byte) 0xFF, (byte) 0xD8, (byte) 0xFF};
    private static final byte[] GIF = "GIF8".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] RIFF = "RIFF".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] WEBP = "WEBP".getBytes(StandardCharsets.US_ASCII);
    private static final int RIFF_TYPE = 8;

    private final ImageLimits limits;
    /** Each check takes a processor, and memory. */
    private final Semaphore places = new Semaphore(Runtime.getRuntime().availableProcessors());

    public ImageCheck(ImageLimits limits) {
        this.limits = limits;
    }

    public ImageLimits limits() {
        return limits;
    }

    /** @param file from its position to its limit; neither is changed */
    public CheckedImage check(ByteBuffer file) throws BadImageException {
        limits.checkLength(file.remaining());
        places.acquireUninterruptibly();
        try {
            return checkNow(file);
        } finally {
            places.release();
        }
    }

    private CheckedImage checkNow(ByteBuffer file) throws BadImageException {
        ByteBuffer content = file.slice().order(ByteOrder.BIG_ENDIAN);
        if (startsWith(content, 0, PNG)) {
            return new PngCheck(limits).check(content);
        }
        if (startsWith(content, 0, JPEG)) {
            return new JpegCheck(limits).check(content);
        }
        if (startsWith(content, 0, GIF)) {
            return new GifCheck(limits).check(content.order(ByteOrder.LITTLE_ENDIAN));
        }
        if (startsWith(content, 0, RIFF) && startsWith(content, RIFF_TYPE, WEBP)) {
            return new WebpCheck(limits).check(content.order(ByteOrder.LITTLE_ENDIAN));
        }
        throw new BadImageException("it is no PNG, JPEG, WebP or GIF");
    }

    private static boolean startsWith(ByteBuffer content, int at, byte[] start) {
        return content.limit() >= at + start.length
                && content.slice(at, start.length).equals(ByteBuffer.wrap(start));
    }
}
