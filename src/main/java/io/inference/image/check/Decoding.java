package io.inference.image.check;

import com.sun.management.ThreadMXBean;
import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStreamImpl;

/**
 * Decodes a picture whose header is within the limits, to see that it can be. The library for WebP allocates tables as
 * the file says, and reads on behind its end: both are limited while it reads, to a few times what good files need.
 */
final class Decoding {
    private static final int KEPT_PIXELS_A_SIDE = 64;
    private static final int LOSSLESS_PIXEL_BYTES = 8;
    private static final int LOSSY_PIXEL_BYTES = 160;
    private static final long LOSSLESS_OTHER_BYTES = 6_000_000;
    private static final long LOSSY_OTHER_BYTES = 16_000_000;
    private static final int MOST_READS_BEHIND_END = 1000;
    private static final int READS_A_LOOK = 16;

    private Decoding() {}

    /** @param lossless whether the pixels are coded without loss */
    static void check(CheckedImage image, boolean lossless) throws BadImageException {
        ImageReader reader = image.type() == ImageType.WEBP ? webpReader() : jpegReader();
        List<String> warnings = new ArrayList<>();
        long pixels = (long) image.width() * image.height();
        long most = lossless
                ? LOSSLESS_OTHER_BYTES + pixels * LOSSLESS_PIXEL_BYTES
                : LOSSY_OTHER_BYTES + pixels * LOSSY_PIXEL_BYTES;
        try (var input = new Input(image.parts(), most)) {
            reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
            reader.setInput(input, true, true);
            if (reader.getWidth(0) != image.width() || reader.getHeight(0) != image.height()) {
                throw new BadImageException("its headers contradict each other");
            }
            ImageReadParam few = reader.getDefaultReadParam();
            few.setSourceSubsampling(
                    Math.max(1, image.width() / KEPT_PIXELS_A_SIDE),
                    Math.max(1, image.height() / KEPT_PIXELS_A_SIDE),
                    0,
                    0);
            if (image.type() == ImageType.WEBP) {
                reader.read(0, few);
            } else {
                // Any number of channels, and no colours computed.
                reader.readRaster(0, few);
            }
        } catch (IOException | RuntimeException e) {
            throw new BadImageException("its pixels cannot be decoded");
        } finally {
            reader.dispose();
        }
        if (warnings.stream().anyMatch(warning -> !warning.contains("extraneous bytes"))) {
            throw new BadImageException("its pixels cannot be decoded completely");
        }
    }

    private static ImageReader webpReader() {
        return new WebPImageReaderSpi().createReaderInstance(null);
    }

    private static ImageReader jpegReader() {
        Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName("jpeg");
        return readers.next();
    }

    /** The parts of a picture, in place. */
    private static final class Input extends ImageInputStreamImpl {
        private final List<ByteBuffer> parts;
        private final long[] starts;
        private final long length;
        private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        private final long mostAllocated;
        private int reads;
        private int readsBehindEnd;
        private final byte[] one = new byte[1];

        /** @param most bytes that may be allocated by the thread while it decodes */
        Input(List<ByteBuffer> parts, long most) {
            this.parts = parts;
            this.mostAllocated = threads.getCurrentThreadAllocatedBytes() + most;
            this.starts = new long[parts.size()];
            long total = 0;
            for (int i = 0; i < starts.length; i++) {
                starts[i] = total;
                total += parts.get(i).limit();
            }
            this.length = total;
        }

        @Override
        public long length() {
            return length;
        }

        @Override
        public int read() throws IOException {
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        /** Fills the array as far as there is something: the superclass reads numbers in one piece. */
        @Override
        public int read(byte[] into, int from, int most) throws IOException {
            bitOffset = 0;
            if (streamPos > length - most && ++readsBehindEnd > MOST_READS_BEHIND_END) {
                throw new IOException("the file ends before its picture");
            }
            if (++reads % READS_A_LOOK == 0 && threads.getCurrentThreadAllocatedBytes() > mostAllocated) {
                throw new IOException("the picture needs too much memory");
            }
            if (streamPos >= length) {
                return -1;
            }
            int done = 0;
            while (done < most && streamPos < length) {
                int index = Arrays.binarySearch(starts, streamPos);
                index = index < 0 ? -index - 2 : index;
                int at = (int) (streamPos - starts[index]);
                int count = Math.min(most - done, parts.get(index).limit() - at);
                parts.get(index).get(at, into, from + done, count);
                done += count;
                streamPos += count;
            }
            return done;
        }
    }
}
