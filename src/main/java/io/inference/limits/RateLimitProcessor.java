package io.inference.limits;

import io.inference.api.call.Call;
import io.inference.api.call.Caller;
import io.inference.api.request.InferenceRequest;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/**
 * Applies the caller's limits to a request, and reports their state in OpenAI's {@code x-ratelimit-*} headers. A
 * request that does not use a model passes.
 */
class RateLimitProcessor implements Processor {
    private final RateLimiter limiter;

    public RateLimitProcessor(RateLimiter limiter) {
        this.limiter = limiter;
    }

    @Override
    public void process(Exchange exchange) {
        Message message = exchange.getMessage();
        if (!(message.getBody() instanceof InferenceRequest request)) {
            return;
        }
        RateLimiter.Verdict verdict = limiter.admit(
                exchange.getProperty(Call.PROPERTY, Call.class),
                exchange.getProperty(Caller.PROPERTY, Caller.class),
                request);
        for (Standing standing : verdict.standings()) {
            message.setHeader("x-ratelimit-limit-" + standing.what(), Long.toString(standing.limit()));
            message.setHeader("x-ratelimit-remaining-" + standing.what(), Long.toString(standing.remaining()));
            message.setHeader("x-ratelimit-reset-" + standing.what(), standing.reset());
        }
        if (verdict.refusal() != null) {
            throw verdict.refusal();
        }
    }
}
