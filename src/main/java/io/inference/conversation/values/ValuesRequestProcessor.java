package io.inference.conversation.values;

import io.inference.api.call.Call;
import io.inference.api.request.ChatRequest;
import io.inference.conversation.memory.LogMessage;
import io.inference.conversation.summary.SpanSummary;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/** Body out: the next request for values of the messages that a summary covers. Its call is a part of the summary's. */
final class ValuesRequestProcessor implements Processor {
    /** Property with the search. */
    static final String PROPERTY = "InferenceConversationValues";

    /** Property: tokens of the messages of one request. */
    private static final String TOKENS = "InferenceLedgerTokens";

    /** Property: maximum of tokens of an answer. */
    private static final String ANSWER_TOKENS = "InferenceLedgerAnswerTokens";

    private static final int DEFAULT_TOKENS = 2048;
    private static final int DEFAULT_ANSWER_TOKENS = 512;
    private static final String BACKEND = "InferenceBackend";
    private static final String MODEL = "InferenceModel";

    private final LedgerSettings settings;

    ValuesRequestProcessor(LedgerSettings settings) {
        this.settings = settings;
    }

    @Override
    public void process(Exchange exchange) {
        SpanValues values = exchange.getProperty(PROPERTY, SpanValues.class);
        if (values == null) {
            values = begin(exchange);
            exchange.setProperty(PROPERTY, values);
        }
        ChatRequest request = values.request();
        exchange.setProperty(Call.PROPERTY, values.part());
        Message message = exchange.getMessage();
        message.removeHeader(BACKEND);
        message.setHeader(MODEL, request.model());
        message.setBody(request);
    }

    private SpanValues begin(Exchange exchange) {
        List<LogMessage> messages =
                exchange.getProperty(SpanSummary.PROPERTY, SpanSummary.class).messages();
        return new SpanValues(
                settings,
                exchange.getProperty(Call.PROPERTY, Call.class),
                messages,
                exchange.getProperty(TOKENS, DEFAULT_TOKENS, Integer.class),
                exchange.getProperty(ANSWER_TOKENS, DEFAULT_ANSWER_TOKENS, Integer.class));
    }
}
