package io.inference.http.jobs;

import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.stream.Chunk;
import io.inference.api.stream.ImageEvent;
import io.inference.api.stream.StreamEvent;
import io.inference.http.answer.ChunkEncoder;
import io.inference.http.answer.HttpAnswer;
import io.inference.job.ChunkSink;
import io.inference.job.JobAnswer;
import io.inference.wire.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Turns an answer written for HTTP into the {@link JobAnswer} to store. Reads a stream to its end, and passes on each
 * of its objects as soon as it is complete.
 */
class JobAnswerProcessor implements Processor {
    private static final Duration LOOK_UP = Duration.ofSeconds(5);

    @Override
    public void process(Exchange exchange) {
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        Collector collector = new Collector(exchange.getProperty(ChunkSink.PROPERTY, ChunkSink.NONE, ChunkSink.class));
        JobAnswer answer = switch (exchange.getMessage().getBody()) {
            case HttpAnswer.Whole whole -> JobAnswer.whole(whole.body());
            case HttpAnswer.ObjectList list -> {
                list.objects().forEach(collector::take);
                yield collector.answer();
            }
            case HttpAnswer.Streamed streamed -> pull(streamed, call, collector);
            case null, default ->
                throw new InferenceException(ErrorCode.INTERNAL, "the route ended without an answer to this job");
        };
        exchange.getMessage().setBody(answer);
    }

    private static JobAnswer pull(HttpAnswer.Streamed streamed, Call call, Collector collector) {
        ChunkEncoder.Sink sink = object -> collector.take(Json.bytes(object));
        try (var chunks = streamed.chunks()) {
            while (true) {
                switch (chunks.next(LOOK_UP)) {
                    case Chunk chunk -> streamed.encoder().chunk(chunk, sink);
                    case ImageEvent image -> streamed.encoder().image(image, sink);
                    case StreamEvent.Silence silence -> call.throwIfCancelled();
                    case StreamEvent.End end -> {
                        streamed.encoder().end(sink);
                        return collector.answer();
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Stores the objects and passes them on. */
    private static final class Collector {
        private final ChunkSink sink;
        private final List<byte[]> parts = new ArrayList<>();

        Collector(ChunkSink sink) {
            this.sink = sink;
        }

        void take(byte[] object) {
            sink.chunk(parts.size(), object);
            parts.add(object);
        }

        JobAnswer answer() {
            return new JobAnswer(parts, true);
        }
    }
}
