package io.inference.conversation.values;

import io.inference.api.answer.ChatAnswer;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Body in: an answer of the model, of which those values are taken that their messages have. */
final class ValuesAnswerProcessor implements Processor {
    @Override
    public void process(Exchange exchange) {
        if (!(exchange.getMessage().getBody() instanceof ChatAnswer.Whole answer)) {
            throw new InferenceException(ErrorCode.INTERNAL, "the route ended without an answer about values");
        }
        exchange.getProperty(ValuesRequestProcessor.PROPERTY, SpanValues.class).take(answer);
    }
}
