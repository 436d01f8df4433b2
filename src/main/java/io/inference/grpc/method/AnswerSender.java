package io.inference.grpc.method;

import com.google.protobuf.Message;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.inference.api.call.Call;
import io.inference.api.stream.Chunk;
import io.inference.api.stream.ChunkStream;
import io.inference.api.stream.ImageEvent;
import io.inference.api.stream.StreamEvent;
import io.inference.grpc.GrpcAnswer;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Sends an answer: one message, or a stream of messages no faster than the client reads. Buffers nothing of a stream.
 */
final class AnswerSender {
    private static final Duration LOOK_UP = Duration.ofMinutes(1);

    private final ServerCall<?, Message> rpc;
    private final Call call;
    private final Metadata headers = new Metadata();
    private boolean headersSent;

    AnswerSender(ServerCall<?, Message> rpc, Call call) {
        this.rpc = rpc;
        this.call = call;
        headers.put(RpcMetadata.REQUEST_ID, call.id());
    }

    /** Metadata sent before the answer, or with the refusal. */
    Metadata headers() {
        return headers;
    }

    void send(Message message) {
        sendHeaders();
        rpc.sendMessage(message);
    }

    /**
     * Sends a stream to its end and closes it.
     *
     * @throws io.inference.api.error.InferenceException if the stream fails or the caller has disconnected
     */
    void send(GrpcAnswer.Streamed answer) {
        send(answer.chunks(), event -> {
            if (!(event instanceof Chunk chunk)) {
                throw new IllegalStateException("this method streams no pictures");
            }
            return answer.encoder().apply(chunk);
        });
    }

    /** As {@link #send(GrpcAnswer.Streamed)}. */
    void send(GrpcAnswer.Pictures answer) {
        send(answer.chunks(), event -> {
            if (!(event instanceof ImageEvent image)) {
                throw new IllegalStateException("this method streams pictures alone");
            }
            return answer.encoder().apply(image);
        });
    }

    private void send(ChunkStream stream, Function<StreamEvent, Message> encoder) {
        Runnable wake = this::wake;
        call.onCancel(wake);
        try (var chunks = stream) {
            sendHeaders();
            while (true) {
                awaitReader();
                switch (chunks.next(LOOK_UP)) {
                    case StreamEvent.Silence ignored -> call.throwIfCancelled();
                    case StreamEvent.End ignored -> {
                        return;
                    }
                    case StreamEvent event -> rpc.sendMessage(encoder.apply(event));
                }
            }
        } finally {
            call.removeOnCancel(wake);
        }
    }

    private void sendHeaders() {
        headersSent = true;
        rpc.sendHeaders(headers);
    }

    /** Waits until the transport accepts more. */
    private synchronized void awaitReader() {
        call.throwIfCancelled();
        while (!rpc.isReady()) {
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw Call.cancellation(io.inference.api.error.ErrorCode.CANCELLED);
            }
            call.throwIfCancelled();
        }
    }

    /** Wakes the sender: the transport accepts more, or the call is over. */
    synchronized void wake() {
        notifyAll();
    }

    /** @param failure null if the call succeeded */
    void close(@Nullable StatusRuntimeException failure) {
        if (failure == null) {
            rpc.close(Status.OK, new Metadata());
            return;
        }
        Metadata trailers = failure.getTrailers() == null ? new Metadata() : failure.getTrailers();
        if (!headersSent) {
            trailers.merge(headers);
        }
        rpc.close(failure.getStatus(), trailers);
    }
}
