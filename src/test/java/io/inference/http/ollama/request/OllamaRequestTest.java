package io.inference.http.ollama.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inference.api.call.Operation;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.message.Extras;
import io.inference.api.message.Image;
import io.inference.api.message.Message;
import io.inference.api.message.Role;
import io.inference.api.message.ToolCall;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.EmbedRequest;
import io.inference.api.request.GenerateRequest;
import io.inference.api.request.LoadRequest;
import io.inference.api.request.Options;
import io.inference.api.request.ResponseFormat;
import io.inference.http.Recording;
import io.inference.http.format.WireRequest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OllamaRequestTest {
    private static final Options RECORDED =
            new Options(0.0, null, null, null, null, null, null, 1L, 24, List.of(), null, 1, null);

    @Test
    void recordedChats() {
        ChatRequest chat = chat("chat");
        assertThat(chat.model()).isEqualTo("smollm2:135m");
        assertThat(chat.stream()).isFalse();
        assertThat(chat.options()).isEqualTo(RECORDED);
        assertThat(chat.messages())
                .containsExactly(
                        Message.of(Role.SYSTEM, "Answer in one word."),
                        Message.of(Role.USER, "What is the capital of France?"));
        assertThat(chat("chat-stream").stream())
                .describedAs("streams unless told not to")
                .isTrue();
        assertThat(chat("chat-logprobs").options().topLogprobs()).isEqualTo(2);
        assertThat(chat("chat-think-unsupported").think()).isTrue();
        assertThat(chat("chat-json-schema").responseFormat())
                .isInstanceOfSatisfying(
                        ResponseFormat.JsonSchema.class,
                        schema -> assertThat(schema.schemaJson()).startsWith("{\"type\":\"object\""));
        assertThat(chat("chat-tools-unsupported").tools()).singleElement().satisfies(tool -> {
            assertThat(tool.name()).isEqualTo("get_weather");
            assertThat(tool.parametersJson()).contains("\"required\":[\"city\"]");
        });
        assertThat(chat("chat-images-unsupported").messages().getFirst().images())
                .singleElement()
                .isInstanceOfSatisfying(
                        Image.Inline.class,
                        image -> assertThat(image.mediaType()).isEqualTo("image/png"));
    }

    @Test
    void aChatWithoutMessagesAsksForTheModelAlone() {
        WireRequest<?> load = ChatRequestReader.read(
                Recording.named("chat-empty-messages-loads").request());
        assertThat(load.request()).isNull();
        assertThat(load.load()).isEqualTo(new LoadRequest("smollm2:135m", null, false));
        assertThat(ChatRequestReader.read(Recording.named("unload").request()).load())
                .isEqualTo(new LoadRequest("smollm2:135m", "0", true));
        assertThat(load.model()).isEqualTo("smollm2:135m");
        assertThat(load.operation()).isEqualTo(Operation.MODELS);
    }

    @Test
    void aPromptIsAChatOfOneMessageUnlessItIsRaw() {
        var prompt = (ChatRequest)
                GenerateRequestReader.read(Recording.named("generate-stream").request())
                        .request();
        assertThat(prompt.messages()).containsExactly(Message.of(Role.USER, "Water boils at"));
        assertThat(prompt.stream()).isTrue();
        var raw = (GenerateRequest)
                GenerateRequestReader.read(Recording.named("generate").request())
                        .request();
        assertThat(raw).isEqualTo(new GenerateRequest("smollm2:135m", List.of("Water boils at"), RECORDED, false));
        var system = (ChatRequest) generate("\"prompt\":\"a\",\"system\":\"b\",\"think\":\"low\",\"format\":\"json\"")
                .request();
        assertThat(system.messages()).containsExactly(Message.of(Role.SYSTEM, "b"), Message.of(Role.USER, "a"));
        assertThat(system.think()).isNull();
        assertThat(system.reasoningEffort()).isEqualTo("low");
        assertThat(system.responseFormat()).isEqualTo(new ResponseFormat.JsonObject());
        assertThat(generate("\"system\":\"b\"").request()).isNull();
    }

    @Test
    void howToHandleTheModelIsForTheBackend() {
        assertThat(message("\"keep_alive\":\"5m\",\"truncate\":true,\"shift\":false,\"num_gpu\":3")
                        .request()
                        .extras())
                .isEqualTo(Extras.ollama(Map.of("keep_alive", "\"5m\"", "truncate", "true", "shift", "false")));
    }

    @Test
    void texts() {
        assertThat(embed("embed")).isEqualTo(new EmbedRequest("smollm2:135m", List.of("a", "b"), null, true, true));
        assertThat(embed("embed-empty").inputs()).isEmpty();
        var legacy = EmbedRequestReader.readLegacy(
                Recording.named("embeddings-legacy").request());
        assertThat(legacy.request()).isEqualTo(new EmbedRequest("smollm2:135m", List.of("a"), null, false, true));
        assertThat(EmbedRequestReader.read(bytes("{\"model\":\"m\",\"input\":\"\"}"))
                        .request())
                .isEqualTo(new EmbedRequest("m", List.of(), null, true, true));
    }

    @Test
    void everyOption() {
        ChatRequest request =
                (ChatRequest) message("\"options\":{\"temperature\":0.5,\"top_p\":0.9,\"top_k\":-1,\"min_p\":0.1,"
                                + "\"repeat_penalty\":1.1,"
                                + "\"presence_penalty\":1,\"frequency_penalty\":1,\"seed\":-1,\"num_predict\":-1,"
                                + "\"stop\":[\"x\",\"\"],\"num_ctx\":512,\"num_gpu\":1,\"num_thread\":4,"
                                + "\"use_mmap\":true,"
                                + "\"repeat_last_n\":64,\"typical_p\":1.0,\"mirostat\":0}")
                        .request();
        assertThat(request.options())
                .isEqualTo(new Options(0.5, 0.9, 0, 0.1, 1.1, 1.0, 1.0, null, null, List.of("x"), 512, 1, null));
    }

    @Test
    void callsHaveObjectsForArguments() {
        var request = (ChatRequest) ChatRequestReader.read(bytes("""
                        {"model":"m","messages":[
                          {"role":"assistant","thinking":"hm","tool_calls":[{"function":{"name":"f",\
                        "arguments":{"a":[1]}}},
                            {"id":"c","function":{"name":"g"}}]},
                          {"role":"tool","tool_name":"f","content":"1"}]}""")).request();
        assertThat(request.messages())
                .containsExactly(
                        new Message(
                                Role.ASSISTANT,
                                "",
                                "hm",
                                List.of(),
                                List.of(new ToolCall(0, null, "f", "{\"a\":[1]}"), new ToolCall(1, "c", "g", "{}")),
                                null,
                                null),
                        new Message(Role.TOOL, "1", null, List.of(), List.of(), null, "f"));
    }

    @ParameterizedTest
    @CsvSource({"chat-bad-json", "chat-no-model", "chat-wrong-type"})
    void recordedRefusals(String name) {
        Recording recording = Recording.named(name);
        assertThat(recording.status()).isEqualTo(400);
        assertThatThrownBy(() -> ChatRequestReader.read(recording.request()))
                .isInstanceOfSatisfying(
                        InferenceException.class,
                        e -> assertThat(e.code().httpStatus()).isEqualTo(recording.status()));
    }

    @Test
    void theModelIsRequired() {
        assertThatThrownBy(() ->
                        ChatRequestReader.read(Recording.named("chat-no-model").request()))
                .hasMessage("model is required");
        assertThatThrownBy(() -> ShowRequestReader.read(bytes("{}"))).hasMessage("model is required");
        assertThat(ShowRequestReader.read(bytes("{\"name\":\"m\"}")).model()).isEqualTo("m");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"stream\":1 | stream",
                "\"format\":\"xml\" | format",
                "\"format\":[] | format",
                "\"think\":\"hard\" | think",
                "\"think\":1 | think",
                "\"options\":[] | options",
                "\"options\":{\"temperature\":-1} | options.temperature",
                "\"options\":{\"temperature\":\"x\"} | options.temperature",
                "\"options\":{\"num_ctx\":0} | options.num_ctx",
                "\"options\":{\"stop\":7} | options.stop",
                "\"tools\":[{\"function\":{}}] | tools[0].function.name",
                "\"top_logprobs\":50 | top_logprobs",
                "\"keep_alive\":[1] | keep_alive",
            })
    void faultsNameTheirField(String field, String param) {
        assertThatThrownBy(() -> message(field)).isInstanceOfSatisfying(InferenceException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
            assertThat(e.param()).contains(param);
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"prompt\":\"a\",\"suffix\":\"b\"",
                "\"prompt\":\"a\",\"template\":\"b\"",
                "\"prompt\":\"a\",\"context\":[1]",
                "\"prompt\":\"a\",\"raw\":true,\"format\":\"json\"",
                "\"prompt\":\"a\",\"options\":{\"mirostat\":2}",
                "\"prompt\":\"a\",\"options\":{\"repeat_last_n\":0}",
                "\"prompt\":\"a\",\"options\":{\"typical_p\":0.5}",
            })
    void whatWouldChangeTheAnswerIsNotIgnored(String fields) {
        assertThatThrownBy(() -> generate(fields))
                .isInstanceOfSatisfying(
                        InferenceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNSUPPORTED));
    }

    private static ChatRequest chat(String recording) {
        return (ChatRequest)
                ChatRequestReader.read(Recording.named(recording).request()).request();
    }

    private static EmbedRequest embed(String recording) {
        return (EmbedRequest)
                EmbedRequestReader.read(Recording.named(recording).request()).request();
    }

    private static WireRequest<?> message(String fields) {
        return ChatRequestReader.read(
                bytes("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]," + fields + "}"));
    }

    private static WireRequest<?> generate(String fields) {
        return GenerateRequestReader.read(bytes("{\"model\":\"m\"," + fields + "}"));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
