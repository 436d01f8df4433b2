package io.inference.grpc.method;

import com.google.protobuf.Message;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.inference.api.call.Call;
import io.inference.api.call.Caller;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.call.OpenCall;
import io.inference.grpc.GrpcAnswer;
import io.inference.grpc.GrpcErrors;
import io.inference.routes.check.RouteAccess;
import io.inference.routes.door.RouteRun;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/**
 * One call: waits for its message, runs the route that serves the method and sends the route's result. gRPC delivers
 * its events on virtual threads, one after the other. A stream is sent by a thread of its own, so that gRPC can report
 * that the client is ready for more. A disconnected caller or an expired deadline is reported by the context's
 * cancellation, which does not wait for other events.
 */
final class RpcRun extends ServerCall.Listener<Object> {
    private final ServerCall<Object, Message> rpc;
    private final Metadata metadata;
    private final PublishedMethods.Method served;
    private final RpcHandler.Door door;
    private final OpenCall open;
    private final Call call;
    private final Caller caller;
    private final Context context = Context.current();
    private final Context.CancellationListener onCancellation = this::cancelled;
    private final AnswerSender sender;
    private final AtomicBoolean ended = new AtomicBoolean();
    private @Nullable Object request;
    private volatile boolean running;

    RpcRun(
            ServerCall<Object, Message> rpc,
            Metadata metadata,
            PublishedMethods.Method served,
            RpcHandler.Door door,
            OpenCall open,
            Caller caller) {
        this.rpc = rpc;
        this.metadata = metadata;
        this.served = served;
        this.door = door;
        this.open = open;
        this.call = open.call();
        this.caller = caller;
        this.sender = new AnswerSender(rpc, call);
    }

    void begin() {
        open.guard(this::lateMessage);
        call.onCancel(this::endUnlessRunning);
        context.addListener(
                onCancellation, task -> Thread.ofVirtual().name("cancel").start(task));
        // Requests two messages, to detect that there is more than one.
        rpc.request(2);
    }

    private @Nullable ErrorCode lateMessage() {
        return !running
                        && System.nanoTime() - call.startNanos()
                                > door.messageTimeout().toNanos()
                ? ErrorCode.TIMEOUT
                : null;
    }

    private void cancelled(Context cancelled) {
        Throwable why = cancelled.cancellationCause();
        if (why != null) {
            call.cancel(why instanceof TimeoutException ? ErrorCode.TIMEOUT : ErrorCode.CANCELLED);
        }
    }

    @Override
    public void onMessage(Object message) {
        if (request != null) {
            end(new InferenceException(ErrorCode.INVALID_REQUEST, "the method takes one message, not several"));
        }
        request = message;
    }

    @Override
    public void onHalfClose() {
        synchronized (this) {
            if (ended.get()) {
                return;
            }
            running = true;
        }
        if (rpc.getMethodDescriptor().getType() == MethodType.SERVER_STREAMING) {
            Thread.ofVirtual().name("grpc-stream").start(context.wrap(this::run));
        } else {
            run();
        }
    }

    @Override
    public void onReady() {
        sender.wake();
    }

    @Override
    public void onCancel() {
        call.cancel(ErrorCode.CANCELLED);
    }

    /** A call that is cancelled before its message arrived is ended here alone. */
    private void endUnlessRunning() {
        synchronized (this) {
            if (running) {
                return;
            }
        }
        ErrorCode why = call.cancelled();
        end(Call.cancellation(why == null ? ErrorCode.CANCELLED : why));
    }

    private void run() {
        InferenceException failure = null;
        try {
            serve();
        } catch (RuntimeException | Error e) {
            failure = open.failure(e);
        } finally {
            end(failure);
        }
    }

    private void serve() {
        if (!(request instanceof Message message)) {
            throw new InferenceException(
                    ErrorCode.INVALID_REQUEST,
                    request == null ? "the call has no message" : "the message is none that the method takes");
        }
        if (!call.remaining().isPositive()) {
            throw Call.cancellation(ErrorCode.TIMEOUT);
        }
        MethodConsumer consumer = served.consumer();
        RouteAccess access = consumer.route().access();
        door.users().check(caller, access.decides(), access.scope());
        Exchange exchange = consumer.createExchange(false);
        try {
            fill(exchange, message);
            RouteRun.run(consumer.getProcessor(), exchange);
            send(exchange);
        } catch (InferenceException e) {
            RpcMetadata.leave(exchange.getMessage(), sender.headers());
            throw e;
        } finally {
            RouteRun.release(consumer, exchange);
        }
    }

    private void fill(Exchange exchange, Message message) {
        var in = exchange.getMessage();
        in.setBody(message);
        RpcMetadata.enter(metadata, in);
        RouteRun.fill(exchange, call, caller);
        served.consumer().route().access().nameScope(exchange);
        in.setHeader("CamelGrpcMethodName", rpc.getMethodDescriptor().getBareMethodName());
        exchange.setProperty(
                GrpcAnswer.STREAM_WANTED, rpc.getMethodDescriptor().getType() == MethodType.SERVER_STREAMING);
    }

    private void send(Exchange exchange) {
        RpcMetadata.leave(exchange.getMessage(), sender.headers());
        switch (exchange.getMessage().getBody()) {
            case GrpcAnswer.Whole whole -> sender.send(whole.message());
            case GrpcAnswer.Streamed streamed -> sender.send(streamed);
            case GrpcAnswer.Pictures pictures -> sender.send(pictures);
            case Message message -> sender.send(message);
            case null, default -> throw new IllegalStateException("the route left a body that is no answer of gRPC's");
        }
    }

    /** Only the first call counts. */
    private void end(@Nullable InferenceException failure) {
        if (!ended.compareAndSet(false, true)) {
            return;
        }
        context.removeListener(onCancellation);
        door.audit().ended(call, "grpc", "/" + rpc.getMethodDescriptor().getFullMethodName(), failure);
        try {
            // If gRPC has ended the call, gRPC has sent the reason.
            if (!context.isCancelled() && !rpc.isCancelled()) {
                sender.close(failure == null ? null : GrpcErrors.of(failure, call.id()));
            }
        } finally {
            served.generation().close();
            open.end(failure);
        }
    }
}
