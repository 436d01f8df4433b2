package io.inference.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LineReaderTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 4096})
    void splitsAtLineEndsHoweverTheBytesArrive(int bytesARead) throws IOException {
        String text = "one\r\n\n" + "x".repeat(5000) + "\nlast";

        assertThat(lines(text, bytesARead, 10_000)).containsExactly("one", "", "x".repeat(5000), "last");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 4096})
    void aLineMayEndInAReturnAndABomMayComeFirst(int bytesARead) throws IOException {
        assertThat(lines("\uFEFFone\r\rtwo\r\nthree\n\rlast\r", bytesARead, 100))
                .containsExactly("one", "", "two", "three", "", "last");
        assertThat(lines("\uFEFF\n\uFEFF", bytesARead, 100)).containsExactly("", "\uFEFF");
    }

    @Test
    void linesAreTheSameWhereverTheBytesAreSplit() throws IOException {
        byte[] text = "\uFEFFh\u00e9\r\n\r\ndata: \ud83d\ude00\r\r\n\nlast\r\n".getBytes(StandardCharsets.UTF_8);
        for (int at = 0; at <= text.length; at++) {
            InputStream in = new SequenceInputStream(
                    new ByteArrayInputStream(text, 0, at), new ByteArrayInputStream(text, at, text.length - at));
            assertThat(lines(new LineReader(in, 100)))
                    .as("split at %d", at)
                    .containsExactly("h\u00e9", "", "data: \ud83d\ude00", "", "", "last");
        }
    }

    @Test
    void anEndAfterTheLastLineMakesNoFurtherOne() throws IOException {
        assertThat(lines("one\ntwo\n", 4096, 100)).containsExactly("one", "two");
        assertThat(lines("", 4096, 100)).isEmpty();
    }

    @Test
    void aLineLongerThanTheBoundIsRefused() {
        assertThatThrownBy(() -> lines("x".repeat(20_000), 4096, 8192)).isInstanceOf(IOException.class);
    }

    private static List<String> lines(String text, int bytesARead, int maxLineBytes) throws IOException {
        InputStream whole = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
        InputStream in = new InputStream() {
            @Override
            public int read() throws IOException {
                return whole.read();
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                return whole.read(bytes, offset, Math.min(length, bytesARead));
            }
        };
        return lines(new LineReader(in, maxLineBytes));
    }

    private static List<String> lines(LineReader reader) throws IOException {
        List<String> lines = new ArrayList<>();
        while (reader.next()) {
            lines.add(new String(reader.bytes(), reader.from(), reader.to() - reader.from(), StandardCharsets.UTF_8));
        }
        return lines;
    }
}
