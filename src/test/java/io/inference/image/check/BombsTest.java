package io.inference.image.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.management.ThreadMXBean;
import io.inference.image.SamplePictures;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Small files that would be large, or take long, if they were decoded. */
class BombsTest {
    private static final int ZEROS = 200_000_000;
    private static final byte[] BOMB = zlib(ZEROS);
    private static final long MOST_ALLOCATED = 2_000_000;

    static Arguments[] bombs() throws IOException {
        return new Arguments[] {
            Arguments.of("PNG of 2,500 megapixels", png(50_000, 50_000, BOMB), "50000x50000"),
            Arguments.of("PNG of a side of 31 bits", png(Integer.MAX_VALUE, 1, BOMB), "MAX_IMAGE_SIZE"),
            Arguments.of("PNG with more rows than its header says", png(16, 16, BOMB), "more than its header says"),
            Arguments.of(
                    "PNG with a text that grows",
                    png(1, 1, zlib(2), SamplePictures.chunk("zTXt", named("Comment\0\0", BOMB))),
                    "more than"),
            Arguments.of(
                    "PNG with an international text that grows",
                    png(1, 1, zlib(2), SamplePictures.chunk("iTXt", named("Comment\0\1\0en\0\0", BOMB))),
                    "more than"),
            Arguments.of(
                    "PNG with a colour profile that grows",
                    png(1, 1, zlib(2), SamplePictures.chunk("iCCP", named("icc\0\0", BOMB))),
                    "more than"),
            Arguments.of("JPEG of 4,000 megapixels", jpeg(), "65535x65535"),
            Arguments.of("GIF of 3,600 megapixels", gif(60_000, 1), "60000x60000"),
            Arguments.of("GIF of 100,000 frames", gif(1, 100_000), "too many frames"),
            Arguments.of("GIF of 400 frames of the largest size", gif(2048, 400), "too many frames"),
            Arguments.of("WebP of a small canvas with a large picture", webp(16, 16, 16_383), "MAX_IMAGE_SIZE"),
            Arguments.of("WebP of a large canvas", webp(16_000, 16_000, 16), "16000x16000"),
            Arguments.of("WebP whose sizes differ", webp(16, 16, 17), "contradict"),
            Arguments.of(
                    "SVG",
                    "<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>".getBytes(StandardCharsets.UTF_8),
                    "no PNG, JPEG, WebP or GIF"),
        };
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bombs")
    void aBombIsRefusedWithoutAnythingOfItsSizeInMemory(String name, byte[] file, String why) {
        ImageCheck check = new ImageCheck(new ImageLimits(2048));
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Throwable warmUp = catchThrowable(() -> check.check(ByteBuffer.wrap(file)));
        assertThat(warmUp).isInstanceOf(BadImageException.class).hasMessageContaining(why);
        long before = threads.getCurrentThreadAllocatedBytes();
        long begun = System.nanoTime();
        Throwable refused = catchThrowable(() -> check.check(ByteBuffer.wrap(file)));
        long nanos = System.nanoTime() - begun;
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        System.out.printf(
                "%s: %d bytes, refused in %.2f ms with %d bytes%n", name, file.length, nanos / 1e6, allocated);
        assertThat(refused).isInstanceOf(BadImageException.class);
        assertThat(allocated).isLessThan(MOST_ALLOCATED);
    }

    private static byte[] zlib(int zeros) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (var deflater = new DeflaterOutputStream(bytes)) {
            byte[] some = new byte[Math.min(zeros, 1_000_000)];
            for (int i = 0; i < zeros; i += some.length) {
                deflater.write(some, 0, Math.min(some.length, zeros - i));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static byte[] named(String name, byte[] data) {
        byte[] start = name.getBytes(StandardCharsets.ISO_8859_1);
        return ByteBuffer.allocate(start.length + data.length)
                .put(start)
                .put(data)
                .array();
    }

    /** A picture in grey. */
    static byte[] png(int width, int height, byte[] data, byte[]... before) throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'});
        file.write(SamplePictures.chunk(
                "IHDR",
                ByteBuffer.allocate(13)
                        .putInt(width)
                        .putInt(height)
                        .put((byte) 8)
                        .array()));
        for (byte[] chunk : before) {
            file.write(chunk);
        }
        file.write(SamplePictures.chunk("IDAT", data));
        file.write(SamplePictures.chunk("IEND", new byte[0]));
        return file.toByteArray();
    }

    private static byte[] jpeg() {
        ByteBuffer file = ByteBuffer.allocate(100);
        file.putShort((short) 0xFFD8);
        file.putShort((short) 0xFFC0).putShort((short) 11).put((byte) 8);
        file.putShort((short) 65_535).putShort((short) 65_535).put((byte) 1);
        file.put(new byte[] {1, 0x11, 0});
        return file.array();
    }

    private static byte[] gif(int side, int frames) {
        ByteBuffer file = ByteBuffer.allocate(32 + frames * 16).order(ByteOrder.LITTLE_ENDIAN);
        file.put("GIF89a".getBytes(StandardCharsets.US_ASCII));
        file.putShort((short) side).putShort((short) side).put(new byte[3]);
        for (int i = 0; i < frames; i++) {
            file.put((byte) 0x2C)
                    .putInt(0)
                    .putShort((short) side)
                    .putShort((short) side)
                    .put((byte) 0);
            file.put(new byte[] {2, 1, 0x44, 0});
        }
        file.put((byte) 0x3B);
        return file.array();
    }

    private static byte[] webp(int width, int height, int side) {
        ByteBuffer file = ByteBuffer.allocate(12 + 18 + 18).order(ByteOrder.LITTLE_ENDIAN);
        file.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(40);
        file.put("WEBPVP8X".getBytes(StandardCharsets.US_ASCII)).putInt(10).putInt(0);
        file.putShort((short) (width - 1))
                .put((byte) 0)
                .putShort((short) (height - 1))
                .put((byte) 0);
        file.put("VP8 ".getBytes(StandardCharsets.US_ASCII)).putInt(10);
        file.put(new byte[] {0x10, 0, 0, (byte) 0x9D, 1, 0x2A})
                .putShort((short) side)
                .putShort((short) side);
        return file.array();
    }
}
