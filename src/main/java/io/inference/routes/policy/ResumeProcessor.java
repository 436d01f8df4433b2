package io.inference.routes.policy;

import io.inference.api.answer.ChatAnswer;
import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.request.InferenceRequest;
import io.inference.api.stream.ChunkStream;
import io.inference.api.stream.ResumedStream;
import io.inference.routes.flow.FindBackendProcessor;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a streamed answer continue on another backend if its own fails in the middle: the text so far becomes the
 * assistant's last message, and the route that asks backends runs again, with the backend that failed as its last
 * choice. Whole answers pass through: they fail before their caller has seen anything.
 */
public class ResumeProcessor implements Processor {
    /** Exchange property with the name of the route that asks backends. */
    static final String ROUTE = "InferenceResumeRoute";

    private static final Logger log = LoggerFactory.getLogger(ResumeProcessor.class);
    private static final int MOST = 3;

    private final Counter resumed;

    ResumeProcessor(MeterRegistry registry) {
        this.resumed = Counter.builder("inference.answers.resumed")
                .description("Streamed answers that continued on another backend")
                .register(registry);
    }

    @Override
    public void process(Exchange exchange) {
        InferenceRequest request = exchange.getProperty(FindBackendProcessor.REQUEST, InferenceRequest.class);
        if (request != null
                && exchange.getMessage().getBody() instanceof ChatAnswer.Streamed answer
                && Continued.isPossible(request)) {
            Call call = exchange.getProperty(Call.PROPERTY, Call.class);
            Ask ask = new Ask(exchange, ROUTE);
            ResumedStream stream = new ResumedStream(answer.chunks(), MOST, call, (said, tokens, why) -> {
                String failed = call.backend();
                ChunkStream rest = stream(ask.other(Continued.request(request, said, tokens), call, failed));
                note(call, failed, tokens, why);
                return rest;
            });
            exchange.getMessage().setBody(new ChatAnswer.Streamed(answer.model(), stream));
        }
    }

    private static ChunkStream stream(@Nullable Object body) {
        if (body instanceof ChatAnswer.Streamed answer) {
            return answer.chunks();
        }
        throw new InferenceException(ErrorCode.INTERNAL, "the route gave no stream to continue the answer");
    }

    private void note(Call call, String failed, int tokens, InferenceException why) {
        resumed.increment();
        log.warn(
                "{} {}{}; the answer of {} continues at {} after {} tokens",
                call.id(),
                why.getMessage(),
                why.particulars().map(what -> ": " + what).orElse(""),
                failed,
                call.backend(),
                tokens);
    }
}
