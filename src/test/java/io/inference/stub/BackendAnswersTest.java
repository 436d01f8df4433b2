package io.inference.stub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.inference.api.answer.AnswerCollector;
import io.inference.api.answer.ChatAnswer;
import io.inference.api.answer.Choice;
import io.inference.api.backend.Backend;
import io.inference.api.call.Call;
import io.inference.api.call.Usage;
import io.inference.api.error.InferenceException;
import io.inference.api.message.Message;
import io.inference.api.message.Role;
import io.inference.api.message.ToolCall;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.Options;
import io.inference.api.stream.Chunk;
import io.inference.api.stream.ChunkStream;
import io.inference.api.stream.StreamEvent;
import io.inference.ollama.OllamaBackend;
import io.inference.openai.OpenAiBackend;
import io.inference.upstream.Connection;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What servers answer that is not quite the protocol: recordings under {@code src/test/resources/backends}, and more of
 * the same kinds. Each answer has one right reading, written as {@code text|thinking|calls|finish|usage}.
 */
class BackendAnswersTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TEXT_EVENTS = "text/event-stream";

    private final Call call = new Call("id", "test", Duration.ofMinutes(1));
    private StubServer server;
    private Backend backend;

    @AfterEach
    void close() throws Exception {
        server.close();
        ((AutoCloseable) backend).close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "finish-empty; Hello world|||stop|3+4",
                "gzip; Hello world|||stop|3+4",
                "heartbeat; Hello world|||stop|3+4",
                "json-for-stream; Hello world|||stop|3+4",
                "no-done; Hello world|||stop|3+4",
                "odd-chunks; Hello world!|||stop|3+4",
                "parts; Hello world|think||stop|3+4",
                "reasoning; Hello world|think||stop|3+4 cached 1 reasoning 2",
                "tools-no-index; ||call_a f {\"a\":1}, call_b g {\"b\":2}|tool_calls|3+4",
                "tools-object; ||call_1 get_weather {\"city\":\"Oslo\"}|tool_calls|3+4"
            })
    void recordings(String name, String right) throws Exception {
        JsonNode recording;
        try (InputStream in = getClass().getResourceAsStream("/backends/" + name + ".json")) {
            recording = JSON.readTree(Objects.requireNonNull(in, name));
        }
        serve(false, (request, connection) -> {
            JsonNode answer = recording.path(request.body().contains("\"stream\":true") ? "stream" : "whole");
            List<String> headers = new ArrayList<>();
            answer.path("headers")
                    .properties()
                    .forEach(header -> headers.add(
                            header.getKey() + ": " + header.getValue().asText()));
            connection.begin(
                    answer.path("status").asInt(),
                    answer.path("content-type").asText(),
                    headers.toArray(String[]::new));
            for (JsonNode block : answer.path("blocks")) {
                connection.chunk(
                        block.has("text")
                                ? block.path("text").asText().getBytes(StandardCharsets.UTF_8)
                                : Base64.getDecoder()
                                        .decode(block.path("base64").asText()));
            }
            connection.end();
        });

        assertThat(read(false)).isEqualTo(name.equals("odd-chunks") ? right.replace("!", "") : right);
        assertThat(read(true)).isEqualTo(right);
    }

    private record Case(String name, String answer, String right) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Case of(String name, String right, String... events) {
        return new Case(name, Stream.of(events).map(event -> event + "\n\n").collect(Collectors.joining()), right);
    }

    private static String delta(String delta) {
        return choice("'delta':{" + delta + "}");
    }

    private static String choice(String choice) {
        return "data: " + json("{'choices':[{'index':0," + choice + "}]}");
    }

    private static String finish(String reason) {
        return choice("'delta':{},'finish_reason':" + reason);
    }

    private static String call(String fields, String name, String arguments) {
        String function = (name == null ? "" : "'name':'" + name + "'")
                + (name == null || arguments == null ? "" : ",")
                + (arguments == null ? "" : "'arguments':" + arguments);
        return delta("'tool_calls':[{" + fields + (fields.isEmpty() ? "" : ",") + "'function':{" + function + "}}]");
    }

    private static String json(String text) {
        return text.replace('\'', '"');
    }

    private static final String DONE = "data: [DONE]";
    private static final String HI = delta("'content':'hi'");
    private static final String STOP = finish("'stop'");

    static Stream<Case> finishReasons() {
        return Stream.of(
                of("unknown", "hi|||stop|", HI, finish("'eos_token'"), DONE),
                of("upper case", "hi|||length|", HI, finish("'LENGTH'"), DONE),
                of("another name of length", "hi|||length|", HI, finish("'max_tokens'"), DONE),
                of("no text", "hi|||stop|", HI, finish("7"), DONE),
                of("missing", "hi|||stop|", HI, DONE),
                of(
                        "the text null",
                        "hi|||length|",
                        choice("'delta':{'content':'hi'},'finish_reason':'null'"),
                        finish("'length'"),
                        DONE),
                of("missing, calls", "||a f {}|tool_calls|", call("'index':0,'id':'a'", "f", "'{}'"), DONE),
                of("stop, calls", "||a f {}|tool_calls|", call("'index':0,'id':'a'", "f", "'{}'"), STOP, DONE),
                of(
                        "length, calls",
                        "||a f {|length|",
                        call("'index':0,'id':'a'", "f", "'{'"),
                        finish("'length'"),
                        DONE),
                of(
                        "in every chunk",
                        "hi you|||stop|",
                        choice("'delta':{'content':'hi'},'finish_reason':'stop'"),
                        choice("'delta':{'content':' you'},'finish_reason':'stop'"),
                        STOP,
                        DONE),
                of("twice", "hi|||length|", HI, finish("'length'"), finish("'length'"), DONE),
                of("before the last text", "hi you|||stop|", HI, STOP, delta("'content':' you'"), DONE),
                of("with the last text", "hi|||stop|", choice("'delta':{'content':'hi'},'finish_reason':'stop'"), DONE),
                of("empty answer", "|||stop|", STOP, DONE),
                of("null choice", "hi|||stop|", "data: {\"choices\":[null]}", HI, STOP, DONE));
    }

    static Stream<Case> ends() {
        return Stream.of(
                of("no [DONE]", "hi|||stop|", HI, STOP),
                of("no [DONE], usage", "hi|||stop|3+4", HI, STOP, usage("")),
                new Case("no last empty line", HI + "\n\n" + STOP, "hi|||stop|"),
                new Case("cut in the last event", HI + "\n\n" + STOP + "\n\ndata: {\"choices\":[],\"us", "hi|||stop|"),
                of("no finish reason", "hi!backend_failed", HI),
                of("no finish reason but usage", "hi!backend_failed", HI, usage("")),
                new Case("cut in an event", HI + "\n\ndata: {\"choices\":[{\"delta\":{\"con", "hi!backend_failed"),
                of("one of two choices", "hi!backend_failed", HI, choice("'index':1,'delta':{'content':'a'}"), STOP),
                of("[DONE] alone", "!backend_failed", DONE),
                of("[DONE] after a role", "!backend_failed", delta("'role':'assistant','content':''"), DONE),
                of("[DONE] after usage", "!backend_failed", usage(""), DONE),
                of("[DONE] and space", "hi|||stop|", HI, STOP, "data:  [DONE] "),
                of(
                        "an error object",
                        "hi!backend_failed",
                        HI,
                        "data: {\"object\":\"error\",\"message\":\"boom\"}",
                        DONE),
                of("an error after the finish", "hi!backend_failed", HI, STOP, "data: {\"error\":\"boom\"}"),
                of("busy", "!overloaded", "data: {\"error\":{\"message\":\"slow down\",\"code\":429}}"),
                new Case("no empty lines", HI + "\n" + STOP + "\n" + DONE + "\n", "hi|||stop|"),
                new Case("lines of JSON", HI.substring(6) + "\n" + STOP.substring(6) + "\n", "hi|||stop|"),
                new Case(
                        "lines of JSON, broken off",
                        HI.substring(6) + "\n" + HI.substring(6) + "\n",
                        "hihi!backend_failed"),
                new Case(
                        "comments before JSON",
                        ": wait\n\n" + choice("'message':{'content':'hi'}").substring(6),
                        "hi|||stop|"),
                of(
                        "the text null alone",
                        "hi!backend_failed",
                        choice("'delta':{'content':'hi'},'finish_reason':'null'")),
                new Case(
                        "a whole empty answer",
                        "{\"choices\":[{\"message\":{\"content\":null},\"finish_reason\":\"\"}]}",
                        "|||stop|"),
                new Case("nothing", "", "!backend_failed"),
                new Case("HTML", "<html><body>at 10.1.2.3</body></html>", "!backend_failed"),
                new Case("text", "no healthy upstream at 10.1.2.3", "!backend_failed"));
    }

    static Stream<Case> toolCalls() {
        String end = finish("'tool_calls'");
        return Stream.of(
                of(
                        "in parts",
                        "||a f {\"x\":1}|tool_calls|",
                        call("'index':0,'id':'a'", "f", "''"),
                        call("'index':0", null, "'{\\'x\\':'"),
                        call("'index':0", null, "'1}'"),
                        end,
                        DONE),
                of(
                        "no index, parts",
                        "||a f {\"x\":1}, b g {\"y\":2}|tool_calls|",
                        call("'id':'a'", "f", "''"),
                        call("", null, "'{\\'x\\':'"),
                        call("", null, "'1}'"),
                        call("'id':'b'", "g", "'{\\'y\\':'"),
                        call("", null, "'2}'"),
                        end,
                        DONE),
                of(
                        "no index, id and name in each",
                        "||a f {\"x\":1}, b g {\"y\":2}|tool_calls|",
                        call("'id':'a'", "f", "'{\\'x\\':'"),
                        call("'id':'a'", "f", "'1}'"),
                        call("'id':'b'", "g", "'{\\'y\\':'"),
                        call("'id':'b'", "g", "'2}'"),
                        end,
                        DONE),
                of(
                        "no index, interleaved",
                        "||a f {\"x\":1}, b g {\"y\":2}|tool_calls|",
                        call("'id':'a'", "f", "'{\\'x\\':'"),
                        call("'id':'b'", "g", "'{\\'y\\':'"),
                        call("'id':'a'", "f", "'1}'"),
                        call("'id':'b'", "g", "'2}'"),
                        end,
                        DONE),
                of(
                        "index, id and name in each",
                        "||a f {\"x\":1}|tool_calls|",
                        call("'index':0,'id':'a'", "f", "'{\\'x\\':'"),
                        call("'index':0,'id':'a'", "f", "'1}'"),
                        end,
                        DONE),
                of(
                        "index, interleaved",
                        "||a f {\"x\":1}, b g {\"y\":2}|tool_calls|",
                        call("'index':0,'id':'a'", "f", "''"),
                        call("'index':1,'id':'b'", "g", "''"),
                        call("'index':0", null, "'{\\'x\\':'"),
                        call("'index':1", null, "'{\\'y\\':'"),
                        call("'index':0", null, "'1}'"),
                        call("'index':1", null, "'2}'"),
                        end,
                        DONE),
                of(
                        "index 0 of all",
                        "||a f {\"x\":1}, b g {\"y\":2}|tool_calls|",
                        call("'index':0,'id':'a'", "f", "'{\\'x\\':1}'"),
                        call("'index':0,'id':'b'", "g", "'{\\'y\\':2}'"),
                        end,
                        DONE),
                of(
                        "index in later parts alone",
                        "||a f {\"x\":1}|tool_calls|",
                        call("'id':'a'", "f", "'{\\'x\\':'"),
                        call("'index':0", null, "'1}'"),
                        end,
                        DONE),
                of("index from 1", "||a f {}|tool_calls|", call("'index':1,'id':'a'", "f", "'{}'"), end, DONE),
                of(
                        "empty id and name in later parts",
                        "||a f {\"x\":1}|tool_calls|",
                        call("'index':0,'id':'a'", "f", "'{\\'x\\':'"),
                        call("'index':0,'id':''", "", "'1}'"),
                        end,
                        DONE),
                of(
                        "another id in later parts",
                        "||a f {\"x\":1}|tool_calls|",
                        call("'index':0,'id':'a'", "f", "'{\\'x\\':'"),
                        call("'index':0,'id':'z'", null, "'1}'"),
                        end,
                        DONE),
                of(
                        "no id",
                        "||call_? f {\"x\":1}, call_? g {}|tool_calls|",
                        call("", "f", "'{\\'x\\':1}'"),
                        call("", "g", "'{}'"),
                        end,
                        DONE),
                of(
                        "no id, one function twice",
                        "||call_? f {\"x\":1}, call_? f {\"x\":2}|tool_calls|",
                        call("", "f", "'{\\'x\\':1}'"),
                        call("", "f", "'{\\'x\\':2}'"),
                        end,
                        DONE),
                of(
                        "no id, name in each",
                        "||call_? f {\"x\":1}|tool_calls|",
                        call("", "f", "'{\\'x\\':'"),
                        call("", "f", "'1}'"),
                        end,
                        DONE),
                of(
                        "no id, one list",
                        "||call_? f {}, call_? f {}|tool_calls|",
                        delta("'tool_calls':[{'function':{'name':'f'}},{'function':{'name':'f'}}]"),
                        end,
                        DONE),
                of(
                        "object",
                        "||a f {\"x\":1.50,\"y\":[]}|tool_calls|",
                        call("'index':0,'id':'a'", "f", "{'x':1.50,'y':[]}"),
                        end,
                        DONE),
                of(
                        "object, no index",
                        "||a f {\"x\":1}, b g {}|tool_calls|",
                        call("'id':'a'", "f", "{'x':1}"),
                        call("'id':'b'", "g", "{}"),
                        end,
                        DONE),
                of("no arguments", "||a f {}|tool_calls|", call("'index':0,'id':'a'", "f", null), end, DONE),
                of("null arguments", "||a f {}|tool_calls|", call("'index':0,'id':'a'", "f", "null"), end, DONE),
                of("empty arguments", "||a f {}|tool_calls|", call("'index':0,'id':'a'", "f", "''"), end, DONE),
                of(
                        "no wrapper",
                        "||a f {}|tool_calls|",
                        delta("'tool_calls':[{'index':0,'id':'a','name':'f','arguments':'{}'}]"),
                        end,
                        DONE),
                of(
                        "the older field",
                        "||call_? f {\"x\":1}|tool_calls|",
                        delta("'function_call':{'name':'f','arguments':''}"),
                        delta("'function_call':{'arguments':'{\\'x\\':1}'}"),
                        finish("'function_call'"),
                        DONE),
                of("text before", "hi||a f {}|tool_calls|", HI, call("'index':0,'id':'a'", "f", "'{}'"), end, DONE),
                of(
                        "with the finish",
                        "||a f {}|tool_calls|",
                        choice("'delta':{'tool_calls':[{'id':'a','function':{'name':'f'}}]},'finish_reason':'stop'"),
                        DONE),
                of("null", "hi|||stop|", delta("'content':'hi','tool_calls':[null]"), STOP, DONE));
    }

    private static String usage(String more) {
        return "data: " + json("{'choices':[],'usage':{'prompt_tokens':3,'completion_tokens':4" + more + "}}");
    }

    static Stream<Case> content() {
        String details =
                ",'completion_tokens_details':{'reasoning_tokens':2},'prompt_tokens_details':{'cached_tokens':1}";
        return Stream.of(
                of(
                        "texts in a list",
                        "hi you|||stop|",
                        delta("'content':['hi',{'type':'text','text':' you'}]"),
                        STOP,
                        DONE),
                of(
                        "a type that comes last",
                        "hi|||stop|",
                        delta("'content':[{'text':'hi','type':'text'}]"),
                        STOP,
                        DONE),
                of("one part", "hi|||stop|", delta("'content':{'type':'text','text':'hi'}"), STOP, DONE),
                of(
                        "thinking as text",
                        "hi|hm||stop|",
                        delta("'content':[{'type':'thinking','thinking':'hm'}]"),
                        HI,
                        STOP,
                        DONE),
                of(
                        "unknown parts",
                        "hi|||stop|",
                        delta("'content':[{'type':'x','text':'no','y':[{'text':'no'}]},7,null,[],{'type':'text'}]"),
                        HI,
                        STOP,
                        DONE),
                of("null", "hi|||stop|", delta("'content':null"), HI, STOP, DONE),
                of("a refusal", "no|||stop|", delta("'refusal':'no'"), STOP, DONE),
                of("reasoning", "hi|hm||stop|", delta("'reasoning':'hm'"), HI, STOP, DONE),
                of("thinking", "hi|hm||stop|", delta("'thinking':'hm'"), HI, STOP, DONE),
                of("reasoning_content", "hi|hm||stop|", delta("'reasoning_content':'hm'"), HI, STOP, DONE),
                of(
                        "reasoning twice",
                        "hi|hm||stop|",
                        delta("'reasoning':'h','reasoning_content':'h'"),
                        delta("'reasoning':'m','reasoning_content':''"),
                        HI,
                        STOP,
                        DONE),
                of(
                        "reasoning in parts",
                        "hi|hm||stop|",
                        delta("'reasoning':[{'type':'text','text':'hm'}]"),
                        HI,
                        STOP,
                        DONE),
                of(
                        "reasoning in both",
                        "hi|hm||stop|",
                        delta("'content':[{'type':'thinking','thinking':'hm'}],'reasoning_content':'hm'"),
                        HI,
                        STOP,
                        DONE),
                of("usage of its own", "hi|||stop|3+4 cached 1 reasoning 2", HI, STOP, usage(details), DONE),
                of(
                        "usage with the finish",
                        "hi|||stop|3+4 cached 1 reasoning 2",
                        HI,
                        "data: "
                                + json("{'choices':[{'delta':{},'finish_reason':'stop'}],'usage':{'prompt_tokens':3,"
                                        + "'completion_tokens':4" + details + "}}"),
                        DONE),
                of(
                        "usage in the choice",
                        "hi|||stop|3+4",
                        HI,
                        choice("'delta':{},'finish_reason':'stop','usage':{'prompt_tokens':3,'completion_tokens':4}"),
                        DONE),
                of(
                        "usage in each",
                        "hi|||stop|3+4",
                        "data: "
                                + json("{'choices':[{'delta':{'content':'hi'}}]"
                                        + ",'usage':{'prompt_tokens':3,'completion_tokens':1}}"),
                        STOP,
                        usage(""),
                        "data: {\"choices\":[],\"usage\":null}",
                        "data: {\"choices\":[],\"usage\":{}}",
                        DONE),
                of(
                        "null details",
                        "hi|||stop|3+4",
                        HI,
                        STOP,
                        usage(",'completion_tokens_details':null,'prompt_tokens_details':null"),
                        DONE));
    }

    @ParameterizedTest
    @MethodSource({"finishReasons", "ends", "toolCalls", "content"})
    void streams(Case one) throws Exception {
        serve(false, (request, connection) -> events(connection, one.answer()));

        assertThat(read(true)).isEqualTo(one.right());
    }

    /** The same for a caller who wants no stream. What came before a failure is not told then. */
    @ParameterizedTest
    @MethodSource({"finishReasons", "ends", "toolCalls", "content"})
    void streamsForWholeAnswers(Case one) throws Exception {
        serve(false, (request, connection) -> events(connection, one.answer()));

        assertThat(read(false)).isEqualTo(one.right().replaceFirst("^.*!", "!"));
    }

    private static void events(StubServer.Connection connection, String text) throws IOException {
        connection.begin(200, TEXT_EVENTS);
        if (!text.isEmpty()) {
            connection.chunk(text);
        }
        connection.end();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r"})
    void linesEndInThreeWays(String end) throws Exception {
        String text = "\uFEFF:comment\n\nid: 1\nretry: 5\nevent: x\ndata\n\ndata:\n\ndata: \ndata:\n\n"
                + "data: {\"choices\":[{\"index\":0,\ndata:\"delta\":{\"content\":\"h\u00e9\"}}]}\nfoo: bar\n:\n\n"
                + STOP + "\n\n" + usage("") + "\n\n" + DONE + "\n\n";
        byte[] bytes = text.replace("\n", end).getBytes(StandardCharsets.UTF_8);
        int[] blockBytes = {bytes.length};
        serve(false, (request, connection) -> {
            connection.begin(200, TEXT_EVENTS);
            for (int from = 0; from < bytes.length; from += blockBytes[0]) {
                connection.chunk(Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + blockBytes[0])));
            }
            connection.end();
        });
        for (int length : new int[] {bytes.length, 1, 2, 3, 7, 64}) {
            blockBytes[0] = length;
            assertThat(read(true)).isEqualTo("hé|||stop|3+4");
            assertThat(read(false)).isEqualTo("hé|||stop|3+4");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "text/event-stream", "text/plain"})
    void aWholeAnswerInSeveralLinesForAStream(String type) throws Exception {
        String body = "\n"
                + JSON.writerWithDefaultPrettyPrinter()
                        .writeValueAsString(JSON.readTree(json("{'model':'m','choices':[{'message':{'content':'hi',"
                                + "'tool_calls':[{'id':'a'"
                                + ",'function':{'name':'f','arguments':{'x':1}}}]},'finish_reason':''}],"
                                + "'usage':{'prompt_tokens':3,'completion_tokens':4}}")));
        serve(false, (request, connection) -> connection.whole(200, type, body));

        assertThat(read(true)).isEqualTo(read(false)).isEqualTo("hi||a f {\"x\":1}|tool_calls|3+4");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"choices\":[]}",
                "{\"choices\":null}",
                "{\"error\":{\"message\":\"at 10.1.2.3\"}}",
                "[]",
                "\"hi\"",
                "{\"choices\":["
            })
    void aWholeAnswerThatIsNone(String body) throws Exception {
        serve(false, (request, connection) -> connection.whole(200, "application/json", body));

        assertThat(read(true)).isEqualTo("!backend_failed");
        assertThat(read(false)).isEqualTo("!backend_failed");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aConnectionCutAfterTheFinishReasonHasAnsweredAll(boolean inTheLine) throws Exception {
        serve(false, (request, connection) -> {
            connection.begin(200, TEXT_EVENTS);
            connection.chunk(HI + "\n\n" + STOP + "\n\n" + (inTheLine ? "data: {\"us" : ""));
            connection.close();
        });

        assertThat(read(true)).isEqualTo("hi|||stop|");
    }

    @Test
    void aServerThatDoesNotEndAnAnswerThatIsCompleteIsNotWaitedFor() throws Exception {
        serve(false, (request, connection) -> {
            connection.begin(200, TEXT_EVENTS);
            connection.chunk(HI + "\n\n" + STOP + "\n\n: still here\n\n");
            connection.awaitDisconnect();
        });
        long start = System.nanoTime();

        assertThat(read(true)).isEqualTo("hi|||stop|");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(15));
    }

    @Test
    void aSecondChoiceThatBeginsLateIsWaitedFor() throws Exception {
        serve(false, (request, connection) -> {
            connection.begin(200, TEXT_EVENTS);
            connection.chunk(HI + "\n\n" + STOP + "\n\n");
            Thread.sleep(Duration.ofSeconds(4));
            connection.chunk((HI + "\n\n" + STOP + "\n\n").replace("\"index\":0", "\"index\":1"));
            connection.end();
        });
        Options two = new Options(null, null, null, null, null, null, null, null, null, List.of(), null, 2, null);
        List<Message> messages = List.of(Message.of(Role.USER, "hi"));
        ChatRequest request = new ChatRequest("m", messages, two, List.of(), null, null, null, true);

        ChatAnswer.Streamed streamed = (ChatAnswer.Streamed) backend.chat(request, call);
        assertThat(AnswerCollector.collect(streamed.chunks(), "m", call).choices())
                .extracting(choice -> choice.message().content())
                .containsExactly("hi", "hi");
    }

    @ParameterizedTest
    @CsvSource({
        "gzip,gzip",
        "x-gzip,gzip",
        "GZIP,gzip",
        "deflate,deflate",
        "deflate,raw",
        "'identity, gzip',gzip",
        "identity,identity"
    })
    void compressedAnswers(String header, String coding) throws Exception {
        String events = HI + "\n\n" + STOP + "\n\n" + DONE + "\n\n";
        serve(false, (request, connection) -> {
            byte[] coded = coded(coding, events);
            connection.begin(200, TEXT_EVENTS, "Content-Encoding: " + header);
            for (int i = 0; i < coded.length; i++) {
                connection.chunk(new byte[] {coded[i]});
            }
            connection.end();
        });

        assertThat(read(true)).isEqualTo("hi|||stop|");
        assertThat(read(false)).isEqualTo("hi|||stop|");
        assertThat(server.requests())
                .allSatisfy(request -> assertThat(request.headers()).containsEntry("accept-encoding", "identity"));
    }

    @Test
    void aCompressedStreamIsReadAsItComes() throws Exception {
        CountDownLatch read = new CountDownLatch(1);
        serve(false, (request, connection) -> {
            connection.begin(200, TEXT_EVENTS, "Content-Encoding: gzip");
            ByteArrayOutputStream coded = new ByteArrayOutputStream();
            try (GZIPOutputStream out = new GZIPOutputStream(coded, 512, true)) {
                out.write((HI + "\n\n").getBytes(StandardCharsets.UTF_8));
                out.flush();
                connection.chunk(coded.toByteArray());
                coded.reset();
                read.await();
                out.write((STOP + "\n\n").getBytes(StandardCharsets.UTF_8));
            }
            connection.chunk(coded.toByteArray());
            connection.end();
        });
        try (ChunkStream stream = ((ChatAnswer.Streamed) backend.chat(chat(true), call)).chunks()) {
            assertThat(stream.next(LONG)).isEqualTo(Chunk.of(0, "hi"));
            read.countDown();
            assertThat(stream.next(LONG)).isInstanceOf(Chunk.class);
            assertThat(stream.next(LONG)).isEqualTo(StreamEvent.END);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"br", "gzip"})
    void aCodingThatCannotBeReadIsTheBackendsFailure(String coding) throws Exception {
        serve(
                false,
                (request, connection) ->
                        connection.whole(200, TEXT_EVENTS, HI + "\n\n" + STOP + "\n\n", "Content-Encoding: " + coding));

        assertThat(read(true)).isEqualTo("!backend_failed");
        assertThat(read(false)).isEqualTo("!backend_failed");
    }

    @Test
    void longTexts() throws Exception {
        String text = "x".repeat(20_000_000);
        serve(false, (request, connection) -> {
            connection.begin(200, TEXT_EVENTS);
            connection.chunk(delta("'content':'" + text + "'") + "\n\n" + STOP + "\n\n");
            connection.end();
        });

        assertThat(read(true)).isEqualTo(text + "|||stop|");
        assertThat(read(false)).isEqualTo(text + "|||stop|");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "429; 7; 7",
                "503; 7; 7",
                "429; 1.5; 2",
                "429; x; 1",
                "503; -1; 1",
                "503; 99999999999999999999; 86400",
                "429; DATE 30; 30",
                "503; DATE -30; 0"
            })
    void busyWithTheWait(int status, String retryAfter, int seconds) throws Exception {
        ZonedDateTime now = ZonedDateTime.now(ZoneOffset.UTC).minusDays(3);
        DateTimeFormatter format = DateTimeFormatter.RFC_1123_DATE_TIME;
        String value = retryAfter.startsWith("DATE")
                ? format.format(now.plusSeconds(Integer.parseInt(retryAfter.substring(5))))
                : retryAfter;
        for (boolean ollama : new boolean[] {false, true}) {
            serve(
                    ollama,
                    (request, connection) -> connection.whole(
                            status,
                            "text/html",
                            "<html>at 10.1.2.3",
                            "Retry-After: " + value,
                            "Date: " + format.format(now)));
            for (boolean stream : new boolean[] {false, true}) {
                InferenceException failure =
                        catchThrowableOfType(InferenceException.class, () -> backend.chat(chat(stream), call));
                assertThat(failure.code().reason()).isEqualTo("overloaded");
                assertThat(failure.retryAfter()).contains(Duration.ofSeconds(seconds));
                assertThat(failure.getMessage()).doesNotContain("10.1.2.3");
            }
            close();
        }
    }

    @Test
    void aCompressedErrorIsReadToo() throws Exception {
        serve(false, (request, connection) -> {
            connection.begin(400, "application/json", "Content-Encoding: gzip");
            connection.chunk(coded("gzip", "{\"error\":{\"message\":\"no such option\"}}"));
            connection.end();
        });

        assertThat(catchThrowableOfType(InferenceException.class, () -> backend.chat(chat(true), call)))
                .hasMessage("no such option");
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 404, 422, 500, 502, 504})
    void aPageForPeopleIsTheBackendsFailure(int status) throws Exception {
        for (boolean ollama : new boolean[] {false, true}) {
            serve(ollama, (request, connection) -> connection.whole(status, "text/html", "<html>at 10.1.2.3</html>"));
            assertThat(read(true)).isEqualTo("!backend_failed");
            assertThat(read(false)).isEqualTo("!backend_failed");
            close();
        }
    }

    static Stream<Case> ollama() {
        return Stream.of(
                new Case(
                        "usual",
                        "{'message':{'content':'hi'},'done':false}\n"
                                + "{'done':true,'prompt_eval_count':3,'eval_count':4}\n",
                        "hi|||stop|3+4"),
                new Case(
                        "one object",
                        "{'message':{'content':'hi'},'done':true"
                                + ",'done_reason':'','prompt_eval_count':3,'eval_count':4}",
                        "hi|||stop|3+4"),
                new Case("one object in lines", "{\n 'message':{\n'content':'hi'},\n'done':true}\n", "hi|||stop|0+0"),
                new Case(
                        "CRLF, BOM, empty lines",
                        "\uFEFF\r\n{'message':{'content':'hi'}}\r\n \r\n{'message':null,'done':true"
                                + ",'done_reason':'odd'}\r\n",
                        "hi|||stop|0+0"),
                new Case("null done", "{'message':{'content':'hi'},'done':null}\n{'done':true}\n", "hi|||stop|0+0"),
                new Case(
                        "parts",
                        "{'message':{'content':[{'type':'text','text':'hi'}],'thinking':'hm'},'done':true}\n",
                        "hi|hm||stop|0+0"),
                new Case(
                        "arguments as text",
                        "{'message':{'tool_calls':[{'function':{'name':'f','arguments':'{}'}},null]}}\n"
                                + "{'done':true,'done_reason':'stop'}\n",
                        "||call_? f {}|tool_calls|0+0"),
                new Case(
                        "null arguments",
                        "{'message':{'tool_calls':[{'id':'a'"
                                + ",'function':{'name':'f','arguments':null}}]},'done':true}\n",
                        "||a f {}|tool_calls|0+0"),
                new Case("no end", "{'message':{'content':'hi'},'done':false}\n", "hi!backend_failed"),
                new Case("cut", "{'message':{'content':'hi'},'done':false}\n{'mess", "hi!backend_failed"),
                new Case("an error", "{'error':'at 10.1.2.3'}\n", "!backend_failed"),
                new Case("nothing", "", "!backend_failed"),
                new Case("HTML", "<html>\n</html>", "!backend_failed"));
    }

    @ParameterizedTest
    @MethodSource("ollama")
    void answersOfOllama(Case one) throws Exception {
        serve(true, (request, connection) -> events(connection, json(one.answer())));

        assertThat(read(true)).isEqualTo(one.right());
        assertThat(read(false)).isEqualTo(one.right().replaceFirst("^.*!", "!"));
    }

    private void serve(boolean ollama, StubServer.Handler handler) {
        server = new StubServer(handler);
        URI url = server.url();
        backend = ollama
                ? new OllamaBackend(Connection.of("ollama", url, null, LONG))
                : new OpenAiBackend(Connection.of("openai", url, null, LONG));
    }

    private static byte[] coded(String coding, String text) throws IOException {
        ByteArrayOutputStream coded = new ByteArrayOutputStream();
        try (var out = switch (coding) {
            case "gzip" -> new GZIPOutputStream(coded);
            case "deflate" -> new DeflaterOutputStream(coded);
            case "raw" -> new DeflaterOutputStream(coded, new Deflater(Deflater.DEFAULT_COMPRESSION, true));
            default -> coded;
        }) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return coded.toByteArray();
    }

    /** What is read of an answer; after {@code !} the failure's reason, after what came before it. */
    private String read(boolean stream) {
        StringBuilder came = new StringBuilder();
        try {
            ChatAnswer answer = backend.chat(chat(stream), call);
            return answer instanceof ChatAnswer.Streamed streamed
                    ? shown(collected(streamed, came))
                    : shown((ChatAnswer.Whole) answer);
        } catch (InferenceException e) {
            assertThat(e.getMessage()).doesNotContain("10.1.2.3", "127.0.0.1");
            return came + "!" + e.code().reason();
        }
    }

    private ChatAnswer.Whole collected(ChatAnswer.Streamed streamed, StringBuilder came) {
        List<Chunk> chunks = new ArrayList<>();
        ChunkStream stream = streamed.chunks();
        while (stream.next(LONG) instanceof Chunk chunk) {
            came.append(chunk.index() == 0 ? chunk.text() : "");
            chunks.add(chunk);
        }
        assertThat(chunks).filteredOn(chunk -> chunk.finishReason() != null).hasSize(1);
        assertThat(chunks).filteredOn(chunk -> chunk.usage() != null).hasSizeLessThan(2);
        List<ToolCall> parts =
                chunks.stream().flatMap(chunk -> chunk.toolCalls().stream()).toList();
        assertThat(parts)
                .filteredOn(part -> part.id() != null)
                .extracting(ToolCall::index)
                .doesNotHaveDuplicates();
        assertThat(parts)
                .filteredOn(part -> part.name() != null)
                .extracting(ToolCall::index)
                .doesNotHaveDuplicates();
        ChunkStream again = new ChunkStream() {
            @Override
            public StreamEvent next(Duration timeout) {
                return chunks.isEmpty() ? StreamEvent.END : chunks.removeFirst();
            }

            @Override
            public void close() {}
        };
        return AnswerCollector.collect(again, streamed.model(), call);
    }

    private static String shown(ChatAnswer.Whole answer) {
        assertThat(answer.choices()).hasSize(1);
        Choice choice = answer.choices().getFirst();
        String thinking = choice.message().thinking();
        Usage usage = answer.usage();
        String calls = choice.message().toolCalls().stream()
                .map(made -> made.id().replaceFirst("^call_[0-9a-f]{16}$", "call_?") + " " + made.name() + " "
                        + made.argumentsJson())
                .collect(Collectors.joining(", "));
        String used = usage == Usage.NONE ? "" : usage.promptTokens() + "+" + usage.completionTokens();
        return String.join(
                "|",
                choice.message().content(),
                thinking == null ? "" : thinking,
                calls,
                choice.finishReason().label(),
                used + details(usage));
    }

    private static String details(Usage usage) {
        return usage.cachedTokens() == 0
                ? ""
                : " cached " + usage.cachedTokens() + " reasoning " + usage.reasoningTokens();
    }

    private static ChatRequest chat(boolean stream) {
        List<Message> messages = List.of(Message.of(Role.USER, "hi"));
        return new ChatRequest("m", messages, Options.DEFAULTS, List.of(), null, null, null, stream);
    }
}
