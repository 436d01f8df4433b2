package io.inference.http.openai.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.message.ContentPart;
import io.inference.api.message.Extras;
import io.inference.api.message.Image;
import io.inference.api.message.Message;
import io.inference.api.message.Role;
import io.inference.api.message.Tool;
import io.inference.api.message.ToolCall;
import io.inference.api.message.ToolChoice;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.Options;
import io.inference.api.request.ResponseFormat;
import io.inference.api.request.Unsupported;
import io.inference.routes.door.ConversationFields;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChatRequestReaderTest {
    private static final String HI = "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]";

    @Test
    void theLeastThereIs() {
        ChatRequest request = read("{\"model\":\"m\"," + HI + "}");
        assertThat(request)
                .isEqualTo(new ChatRequest(
                        "m",
                        List.of(Message.of(Role.USER, "hi")),
                        Options.DEFAULTS,
                        List.of(),
                        null,
                        null,
                        null,
                        false));
    }

    @Test
    void everyOption() {
        ChatRequest request = read("""
                {"model":"m",%s,"n":2,"stop":["a","b"],"seed":-7,"max_tokens":5,"max_completion_tokens":6,\
                "temperature":0,
                 "top_p":0.5,"presence_penalty":-2,"frequency_penalty":2,"logprobs":true,"top_logprobs":3,"top_k":40,
                 "min_p":0.05,"repetition_penalty":1.1,"num_ctx":2048,"stream":true,"reasoning_effort":"low",
                 "user":"u","metadata":{"a":"b"},"store":true,"unheard_of":[1]}""".formatted(HI));
        assertThat(request.options())
                .isEqualTo(new Options(
                        0.0,
                        0.5,
                        40,
                        0.05,
                        1.1,
                        -2.0,
                        2.0,
                        -7L,
                        6,
                        List.of("a", "b"),
                        2048,
                        2,
                        3,
                        Set.of("max_completion_tokens", "repetition_penalty")));
        assertThat(request.stream()).isTrue();
        assertThat(request.reasoningEffort()).isEqualTo("low");
        assertThat(request.extras().fields())
                .containsExactly(
                        Map.entry("user", "\"u\""),
                        Map.entry("metadata", "{\"a\":\"b\"}"),
                        Map.entry("store", "true"),
                        Map.entry("unheard_of", "[1]"));
    }

    @Test
    void nullsCountAsAbsent() {
        ChatRequest request = read("{\"model\":\"m\"," + HI
                + ",\"n\":null,\"stop\":null,\"temperature\":null,\"tools\":null,\"tool_choice\":null,"
                + "\"response_format\":null,\"stream\":null,\"stream_options\":null,\"logit_bias\":null,"
                + "\"audio\":null}");
        assertThat(request.options()).isEqualTo(Options.DEFAULTS);
    }

    @Test
    void whatHasNoEffectIsTaken() {
        ChatRequest request = read("{\"model\":\"m\"," + HI
                + ",\"logit_bias\":{},\"functions\":[],\"modalities\":[\"text\"],\"verbosity\":\"medium\","
                + "\"parallel_tool_calls\":false,\"response_format\":{\"type\":\"text\"},\"metadata\":{\"a\":\"b\"},"
                + "\"store\":true,\"user\":\"u\",\"service_tier\":\"flex\",\"unheard_of\":1}");
        assertThat(Unsupported.check(request, Unsupported.extensionsAnd())).isEmpty();
    }

    @Test
    void rolesPartsAndCalls() {
        ChatRequest request = read("""
                {"model":"m","messages":[
                  {"role":"developer","content":"Be brief."},
                  {"role":"user","name":"ann","content":[{"type":"text","text":"What"},{"type":"text","text":"is it?"},
                    {"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo=","detail":"low"}},
                    {"type":"image_url","image_url":{"url":"https://example.org/a.png"}}]},
                  {"role":"assistant","content":null,"reasoning_content":"hm","tool_calls":[
                    {"id":"call_1","type":"function","function":{"name":"look","arguments":"{\\"a\\":1}"}}]},
                  {"role":"tool","tool_call_id":"call_1","content":"a cat"},
                  {"role":"assistant","content":[{"type":"refusal","refusal":"no"}]},
                  {"role":"assistant","refusal":"never"}]}""");
        Image inline = new Image.Inline("image/png", "iVBORw0KGgo=");
        Image remote = new Image.Remote("https://example.org/a.png");
        Extras detail = Extras.openAi(Map.of("detail", "\"low\""));
        Map<String, String> refusal = new LinkedHashMap<>();
        refusal.put("type", "\"refusal\"");
        refusal.put("refusal", "\"no\"");
        assertThat(request.messages())
                .containsExactly(
                        with(Message.of(Role.SYSTEM, "Be brief."), Extras.openAi(Map.of("role", "\"developer\""))),
                        with(
                                new Message(
                                        Role.USER,
                                        "What\nis it?",
                                        null,
                                        List.of(inline, remote),
                                        List.of(),
                                        null,
                                        "ann"),
                                Extras.NONE,
                                new ContentPart.Text("What", Extras.NONE),
                                new ContentPart.Text("is it?", Extras.NONE),
                                new ContentPart.Picture(inline, detail, Extras.NONE),
                                new ContentPart.Picture(remote, Extras.NONE, Extras.NONE)),
                        new Message(
                                Role.ASSISTANT,
                                "",
                                "hm",
                                List.of(),
                                List.of(new ToolCall(0, "call_1", "look", "{\"a\":1}")),
                                null,
                                null),
                        new Message(Role.TOOL, "a cat", null, List.of(), List.of(), "call_1", null),
                        with(
                                Message.of(Role.ASSISTANT, "no"),
                                Extras.NONE,
                                new ContentPart.Text("no", Extras.openAi(refusal))),
                        Message.of(Role.ASSISTANT, "never"));
    }

    private static Message with(Message message, Extras extras, ContentPart... parts) {
        return new Message(
                message.role(),
                message.content(),
                message.thinking(),
                message.images(),
                message.toolCalls(),
                message.toolCallId(),
                message.name(),
                List.of(parts),
                extras);
    }

    @Test
    void toolsAndTheShapeOfTheAnswer() {
        ChatRequest request = read("""
                {"model":"m",%s,
                 "tools":[{"type":"function","function":{"name":"f","description":"d","strict":true,
                           "parameters":{"type":"object"}}},{"type":"function","function":{"name":"g"}}],
                 "tool_choice":{"type":"function","function":{"name":"f"}},
                 "response_format":{"type":"json_schema","json_schema":{"name":"s","strict":true,\
                "schema":{"type":"object"}}}}""".formatted(HI));
        assertThat(request.tools())
                .containsExactly(new Tool("f", "d", "{\"type\":\"object\"}", true), new Tool("g", null, null, null));
        assertThat(request.toolChoice()).isEqualTo(new ToolChoice(ToolChoice.Mode.FUNCTION, "f"));
        assertThat(request.responseFormat())
                .isEqualTo(new ResponseFormat.JsonSchema("s", "{\"type\":\"object\"}", true));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`{}` | model",
                "`{\"model\":\"\"}` | model",
                "`{\"model\":3}` | model",
                "`{\"model\":\"m\"}` | messages",
                "`{\"model\":\"m\",\"messages\":\"hi\"}` | messages",
                "`{\"model\":\"m\",\"messages\":[]}` | messages",
                "`{\"model\":\"m\",\"messages\":[1]}` | messages[0]",
                "`{\"model\":\"m\",\"messages\":[{}]}` | messages[0].role",
                "`{\"model\":\"m\",\"messages\":[{\"role\":\"king\",\"content\":\"\"}]}` | messages[0].role",
                "`{\"model\":\"m\",\"messages\":[{\"role\":\"user\"}]}` | messages[0].content",
                "`{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":5}]}` | messages[0].content",
                "`{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[\"x\"]}]}` | messages[0].content[0]",
                "`{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\"}]}]}` | "
                        + "messages[0].content[0].text",
                "`{\"model\":\"m\",\"messages\":[{\"role\":\"tool\",\"content\":\"x\"}]}` | messages[0].tool_call_id",
                "`{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\","
                        + "\"image_url\":{\"url\":\"ftp://x\"}}]}]}` | messages[0].content[0].image_url.url",
                "`{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\","
                        + "\"image_url\":{\"url\":\"data:image/png;base64,!!!!\"}}]}]}` | "
                        + "messages[0].content[0].image_url.url",
                "`{\"model\":\"m\",\"messages\":[{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"c\"}]}]}` | "
                        + "messages[0].tool_calls[0].function",
            })
    void faultsNameTheirField(String body, String param) {
        assertRefused(body, ErrorCode.INVALID_REQUEST, param);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"temperature\":2.01 | temperature",
                "\"temperature\":-0.1 | temperature",
                "\"temperature\":\"hot\" | temperature",
                "\"temperature\":1e999 | temperature",
                "\"top_p\":1.1 | top_p",
                "\"presence_penalty\":-2.5 | presence_penalty",
                "\"frequency_penalty\":[] | frequency_penalty",
                "\"n\":0 | n",
                "\"n\":129 | n",
                "\"n\":1.5 | n",
                "\"max_tokens\":0 | max_tokens",
                "\"max_completion_tokens\":-1 | max_completion_tokens",
                "\"max_tokens\":99999999999 | max_tokens",
                "\"seed\":1e40 | seed",
                "\"stop\":5 | stop",
                "\"stop\":[1] | stop[0]",
                "\"stop\":\"\" | stop",
                "\"stop\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\",\"11\",\"12\",\"13\",\"14\","
                        + "\"15\",\"16\",\"17\"] | stop",
                "\"logprobs\":1 | logprobs",
                "\"logprobs\":true,\"top_logprobs\":21 | top_logprobs",
                "\"top_logprobs\":2 | top_logprobs",
                "\"stream\":\"yes\" | stream",
                "\"stream_options\":true | stream_options",
                "\"stream_options\":{\"include_usage\":1} | stream_options.include_usage",
                "\"min_p\":2 | min_p",
                "\"top_k\":-2 | top_k",
                "\"repeat_penalty\":0 | repeat_penalty",
                "\"num_ctx\":0 | num_ctx",
                "\"tools\":{} | tools",
                "\"tools\":[{\"type\":\"function\"}] | tools[0].function",
                "\"tools\":[{\"type\":\"function\",\"function\":{}}] | tools[0].function.name",
                "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":\"x\"}}] | "
                        + "tools[0].function.parameters",
                "\"tool_choice\":\"required\" | tool_choice",
                "\"tool_choice\":\"perhaps\" | tool_choice",
                "\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"f\"}} | tool_choice.function.name",
                "\"response_format\":{} | response_format.type",
                "\"response_format\":\"json\" | response_format",
                "\"response_format\":{\"type\":\"json_schema\"} | response_format.json_schema",
                "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"x\"}} | "
                        + "response_format.json_schema.schema",
                "\"reasoning_effort\":5 | reasoning_effort",
                "\"parallel_tool_calls\":\"x\" | parallel_tool_calls",
            })
    void faultyOptionsNameTheirField(String option, String param) {
        assertRefused("{\"model\":\"m\"," + HI + "," + option + "}", ErrorCode.INVALID_REQUEST, param);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"logit_bias\":{\"50256\":-100} | logit_bias",
                "\"audio\":{\"voice\":\"x\"} | audio",
                "\"modalities\":[\"text\",\"audio\"] | modalities",
                "\"functions\":[{\"name\":\"f\"}] | functions",
                "\"web_search_options\":{} | web_search_options",
                "\"verbosity\":\"low\" | verbosity",
                "\"guided_json\":{\"type\":\"object\"} | guided_json",
                "\"chat_template_kwargs\":{\"x\":1} | chat_template_kwargs",
                "\"tools\":[{\"type\":\"custom\"}] | tools[0].type",
                "\"tool_choice\":{\"type\":\"allowed_tools\"} | tool_choice",
                "\"response_format\":{\"type\":\"grammar\"} | response_format",
                "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}],\"parallel_tool_calls\":false | "
                        + "parallel_tool_calls",
            })
    void whatWouldChangeTheAnswerIsForBackendsThatCanDoIt(String option, String param) {
        ChatRequest request = read("{\"model\":\"m\"," + HI + "," + option + "}");

        assertThat(Unsupported.check(request, Unsupported.extensionsAnd())).containsExactly(param);
        assertThat(Unsupported.check(
                        Unsupported.without(request, Unsupported.extensionsAnd()), Unsupported.extensionsAnd()))
                .isEmpty();
    }

    @Test
    void partsAsOtherApisWriteThemAreReadToo() {
        ChatRequest request = read("""
                {"model":"m","messages":[
                  {"role":"user","content":[{"type":"input_text","text":"What is it?"},
                    {"type":"input_image","image_url":"https://example.org/a.png","detail":"low"},
                    {"type":"image_url","image_url":"https://example.org/b.png"}]},
                  {"role":"assistant","content":[{"type":"output_text","text":"a cat","annotations":[],"logprobs":[]}]}
                ]}""");
        Image first = new Image.Remote("https://example.org/a.png");
        Image second = new Image.Remote("https://example.org/b.png");

        assertThat(request.messages().getFirst().parts())
                .containsExactly(
                        new ContentPart.Text("What is it?", Extras.NONE),
                        new ContentPart.Picture(first, Extras.openAi(Map.of("detail", "\"low\"")), Extras.NONE),
                        new ContentPart.Picture(second, Extras.NONE, Extras.NONE));
        assertThat(request.messages().getFirst().images()).containsExactly(first, second);
        assertThat(request.messages().getLast().parts()).containsExactly(new ContentPart.Text("a cat", Extras.NONE));
        assertThat(request.messages().getLast().content()).isEqualTo("a cat");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "images | messages | pictures in 'messages'",
                "remote_images | image_url | pictures by URL, 'image_url'",
                "content_parts | messages[0].content[2].type | 'messages[0].content[2].type'",
                "chat | model | this operation with 'model'",
                "seed | seed | 'seed'",
            })
    void aRefusalSaysWhatABackendCannotDo(String lack, String param, String what) {
        ChatRequest request = read("""
                {"model":"m","seed":1,"messages":[{"role":"user","content":[{"type":"text","text":"what?"},
                {"type":"image_url","image_url":{"url":"https://example.org/a.png"}},{"type":"input_file"}]}]}""");
        Call call = new Call("id", "test", Duration.ofMinutes(1));

        InferenceException refused = catchThrowableOfType(
                InferenceException.class, () -> Unsupported.honour(request, Set.of(lack), "local", call));

        assertThat(refused.code()).isEqualTo(ErrorCode.UNSUPPORTED);
        assertThat(refused.param()).hasValue(param);
        assertThat(refused).hasMessage("the local backend does not support " + what);
    }

    @Test
    void soundInAMessageIsForBackendsThatCanHear() {
        ChatRequest request = read("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":["
                + "{\"type\":\"input_audio\"},{\"type\":\"text\",\"text\":\"what?\"}]}]}");

        assertThat(Unsupported.check(request, Unsupported.extensionsAnd()))
                .containsExactly("messages[0].content[0].type");
        assertThat(request.messages().getFirst().content()).isEqualTo("what?");
    }

    @Test
    void aStoredConversationIsNamedByItsFields() {
        String body = "{\"model\":\"m\",\"conversation_id\":\"conv_1\",\"parent_message_id\":\"msg_1\"}";
        assertThat(ChatRequestReader.read(body.getBytes(StandardCharsets.UTF_8)).conversation())
                .isEqualTo(new ConversationFields("conv_1", "msg_1"));
        assertRefused(
                "{\"model\":\"m\"," + HI + ",\"conversation_id\":\"\"}", ErrorCode.INVALID_REQUEST, "conversation_id");
        assertRefused("{\"model\":\"m\",\"conversation_id\":\"conv_1\"}", ErrorCode.INVALID_REQUEST, "messages");
    }

    private static ChatRequest read(String body) {
        return (ChatRequest)
                ChatRequestReader.read(body.getBytes(StandardCharsets.UTF_8)).request();
    }

    private static void assertRefused(String body, ErrorCode code, String param) {
        assertThatThrownBy(() -> read(body)).isInstanceOfSatisfying(InferenceException.class, e -> {
            assertThat(e.code()).isEqualTo(code);
            assertThat(e.param()).contains(param);
        });
    }
}
