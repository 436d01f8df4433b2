package io.inference.http.form;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class FormReaderTest {
    private static final String TYPE = "multipart/form-data; boundary=edge";

    @Test
    void partsComeInTheirOrderWithTheirNames() throws IOException {
        List<String> parts = new ArrayList<>();
        FormReader.read(
                bytes("--edge\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\na cat\r\n"
                        + "--edge\r\nContent-Disposition: form-data; name=\"image[]\"; filename=\"ä.png\"\r\n"
                        + "Content-Type: image/png\r\n\r\nPNG\r\n--edge--\r\n"),
                TYPE,
                part -> parts.add(part.name() + "|" + part.filename() + "|" + part.contentType() + "|"
                        + new String(part.content().readAllBytes(), StandardCharsets.UTF_8)));
        assertThat(parts).containsExactly("prompt|null|null|a cat", "image[]|ä.png|image/png|PNG");
    }

    @Test
    void aPartIsReadWhileItArrives() throws IOException {
        AtomicLong arrived = new AtomicLong();
        byte[] head = bytes("--edge\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n");
        InputStream endless = new InputStream() {
            @Override
            public int read() {
                long at = arrived.getAndIncrement();
                return at < head.length ? head[(int) at] : 'x';
            }

            @Override
            public int read(byte[] into, int from, int most) {
                into[from] = (byte) read();
                return 1;
            }
        };
        FormReader.read(new StreamedBody(endless, -1), TYPE, part -> {
            assertThat(part.content().readNBytes(10)).containsOnly('x');
            assertThat(arrived.get()).isLessThan(20_000);
            return false;
        });
    }

    @Test
    void whatIsNoFormIsRefused() {
        for (String body : List.of(
                "",
                "no form",
                "--edge\r\n",
                "--edge\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nhalf of it",
                "--other\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nx\r\n--other--\r\n")) {
            refused(body, TYPE);
        }
        refused("--edge--\r\n", "multipart/form-data");
    }

    private static void refused(String body, String type) {
        List<String> parts = new ArrayList<>();
        assertThatThrownBy(() -> {
                    FormReader.read(bytes(body), type, part -> {
                        part.content().readAllBytes();
                        return parts.add(part.name());
                    });
                    // A body without any part is no form with a file either.
                    if (parts.isEmpty()) {
                        throw new InferenceException(ErrorCode.INVALID_REQUEST, "no part");
                    }
                })
                .as(body)
                .isInstanceOfSatisfying(
                        InferenceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST));
    }

    @Test
    void aFormOfTooManyPartsIsRefused() {
        String body = "--edge\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n".repeat(200) + "--edge--\r\n";
        assertThatThrownBy(() -> FormReader.read(bytes(body), TYPE, part -> true))
                .isInstanceOf(InferenceException.class)
                .hasMessageContaining("at most 100 parts");
    }

    @Test
    void failuresOfTheHandlerStayItsOwn() {
        String body = "--edge\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--edge--\r\n";
        assertThatThrownBy(() -> FormReader.read(bytes(body), TYPE, part -> {
                    throw new IOException("the disk");
                }))
                .isExactlyInstanceOf(IOException.class)
                .hasMessage("the disk");
    }

    @Test
    void aConnectionThatBreaksIsNoMalformedForm() {
        InputStream broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("reset");
            }

            @Override
            public int read(byte[] into, int from, int most) throws IOException {
                throw new IOException("reset");
            }
        };
        assertThatThrownBy(() -> FormReader.read(new StreamedBody(broken, -1), TYPE, part -> true))
                .isInstanceOf(IOException.class);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
