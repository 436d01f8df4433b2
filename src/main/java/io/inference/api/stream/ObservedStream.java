package io.inference.api.stream;

import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import java.time.Duration;

/**
 * A stream that reports what was read of it and how it ended. More than one end may be reported, on different threads:
 * a failure, and then the close after it.
 */
public abstract class ObservedStream implements ChunkStream {
    private final ChunkStream stream;
    private final Call call;

    protected ObservedStream(ChunkStream stream, Call call) {
        this.stream = stream;
        this.call = call;
    }

    /** A chunk was read; its reader gets it afterwards. */
    protected abstract void read(Chunk chunk);

    /** Something happened to a picture; the reader gets it afterwards. */
    protected void read(ImageEvent event) {}

    /** The answer is complete; its reader gets the end afterwards. */
    protected abstract void complete();

    /** The stream failed, or its reader closed it. */
    protected abstract void brokenOff(ErrorCode why);

    @Override
    public final StreamEvent next(Duration timeout) {
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
            case Chunk chunk -> read(chunk);
            case ImageEvent image -> read(image);
            case StreamEvent.Silence silence -> {}
            case StreamEvent.End end -> complete();
        }
        return event;
    }

    @Override
    public final void close() {
        stream.close();
        end(ErrorCode.CANCELLED);
    }

    /** Closing a stream makes it fail as cancelled; the call knows the reason. */
    private void end(ErrorCode why) {
        ErrorCode cancelled = call.cancelled();
        brokenOff(cancelled == null ? why : cancelled);
    }
}
