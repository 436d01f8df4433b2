package io.inference.routes.resume;

import io.inference.api.answer.ChatAnswer;
import io.inference.api.call.Call;
import io.inference.api.request.InferenceRequest;
import io.inference.api.stream.ResumedStream;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Lets a streamed answer continue on another backend if its own fails in the middle: the text so far becomes the
 * assistant's last message, and the route that asks backends runs again, with the backend that failed as its last
 * choice. Whole answers pass through: they fail before their caller has seen anything.
 */
public class ResumeProcessor implements Processor {
    /** Exchange property with the request that the answer is to. */
    public static final String REQUEST = "InferenceRequest";

    /** Exchange property with the name of the route that asks backends. */
    public static final String ROUTE = "InferenceResumeRoute";

    /** Exchange property with the backend that failed: it is tried again only if there is no other. */
    public static final String FAILED = "InferenceFailedBackend";

    static final String DEFAULT_ROUTE = "ask-backend";

    /** Header of callers who allow it. */
    static final String ASKED = "X-Inference-Resume";

    private static final int MOST = 3;

    private final Counter resumed;

    ResumeProcessor(MeterRegistry registry) {
        this.resumed = Counter.builder("inference.answers.resumed")
                .description("Streamed answers that continued on another backend")
                .register(registry);
    }

    @Override
    public void process(Exchange exchange) {
        InferenceRequest request = exchange.getProperty(REQUEST, InferenceRequest.class);
        if (request != null
                && exchange.getMessage().getBody() instanceof ChatAnswer.Streamed answer
                && Continued.isPossible(request)) {
            Call call = exchange.getProperty(Call.PROPERTY, Call.class);
            Rest rest = new Rest(exchange, request, call, resumed::increment);
            ResumedStream stream = new ResumedStream(answer.chunks(), MOST, call, rest::ask);
            exchange.getMessage().setBody(new ChatAnswer.Streamed(answer.model(), stream));
        }
    }
}
