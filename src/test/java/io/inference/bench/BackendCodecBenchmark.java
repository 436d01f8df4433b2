package io.inference.bench;

import io.inference.api.answer.ChatAnswer;
import io.inference.api.call.Call;
import io.inference.api.message.Message;
import io.inference.api.message.Role;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.Options;
import io.inference.api.stream.Chunk;
import io.inference.api.stream.ChunkStream;
import io.inference.ollama.OllamaBackend;
import io.inference.ollama.OllamaCodec;
import io.inference.openai.OpenAiBackend;
import io.inference.openai.OpenAiCodec;
import io.inference.stub.RecordedOllama;
import io.inference.stub.StubServer;
import io.inference.upstream.Connection;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The cost of a backend's client: of the codec by itself (a chat encoded, an answer decoded, whole and as a stream of
 * 32 chunks), and of the whole exchange with a server in the same process that answers at once, including its threads.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 3, time = 2)
@Fork(1)
@State(Scope.Benchmark)
public class BackendCodecBenchmark {
    private static final String MODEL = "smollm2:135m";
    private static final Duration LONG = Duration.ofMinutes(1);

    private StubServer server;
    private OpenAiBackend openai;
    private OllamaBackend ollama;
    private byte[] openaiBody;
    private byte[] ollamaBody;
    private List<byte[]> openaiLines;
    private List<byte[]> ollamaLines;

    @Setup(Level.Trial)
    public void start() {
        String openaiWhole =
                RecordedOllama.recording("v1-chat").at("/response/body").asText();
        String openaiStream = stream(
                "data: {\"id\":\"chatcmpl-545\",\"object\":\"chat.completion.chunk\",\"created\":1795437215,"
                        + "\"model\":\"smollm2:135m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\" token\"},"
                        + "\"finish_reason\":null}]}\n\n",
                "data: [DONE]\n\n");
        String ollamaWhole =
                RecordedOllama.recording("chat").at("/response/body").asText();
        String ollamaStream = stream(
                "{\"model\":\"smollm2:135m\",\"created_at\":\"2026-11-23T12:33:30.521364034Z\","
                        + "\"message\":{\"role\":\"assistant\",\"content\":\" token\"},\"done\":false}\n",
                "{\"model\":\"smollm2:135m\",\"message\":{\"content\":\"\"},\"done\":true,\"done_reason\":\"stop\"}\n");
        openaiBody = openaiWhole.getBytes(StandardCharsets.UTF_8);
        ollamaBody = ollamaWhole.getBytes(StandardCharsets.UTF_8);
        openaiLines = lines(openaiStream);
        ollamaLines = lines(ollamaStream);
        server = new StubServer((request, connection) -> {
            boolean openaiAsked = request.path().startsWith("/v1");
            if (request.body().contains("\"stream\":true")) {
                streamed(connection, openaiAsked ? openaiStream : ollamaStream);
            } else {
                connection.whole(200, "application/json", openaiAsked ? openaiWhole : ollamaWhole);
            }
        });
        URI url = server.url();
        openai = new OpenAiBackend(Connection.of("openai", url, "key", LONG));
        ollama = new OllamaBackend(Connection.of("ollama", url, null, LONG));
    }

    private static List<byte[]> lines(String text) {
        return Stream.of(text.split("\n", -1))
                .map(line -> line.getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    private static String stream(String chunk, String end) {
        return chunk.repeat(32) + end;
    }

    private static void streamed(StubServer.Connection connection, String body) throws IOException {
        connection.begin(200, "text/event-stream");
        connection.chunk(body);
        connection.end();
    }

    @TearDown(Level.Trial)
    public void stop() {
        openai.close();
        ollama.close();
        server.close();
    }

    @Benchmark
    public Object openaiEncode() {
        return OpenAiCodec.encode(chat(false));
    }

    @Benchmark
    public Object openaiDecodeWhole() throws IOException {
        return OpenAiCodec.decode(openaiBody);
    }

    @Benchmark
    public int openaiDecode32Chunks() throws IOException {
        return OpenAiCodec.decode(openaiLines);
    }

    @Benchmark
    public Object openaiExchangeWhole() {
        return openai.chat(chat(false), call());
    }

    @Benchmark
    public int openaiExchange32Chunks() {
        return drain(openai.chat(chat(true), call()));
    }

    @Benchmark
    public Object ollamaEncode() {
        return OllamaCodec.encode(chat(false));
    }

    @Benchmark
    public Object ollamaDecodeWhole() throws IOException {
        return OllamaCodec.decode(ollamaBody);
    }

    @Benchmark
    public int ollamaDecode32Chunks() throws IOException {
        return OllamaCodec.decode(ollamaLines);
    }

    @Benchmark
    public Object ollamaExchangeWhole() {
        return ollama.chat(chat(false), call());
    }

    @Benchmark
    public int ollamaExchange32Chunks() {
        return drain(ollama.chat(chat(true), call()));
    }

    private static int drain(ChatAnswer answer) {
        int chunks = 0;
        try (ChunkStream stream = ((ChatAnswer.Streamed) answer).chunks()) {
            while (stream.next(LONG) instanceof Chunk) {
                chunks++;
            }
        }
        return chunks;
    }

    private static Call call() {
        return new Call("id", "bench", LONG);
    }

    private static ChatRequest chat(boolean stream) {
        List<Message> messages = List.of(
                Message.of(Role.SYSTEM, "Answer in one word."),
                Message.of(Role.USER, "What is the capital of France?"));
        return new ChatRequest(MODEL, messages, Options.DEFAULTS, List.of(), null, null, null, stream);
    }
}
