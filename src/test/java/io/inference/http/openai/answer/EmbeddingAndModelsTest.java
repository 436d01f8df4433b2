package io.inference.http.openai.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inference.api.answer.EmbedAnswer;
import io.inference.api.backend.ModelDetails;
import io.inference.api.backend.ModelInfo;
import io.inference.api.call.Call;
import io.inference.api.call.Usage;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.request.EmbedRequest;
import io.inference.http.answer.HttpAnswer;
import io.inference.http.format.WireRequest;
import io.inference.http.openai.request.EmbeddingRequestReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EmbeddingAndModelsTest {
    private static final ModelInfo MODEL =
            new ModelInfo("org/m:1", "local", true, 8192, null, null, null, null, null, 1795437175L);

    @Test
    void textsToEmbed() {
        assertThat(read("\"input\":\"a\"").request()).isEqualTo(new EmbedRequest("m", List.of("a"), null, true, false));
        assertThat(read("\"input\":[\"a\",\"b\"],\"dimensions\":3").request())
                .isEqualTo(new EmbedRequest("m", List.of("a", "b"), 3, true, false));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"x\":1 | input | INVALID_REQUEST",
                "\"input\":\"\" | input | INVALID_REQUEST",
                "\"input\":[] | input | INVALID_REQUEST",
                "\"input\":[\"a\",\"\"] | input | INVALID_REQUEST",
                "\"input\":[\"a\",1] | input[1] | INVALID_REQUEST",
                "\"input\":\"a\",\"dimensions\":0 | dimensions | INVALID_REQUEST",
                "\"input\":\"a\",\"encoding_format\":\"hex\" | encoding_format | INVALID_REQUEST",
            })
    void faultsNameTheirField(String fields, String param, ErrorCode code) {
        assertThatThrownBy(() -> read(fields)).isInstanceOfSatisfying(InferenceException.class, e -> {
            assertThat(e.code()).isEqualTo(code);
            assertThat(e.param()).contains(param);
        });
    }

    @Test
    void vectorsAsNumbersAndAsBase64() {
        var answer = new EmbedAnswer("m", List.of(new float[] {1, -0.5f}), new Usage(2, 0, 0));
        assertThat(text(answer(read("\"input\":\"a\""), answer)))
                .isEqualTo("{\"object\":\"list\",\"data\":[{\"object\":\"embedding\",\"index\":0,"
                        + "\"embedding\":[1.0,-0.5]}],\"model\":\"m\",\"usage\":{\"prompt_tokens\":2,"
                        + "\"total_tokens\":2}}");
        assertThat(text(answer(read("\"input\":\"a\",\"encoding_format\":\"base64\""), answer)))
                .contains("\"embedding\":\"AACAPwAAAL8=\"");
    }

    @Test
    void models() {
        String model = "{\"id\":\"org/m:1\",\"object\":\"model\",\"created\":1795437175,\"owned_by\":\"local\","
                + "\"backends\":[\"local\"],\"ready\":true,\"context_length\":8192,\"capabilities\":[\"completion\"]}";
        ModelInfo known = MODEL.with(List.of("completion"));
        ModelInfo elsewhere = ModelInfo.named("x", "openai").in(ModelInfo.State.LOADING);
        assertThat(text(ModelsWriter.write(List.of(known, elsewhere))))
                .isEqualTo("{\"object\":\"list\",\"data\":[" + model
                        + ",{\"id\":\"x\",\"object\":\"model\",\"created\":0,\"owned_by\":\"openai\","
                        + "\"backends\":[\"openai\"],\"ready\":false,\"status\":\"loading\"}]}");
        assertThat(text(ModelsWriter.write(new ModelDetails(MODEL, null, null, Map.of(), List.of("completion")))))
                .isEqualTo(model);
    }

    @Test
    void aModelOfSeveralBackendsIsListedOnceAsTheOneThatWouldBeAsked() {
        String id = MODEL.id();
        ModelInfo down = MODEL.in(ModelInfo.State.UNAVAILABLE);
        ModelInfo unloaded =
                ModelInfo.named(id, "ollama").in(ModelInfo.State.UNLOADED).with(List.of("tools"));
        ModelInfo ready = ModelInfo.named(id, "openai");

        assertThat(text(ModelsWriter.write(List.of(down, unloaded, ready))))
                .contains("\"owned_by\":\"ollama\",\"backends\":[\"ollama\",\"openai\",\"local\"],\"ready\":true,"
                        + "\"context_length\":8192,\"capabilities\":[\"tools\"]}]}");
        assertThat(text(ModelsWriter.write(List.of(down))))
                .contains("\"backends\":[\"local\"],\"ready\":false,\"status\":\"unavailable\"");
        assertThatThrownBy(() -> ModelsWriter.write("rubbish")).isInstanceOf(InferenceException.class);
    }

    private static WireRequest<EmbedAnswer> read(String fields) {
        return EmbeddingRequestReader.read(("{\"model\":\"m\"," + fields + "}").getBytes(StandardCharsets.UTF_8));
    }

    private static HttpAnswer answer(WireRequest<?> request, EmbedAnswer answer) {
        return request.answer(answer, new Call("1", "rest", Duration.ofMinutes(1)));
    }

    private static String text(HttpAnswer answer) {
        return new String(((HttpAnswer.Whole) answer).body(), StandardCharsets.UTF_8);
    }
}
