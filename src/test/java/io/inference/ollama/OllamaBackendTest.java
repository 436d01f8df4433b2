package io.inference.ollama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.inference.api.answer.ChatAnswer;
import io.inference.api.answer.Choice;
import io.inference.api.answer.EmbedAnswer;
import io.inference.api.backend.ModelDetails;
import io.inference.api.backend.ModelInfo;
import io.inference.api.call.Call;
import io.inference.api.call.Usage;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.message.FinishReason;
import io.inference.api.message.Image;
import io.inference.api.message.Message;
import io.inference.api.message.Role;
import io.inference.api.message.Tool;
import io.inference.api.message.ToolChoice;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.EmbedRequest;
import io.inference.api.request.GenerateRequest;
import io.inference.api.request.LoadRequest;
import io.inference.api.request.Options;
import io.inference.api.request.ResponseFormat;
import io.inference.api.stream.Chunk;
import io.inference.api.stream.ChunkStream;
import io.inference.api.stream.StreamEvent;
import io.inference.stub.RecordedOllama;
import io.inference.upstream.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Uses recordings of a real Ollama 0.17.4. */
class OllamaBackendTest {
    private static final String MODEL = "smollm2:135m";
    private static final Duration LONG = Duration.ofSeconds(20);

    private final RecordedOllama recorded = new RecordedOllama();
    private final OllamaBackend ollama = new OllamaBackend(Connection.of("ollama", recorded.url(), null, LONG));
    private final Call call = new Call("id", "test", Duration.ofMinutes(1));

    @AfterEach
    void close() {
        ollama.close();
        recorded.close();
    }

    @Test
    void aWholeChat() {
        ChatRequest request = chat(
                MODEL,
                false,
                Message.of(Role.SYSTEM, "Answer in one word."),
                Message.of(Role.USER, "What is the capital of France?"));

        ChatAnswer.Whole answer = (ChatAnswer.Whole) ollama.chat(request, call);

        assertThat(answer.model()).isEqualTo(MODEL);
        assertThat(answer.usage()).isEqualTo(new Usage(26, 24, 0)).isEqualTo(call.usage());
        Choice choice = answer.choices().getFirst();
        assertThat(choice.finishReason()).isEqualTo(FinishReason.LENGTH);
        assertThat(choice.message().content()).startsWith("The capital of France is Paris");
        assertThat(call.timeToFirstTokenNanos()).isPositive();
    }

