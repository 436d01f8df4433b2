package io.inference.api.stream;

import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A scripted stream: chunks, then the end or a failure; it waits when the script is at its end. */
public final class ScriptedStream implements ChunkStream {
    private final LinkedBlockingQueue<Object> script = new LinkedBlockingQueue<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    public static ScriptedStream of(Object... events) {
        ScriptedStream stream = new ScriptedStream();
        for (Object event : events) {
            stream.script.add(event);
        }
        return stream;
    }

    public ScriptedStream then(Object event) {
        script.add(event);
        return this;
    }

    public boolean isClosed() {
        return closed.getCount() == 0;
    }

    public boolean awaitClosed() throws InterruptedException {
        return closed.await(30, TimeUnit.SECONDS);
    }

    @Override
    public StreamEvent next(Duration timeout) {
        try {
            Object event = script.poll(timeout.toNanos(), TimeUnit.NANOSECONDS);
            if (event instanceof InferenceException failure) {
                script.add(failure);
                throw failure;
            }
            if (event instanceof StreamEvent.End) {
                script.add(event);
            }
            return event == null ? StreamEvent.SILENCE : (StreamEvent) event;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        closed.countDown();
        script.add(Call.cancellation(ErrorCode.CANCELLED));
    }
}
