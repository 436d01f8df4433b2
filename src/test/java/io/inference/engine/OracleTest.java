package io.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.inference.engine.EngineOptions.BackendChoice;
import io.inference.engine.embedding.EmbedJob;
import io.inference.engine.embedding.Embedding;
import io.inference.engine.sampling.SamplingOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Compares the whole engine with llama.cpp's greedy answers: the same token wherever llama.cpp's best two differ
 * clearly, and log probabilities near its own as long as the answers are the same.
 *
 * <p>The engine's result is defined to the last bit, on every backend and machine, so that these numbers are always the
 * same (ADR 8): 0.039 on average, 0.244 at worst.
 */
class OracleTest {
    private static final double CLEARLY_APART = 0.3;
    private static final double MEAN_DISTANCE = 0.05;
    private static final double WORST_DISTANCE = 0.25;

    @ParameterizedTest
    @EnumSource(names = {"CPU", "SCALAR"})
    void generatesWhatLlamaCppGenerates(BackendChoice backend) throws Exception {
        List<Double> errors = new ArrayList<>();
        SoftAssertions softly = new SoftAssertions();
        EngineOptions options = new EngineOptions(backend, 0, 512, 4, 16);
        try (Engine engine = Engine.open(TestModel.path(), options)) {
            for (JsonNode recorded : recording("greedy.json").get("cases")) {
                compare(engine, recorded, errors, softly);
            }
        }
        softly.assertThat(errors).hasSizeGreaterThan(60);
        softly.assertThat(errors.stream().mapToDouble(it -> it).average().orElseThrow())
                .as("mean distance of log probabilities")
                .isLessThan(MEAN_DISTANCE);
        softly.assertThat(errors).as("distances of log probabilities").allMatch(it -> it < WORST_DISTANCE);
        softly.assertAll();
    }

    private static void compare(Engine engine, JsonNode recorded, List<Double> errors, SoftAssertions softly)
            throws InterruptedException {
        String prompt = recorded.get("prompt").asText();
        int[] tokens = engine.trustedTokens(prompt);
        softly.assertThat(tokens)
                .as("tokens of '%s'", prompt)
                .hasSize(recorded.get("prompt_tokens").asInt());
        JsonNode expected = recorded.get("tokens");
        List<TokenProbability> generated = generate(engine, tokens, expected.size());
        for (int i = 0; i < expected.size() && i < generated.size(); i++) {
            String token = new String(generated.get(i).bytes(), StandardCharsets.UTF_8);
            JsonNode top = expected.get(i).get("top");
            double gap = top.get(0).get(1).asDouble() - top.get(1).get(1).asDouble();
            if (!token.equals(expected.get(i).get("token").asText())) {
                softly.assertThat(gap)
                        .as(
                                "'%s' token %d is '%s', not '%s'",
                                prompt, i, token, expected.get(i).get("token"))
                        .isLessThan(CLEARLY_APART);
                return;
            }
            errors.add(Math.abs(
                    generated.get(i).logprob() - expected.get(i).get("logprob").asDouble()));
        }
    }

    private static List<TokenProbability> generate(Engine engine, int[] prompt, int tokens)
            throws InterruptedException {
        GenerateJob job = new GenerateJob(prompt, tokens, SamplingOptions.greedy(), List.of(), 0, 0, "test");
        List<TokenProbability> result = new ArrayList<>();
        try (Generation generation = engine.submit(job)) {
            while (true) {
                switch (generation.next(Duration.ofSeconds(30))) {
                    case GenerationEvent.Piece piece -> result.addAll(piece.tokens());
                    case GenerationEvent.Pending pending -> throw new AssertionError("nothing in 30 s");
                    case GenerationEvent.End end -> {
                        return result;
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"CPU", "SCALAR"})
    void embedsAsOllamaDoes(BackendChoice backend) throws Exception {
        try (Engine engine = Engine.open(TestModel.path(), new EngineOptions(backend, 0, 512, 4, 16))) {
            List<Embedding> embeddings = engine.embed(new EmbedJob(List.of("a", "b"), false, 0, "test"));
            JsonNode normalized = answer("ollama-embed.json").get("embeddings");
            assertThat(embeddings).hasSize(2);
            assertThat(embeddings.get(0).tokens() + embeddings.get(1).tokens()).isEqualTo(2);
            for (int i = 0; i < 2; i++) {
                assertNear(embeddings.get(i).normalized(), normalized.get(i), 0.001);
                assertThat(embeddings.get(i).raw()).hasSize(576);
            }
            assertNear(
                    embeddings.get(0).raw(),
                    answer("ollama-embeddings-legacy.json").get("embedding"),
                    0.03);
        }
    }

    /** The recorded vectors are cut to their first four numbers. */
    private static void assertNear(float[] vector, JsonNode expected, double tolerance) {
        for (int i = 0; i < 4; i++) {
            assertThat((double) vector[i])
                    .as("component %d", i)
                    .isCloseTo(expected.get(i).asDouble(), within(tolerance));
        }
    }

    private static JsonNode answer(String name) throws IOException {
        return new ObjectMapper()
                .readTree(recording(name).get("response").get("body").asText());
    }

    private static JsonNode recording(String name) throws IOException {
        try (InputStream in = OracleTest.class.getResourceAsStream("/smollm2-135m/" + name)) {
            return new ObjectMapper().readTree(in);
        }
    }
}
