package io.inference.ollama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.message.Extras;
import io.inference.api.message.Image;
import io.inference.api.message.Message;
import io.inference.api.message.Role;
import io.inference.api.message.Tool;
import io.inference.api.message.ToolCall;
import io.inference.api.message.ToolChoice;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.GenerateRequest;
import io.inference.api.request.Options;
import io.inference.api.request.ResponseFormat;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class OllamaRequestsTest {
    private static final Message USER = Message.of(Role.USER, "hi");

    @Test
    void everyOptionHasItsPlace() throws IOException {
        Options options = new Options(0.5, 0.9, 40, 0.05, 1.1, 0.2, 0.3, 42L, 100, List.of("a", "b"), 8192, 1, 3);
        ChatRequest request = new ChatRequest(
                "m", List.of(USER), options, List.of(), null, new ResponseFormat.JsonObject(), true, false);

        assertThat(parse(OllamaRequests.chat(request, 1, false))).isEqualTo(parse("""
                {"model":"m","stream":false,"messages":[{"role":"user","content":"hi"}],"format":"json","think":true,
                 "logprobs":true,"top_logprobs":3,
                 "options":{"temperature":0.5,"top_p":0.9,"top_k":40,"min_p":0.05,"repeat_penalty":1.1,
                            "presence_penalty":0.2,"frequency_penalty":0.3,"seed":43,"num_predict":100,"num_ctx":8192,
                            "stop":["a","b"]},"truncate":false}"""));
    }

    @Test
    void whatIsNotSetIsNotSent() throws IOException {
        assertThat(parse(OllamaRequests.chat(chat(USER), 0, true))).isEqualTo(parse("""
                {"model":"m","stream":true,"messages":[{"role":"user","content":"hi"}],"options":{},
                 "truncate":false}"""));
    }

    @ParameterizedTest
    @CsvSource({
        "none, false, false",
        "minimal, \"low\", true",
        "low, \"low\", true",
        "medium, \"medium\", true",
        "high, \"high\", true",
        "xhigh, \"high\", true"
    })
    void aReasoningEffortIsALevelOfThinking(String effort, String level, String withoutLevels) throws IOException {
        ChatRequest request = new ChatRequest(
                "m", List.of(USER), Options.DEFAULTS, List.of(), null, null, null, false, effort, Extras.NONE);

        assertThat(parse(OllamaRequests.chat(request, 0, false)).get("think")).hasToString(level);
        assertThat(parse(OllamaRequests.chat(request, 0, false, false)).get("think"))
                .hasToString(withoutLevels);
    }

    @Test
    void whatOllamasCallersSayOfTheModelGoesOn() throws IOException {
        Extras extras = Extras.ollama(Map.of("keep_alive", "\"5m\"", "truncate", "true", "shift", "false"));
        JsonNode sent = parse(OllamaRequests.generate(
                new GenerateRequest("m", List.of("a"), Options.DEFAULTS, false, extras), "a", 0, false));

        assertThat(sent.get("keep_alive")).hasToString("\"5m\"");
        assertThat(sent.get("truncate")).hasToString("true");
        assertThat(sent.get("shift")).hasToString("false");
    }

    @Test
    void aToolsAnswerIsGivenTheNameOfItsCall() throws IOException {
        ToolCall call = new ToolCall(0, "call_1", "weather", "{\"city\":\"Paris\"}");
        Message asks = new Message(Role.ASSISTANT, "", "hm", List.of(), List.of(call), null, null);
        Message answers = new Message(Role.TOOL, "sunny", null, List.of(), List.of(), "call_1", null);

        JsonNode messages =
                parse(OllamaRequests.chat(chat(USER, asks, answers), 0, true)).get("messages");

        assertThat(messages.get(1)).isEqualTo(parse("""
                {"role":"assistant","content":"","thinking":"hm","tool_calls":
                  [{"id":"call_1","function":{"index":0,"name":"weather","arguments":{"city":"Paris"}}}]}"""));
        assertThat(messages.get(2)).isEqualTo(parse("""
                {"role":"tool","content":"sunny","tool_call_id":"call_1","tool_name":"weather"}"""));
    }

    @ParameterizedTest
    @EnumSource(
            value = ToolChoice.Mode.class,
            names = {"REQUIRED", "FUNCTION"})
    void aCallCannotBeForced(ToolChoice.Mode mode) {
        assertUnsupported("tool_choice", () -> chatWithTool(new ToolChoice(mode, "f"), null));
    }

    @Test
    void whatItCannotDoIsRefusedAndNamed() {
        Message remote =
                new Message(Role.USER, "", null, List.of(new Image.Remote("http://x/y.png")), List.of(), null, null);
        Options none = new Options(null, null, null, null, null, null, null, null, 0, List.of(), null, 1, null);

        assertUnsupported("image_url", () -> OllamaRequests.chat(chat(remote), 0, true));
        assertUnsupported("tools", () -> chatWithTool(null, true));
        assertUnsupported(
                "max_tokens",
                () -> OllamaRequests.generate(new GenerateRequest("m", List.of("x"), none, false), "x", 0, false));
        assertUnsupported(
                "prompt",
                () -> OllamaRequests.generate(
                        new GenerateRequest("m", List.of(""), Options.DEFAULTS, false), "", 0, false));
    }

    private static void chatWithTool(ToolChoice choice, Boolean strict) {
        Tool tool = new Tool("f", null, null, strict);
        OllamaRequests.chat(
                new ChatRequest("m", List.of(USER), Options.DEFAULTS, List.of(tool), choice, null, null, false),
                0,
                false);
    }

    private static void assertUnsupported(String param, Runnable action) {
        InferenceException failure = catchThrowableOfType(InferenceException.class, action::run);
        assertThat(failure.code()).isEqualTo(ErrorCode.UNSUPPORTED);
        assertThat(failure.param()).contains(param);
    }

    private static ChatRequest chat(Message... messages) {
        return new ChatRequest("m", List.of(messages), Options.DEFAULTS, List.of(), null, null, null, false);
    }

    private static JsonNode parse(byte[] json) throws IOException {
        return new ObjectMapper().readTree(json);
    }

    private static JsonNode parse(String json) throws IOException {
        return new ObjectMapper().readTree(json);
    }
}
