package io.inference.http.answer;

import java.util.function.Function;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;

/** Writes an answer that depends only on the body that the route left. */
public final class BodyAnswerProcessor implements Processor {
    private final Function<@Nullable Object, HttpAnswer> writer;

    public BodyAnswerProcessor(Function<@Nullable Object, HttpAnswer> writer) {
        this.writer = writer;
    }

    @Override
    public void process(Exchange exchange) {
        exchange.getMessage().setBody(writer.apply(exchange.getMessage().getBody()));
    }
}
