package io.inference.http.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inference.api.error.InferenceException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BodyReaderTest {
    private static final int MOST = 200_000;

    private final AtomicLong nanos = new AtomicLong();
    private final BodyReader reader = new BodyReader(MOST, Duration.ofSeconds(30), nanos::get);

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 8191, 8192, 8193, 65_536, 65_537, 131_072, MOST - 1, MOST})
    void aBodyIsReadWholeWithOrWithoutItsLength(int length) throws Exception {
        byte[] body = new byte[length];
        new Random(length).nextBytes(body);
        assertThat(reader.read(new ByteArrayInputStream(body), length)).isEqualTo(body);
        assertThat(reader.read(new ByteArrayInputStream(body), -1)).isEqualTo(body);
    }

    @Test
    void oneByteMoreIsTooLarge() {
        assertThatThrownBy(() -> reader.read(InputStream.nullInputStream(), MOST + 1))
                .hasMessageContaining("MAX_REQUEST_SIZE");
        assertThatThrownBy(() -> reader.read(new ByteArrayInputStream(new byte[MOST + 1]), -1))
                .hasMessageContaining("MAX_REQUEST_SIZE");
    }

    @Test
    void aSenderThatDripsIsCutOffAndASlowOneIsNot() throws Exception {
        assertThatThrownBy(() -> reader.read(paced(1, 10_000_000_000L), 1000)).hasMessageContaining("too slowly");
        assertThat(reader.read(paced(100, 50_000_000L), -1)).hasSize(20_000);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 8193, MOST - 1, MOST})
    void aBodyThatIsReadWhileItArrivesHasTheSameBounds(int length) throws Exception {
        byte[] body = new byte[length];
        new Random(length).nextBytes(body);
        for (int declared : new int[] {length, -1}) {
            var arriving = reader.arriving(new ByteArrayInputStream(body), false, declared);
            assertThat(arriving.isRead()).isEqualTo(declared == 0);
            assertThat(arriving.body().content().readAllBytes()).isEqualTo(body);
            assertThat(arriving.isRead()).isTrue();
        }
        byte[] coded = gzip(body);
        var arriving = reader.arriving(new ByteArrayInputStream(coded), true, coded.length);
        assertThat(arriving.body().content().readAllBytes()).isEqualTo(body);
        assertThat(arriving.isRead()).isTrue();
    }

    @Test
    void aBodyThatArrivesIsCutOffIfItIsTooLargeTooSlowOrNoGzip() throws Exception {
        assertThatThrownBy(() -> reader.arriving(InputStream.nullInputStream(), false, MOST + 1))
                .hasMessageContaining("MAX_REQUEST_SIZE");
        byte[] large = new byte[MOST + 1];
        assertThatThrownBy(() -> all(new ByteArrayInputStream(large), false)).hasMessageContaining("MAX_REQUEST_SIZE");
        assertThatThrownBy(() -> all(new ByteArrayInputStream(gzip(large)), true))
                .hasMessageContaining("MAX_REQUEST_SIZE");
        assertThatThrownBy(() -> all(paced(1, 10_000_000_000L), false)).hasMessageContaining("too slowly");
        assertThatThrownBy(() -> all(new ByteArrayInputStream(new byte[100]), true))
                .hasMessageContaining("is not the gzip");
        byte[] cut = java.util.Arrays.copyOf(gzip(new byte[1000]), 15);
        assertThatThrownBy(() -> all(new ByteArrayInputStream(cut), true)).hasMessageContaining("is not the gzip");
    }

    private byte[] all(InputStream in, boolean coded) throws Exception {
        return reader.arriving(in, coded, -1).body().content().readAllBytes();
    }

    /** Measured in bytes on the wire: a sender must not gain time by a body that is long when decoded. */
    @Test
    void aCodedBodyIsHeldToThePaceOfTheWire() throws Exception {
        byte[] coded = gzip(new byte[MOST]);
        assertThat(coded.length).isLessThan(1000);
        assertThat(reader.readGzip(paced(coded, 100, 50_000_000L), coded.length))
                .hasSize(MOST);
        assertThat(reader.readGzip(paced(coded, 100, 50_000_000L), -1)).hasSize(MOST);
        assertThatThrownBy(() -> reader.readGzip(paced(coded, 10, 10_000_000_000L), coded.length))
                .hasMessageContaining("too slowly");
    }

    @Test
    void aCodedBodyMayBeALittleLongerThanWhatItHolds() throws Exception {
        byte[] body = new byte[MOST];
        new Random(1).nextBytes(body);
        byte[] coded = gzip(body);
        assertThat(coded.length).isGreaterThan(MOST);
        assertThat(reader.readGzip(new ByteArrayInputStream(coded), coded.length))
                .isEqualTo(body);
        assertThatThrownBy(() -> reader.readGzip(InputStream.nullInputStream(), 2 * MOST))
                .hasMessageContaining("MAX_REQUEST_SIZE");
    }

    /** Empty gzip members: the decoded body never becomes too large, the encoded one does. */
    @Test
    void aCodedBodyWithoutEndIsTooLarge() throws Exception {
        byte[] empty = gzip(new byte[0]);
        InputStream endless = new InputStream() {
            private int position;

            @Override
            public int read() {
                return empty[position++ % empty.length] & 0xff;
            }
        };
        assertThatThrownBy(() -> reader.readGzip(endless, -1)).hasMessageContaining("MAX_REQUEST_SIZE");
    }

    private static byte[] gzip(byte[] body) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(body);
        }
        return out.toByteArray();
    }

    @Test
    void aSenderThatFallsSilentIsTooSlowAndOneThatGoesAwayIsNot() {
        assertThatThrownBy(() -> reader.read(failing(new IOException(new SocketTimeoutException())), 10))
                .isInstanceOf(InferenceException.class)
                .hasMessageContaining("too slowly");
        assertThatThrownBy(() -> reader.read(failing(new IOException("reset")), 10))
                .isInstanceOf(IOException.class);
    }

    private static InputStream failing(IOException failure) {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                throw failure;
            }
        };
    }

    /** 20,000 bytes, in reads of a given size that take a given time. */
    private InputStream paced(int bytes, long readNanos) {
        return paced(new byte[20_000], bytes, readNanos);
    }

    private InputStream paced(byte[] body, int bytes, long readNanos) {
        return new ByteArrayInputStream(body) {
            @Override
            public synchronized int read(byte[] into, int offset, int length) {
                nanos.addAndGet(readNanos);
                return super.read(into, offset, Math.min(bytes, length));
            }
        };
    }
}
