package io.inference.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GzipTest {
    private static final long MOST = 1 << 20;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 8191, 8192, 8193, 300_000})
    void whatGzipMakesIsReadInWhateverPiecesItComes(int length) throws Exception {
        byte[] text = new byte[length];
        new Random(length).nextBytes(text);
        Arrays.fill(text, 0, length / 2, (byte) 'a');
        for (int piece : new int[] {1, 7, 8192}) {
            assertThat(Gzip.measure(pieces(gzip(text), piece), MOST)).isEqualTo(length);
        }
        assertThat(Gzip.decode(gzip(text), length)).isEqualTo(text);
    }

    @Test
    void membersAreJoined() throws Exception {
        byte[] both = joined(gzip(bytes("one, ")), gzip(bytes("")), gzip(bytes("two")));
        for (int piece : new int[] {1, 8192}) {
            assertThat(Gzip.measure(pieces(both, piece), MOST)).isEqualTo(8);
        }
        assertThat(Gzip.decode(both, 8)).isEqualTo(bytes("one, two"));
    }

    @Test
    void allThatAHeaderMayHoldIsPassedOver() throws Exception {
        byte[] plain = gzip(bytes("text"));
        byte[] full = joined(
                new byte[] {0x1f, (byte) 0x8b, 8, 0x1f, 1, 2, 3, 4, 2, 3},
                new byte[] {3, 0, 'x', 'y', 'z'},
                bytes("name\0comment\0"),
                new byte[] {9, 9},
                Arrays.copyOfRange(plain, 10, plain.length));
        assertThat(Gzip.measure(new ByteArrayInputStream(full), MOST)).isEqualTo(4);
        assertThat(Gzip.decode(full, 4)).isEqualTo(bytes("text"));
    }

    @Test
    void whatIsCutOffAnywhereEndsTooEarly() throws Exception {
        byte[] coded = gzip(bytes("some text that is long enough"));
        for (int length = 0; length < coded.length; length++) {
            byte[] cut = Arrays.copyOf(coded, length);
            assertThatThrownBy(() -> Gzip.measure(new ByteArrayInputStream(cut), MOST))
                    .as("%s bytes", cut.length)
                    .isInstanceOf(ZipException.class)
                    .hasMessageContaining("too early");
        }
    }

    @Test
    void whatIsDamagedOrGoesOnAsAnythingElseIsNone() throws Exception {
        byte[] coded = gzip(bytes("some text that is long enough"));
        refused(bytes("plain text"));
        refused(joined(coded, bytes("garbage")));
        refused(joined(coded, new byte[8]));
        for (int at : new int[] {0, 1, 2, 12, coded.length - 8, coded.length - 1}) {
            byte[] damaged = coded.clone();
            damaged[at] ^= 0x55;
            refused(damaged);
        }
        byte[] reserved = coded.clone();
        reserved[3] = (byte) 0x80;
        refused(reserved);
    }

    @Test
    void noDamageOfOneByteIsTakenForAnotherText() throws Exception {
        byte[] text = bytes("some text that is long enough, and then some text");
        byte[] coded = gzip(text);
        Random random = new Random(7);
        for (int i = 0; i < 5_000; i++) {
            byte[] damaged = coded.clone();
            damaged[random.nextInt(coded.length)] ^= (byte) (1 + random.nextInt(255));
            try {
                int length = (int) Gzip.measure(new ByteArrayInputStream(damaged), MOST);
                // The time, the system and the like say nothing about the text.
                assertThat(Gzip.decode(damaged, length)).isEqualTo(text);
            } catch (ZipException e) {
                assertThat(e).hasMessageNotContaining("java");
            }
        }
    }

    @Test
    void ofABombNoMoreIsReadThanTellsThatItIsOne() throws Exception {
        byte[] bomb = gzip(new byte[100 << 20]);
        CountingStream in = new CountingStream(bomb);
        assertThat(Gzip.measure(in, MOST)).isGreaterThan(MOST);
        assertThat(in.count).isLessThan(20_000);
        assertThat(bomb.length).isGreaterThan(90_000);
    }

    @Test
    void exactlyTheLimitIsWithinIt() throws Exception {
        assertThat(Gzip.measure(new ByteArrayInputStream(gzip(new byte[(int) MOST])), MOST))
                .isEqualTo(MOST);
        assertThat(Gzip.measure(new ByteArrayInputStream(gzip(new byte[(int) MOST + 1])), MOST))
                .isGreaterThan(MOST);
    }

    @Test
    void aFailureOfTheStreamIsNoFaultOfTheText() {
        InputStream failing = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("reset");
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                throw new IOException("reset");
            }
        };
        assertThatThrownBy(() -> Gzip.measure(failing, MOST))
                .isExactlyInstanceOf(IOException.class)
                .hasMessage("reset");
    }

    private static void refused(byte[] coded) {
        assertThatThrownBy(() -> Gzip.measure(new ByteArrayInputStream(coded), MOST))
                .isInstanceOf(ZipException.class);
    }

    private static byte[] gzip(byte[] text) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(text);
        }
        return out.toByteArray();
    }

    private static byte[] joined(byte[]... parts) throws IOException {
        var out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.write(part);
        }
        return out.toByteArray();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static InputStream pieces(byte[] bytes, int most) {
        return new ByteArrayInputStream(bytes) {
            @Override
            public synchronized int read(byte[] into, int offset, int length) {
                return super.read(into, offset, Math.min(length, most));
            }
        };
    }

    private static final class CountingStream extends ByteArrayInputStream {
        private int count;

        CountingStream(byte[] bytes) {
            super(bytes);
        }

        @Override
        public synchronized int read(byte[] into, int offset, int length) {
            int read = super.read(into, offset, length);
            count += Math.max(read, 0);
            return read;
        }
    }
}
