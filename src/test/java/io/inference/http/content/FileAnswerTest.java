package io.inference.http.content;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.http.answer.HttpAnswer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FileAnswerTest {
    private static final FileAnswer FILE =
            FileAnswer.of(Path.of("picture"), 1000, "image/png", "\"abc\"", "private", "inline");

    @ParameterizedTest
    @CsvSource({
        "bytes=0-, 206, 0, 1000",
        "bytes=0-0, 206, 0, 1",
        "bytes=100-199, 206, 100, 100",
        "BYTES=100-199, 206, 100, 100",
        "bytes=990-2000, 206, 990, 10",
        "bytes=999-, 206, 999, 1",
        "bytes=-10, 206, 990, 10",
        "bytes=-5000, 206, 0, 1000",
        "bytes=0-999999999999999999, 206, 0, 1000",
        // Not understood, or of several parts: a server may ignore these.
        "bytes=5-4, 200, 0, 1000",
        "bytes=-, 200, 0, 1000",
        "bytes=a-b, 200, 0, 1000",
        "'bytes=0-1,5-6', 200, 0, 1000",
        "items=0-1, 200, 0, 1000",
        "bytes=0-99999999999999999999999, 200, 0, 1000",
    })
    void aRangeIsAPartOfTheFile(String range, int status, long from, long length) {
        HttpAnswer.Content answer = FILE.to(new FileAnswer.Conditions(null, range, null));
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.body()).isEqualTo(new HttpAnswer.OfFile(Path.of("picture"), from, length));
        assertThat(answer.headers().get("Content-Range"))
                .isEqualTo(status == 200 ? null : "bytes " + from + "-" + (from + length - 1) + "/1000");
        assertThat(answer.headers()).containsEntry("ETag", "\"abc\"").containsEntry("Accept-Ranges", "bytes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=1000-", "bytes=1000-1001", "bytes=-0", "bytes=5000-6000"})
    void aRangeOutsideOfTheFileIs416WithItsLength(String range) {
        HttpAnswer.Content answer = FILE.to(new FileAnswer.Conditions(null, range, null));
        assertThat(answer.status()).isEqualTo(416);
        assertThat(answer.headers()).containsEntry("Content-Range", "bytes */1000");
        assertThat(answer.body()).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "'\"abc\"', 304",
        "'W/\"abc\"', 304",
        "'\"x\", \"abc\"', 304",
        "*, 304",
        "'\"abcd\"', 200",
        "abc, 200",
        "'', 200",
    })
    void aCallerThatHasTheFileIsToldSo(String tags, int status) {
        HttpAnswer.Content answer = FILE.to(new FileAnswer.Conditions(tags, "bytes=0-1", null));
        assertThat(answer.status()).isEqualTo(status == 200 ? 206 : status);
        assertThat(answer.headers()).containsEntry("ETag", "\"abc\"").containsEntry("Cache-Control", "private");
        assertThat(answer.body() == null).isEqualTo(status == 304);
    }

    @ParameterizedTest
    @CsvSource({
        "'\"abc\"', 206",
        // A weak tag and a date are no proof that the bytes are the same.
        "'W/\"abc\"', 200",
        "'\"old\"', 200",
        "'Sat, 29 Oct 1994 19:43:31 GMT', 200",
    })
    void aRangeOfAnOlderFileIsTheWholeFile(String ifRange, int status) {
        assertThat(FILE.to(new FileAnswer.Conditions(null, "bytes=0-1", ifRange))
                        .status())
                .isEqualTo(status);
    }

    @Test
    void anEmptyFileHasNoRange() {
        FileAnswer empty = FileAnswer.of(new byte[0], "image/png", "\"e\"", "private", "inline");
        assertThat(empty.to(new FileAnswer.Conditions(null, null, null)).status())
                .isEqualTo(200);
        assertThat(empty.to(new FileAnswer.Conditions(null, "bytes=0-", null)).status())
                .isEqualTo(416);
        assertThat(empty.to(new FileAnswer.Conditions(null, "bytes=-5", null)).status())
                .isEqualTo(416);
    }
}
