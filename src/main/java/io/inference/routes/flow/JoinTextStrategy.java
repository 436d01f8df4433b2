package io.inference.routes.flow;

import org.apache.camel.AggregationStrategy;
import org.apache.camel.Exchange;
import org.apache.camel.support.ExchangeHelper;
import org.jspecify.annotations.Nullable;

/**
 * Joins the resulting texts of the parts of a split exchange, with an empty line between two. Nothing else of a part is
 * kept: the exchange goes on with its own call, headers and properties.
 */
public class JoinTextStrategy implements AggregationStrategy {
    @Override
    public Exchange aggregate(@Nullable Exchange joined, Exchange part) {
        throw new UnsupportedOperationException("parts are joined into the exchange that was split");
    }

    @Override
    public Exchange aggregate(@Nullable Exchange joined, Exchange part, Exchange split) {
        String text = part.getMessage().getBody(String.class);
        Exchange result = joined;
        if (result == null) {
            result = ExchangeHelper.createCopy(split, true);
            result.getMessage().setBody(text);
        } else {
            result.getMessage().setBody(result.getMessage().getBody(String.class) + "\n\n" + text);
        }
        if (part.getException() != null) {
            result.setException(part.getException());
        }
        return result;
    }
}
