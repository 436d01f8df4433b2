package io.inference.image.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inference.image.SamplePictures;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The files of {@code images/} were written by Pillow 12, with libwebp 1.6 and libjpeg. */
class ImageCheckTest {
    private static final String SECRET = "secret place";

    private final ImageCheck check = new ImageCheck(new ImageLimits(2048));

    static byte[] sample(String name) throws IOException {
        try (InputStream file = ImageCheckTest.class.getResourceAsStream("/images/" + name)) {
            return file.readAllBytes();
        }
    }

    private CheckedImage check(byte[] file) throws BadImageException {
        return check.check(ByteBuffer.wrap(file));
    }

    private static boolean contains(byte[] file, String text) {
        return new String(file, StandardCharsets.ISO_8859_1).contains(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "lossy.webp",
                "lossless.webp",
                "alpha.webp",
                "metadata.webp",
                "metadata.jpg",
                "progressive.jpg",
                "cmyk.jpg",
                "animated.gif",
                "noise.gif",
                "interlaced.gif"
            })
    void aPictureOfEachTypeIsAcceptedAndCheckedAgainIsTheSame(String name) throws Exception {
        CheckedImage image = check(sample(name));
        assertThat(image.width()).isEqualTo(name.startsWith("noise") ? 300 : 24);
        assertThat(image.height()).isEqualTo(name.startsWith("noise") ? 200 : 16);
        assertThat(name).endsWith("." + image.type().extension());
        assertThat(check(image.toBytes()).toBytes()).isEqualTo(image.toBytes());
    }

    @ParameterizedTest
    @ValueSource(strings = {"metadata.webp", "metadata.jpg", "animated.gif"})
    void metadataAreLeftOut(String name) throws Exception {
        byte[] file = sample(name);
        assertThat(contains(file, SECRET)).isTrue();
        byte[] kept = check(file).toBytes();
        assertThat(contains(kept, SECRET)).isFalse();
        assertThat(contains(kept, "xmpmeta")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"metadata.webp", "metadata.jpg"})
    void colourProfileAndOrientationStay(String name) throws Exception {
        byte[] kept = check(sample(name)).toBytes();
        assertThat(contains(kept, "acsp")).as("the signature of a profile").isTrue();
        int tiff = new String(kept, StandardCharsets.ISO_8859_1).indexOf("MM\0*");
        assertThat(Orientation.read(ByteBuffer.wrap(kept, tiff, kept.length - tiff)))
                .isEqualTo(6);
    }

    @Test
    void aJpegHasTheSamePixelsAsBefore() throws Exception {
        for (String name : List.of("metadata.jpg", "progressive.jpg")) {
            byte[] file = sample(name);
            assertThat(pixels(check(file).toBytes())).isEqualTo(pixels(file));
        }
    }

