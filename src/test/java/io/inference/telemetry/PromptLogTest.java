package io.inference.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.inference.api.answer.ChatAnswer;
import io.inference.api.answer.Choice;
import io.inference.api.answer.EmbedAnswer;
import io.inference.api.call.Call;
import io.inference.api.call.Usage;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.message.FinishReason;
import io.inference.api.message.Image;
import io.inference.api.message.Message;
import io.inference.api.message.Role;
import io.inference.api.message.ToolCall;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.GenerateRequest;
import io.inference.api.request.Options;
import io.inference.api.stream.Chunk;
import io.inference.api.stream.ChunkPipe;
import io.inference.api.stream.StreamEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class PromptLogTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration SOON = Duration.ofSeconds(30);

    private final Logger logger = (Logger) LoggerFactory.getLogger("io.inference.prompts");
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final PromptLog log = new PromptLog(false);
    private final PromptLogProcessor prompts = new PromptLogProcessor(log);
    private final AnswerLogProcessor answers = new AnswerLogProcessor(log, false);
    private final Call call = new Call("id-1", "rest", Duration.ofMinutes(1));
    private final Exchange exchange = new DefaultExchange(new DefaultCamelContext());

    @BeforeEach
    void listen() {
        lines.setContext(logger.getLoggerContext());
        lines.start();
        logger.addAppender(lines);
        logger.setLevel(Level.INFO);
        call.setCaller("alice");
        call.setModel("m");
        exchange.setProperty(Call.PROPERTY, call);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(lines);
        logger.setLevel(null);
    }

    @Test
    void aPromptIsOneLineWithTheCallsIdCallerAndModelHoweverOftenItsFlowBegins() throws Exception {
        for (int i = 0; i < 3; i++) {
            exchange.getMessage().setBody(chat(Message.of(Role.SYSTEM, "Be brief."), Message.of(Role.USER, "hi")));
            prompts.process(exchange);
        }
        assertThat(logged())
                .containsExactly("id-1 rest caller=alice chat model=m prompt "
                        + "[{\"role\":\"system\",\"content\":\"Be brief.\"},{\"role\":\"user\",\"content\":\"hi\"}]");
    }

    @Test
    void anotherRequestOrAnotherCallIsAnotherLine() throws Exception {
        exchange.getMessage().setBody(chat(Message.of(Role.USER, "one")));
        prompts.process(exchange);
        exchange.getMessage().setBody(chat(Message.of(Role.USER, "two")));
        prompts.process(exchange);
        exchange.setProperty(Call.PROPERTY, new Call("id-1-part", "route", Duration.ofMinutes(1)));
        prompts.process(exchange);
        assertThat(logged()).hasSize(3).last().asString().startsWith("id-1-part route ");
    }

    @Test
    void theSameAnswerIsOneLineAndTheNextPromptsIsAnother() throws Exception {
        for (String question : List.of("one", "two")) {
            exchange.getMessage().setBody(chat(Message.of(Role.USER, question)));
            prompts.process(exchange);
            exchange.getMessage().setBody(whole(Message.of(Role.ASSISTANT, "yes")));
            answers.process(exchange);
            answers.process(exchange);
        }
        assertThat(logged())
                .hasSize(4)
                .filteredOn(line -> line.contains(" answer ok "))
                .hasSize(2);
    }

    @Test
    void noTextForgesALineAndTheLineIsStillJson() throws Exception {
        String hostile = "a\r\n2026-01-01 WARN forged\u2028\u0085\u001b[31m\u202e\ud800\"\\ end \udb40\udc41";
        exchange.getMessage().setBody(new GenerateRequest("m", List.of(hostile), Options.DEFAULTS, false));
        prompts.process(exchange);
        exchange.getMessage().setBody(whole(Message.of(Role.ASSISTANT, hostile)));
        answers.process(exchange);
        assertThat(logged())
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).doesNotContainPattern("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]"));
        assertThat(json(0).path(0).asText()).isEqualTo(hostile);
        assertThat(json(1).at("/0/content").asText()).isEqualTo(hostile);
    }

    @Test
    void whatIsLongIsCutWithAMarkTheNewestMessageLast() throws Exception {
        exchange.setProperty(PromptLogProcessor.CHARACTERS, "100");
        List<Message> messages = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            messages.add(Message.of(Role.USER, "old " + i));
        }
        messages.add(Message.of(Role.USER, "newest " + "\ud83d\ude00".repeat(1000)));
        exchange.getMessage().setBody(chat(messages.toArray(Message[]::new)));
        prompts.process(exchange);
        JsonNode shown = json(0);
        assertThat(shown).hasSize(2);
        assertThat(shown.path(0).asText()).isEqualTo("…[1000 more earlier messages]");
        assertThat(shown.path(1).path("content").asText())
                .startsWith("newest \ud83d\ude00")
                .endsWith("\ud83d\ude00…[1940 more characters]")
                .hasSizeLessThan(100);
    }

    @Test
    void picturesAreNamedByTheirSizeAndNotShown() throws Exception {
        Message message = new Message(
                Role.USER,
                "what is it?",
                null,
                List.of(new Image.Inline("image/png", "AAAA".repeat(10_000)), new Image.Remote("https://a.example/x")),
                List.of(new ToolCall(0, "c1", "weather", "{\"city\":\"Bern\"}")),
                null,
                null);
        exchange.getMessage().setBody(chat(message));
        prompts.process(exchange);
        assertThat(logged().getFirst()).doesNotContain("AAAA");
        assertThat(json(0).path(0).path("images"))
                .extracting(JsonNode::asText)
                .containsExactly("image/png, about 30000 bytes", "https://a.example/x");
        assertThat(json(0).at("/0/tool_calls/0/name").asText()).isEqualTo("weather");
        assertThat(json(0).at("/0/tool_calls/0/arguments").asText()).isEqualTo("{\"city\":\"Bern\"}");
    }

    @Test
    void vectorsAreCountedAndNotShown() throws Exception {
        exchange.getMessage().setBody(new EmbedAnswer("m", List.of(new float[384], new float[384]), Usage.NONE));
        answers.process(exchange);
        assertThat(logged()).singleElement().asString().endsWith(" answer ok 2 vectors of 384 numbers");
    }

    @Test
    void aStreamIsOneLineWhenItHasEnded() throws Exception {
        ChunkPipe pipe = new ChunkPipe(10, () -> {});
        ChatAnswer.Streamed answer = stream(pipe);
        assertThat(pipe.put(Chunk.of(0, "Hel"))).isTrue();
        assertThat(pipe.put(new Chunk(
                        0,
                        "lo",
                        "hm",
                        List.of(
                                new ToolCall(0, "c1", "weather", "{\"city\":"),
                                new ToolCall(0, null, null, "\"Bern\"}")),
                        List.of(),
                        FinishReason.STOP,
                        null)))
                .isTrue();
        pipe.end();
        try (var chunks = answer.chunks()) {
            while (!(chunks.next(SOON) instanceof StreamEvent.End)) {
                assertThat(logged()).isEmpty();
            }
        }
        assertThat(logged())
                .containsExactly("id-1 rest caller=alice other model=m backend= answer ok "
                        + "[{\"index\":0,\"content\":\"Hello\",\"thinking\":\"hm\",\"tool_calls\":[{\"id\":\"c1\","
                        + "\"name\":\"weather\",\"arguments\":\"{\\\"city\\\":\\\"Bern\\\"}\"}],"
                        + "\"finish_reason\":\"stop\"}]");
    }

    @Test
    void aStreamThatIsLeftOrBreaksOffIsOneLineWithWhatWasSentAndWhy() throws Exception {
        ChunkPipe left = new ChunkPipe(10, () -> {});
        ChatAnswer.Streamed answer = stream(left);
        assertThat(left.put(Chunk.of(0, "sent"))).isTrue();
        assertThat(left.put(Chunk.of(0, " not sent"))).isTrue();
        assertThat(answer.chunks().next(SOON)).isInstanceOf(Chunk.class);
        answer.chunks().close();
        answer.chunks().close();

        ChunkPipe broken = new ChunkPipe(10, () -> {});
        ChatAnswer.Streamed second = stream(broken);
        broken.fail(new InferenceException(ErrorCode.BACKEND_FAILED, "gone"));
        assertThatThrownBy(() -> second.chunks().next(SOON)).isInstanceOf(InferenceException.class);
        second.chunks().close();

        ChatAnswer.Streamed third = stream(new ChunkPipe(10, () -> {}));
        call.cancel(ErrorCode.TIMEOUT);
        third.chunks().close();
        assertThat(logged()).hasSize(3);
        assertThat(logged().get(0)).endsWith(" answer cancelled [{\"index\":0,\"content\":\"sent\"}]");
        assertThat(logged().get(1)).endsWith(" answer backend_failed []");
        assertThat(logged().get(2)).endsWith(" answer timeout []");
    }

    @Test
    void aLongStreamIsCutWithAMark() throws Exception {
        exchange.setProperty(PromptLogProcessor.CHARACTERS, "100");
        ChunkPipe pipe = new ChunkPipe(1000, () -> {});
        for (int i = 0; i < 999; i++) {
            assertThat(pipe.put(Chunk.of(0, "0123456789"))).isTrue();
        }
        pipe.end();
        try (var chunks = stream(pipe).chunks()) {
            while (!(chunks.next(SOON) instanceof StreamEvent.End)) {}
        }
        assertThat(json(0).at("/0/content").asText()).isEqualTo("0123456789".repeat(10));
        assertThat(json(0).path(1).asText()).isEqualTo("…[9890 more characters]");
    }

    @Test
    void whereTheLogIsQuieterNothingIsKept() throws Exception {
        logger.setLevel(Level.WARN);
        ChunkPipe pipe = new ChunkPipe(10, () -> {});
        assertThat(stream(pipe).chunks()).isSameAs(pipe);
    }

    private ChatAnswer.Streamed stream(ChunkPipe pipe) {
        exchange.getMessage().setBody(new ChatAnswer.Streamed("m", pipe));
        answers.process(exchange);
        ChatAnswer.Streamed once = exchange.getMessage().getBody(ChatAnswer.Streamed.class);
        answers.process(exchange);
        assertThat(exchange.getMessage().getBody()).isSameAs(once);
        return once;
    }

    private static ChatRequest chat(Message... messages) {
        return new ChatRequest("m", List.of(messages), Options.DEFAULTS, List.of(), null, null, null, false);
    }

    private static ChatAnswer.Whole whole(Message message) {
        return new ChatAnswer.Whole("m", List.of(new Choice(0, message, FinishReason.STOP, List.of())), Usage.NONE);
    }

    private List<String> logged() {
        return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    /** The content of a line, parsed again. */
    private JsonNode json(int line) throws Exception {
        String text = logged().get(line);
        return JSON.readTree(text.substring(text.indexOf('[')));
    }
}
