package io.inference.telemetry;

import io.inference.api.answer.ChatAnswer;
import io.inference.api.answer.EmbedAnswer;
import io.inference.api.call.Call;
import java.util.Objects;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/**
 * Body in: an answer, which is logged once: a complete answer at once, a stream when it ends. A flow that retries with
 * another backend passes here again with the same answer.
 */
class AnswerLogProcessor implements Processor {
    /** Property: the answer that has been logged, until the next request. */
    static final String LOGGED = "InferenceLoggedAnswer";

    private final PromptLog log;

    public AnswerLogProcessor(PromptLog log) {
        this.log = log;
    }

    @Override
    public void process(Exchange exchange) {
        Message message = exchange.getMessage();
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        if (!log.isOn() || call == null || Objects.equals(message.getBody(), exchange.getProperty(LOGGED))) {
            return;
        }
        int characters = PromptLogProcessor.characters(exchange);
        switch (message.getBody()) {
            case ChatAnswer.Whole whole -> log.answer(call, whole, characters);
            case EmbedAnswer vectors -> log.answer(call, vectors);
            case ChatAnswer.Streamed streamed ->
                message.setBody(new ChatAnswer.Streamed(
                        streamed.model(), new LoggedStream(streamed.chunks(), call, log, characters)));
            case null, default -> {
                return;
            }
        }
        exchange.setProperty(LOGGED, message.getBody());
    }
}
