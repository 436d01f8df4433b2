package io.inference.http.format;

import io.inference.api.call.Call;
import io.inference.api.call.Operation;
import io.inference.api.request.InferenceRequest;
import io.inference.api.request.Unsupported;
import io.inference.http.answer.PendingAnswer;
import io.inference.http.answer.StreamStart;
import io.inference.http.form.FormReader;
import io.inference.http.form.StreamedBody;
import java.io.ByteArrayInputStream;
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

    private final MessageReader reader;

    /** Reads a body while it arrives. */
    @FunctionalInterface
    public interface StreamedReader {
        /** @param contentType null if the caller named none */
        WireRequest<?> read(StreamedBody body, @Nullable String contentType);
    }

    @FunctionalInterface
    private interface MessageReader {
        WireRequest<?> read(Message message);
    }

    private WireRequestProcessor(MessageReader reader) {
        this.reader = reader;
    }

    public WireRequestProcessor(Function<byte[], WireRequest<?>> reader) {
        this((Message message) -> reader.apply(inMemory(message)));
    }

    /** Of an endpoint with {@code useStreaming}. The body of a job, and other JSON, may be in memory. */
    public static WireRequestProcessor streamed(StreamedReader reader) {
        return new WireRequestProcessor((Message message) -> {
            String contentType = message.getHeader(Exchange.CONTENT_TYPE, String.class);
            if (message.getBody() instanceof StreamedBody body) {
                return reader.read(body, contentType);
            }
            if (FormReader.isForm(contentType)) {
                throw new IllegalStateException("the form has been read; the route's endpoint needs useStreaming");
            }
            byte[] json = inMemory(message);
            try (StreamedBody body = new StreamedBody(new ByteArrayInputStream(json), json.length)) {
                return reader.read(body, contentType);
            }
        });
    }

    private static byte[] inMemory(Message message) {
        byte[] body = message.getBody(byte[].class);
        return body == null ? new byte[0] : body;
    }

    @Override
    public void process(Exchange exchange) {
        Message message = exchange.getMessage();
        WireRequest<?> wire = reader.read(message);
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