    private static int[] pixels(byte[] file) throws IOException {
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(file));
        return image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
    }

    @Test
    void anAnimatedGifKeepsItsFramesAndHowOftenItIsRepeated() throws Exception {
        byte[] kept = check(sample("animated.gif")).toBytes();
        var reader = ImageIO.getImageReadersByFormatName("gif").next();
        reader.setInput(ImageIO.createImageInputStream(new ByteArrayInputStream(kept)));
        assertThat(reader.getNumImages(true)).isEqualTo(2);
        assertThat(contains(kept, "NETSCAPE2.0")).isTrue();
    }

    @Test
    void anAnimatedWebpIsRefused() {
        assertThatThrownBy(() -> check(sample("animated.webp"))).hasMessageContaining("animated WebP");
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                BufferedImage.TYPE_BYTE_BINARY,
                BufferedImage.TYPE_BYTE_GRAY,
                BufferedImage.TYPE_USHORT_GRAY,
                BufferedImage.TYPE_BYTE_INDEXED,
                BufferedImage.TYPE_INT_RGB,
                BufferedImage.TYPE_INT_ARGB
            })
    void aPngOfEachKindOfPixelsIsAcceptedInterlacedOrNot(int type) throws Exception {
        for (int width : new int[] {1, 3, 8, 37}) {
            BufferedImage image = new BufferedImage(width, 5, type);
            Random random = new Random(type);
            for (int x = 0; x < width; x++) {
                image.setRGB(x, x % 5, random.nextInt());
            }
            for (boolean interlaced : new boolean[] {false, true}) {
                byte[] file = png(image, interlaced);
                CheckedImage checked = check(file);
                assertThat(checked.width()).isEqualTo(width);
                assertThat(pixels(checked.toBytes())).isEqualTo(pixels(file));
            }
        }
    }

    private static byte[] png(BufferedImage image, boolean interlaced) throws IOException {
        ImageWriter writer = ImageIO.getImageWriters(ImageTypeSpecifier.createFromRenderedImage(image), "png")
                .next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageWriteParam how = writer.getDefaultWriteParam();
        how.setProgressiveMode(interlaced ? ImageWriteParam.MODE_DEFAULT : ImageWriteParam.MODE_DISABLED);
        try (var output = new MemoryCacheImageOutputStream(bytes)) {
            writer.setOutput(output);
            writer.write(null, new IIOImage(image, null, null), how);
        }
        return bytes.toByteArray();
    }

    @Test
    void textsOfAPngAreLeftOutAndItsOrientationStays() throws Exception {
        byte[] zeros = {0x78, (byte) 0x9C, 0x63, 0x60, 0, 0, 0, 2, 0, 1};
        byte[] file = BombsTest.png(
                1,
                1,
                zeros,
                SamplePictures.chunk("gAMA", new byte[] {0, 0, (byte) 0xB1, (byte) 0x8F}),
                SamplePictures.chunk("tEXt", ("parameters\0" + SECRET).getBytes(StandardCharsets.US_ASCII)),
                SamplePictures.chunk("iTXt", ("XML\0\0\0\0\0" + SECRET).getBytes(StandardCharsets.US_ASCII)),
                SamplePictures.chunk("prVt", SECRET.getBytes(StandardCharsets.US_ASCII)),
                SamplePictures.chunk("eXIf", Orientation.write(8)));
        byte[] kept = check(file).toBytes();
        assertThat(contains(kept, SECRET)).isFalse();
        assertThat(contains(kept, "gAMA")).isTrue();
        assertThat(contains(kept, "eXIf")).isTrue();
        assertThat(pixels(kept)).isEqualTo(pixels(file));
        assertThat(check(kept).toBytes()).isEqualTo(kept);
    }

    @Test
    void whatFollowsThePictureIsLeftOut() throws Exception {
        for (byte[] file : List.of(
                SamplePictures.png(9, 7, 1), sample("metadata.jpg"), sample("animated.gif"), sample("lossy.webp"))) {
            byte[] longer = Arrays.copyOf(file, file.length + SECRET.length());
            System.arraycopy(SECRET.getBytes(StandardCharsets.US_ASCII), 0, longer, file.length, SECRET.length());
            assertThat(check(longer).toBytes()).isEqualTo(check(file).toBytes());
        }
    }

    @Test
    void aPictureThatIsCutOffAnywhereIsRefused() throws Exception {
        List<byte[]> files = new ArrayList<>(List.of(SamplePictures.png(9, 7, 1)));
        for (String name : List.of("metadata.jpg", "progressive.jpg", "animated.gif", "lossy.webp", "alpha.webp")) {
            files.add(sample(name));
        }
        for (byte[] file : files) {
            for (int length = 0; length < file.length; length++) {
                byte[] part = Arrays.copyOf(file, length);
                assertThatThrownBy(() -> check(part)).isInstanceOf(BadImageException.class);
            }
        }
    }

    @Test
    void changedBytesAreRefusedOrAPictureOfTheSameSize() throws Exception {
        Random random = new Random(7);
        for (String name : List.of("metadata.jpg", "noise.gif", "lossy.webp", "lossless.webp", "alpha.webp")) {
            byte[] file = sample(name);
            for (int i = 0; i < 300; i++) {
                byte[] changed = file.clone();
                changed[random.nextInt(changed.length)] = (byte) random.nextInt();
                try {
                    CheckedImage image = check(changed);
                    assertThat(image.width()).isBetween(1, 2048);
                } catch (BadImageException e) {
                    assertThat(e).hasMessageNotContaining("Exception");
                }
            }
        }
        byte[] png = SamplePictures.png(9, 7, 1);
        for (int i = 8; i < png.length - 12; i++) {
            byte[] changed = png.clone();
            changed[i] ^= 1;
            assertThatThrownBy(() -> check(changed)).as("byte " + i).isInstanceOf(BadImageException.class);
        }
    }

    @Test
    void theTypeIsThatOfTheContent() throws Exception {
        assertThat(check(SamplePictures.noise("gif", 5, 5, 1)).type()).isEqualTo(ImageType.GIF);
        for (String text : List.of("", "GIF", "RIFF....WAVE", "%PDF-1.7", "BM", "<svg/>", "<html>")) {
            assertThatThrownBy(() -> check(text.getBytes(StandardCharsets.US_ASCII)))
                    .isInstanceOf(BadImageException.class);
        }
    }

    @Test
    void aPictureMayHaveMaxImageSizePixelsASide() throws Exception {
        ImageCheck small = new ImageCheck(new ImageLimits(32));
        assertThat(small.check(ByteBuffer.wrap(SamplePictures.png(32, 32, 1))).width())
                .isEqualTo(32);
        assertThatThrownBy(() -> small.check(ByteBuffer.wrap(SamplePictures.png(33, 1, 1))))
                .hasMessageContaining("33x1")
                .hasMessageContaining("MAX_IMAGE_SIZE");
        byte[] tooLong = new byte[(int) small.limits().mostBytes() + 1];
        assertThatThrownBy(() -> small.check(ByteBuffer.wrap(tooLong)))
                .isInstanceOfSatisfying(
                        BadImageException.class, e -> assertThat(e.isTooLong()).isTrue());
    }
}
