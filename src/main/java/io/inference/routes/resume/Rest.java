package io.inference.routes.resume;

import io.inference.api.answer.ChatAnswer;
import io.inference.api.call.Call;
import io.inference.api.call.Caller;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.request.InferenceRequest;
import io.inference.api.stream.ChunkStream;
import io.inference.routes.door.RouteRun;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.support.DefaultExchange;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks for the rest of one answer. Copies what it needs of the caller's exchange, which belongs to another call once
 * its route has ended; the generation of routes stays until the call ends.
 */
final class Rest {
    private static final Logger log = LoggerFactory.getLogger(ResumeProcessor.class);

    private final CamelContext context;
    private final Map<String, Object> headers;
    private final @Nullable Caller caller;
    private final InferenceRequest request;
    private final Call call;
    private final String route;
    private final Runnable count;

    /** @param count runs each time an answer continues */
    Rest(Exchange exchange, InferenceRequest request, Call call, Runnable count) {
        this.context = exchange.getContext();
        this.headers = Map.copyOf(exchange.getMessage().getHeaders());
        this.caller = exchange.getProperty(Caller.PROPERTY, Caller.class);
        this.request = request;
        this.call = call;
        this.route = exchange.getProperty(ResumeProcessor.ROUTE, ResumeProcessor.DEFAULT_ROUTE, String.class);
        this.count = count;
    }

    /** @see io.inference.api.stream.ResumedStream.Continuation#after */
    ChunkStream ask(String said, int tokens, InferenceException why) {
        String failed = call.backend();
        ChunkStream rest = stream(send(Continued.request(request, said, tokens), failed));
        count.run();
        log.warn(
                "{} {}{}; the answer continues at {} after {} tokens",
                call.id(),
                why.getMessage(),
                why.particulars().map(what -> ": " + what).orElse(""),
                call.backend(),
                tokens);
        return rest;
    }

    private Exchange send(InferenceRequest rest, String failed) {
        try (ProducerTemplate template = context.createProducerTemplate()) {
            Exchange exchange = new DefaultExchange(context);
            RouteRun.fill(exchange, call, caller);
            exchange.setProperty(ResumeProcessor.FAILED, failed);
            headers.forEach(exchange.getMessage()::setHeader);
            exchange.getMessage().removeHeader("InferenceBackend");
            exchange.getMessage().removeHeader(ResumeProcessor.ASKED);
            exchange.getMessage().setBody(rest);
            return template.send("direct:" + route, exchange);
        } catch (java.io.IOException e) {
            throw new InferenceException(ErrorCode.INTERNAL, "the answer could not continue", e);
        }
    }

    private static ChunkStream stream(Exchange exchange) {
        RouteRun.throwIfFailed(exchange);
        return switch (exchange.getMessage().getBody()) {
            case ChatAnswer.Streamed answer -> answer.chunks();
            case null, default ->
                throw new InferenceException(ErrorCode.INTERNAL, "the route gave no stream to continue the answer");
        };
    }
}
