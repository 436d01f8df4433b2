package io.inference.image.check;

import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStreamImpl;

/** Decodes a picture whose header is within the limits, to see that it can be. */
final class Decoding {
    private static final int KEPT_PIXELS_A_SIDE = 64;

    private Decoding() {}

    static void check(CheckedImage image) throws BadImageException {
        ImageReader reader = image.type() == ImageType.WEBP ? webpReader() : jpegReader();
        List<String> warnings = new ArrayList<>();
        try (var input = new Input(image.parts())) {
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

        Input(List<ByteBuffer> parts) {
            this.parts = parts;
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
        public int read() {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] into, int from, int most) {
            bitOffset = 0;
            if (streamPos >= length) {
                return -1;
            }
            int index = Arrays.binarySearch(starts, streamPos);
            index = index < 0 ? -index - 2 : index;
            int at = (int) (streamPos - starts[index]);
            int count = Math.min(most, parts.get(index).limit() - at);
            parts.get(index).get(at, into, from, count);
            streamPos += count;
            return count;
        }
    }
}
