package io.inference.http.format;

import io.inference.api.call.Call;
import io.inference.api.call.Operation;
import io.inference.api.request.InferenceRequest;
import io.inference.api.request.Unsupported;
import io.inference.http.answer.PendingAnswer;
import io.inference.http.answer.StreamStart;
import java.util.function.Function;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;

/**
 * Turns a REST body into a request for a flow. It sets the headers {@value #OPERATION} and {@value #MODEL}, and
 * {@value #LOAD_ONLY} if the answer needs no work of a backend.
 */
public final class WireRequestProcessor implements Processor {
    public static final String OPERATION = "InferenceOperation";
    public static final String MODEL = "InferenceModel";
    public static final String LOAD_ONLY = "InferenceLoadOnly";

    /** The exchange property that keeps the {@link WireRequest} for {@link WireAnswerProcessor}. */
    static final String WIRE_REQUEST = "InferenceWireRequest";

    private final TypedReader reader;

    /** Reads a body whose form depends on its type. */
    @FunctionalInterface
    public interface TypedReader {
        /** @param contentType null if the caller named none */
        WireRequest<?> read(byte[] body, @Nullable String contentType);
    }

    private WireRequestProcessor(TypedReader reader) {
        this.reader = reader;
    }

    public WireRequestProcessor(Function<byte[], WireRequest<?>> reader) {
        this((body, contentType) -> reader.apply(body));
    }

    public static WireRequestProcessor typed(TypedReader reader) {
        return new WireRequestProcessor(reader);
    }

    @Override
    public void process(Exchange exchange) {
        Message message = exchange.getMessage();
        byte[] body = message.getBody(byte[].class);
        WireRequest<?> wire =
                reader.read(body == null ? new byte[0] : body, message.getHeader(Exchange.CONTENT_TYPE, String.class));
        wire.conversation().enter(message, wire.operation() == Operation.CHAT);
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        call.setOperation(wire.operation());
        call.setModel(wire.model());
        exchange.setProperty(WIRE_REQUEST, wire);
        offerStart(wire, call, exchange);
        message.setHeader(OPERATION, wire.operation().label());
        message.setHeader(MODEL, wire.model());
        if (wire.request() == null) {
            message.setHeader(LOAD_ONLY, true);
        }
        if (drops(wire.request(), message)) {
            call.dropUnsupported();
        }
        message.setBody(wire.request() == null ? wire.load() : wire.request());
    }

    /** Whether the caller allows what a backend cannot honour to be dropped. */
    private static boolean drops(@Nullable InferenceRequest request, Message message) {
        return Boolean.parseBoolean(message.getHeader(Unsupported.DROP_HEADER, String.class))
                || request != null && "true".equals(request.extras().json(Unsupported.DROP_FIELD));
    }

    private static void offerStart(WireRequest<?> wire, Call call, Exchange exchange) {
        StreamStart start = wire.start(call);
        PendingAnswer pending = exchange.getProperty(PendingAnswer.PROPERTY, PendingAnswer.class);
        if (start != null && pending != null) {
            pending.mayBegin(start);
        }
    }
}
