package io.inference.telemetry;

import io.inference.api.call.Call;
import io.inference.api.request.InferenceRequest;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Body in: a request, which is logged once for its call. A flow that begins again with another backend gets here again, with the same
 * request.
 */
class PromptLogProcessor implements Processor {
    /** Property: how many characters of a prompt, and of an answer, are shown. */
    static final String CHARACTERS = "InferenceLogCharacters";

    static final int DEFAULT_CHARACTERS = 16_384;

    private static final String LOGGED = "InferenceLoggedPrompt";

    private final PromptLog log;

    public PromptLogProcessor(PromptLog log) {
        this.log = log;
    }

    private record Logged(Call call, InferenceRequest request) {
        boolean is(Call otherCall, InferenceRequest otherRequest) {
            // Not the copy of an exchange, which has a call of its own.
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
