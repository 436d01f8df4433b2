package io.inference.telemetry;

import io.inference.api.answer.ChatAnswer;
import io.inference.api.answer.EmbedAnswer;
import io.inference.api.call.Call;
import java.util.Objects;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/**
 * Body in: an answer, which is logged once: at once where it is whole, when it ends where it is a stream. A flow that began again with
 * another backend gets here once for each, with the same answer.
 */
class AnswerLogProcessor implements Processor {
    /** Property: the answer that has been logged, until something else is asked. */
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
