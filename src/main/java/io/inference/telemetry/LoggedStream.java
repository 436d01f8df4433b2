package io.inference.telemetry;

import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.stream.Chunk;
import io.inference.api.stream.ChunkStream;
import io.inference.api.stream.StreamEvent;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/** A stream whose answer is logged in one line when it ends, complete or not: the part that was read. */
final class LoggedStream implements ChunkStream {
    private final ChunkStream stream;
    private final Call call;
    private final PromptLog log;
    private final AnswerRecord record;
    private final AtomicBoolean logged = new AtomicBoolean();

    LoggedStream(ChunkStream stream, Call call, PromptLog log, int characters) {
        this.stream = stream;
        this.call = call;
        this.log = log;
        this.record = new AnswerRecord(characters);
    }

    @Override
    public StreamEvent next(Duration timeout) {
        StreamEvent event;
        try {
            event = stream.next(timeout);
        } catch (InferenceException e) {
            end(e.code());
            throw e;
        } catch (RuntimeException e) {
            end(ErrorCode.INTERNAL);
            throw e;
        }
        switch (event) {
            case Chunk chunk -> record.add(chunk);
            case StreamEvent.Silence silence -> {}
            case StreamEvent.End end -> end("ok");
        }
        return event;
    }

    @Override
    public void close() {
        stream.close();
        end(ErrorCode.CANCELLED);
    }

    /** Closing a stream makes it fail with an error of its own; the call knows the reason. */
    private void end(ErrorCode why) {
        ErrorCode cancelled = call.cancelled();
        end((cancelled == null ? why : cancelled).reason());
    }

    private void end(String outcome) {
        if (logged.compareAndSet(false, true)) {
            log.answer(call, outcome, record.line());
        }
    }
}
