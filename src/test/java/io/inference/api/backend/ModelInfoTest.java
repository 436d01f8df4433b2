package io.inference.api.backend;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ModelInfoTest {
    private static final ModelInfo MODEL =
            new ModelInfo("m", "one", true, 4096, 7L, "ab", "llama", "1B", "Q4_0", 9L).with(List.of("tools"));

    @Test
    void anAliasKeepsAllThatIsKnownOfTheModel() {
        ModelInfo alias = MODEL.as("gpt-4o", "two");
        assertThat(alias)
                .usingRecursiveComparison()
                .ignoringFields("id", "backend")
                .isEqualTo(MODEL);
        assertThat(alias.id()).isEqualTo("gpt-4o");
        assertThat(alias.backend()).isEqualTo("two");
    }

    @Test
    void anotherStateChangesNothingElse() {
        ModelInfo loading = MODEL.in(ModelInfo.State.LOADING);
        assertThat(loading).usingRecursiveComparison().ignoringFields("state").isEqualTo(MODEL);
        assertThat(loading.state()).isEqualTo(ModelInfo.State.LOADING);
    }
}