    @Test
    void aStreamedChat() {
        ChatRequest request = chat(MODEL, true, Message.of(Role.USER, "What is the capital of France?"));

        ChatAnswer.Streamed answer = (ChatAnswer.Streamed) ollama.chat(request, call);
        List<Chunk> chunks = readAll(answer.chunks());

        assertThat(answer.model()).isEqualTo(MODEL);
        assertThat(chunks)
                .extracting(Chunk::text)
                .containsExactly("The", " capital", " of", " France", " is", " Paris", ".", "");
        assertThat(chunks.getLast().finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(chunks.getLast().usage()).isEqualTo(new Usage(16, 8, 0)).isEqualTo(call.usage());
    }

    @Test
    void aStreamThatReachesItsLimit() {
        ChatRequest request = chat(MODEL, true, Message.of(Role.USER, "Count to one hundred."));

        List<Chunk> chunks = readAll(((ChatAnswer.Streamed) ollama.chat(request, call)).chunks());

        assertThat(chunks.getLast().finishReason()).isEqualTo(FinishReason.LENGTH);
    }

    @Test
    void logprobsOfAChat() {
        Options options = new Options(null, null, null, null, null, null, null, null, null, List.of(), null, 1, 2);
        ChatRequest request = new ChatRequest(
                MODEL, List.of(Message.of(Role.USER, "Hi")), options, List.of(), null, null, null, false);

        Choice choice =
                ((ChatAnswer.Whole) ollama.chat(request, call)).choices().getFirst();

        assertThat(choice.logprobs()).hasSize(3);
        assertThat(choice.logprobs().getFirst().token()).isEqualTo("The");
        assertThat(choice.logprobs().getFirst().logprob()).isEqualTo(-2.1596877574920654);
        assertThat(choice.logprobs().getFirst().bytes()).containsExactly(84, 104, 101);
        assertThat(choice.logprobs().getFirst().top()).extracting("token").containsExactly("The", "I");
    }

    @Test
    void aSchemaIsTheFormat() {
        String schema = RecordedOllama.recording("chat-json-schema")
                .at("/request/body/format")
                .toString();
        ChatRequest request = new ChatRequest(
                MODEL,
                List.of(Message.of(Role.USER, "Capital of France as JSON")),
                Options.DEFAULTS,
                List.of(),
                null,
                new ResponseFormat.JsonSchema("city", schema, true),
                null,
                false);

        Choice choice =
                ((ChatAnswer.Whole) ollama.chat(request, call)).choices().getFirst();

        assertThat(choice.message().content()).contains("\"city\"");
    }

    @Test
    void anImageGoesAsBase64() {
        JsonNode sent = RecordedOllama.recording("chat-images-unsupported").at("/request/body/messages/0");
        Image image = new Image.Inline("image/png", sent.at("/images/0").asText());
        Message message = new Message(Role.USER, "What is this?", null, List.of(image), List.of(), null, null);

        ChatAnswer.Whole answer = (ChatAnswer.Whole) ollama.chat(chat(MODEL, false, message), call);

        assertThat(answer.usage()).isEqualTo(new Usage(18, 24, 0));
    }

    @Test
    void whatTheModelCannotDoNamesTheField() {
        Tool tool = new Tool(
                "get_weather",
                "Weather for a city",
                "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}},\"required\":[\"city\"]}",
                null);
        List<Message> weather = List.of(Message.of(Role.USER, "Weather in Paris?"));
        ChatRequest tools = new ChatRequest(MODEL, weather, Options.DEFAULTS, List.of(tool), null, null, null, false);
        ChatRequest thinking = new ChatRequest(
                MODEL, List.of(Message.of(Role.USER, "hi")), Options.DEFAULTS, List.of(), null, null, true, false);

        assertThat(failure(ErrorCode.UNSUPPORTED, () -> ollama.chat(tools, call)))
                .hasMessage("model 'smollm2:135m' does not support tools")
                .returns("tools", e -> e.param().orElseThrow());
        assertThat(failure(ErrorCode.UNSUPPORTED, () -> ollama.chat(thinking, call))
                        .param())
                .contains("think");
    }

    @Test
    void toolsThatMayNotBeCalledAreNotSent() {
        Tool tool = new Tool("f", null, null, null);
        ChatRequest request = new ChatRequest(
                MODEL,
                List.of(Message.of(Role.USER, "What is the capital of France?")),
                Options.DEFAULTS,
                List.of(tool),
                new ToolChoice(ToolChoice.Mode.NONE, null),
                null,
                null,
                true);

        readAll(((ChatAnswer.Streamed) ollama.chat(request, call)).chunks());

        assertThat(recorded.sentTo("/api/chat").getLast().has("tools")).isFalse();
    }

    @Test
    void anUnknownModelIsNotFoundStreamedOrNot() {
        Message hi = Message.of(Role.USER, "hi");

        for (boolean stream : List.of(false, true)) {
            assertThat(failure(ErrorCode.MODEL_NOT_FOUND, () -> ollama.chat(chat("nope", stream, hi), call)))
                    .hasMessage("model 'nope' not found");
        }
        assertThat(failure(ErrorCode.MODEL_NOT_FOUND, () -> ollama.details("nope")))
                .isNotNull();
    }

    @Test
    void generatesFromTextAsItStands() {
        GenerateRequest whole = new GenerateRequest(MODEL, List.of("Water boils at"), Options.DEFAULTS, false);
        GenerateRequest streamed = new GenerateRequest(MODEL, List.of("Water boils at"), Options.DEFAULTS, true);

        ChatAnswer.Whole answer = (ChatAnswer.Whole) ollama.generate(whole, call);
        List<Chunk> chunks = readAll(((ChatAnswer.Streamed) ollama.generate(streamed, call)).chunks());

        assertThat(answer.choices().getFirst().message().content()).startsWith(" 10,000 degrees");
        assertThat(answer.usage()).isEqualTo(new Usage(3, 24, 0));
        assertThat(chunks).hasSize(25).first().returns("The", Chunk::text);
        assertThat(recorded.sentTo("/api/generate"))
                .allMatch(body -> body.get("raw").asBoolean());
    }

    @Test
    void severalChoicesAreSeveralRequestsWithSeedsOfTheirOwn() {
        Options options = new Options(null, null, null, null, null, null, null, 7L, null, List.of(), null, 2, null);
        GenerateRequest request =
                new GenerateRequest(MODEL, List.of("Water boils at", "Water boils at"), options, false);

        ChatAnswer.Whole answer = (ChatAnswer.Whole) ollama.generate(request, call);

        assertThat(answer.choices()).extracting(Choice::index).containsExactly(0, 1, 2, 3);
        assertThat(answer.choices()).allMatch(choice -> choice.finishReason() == FinishReason.LENGTH);
        // Two prompts of 12 tokens, each counted once, as OpenAI counts.
        assertThat(answer.usage()).isEqualTo(new Usage(24, 96, 0)).isEqualTo(call.usage());
        assertThat(recorded.sentTo("/api/generate"))
                .extracting(body -> body.at("/options/seed").asInt())
                .containsExactlyInAnyOrder(7, 8, 7, 8);
    }

    @Test
    void embedsSeveralTextsAtOnce() {
        EmbedAnswer answer = ollama.embed(new EmbedRequest(MODEL, List.of("a", "b"), null, true, true), call);

        assertThat(answer.embeddings()).hasSize(2);
        assertThat(answer.embeddings().getFirst()).startsWith(-0.0123183f, -0.018610949f);
        assertThat(answer.usage()).isEqualTo(new Usage(2, 0, 0));
    }

    @Test
    void vectorsThatShallNotBeNormalisedComeFromTheOlderOperation() {
        EmbedAnswer answer = ollama.embed(new EmbedRequest(MODEL, List.of("a", "a"), 2, false, true), call);

        assertThat(answer.embeddings())
                .hasSize(2)
                .allSatisfy(vector -> assertThat(vector).containsExactly(-0.42439073f, -0.6411854f));
    }

    @Test
    void listsItsModelsWithContextLengthsAskedOnce() {
        ollama.models();
        List<ModelInfo> models = ollama.models();

        assertThat(models)
                .containsExactly(new ModelInfo(
                                MODEL,
                                "ollama",
                                true,
                                8192,
                                98363192L,
                                "e5ddb782c0b7abcab6ebe7d02ef5a0024219bb2c392c7b19958c87c2b7cf736c",
                                "llama",
                                "134.52M",
                                "Q4_1",
                                1795437175L)
                        .with(List.of("completion")));
        assertThat(recorded.sentTo("/api/show")).hasSize(1);
    }

    @Test
    void listsWhatIsLoaded() {
        ModelInfo loaded = ollama.loaded().getFirst();

        assertThat(loaded.id()).isEqualTo(MODEL);
        assertThat(loaded.contextLength()).isEqualTo(4096);
        assertThat(loaded.sizeBytes()).isEqualTo(190948608L);
    }

    @Test
    void tellsAllAboutAModel() {
        ModelDetails details = ollama.details(MODEL);

        assertThat(details.info().contextLength()).isEqualTo(8192);
        assertThat(details.info().sizeBytes()).isEqualTo(98363192L);
        assertThat(details.template()).contains("<|im_start|>");
        assertThat(details.license()).isNull();
        assertThat(details.capabilities()).containsExactly("completion");
        assertThat(details.parameters()).contains("stop                           \"<|im_end|>\"");
        assertThat(details.tensors())
                .hasSize(4)
                .contains(new ModelDetails.Tensor("token_embd.weight", "Q8_0", List.of(576L, 49152L)));
        assertThat(details.metadata())
                .containsEntry("general.architecture", "llama")
                .containsEntry("llama.attention.layer_norm_rms_epsilon", 1e-05)
                .doesNotContainKey("tokenizer.ggml.tokens");
    }

    @Test
    void loadsAndUnloadsAModel() {
        ollama.load(new LoadRequest(MODEL, null, false), call);
        ollama.load(new LoadRequest(MODEL, "0", true), call);

        assertThat(recorded.sentTo("/api/chat"))
                .extracting(body -> body.path("messages").toString() + body.path("keep_alive"))
                .containsExactly("[]", "[]0");
    }

    private static ChatRequest chat(String model, boolean stream, Message... messages) {
        return new ChatRequest(model, List.of(messages), Options.DEFAULTS, List.of(), null, null, null, stream);
    }

    private static List<Chunk> readAll(ChunkStream stream) {
        List<Chunk> chunks = new ArrayList<>();
        try (stream) {
            while (stream.next(LONG) instanceof Chunk chunk) {
                chunks.add(chunk);
            }
            assertThat(stream.next(LONG)).isEqualTo(StreamEvent.END);
        }
        return chunks;
    }

    private static InferenceException failure(ErrorCode code, Runnable action) {
        InferenceException failure = catchThrowableOfType(InferenceException.class, action::run);
        assertThat(failure).isNotNull();
        assertThat(failure.code()).isEqualTo(code);
        return failure;
    }
}
