package io.inference.openai.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.message.Image;
import io.inference.api.message.Message;
import io.inference.api.message.Role;
import io.inference.api.message.Tool;
import io.inference.api.message.ToolCall;
import io.inference.api.message.ToolChoice;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.EmbedRequest;
import io.inference.api.request.GenerateRequest;
import io.inference.api.request.Options;
import io.inference.api.request.ResponseFormat;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class OpenAiRequestsTest {
    private static final Message USER = Message.of(Role.USER, "hi");

    @Test
    void everyFieldHasItsPlace() throws IOException {
        Options options = new Options(0.5, 0.9, 40, 0.05, 1.1, 0.2, 0.3, 42L, 100, List.of("a", "b"), null, 2, 3);
        Tool tool = new Tool("f", "what", "{\"type\":\"object\"}", true);
        ChatRequest request = new ChatRequest(
                "m",
                List.of(USER),
                options,
                List.of(tool),
                new ToolChoice(ToolChoice.Mode.FUNCTION, "f"),
                new ResponseFormat.JsonSchema("s", "{\"type\":\"array\"}", true),
                false,
                true);

        assertThat(parse(OpenAiRequests.chat(request))).isEqualTo(parse("""
                {"model":"m","messages":[{"role":"user","content":"hi"}],
                 "temperature":0.5,"top_p":0.9,"max_tokens":100,"presence_penalty":0.2,"frequency_penalty":0.3,\
                "seed":42,
                 "stop":["a","b"],"n":2,"top_k":40,"min_p":0.05,"repetition_penalty":1.1,"repeat_penalty":1.1,
                 "logprobs":true,"top_logprobs":3,
                 "tools":[{"type":"function","function":
                   {"name":"f","description":"what","parameters":{"type":"object"},"strict":true}}],
                 "tool_choice":{"type":"function","function":{"name":"f"}},
                 "response_format":{"type":"json_schema","json_schema":
                   {"name":"s","schema":{"type":"array"},"strict":true}},
                 "chat_template_kwargs":{"enable_thinking":false},
                 "stream":true,"stream_options":{"include_usage":true}}"""));
    }

    @Test
    void whatIsNotSetIsNotSent() throws IOException {
        assertThat(parse(OpenAiRequests.chat(chat(USER)))).isEqualTo(parse("""
                {"model":"m","messages":[{"role":"user","content":"hi"}]}"""));
    }

    @Test
    void imagesAndToolCallsInMessages() throws IOException {
        List<Image> images = List.of(new Image.Inline("image/png", "QUJD"), new Image.Remote("http://x/y.png"));
        Message looks = new Message(Role.USER, "what is this?", null, images, List.of(), null, "ann");
        ToolCall call = new ToolCall(0, "call_1", "f", "{\"x\":1}");
        Message asks = new Message(Role.ASSISTANT, "", "hm", List.of(), List.of(call), null, null);
        Message answers = new Message(Role.TOOL, "1", null, List.of(), List.of(), "call_1", null);

        JsonNode messages =
                parse(OpenAiRequests.chat(chat(looks, asks, answers))).get("messages");

        assertThat(messages).isEqualTo(parse("""
                [{"role":"user","name":"ann","content":[{"type":"text","text":"what is this?"},
                   {"type":"image_url","image_url":{"url":"data:image/png;base64,QUJD"}},
                   {"type":"image_url","image_url":{"url":"http://x/y.png"}}]},
                 {"role":"assistant","content":null,"reasoning_content":"hm","tool_calls":
                   [{"id":"call_1","type":"function","function":{"name":"f","arguments":"{\\"x\\":1}"}}]},
                 {"role":"tool","content":"1","tool_call_id":"call_1"}]"""));
    }

    @Test
    void aCompletionHasOnePromptOrMany() throws IOException {
        Options options = new Options(null, null, null, null, null, null, null, null, null, List.of(), null, 1, 0);

        assertThat(parse(OpenAiRequests.completion(new GenerateRequest("m", List.of("a"), options, false))))
                .isEqualTo(parse("{\"model\":\"m\",\"prompt\":\"a\",\"logprobs\":0}"));
        assertThat(parse(OpenAiRequests.completion(
                                new GenerateRequest("m", List.of("a", "b"), Options.DEFAULTS, false)))
                        .get("prompt"))
                .isEqualTo(parse("[\"a\",\"b\"]"));
    }

    @Test
    void whatItCannotDoIsRefusedAndNamed() {
        Options context = new Options(null, null, null, null, null, null, null, null, null, List.of(), 8192, 1, null);

        assertUnsupported(
                "num_ctx", () -> OpenAiRequests.completion(new GenerateRequest("m", List.of("a"), context, false)));
        assertUnsupported(
                "normalize", () -> OpenAiRequests.embedding(new EmbedRequest("m", List.of("a"), null, false, true)));
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
