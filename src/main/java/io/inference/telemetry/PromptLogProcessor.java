package io.inference.telemetry;

import io.inference.api.call.Call;
import io.inference.api.request.InferenceRequest;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Body in: a request, which is logged once for its call. A flow that retries with another backend passes here again
 * with the same request.
 */
class PromptLogProcessor implements Processor {
    /** Property: maximum number of characters of a prompt, and of an answer, in the log. */
    static final String CHARACTERS = "InferenceLogCharacters";

    static final int DEFAULT_CHARACTERS = 16_384;

    private static final String LOGGED = "InferenceLoggedPrompt";

    private final PromptLog log;

    public PromptLogProcessor(PromptLog log) {
        this.log = log;
    }

    private record Logged(Call call, InferenceRequest request) {
        boolean is(Call otherCall, InferenceRequest otherRequest) {
            // A copy of an exchange has a call of its own.
            return call == otherCall && request.equals(otherRequest);
        }
    }

    @Override
    public void process(Exchange exchange) {
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        if (!log.isOn() || call == null || !(exchange.getMessage().getBody() instanceof InferenceRequest request)) {
            return;
        }
        Logged before = exchange.getProperty(LOGGED, Logged.class);
        if (before != null && before.is(call, request)) {
            return;
        }
        exchange.setProperty(LOGGED, new Logged(call, request));
        exchange.removeProperty(AnswerLogProcessor.LOGGED);
        log.prompt(call, request, characters(exchange));
    }

    static int characters(Exchange exchange) {
        return exchange.getProperty(CHARACTERS, DEFAULT_CHARACTERS, Integer.class);
    }
}
