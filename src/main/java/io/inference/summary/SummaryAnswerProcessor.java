package io.inference.summary;

import io.inference.api.answer.AnswerCollector;
import io.inference.api.answer.ChatAnswer;
import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Body in: the model's answer about a part, which the work of the part takes. */
final class SummaryAnswerProcessor implements Processor {
    @Override
    public void process(Exchange exchange) {
        SummaryPart part = exchange.getProperty(SummarizationProcessor.PART, SummaryPart.class);
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        if (!(exchange.getMessage().getBody() instanceof ChatAnswer answer)) {
            throw new InferenceException(ErrorCode.INTERNAL, "the route ended without an answer about a part");
        }
        if (part.last()) {
            part.work().finished(answer);
        } else {
            ChatAnswer.Whole whole = whole(answer, call);
            String text = whole.choices().isEmpty()
                    ? ""
                    : whole.choices().getFirst().message().content();
            part.work().summarized(part, text, whole.usage());
        }
        part.work().succeeded(call);
        exchange.getMessage().setBody(part);
    }

    private static ChatAnswer.Whole whole(ChatAnswer answer, Call call) {
        return switch (answer) {
            case ChatAnswer.Whole whole -> whole;
            case ChatAnswer.Streamed streamed -> AnswerCollector.collect(streamed.chunks(), streamed.model(), call);
        };
    }
}
