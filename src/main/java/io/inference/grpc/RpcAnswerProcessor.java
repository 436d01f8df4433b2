package io.inference.grpc;

import com.google.protobuf.Message;
import io.inference.api.call.Call;
import io.inference.api.request.Unsupported;
import io.inference.routes.door.ConversationFields;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;

/** Writes the result of a flow as the message or messages of the method. */
public final class RpcAnswerProcessor implements Processor {
    private final Writer writer;

    /** Writes one kind of answer. */
    public interface Writer {
        /** @param asked the method's request */
        GrpcAnswer write(@Nullable Object answer, Asked asked);
    }

    /**
     * The request of an answer.
     *
     * @param call whose answer it is
     * @param message as received; null if no step has read it
     * @param stream whether the method's answers are streams
     * @param conversation id of the stored conversation that the answer is part of; empty for none
     */
    public record Asked(Call call, @Nullable Message message, boolean stream, String conversation) {
        /** Names the call in the logs. */
        public String callId() {
            return call.id();
        }
    }

    public RpcAnswerProcessor(Writer writer) {
        this.writer = writer;
    }

    @Override
    public void process(Exchange exchange) {
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        ConversationFields.checkStored(exchange.getMessage(), call.conversation());
        var asked = new Asked(
                call,
                exchange.getProperty(RpcRequestProcessor.MESSAGE, Message.class),
                exchange.getProperty(GrpcAnswer.STREAM_WANTED, false, Boolean.class),
                call.conversation());
        if (!call.dropped().isEmpty()) {
            exchange.getMessage().setHeader(Unsupported.DROPPED_HEADER, String.join(", ", call.dropped()));
        }
        exchange.getMessage().setBody(writer.write(exchange.getMessage().getBody(), asked));
    }
}
