package io.inference.http.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inference.api.error.InferenceException;
import io.inference.http.answer.HttpAnswer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

/** Sending through a buffer, as with TLS. Sending to a socket is tested in the whole service. */
class FileSenderTest {
    private static final byte[] BYTES = new byte[300_000];

    @TempDir
    private Path folder;

    private Path file;
    private final MockHttpServletResponse response = new MockHttpServletResponse();

    @BeforeEach
    void write() throws IOException {
        new Random(1).nextBytes(BYTES);
        file = Files.write(folder.resolve("file"), BYTES);
    }

    private void send(Path from, long start, long length, boolean stopped) throws IOException {
        var answer = new HttpAnswer.Content(
                206, "image/png", Map.of("ETag", "\"x\""), new HttpAnswer.OfFile(from, start, length));
        FileSender.send(answer, new MockHttpServletRequest("GET", "/"), response, () -> stopped);
    }

    @Test
    void aPartOfAFileIsSentWithItsHead() throws IOException {
        send(file, 1000, 250_000, false);
        assertThat(response.getStatus()).isEqualTo(206);
        assertThat(response.getContentLength()).isEqualTo(250_000);
        assertThat(response.getHeader("ETag")).isEqualTo("\"x\"");
        assertThat(response.getContentAsByteArray()).isEqualTo(Arrays.copyOfRange(BYTES, 1000, 251_000));
    }

    @Test
    void aFileThatIsMissingShortOrALinkIsRefusedBeforeAnythingIsSent() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);
        assertThatThrownBy(() -> send(folder.resolve("none"), 0, 1, false)).isInstanceOf(InferenceException.class);
        assertThatThrownBy(() -> send(file, 0, 300_001, false)).isInstanceOf(InferenceException.class);
        assertThatThrownBy(() -> send(link, 0, 1, false)).isInstanceOf(InferenceException.class);
        assertThat(response.getContentAsByteArray()).isEmpty();
        assertThat(response.getHeader("ETag")).isNull();
    }

    @Test
    void theEndOfTheCallEndsTheAnswer() {
        assertThatThrownBy(() -> send(file, 0, 300_000, true)).isInstanceOf(IOException.class);
        assertThat(response.getContentAsByteArray()).isEmpty();
    }
}
