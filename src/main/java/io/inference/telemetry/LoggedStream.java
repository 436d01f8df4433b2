package io.inference.telemetry;

import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.stream.Chunk;
import io.inference.api.stream.ChunkStream;
import io.inference.api.stream.ImageEvent;
import io.inference.api.stream.ObservedStream;
import java.util.concurrent.atomic.AtomicBoolean;

/** A stream whose answer is logged in one line when it ends, complete or not: the part that was read. */
final class LoggedStream extends ObservedStream {
    private final Call call;
    private final PromptLog log;
    private final AnswerRecord record;
    private final AtomicBoolean logged = new AtomicBoolean();

    LoggedStream(ChunkStream stream, Call call, PromptLog log, int characters) {
        super(stream, call);
        this.call = call;
        this.log = log;
        this.record = new AnswerRecord(characters);
    }

    @Override
    protected void read(Chunk chunk) {
        record.add(chunk);
    }

    @Override
    protected void read(ImageEvent event) {
        if (event instanceof ImageEvent.Completed picture) {
            record.add(picture);
        }
    }

    @Override
    protected void complete() {
        end("ok");
    }

    @Override
    protected void brokenOff(ErrorCode why) {
        end(why.reason());
    }

    private void end(String outcome) {
        if (logged.compareAndSet(false, true)) {
            log.answer(call, outcome, record.line());
        }
    }
}
