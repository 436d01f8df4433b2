package io.inference.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inference.BesideOthers;
import io.inference.api.backend.ModelInfo;
import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.local.store.FetchListener;
import io.inference.local.store.StoreSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Tiny models of random weights, a valid one and others that cannot run ({@code src/test/resources/models}). They run
 * in the thread of the tests with the double of CUDA's driver: while one of those has a device, so have all tests.
 */
@BesideOthers
class LocalModelsTest {
    private static final Path MODELS = Path.of("src/test/resources/models");

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            sentencepiece         | tokenizer 'llama' (SentencePiece) is not supported, only byte-level BPE ('gpt2')
            more-rows-than-tokens | token_embd.weight has 301 rows and the tokenizer 261 tokens; supported are files \
            with a row
            nan-weights           | NaN or infinite; supported are files whose weights are all finite numbers
            """)
    void aModelThatCannotRunSaysWhyAndWhatIsSupported(String name, String reason) throws Exception {
        assertFails(MODELS.resolve(name + ".gguf"), reason);
    }

    @Test
    void infiniteWeightsCannotRunEither() throws Exception {
        byte[] file = Files.readAllBytes(MODELS.resolve("nan-weights.gguf"));
        assertThat(replace(file, new byte[] {0, 0, (byte) 0xc0, 0x7f}, new byte[] {0, 0, (byte) 0x80, 0x7f}))
                .as("NaNs that became infinite")
                .isPositive();
        assertFails(Files.write(folder.resolve("infinite.gguf"), file), "NaN or infinite");
    }

    @Test
    void anUnknownArchitectureIsNamedBesideThoseThatAreKnown() throws Exception {
        byte[] file = Files.readAllBytes(MODELS.resolve("good.gguf"));
        assertThat(replace(file, ascii("llama"), ascii("mamba"))).isPositive();
        assertFails(
                Files.write(folder.resolve("mamba.gguf"), file),
                "the architecture 'mamba' is not supported; these are: [llama, qwen2, qwen3]");
    }

    @Test
    void whatIsNoModelIsSaidSo() throws Exception {
        assertFails(Files.writeString(folder.resolve("text.gguf"), "no model"), "text.gguf");
        assertFails(folder.resolve("nothing.gguf"), "nor a GGUF file that can be read");
    }

    @ParameterizedTest
    @CsvSource({"1", "2", "16"})
    void aContextThatIsShorterThanTheWarmUpsPromptIsNoFault(int contextLength) throws Exception {
        try (LocalModels models = start(MODELS.resolve("good.gguf"), Optional.of(contextLength))) {
            awaitDone(models);
            if (contextLength == 1) {
                assertThat(models.failure()).get().asString().contains("context");
            } else {
                assertThat(models.state()).isEqualTo(LocalModels.State.READY);
            }
        }
    }

    @Test
    void aSoundModelIsReadyAndListed() throws Exception {
        try (LocalModels models = start(MODELS.resolve("good.gguf"), Optional.empty())) {
            awaitDone(models);
            LocalBackend backend = new LocalBackend("local", models, Duration.ofSeconds(1));
            assertThat(backend.models()).singleElement().satisfies(model -> {
                assertThat(model.id()).isEqualTo("good");
                assertThat(model.state()).isEqualTo(ModelInfo.State.READY);
            });
            assertThat(new LocalModelHealth(models).health().getStatus().getCode())
                    .isEqualTo("UP");
        }
    }

    @Test
    void anEngineWithoutItsGpuFailsAndAutoTakesTheCpu() throws Exception {
        try (LocalModels models = start(MODELS.resolve("good.gguf"), Optional.empty(), "cuda")) {
            awaitDone(models);
            assertThat(models.required()).isTrue();
            assertThat(models.failure()).get().asString().contains("the backend cuda does not work here");
            assertThat(new LocalEngineReports(models).engine()).isEmpty();
        }
        try (LocalModels models = start(MODELS.resolve("good.gguf"), Optional.empty(), "auto")) {
            models.serviceListens();
            awaitDone(models);
            assertThat(models.required()).isFalse();
            assertThat(new LocalEngineReports(models).engine()).get().satisfies(report -> {
                assertThat(report.backend()).isIn("cpu", "scalar");
                assertThat(report.memoryTotalBytes()).isNull();
                assertThat(report.generatedTokens()).as("those of the warm-up").isPositive();
            });
        }
    }

    @Test
    void whatWaitsWhenTheServiceStopsIsToldSoAndNothingElseHears() throws Exception {
        AtomicInteger heard = new AtomicInteger();
        LocalModels models = start(MODELS.resolve("good.gguf"), Optional.empty(), "auto");
        models.whenDone(heard::incrementAndGet);
        models.close();
        assertThatThrownBy(() -> models.await(new Call("id", "rest", Duration.ofMinutes(1)), Duration.ofMinutes(1)))
                .hasMessage("the local engine is stopping");
        assertThatThrownBy(() -> new LocalBackend("local", models, Duration.ofSeconds(1)).models())
                .hasMessage("the local engine is stopping");
        assertThat(heard).hasValue(0);
    }

    private void assertFails(Path file, String reason) throws Exception {
        try (LocalModels models = start(file, Optional.empty())) {
            awaitDone(models);
            assertThat(models.state()).isEqualTo(LocalModels.State.FAILED);
            String message = models.failure().orElseThrow().getMessage();
            assertThat(message).startsWith("LOCAL_MODEL: ").contains(reason).doesNotContain("\n", "Exception");
            LocalBackend backend = new LocalBackend("local", models, Duration.ofSeconds(1));
            assertThatThrownBy(backend::models).hasMessageContaining(reason).hasMessageContaining("LOCAL_ENGINE=off");
            assertThat(backend.loaded()).isEmpty();
            assertThatThrownBy(() -> models.await(new Call("id", "rest", Duration.ofMinutes(1)), Duration.ofMinutes(1)))
                    .asInstanceOf(InstanceOfAssertFactories.type(InferenceException.class))
                    .returns(ErrorCode.UNAVAILABLE, InferenceException::code)
                    .returns("the local model cannot run", Throwable::getMessage);
            var health = new LocalModelHealth(models).health();
            assertThat(health.getStatus().getCode()).isEqualTo("UNAVAILABLE");
            assertThat(health.getDetails().get("reason")).isEqualTo(message);
        }
    }

    private LocalModels start(Path file, Optional<Integer> contextLength) {
        return start(file, contextLength, "cpu");
    }

    private LocalModels start(Path file, Optional<Integer> contextLength, String engine) {
        return LocalModels.start(
                new LocalSettings(
                        engine,
                        file.toString(),
                        StoreSettings.of(folder, null),
                        contextLength,
                        Optional.of(1),
                        0,
                        false,
                        2,
                        8),
                FetchListener.NONE);
    }

    private static void awaitDone(LocalModels models) throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        models.whenDone(done::countDown);
        assertThat(done.await(1, TimeUnit.MINUTES)).isTrue();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** @return number of calls */
    private static int replace(byte[] file, byte[] old, byte[] with) throws IOException {
        int count = 0;
        for (int i = 0; i + old.length <= file.length; i++) {
            if (java.util.Arrays.equals(file, i, i + old.length, old, 0, old.length)) {
                System.arraycopy(with, 0, file, i, with.length);
                count++;
            }
        }
        return count;
    }
}
