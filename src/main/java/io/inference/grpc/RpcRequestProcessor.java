package io.inference.grpc;

import com.google.protobuf.Message;
import io.inference.api.call.Call;
import io.inference.api.call.Operation;
import io.inference.api.request.InferenceRequest;
import io.inference.api.request.Unsupported;
import io.inference.routes.door.ConversationFields;
import java.util.function.Function;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Turns a method's message into a request for a flow. Sets the headers that flows read. */
public final class RpcRequestProcessor<M extends Message> implements Processor {
    public static final String OPERATION = "InferenceOperation";
    public static final String MODEL = "InferenceModel";

    /** Exchange property with the message as received, for the step that writes the answer. */
    public static final String MESSAGE = "InferenceGrpcMessage";

    private final Class<M> type;
    private final Reader<M> reader;
    private final Function<M, ConversationFields> conversation;

    /** Reads one kind of message. */
    public interface Reader<M> {
        /**
         * @param stream whether the answer is to be a stream
         * @throws io.inference.api.error.InferenceException for a message that is invalid or asks for something
         *     unsupported
         */
        InferenceRequest read(M message, boolean stream);
    }

    /** @param type type of the method's request message */
    public RpcRequestProcessor(Class<M> type, Reader<M> reader) {
        this(type, reader, message -> ConversationFields.NONE);
    }

    /** @param conversation reads the stored conversation that a message names */
    public RpcRequestProcessor(Class<M> type, Reader<M> reader, Function<M, ConversationFields> conversation) {
        this.type = type;
        this.reader = reader;
        this.conversation = conversation;
    }

    @Override
    public void process(Exchange exchange) {
        var in = exchange.getMessage();
        M message = type.cast(in.getBody());
        InferenceRequest request =
                reader.read(message, exchange.getProperty(GrpcAnswer.STREAM_WANTED, false, Boolean.class));
        conversation.apply(message).enter(in, request.operation() == Operation.CHAT);
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        call.setOperation(request.operation());
        call.setModel(request.model());
        if (Boolean.parseBoolean(in.getHeader(Unsupported.DROP_HEADER, String.class))) {
            call.dropUnsupported();
        }
        exchange.setProperty(MESSAGE, message);
        in.setHeader(OPERATION, request.operation().label());
        in.setHeader(MODEL, request.model());
        in.setBody(request);
    }
}
