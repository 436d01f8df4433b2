package io.inference.job.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.job.store.BatchJobs;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchInputTest {
    private static final String ENDPOINT = "/v1/embeddings";

    @Test
    void linesComeWithTheirNumbersWhateverTheirEnds() throws IOException {
        List<BatchJobs.Line> lines = new ArrayList<>();
        int count = BatchInput.read(
                in("\r\n" + line("a").strip() + "\r\n\n" + line("b").strip()),
                ENDPOINT,
                (line, bytes) -> lines.add(line));
        assertThat(count).isEqualTo(2);
        assertThat(lines)
                .containsExactly(
                        new BatchJobs.Line(2, "a", "{\"model\":\"m\",\"input\":\"é\"}"),
                        new BatchJobs.Line(4, "b", "{\"model\":\"m\",\"input\":\"é\"}"));
    }

    @Test
    void everyKindOfFaultIsToldWithItsLine() throws IOException {
        String text = line("a")
                + "[]\n"
                + "{\"custom_id\":\"x\"} {}\n"
                + line("a")
                + line("b").replace("POST", "PUT")
                + line("c").replace(ENDPOINT, "/v1/chat/completions")
                + line("d").replace("{\"model\"", "7, \"x\": {\"model\"")
                + line("e").replace("\"model\"", "\"stream\":true,\"model\"")
                + line("");
        assertThat(BatchInput.check(in(text), ENDPOINT))
                .extracting(fault -> fault.line() + " " + fault.code())
                .containsExactly(
                        "2 invalid_json_line",
                        "3 invalid_json_line",
                        "4 duplicate_custom_id",
                        "5 invalid_method",
                        "6 invalid_url",
                        "7 invalid_body",
                        "8 unsupported",
                        "9 invalid_custom_id");
    }

    @Test
    void aLineOfMoreThan20MegabytesIsALineAndOneWithoutABottomIsNone() throws IOException {
        String large = line("a").replace("é", "y".repeat(21 << 20));
        assertThat(BatchInput.check(in(large), ENDPOINT)).isEmpty();
        for (int depth : new int[] {200, 1_000_000}) {
            String deep = line("a").replace("\"é\"", "[".repeat(depth) + "]".repeat(depth));
            assertThat(BatchInput.check(in(deep), ENDPOINT))
                    .extracting(LineFault::code)
                    .containsExactly("invalid_json_line");
        }
        String number = line("a").replace("\"é\"", "1".repeat(2000));
        assertThat(BatchInput.check(in(number), ENDPOINT))
                .extracting(LineFault::code)
                .containsExactly("invalid_json_line");
    }

    @Test
    void moreLinesThanMayBeAreAFaultAndFaultsAreNotToldWithoutEnd() throws IOException {
        String many = IntStream.rangeClosed(0, BatchInput.MOST_LINES)
                .mapToObj(i -> line("l" + i))
                .collect(Collectors.joining());
        assertThat(BatchInput.check(in(many), ENDPOINT)).singleElement().satisfies(fault -> {
            assertThat(fault.code()).isEqualTo("too_many_requests");
            assertThat(fault.line()).isEqualTo(BatchInput.MOST_LINES + 1);
        });
        assertThat(BatchInput.check(in("x\n".repeat(1000)), ENDPOINT)).hasSize(BatchInput.MOST_FAULTS);
        assertThat(BatchInput.check(in(" \n\n"), ENDPOINT))
                .extracting(LineFault::code)
                .containsExactly("empty_file");
    }

    private static String line(String id) {
        return "{\"custom_id\":\"" + id + "\",\"method\":\"POST\",\"url\":\"" + ENDPOINT
                + "\",\"body\":{\"model\":\"m\",\"input\":\"é\"}}\n";
    }

    private static ByteArrayInputStream in(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }
}
