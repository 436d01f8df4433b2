package io.inference.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.junit.jupiter.api.Test;

class JsonBoundsTest {
    private static final List<JsonFactory> ALL = List.of(
            JsonBounds.request().build(),
            JsonBounds.envelope().build(),
            JsonBounds.answer().build());

    @Test
    void aTextIsAsLongAsWhatHoldsIt() throws Exception {
        String text = "\"" + "y".repeat(21 << 20) + "\"";
        for (JsonFactory factory : ALL) {
            assertThat(new ObjectMapper(factory).readTree(text).textValue()).hasSize(21 << 20);
        }
    }

    @Test
    void nestingEndsWhereItIsSaid() throws Exception {
        for (int i = 0; i < ALL.size(); i++) {
            ObjectMapper mapper = new ObjectMapper(ALL.get(i));
            int depth = List.of(128, 129, 1000).get(i);
            assertThat(mapper.readTree("[".repeat(depth) + "]".repeat(depth)).isArray())
                    .isTrue();
            for (int deeper : new int[] {depth + 1, 1_000_000}) {
                assertThatThrownBy(() -> mapper.readTree("[".repeat(deeper) + "]".repeat(deeper)))
                        .isInstanceOf(JsonProcessingException.class);
            }
        }
    }

    @Test
    void numbersAndNamesWithoutEndAreFaultsOfTheText() {
        for (JsonFactory factory : ALL) {
            ObjectMapper mapper = new ObjectMapper(factory);
            for (String text :
                    List.of("1".repeat(1001), "0." + "1".repeat(1001), "{\"" + "n".repeat(50_001) + "\":1}")) {
                assertThatThrownBy(() -> mapper.readTree(text)).isInstanceOf(JsonProcessingException.class);
            }
        }
    }
}
