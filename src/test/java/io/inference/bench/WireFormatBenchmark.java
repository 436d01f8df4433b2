package io.inference.bench;

import io.inference.api.answer.ChatAnswer;
import io.inference.api.answer.Choice;
import io.inference.api.call.Call;
import io.inference.api.call.Usage;
import io.inference.api.message.FinishReason;
import io.inference.api.message.Message;
import io.inference.api.message.Role;
import io.inference.api.stream.Chunk;
import io.inference.api.stream.ChunkStream;
import io.inference.api.stream.StreamEvent;
import io.inference.http.answer.HttpAnswer;
import io.inference.http.answer.StreamWriter;
import io.inference.http.format.WireRequest;
import io.inference.http.openai.request.ChatRequestReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The cost of a chat's wire format: a body read, an answer written, a chunk of a stream written. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class WireFormatBenchmark {
    private static final byte[] REQUEST = """
            {"model":"smollm2:135m","temperature":0.7,"max_tokens":256,"messages":[
             {"role":"system","content":"You are a helpful assistant who answers in one short paragraph."},
             {"role":"user","content":"Why is the sky blue, and why are sunsets red? Please be brief about \
            it."}]}""".getBytes(StandardCharsets.UTF_8);

    private static final byte[] STREAM = new String(REQUEST, StandardCharsets.UTF_8)
            .replace("\"temperature\"", "\"stream\":true,\"temperature\"")
            .getBytes(StandardCharsets.UTF_8);

    private final Call call = new Call("1", "rest", Duration.ofHours(1));
    private final WireRequest<ChatAnswer> request = ChatRequestReader.read(REQUEST);
    private final ChatAnswer.Whole answer = new ChatAnswer.Whole(
            "smollm2:135m",
            List.of(new Choice(
                    0,
                    Message.of(Role.ASSISTANT, "Air scatters blue light. ".repeat(20)),
                    FinishReason.STOP,
                    List.of())),
            new Usage(40, 120, 0));
    private final Chunk chunk = Chunk.of(0, " scatters");
    private final StreamWriter writer = writer();

    @Benchmark
    public WireRequest<ChatAnswer> readChat() {
        return ChatRequestReader.read(REQUEST);
    }

    @Benchmark
    public HttpAnswer writeWholeAnswer() {
        return request.writer().write(answer, call);
    }

    @Benchmark
    public void writeChunk() throws IOException {
        writer.chunk(chunk);
    }

    @Benchmark
    public StreamWriter beginStream() {
        return writer();
    }

    private StreamWriter writer() {
        var http = (HttpAnswer.Streamed) ChatRequestReader.read(STREAM)
                .writer()
                .write(new ChatAnswer.Streamed("smollm2:135m", new Nothing()), call);
        return new StreamWriter(http.framing(), http.encoder(), OutputStream.nullOutputStream());
    }

    private static final class Nothing implements ChunkStream {
        @Override
        public StreamEvent next(Duration timeout) {
            return StreamEvent.END;
        }

        @Override
        public void close() {}
    }
}
