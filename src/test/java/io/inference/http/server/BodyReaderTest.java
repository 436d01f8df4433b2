package io.inference.http.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inference.api.InferenceException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
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

    /** 20,000 bytes, so many a read, each read taking so long. */
    private InputStream paced(int bytes, long readNanos) {
        return new ByteArrayInputStream(new byte[20_000]) {
            @Override
            public synchronized int read(byte[] into, int offset, int length) {
                nanos.addAndGet(readNanos);
                return super.read(into, offset, Math.min(bytes, length));
            }
        };
    }
}
