package io.inference.http.batches;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class UploadTest {
    private static final String TYPE = "multipart/form-data; boundary=xyz";
    private static final String FORM = """
            --xyz\r
            Content-Disposition: form-data; name="file"; filename="é.jsonl"\r
            Content-Type: application/octet-stream\r
            \r
            line one\r
            --xy\r
            line two\r
            --xyz\r
            Content-Disposition: form-data; name="purpose"\r
            \r
            batch\r
            --xyz--\r
            """;

    @Test
    void partsAreFoundByTheirNamesInAnyOrder() {
        Upload upload = Upload.of(FORM.getBytes(StandardCharsets.UTF_8), TYPE);
        assertThat(upload.field("purpose")).contains("batch");
        assertThat(upload.find(
                        "file", (name, in) -> name + ":" + new String(in.readAllBytes(), StandardCharsets.UTF_8)))
                .contains("é.jsonl:line one\r\n--xy\r\nline two");
        assertThat(upload.field("other")).isEmpty();
    }

    @Test
    void whatIsNoFormIsRefused() {
        assertRefused(() -> Upload.of(new byte[0], null));
        assertRefused(() -> Upload.of(new byte[0], "application/json"));
        assertRefused(() -> Upload.of(new byte[0], "multipart/form-data").field("file"));
        assertRefused(() -> Upload.of("--xyz\r\nbroken".getBytes(StandardCharsets.UTF_8), TYPE)
                .field("file"));
        byte[] cut = FORM.substring(0, FORM.indexOf("line two")).getBytes(StandardCharsets.UTF_8);
        assertRefused(() -> Upload.of(cut, TYPE).find("file", (name, in) -> in.readAllBytes()));
    }

    private static void assertRefused(org.assertj.core.api.ThrowableAssert.ThrowingCallable work) {
        assertThatThrownBy(work)
                .isInstanceOfSatisfying(
                        InferenceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST));
    }
}
