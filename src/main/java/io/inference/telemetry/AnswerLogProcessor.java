package io.inference.telemetry;

import io.inference.api.answer.ChatAnswer;
import io.inference.api.answer.EmbedAnswer;
import io.inference.api.answer.ImageAnswer;
import io.inference.api.call.Call;
import java.util.Objects;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/**
 * Body in: an answer, which is logged once: a complete answer at once, a stream when it ends. A flow that retries with
 * another backend passes here again with the same answer.
 *
 * <p>Pictures are logged by a step of their own, after they have been stored and have ids.
 */
class AnswerLogProcessor implements Processor {
    /** Property: the answer that has been logged, until the next request. */
    static final String LOGGED = "InferenceLoggedAnswer";

    private final PromptLog log;
    private final boolean pictures;

    /** @param pictures whether it logs pictures, and nothing else */
    public AnswerLogProcessor(PromptLog log, boolean pictures) {
        this.log = log;
        this.pictures = pictures;
    }

    @Override
    public void process(Exchange exchange) {
        Message message = exchange.getMessage();
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        if (!log.isOn()
                || call == null
                || message.getBody() instanceof ImageAnswer != pictures
                || Objects.equals(message.getBody(), exchange.getProperty(LOGGED))) {
            return;
        }
        int characters = PromptLogProcessor.characters(exchange);
        switch (message.getBody()) {
            case ChatAnswer.Whole whole -> log.answer(call, whole, characters);
            case EmbedAnswer vectors -> log.answer(call, vectors);
            case ChatAnswer.Streamed streamed ->
                message.setBody(new ChatAnswer.Streamed(
                        streamed.model(), new LoggedStream(streamed.chunks(), call, log, characters)));
            case ImageAnswer answer ->
                message.setBody(
                        new ImageAnswer(answer.model(), new LoggedStream(answer.chunks(), call, log, characters)));
            case null, default -> {
                return;
            }
        }
        exchange.setProperty(LOGGED, message.getBody());
    }
}
