package io.inference.routes.flow;

import org.apache.camel.AggregationStrategy;
import org.apache.camel.Exchange;
import org.apache.camel.support.ExchangeHelper;
import org.jspecify.annotations.Nullable;

/** Nothing of the parts of a split exchange is kept, failures included: the exchange goes on as it was before. */
public class KeepOriginalStrategy implements AggregationStrategy {
    @Override
    public Exchange aggregate(@Nullable Exchange kept, Exchange part) {
        throw new UnsupportedOperationException("parts end in the exchange that was split");
    }

    @Override
    public Exchange aggregate(@Nullable Exchange kept, Exchange part, Exchange split) {
        return kept == null ? ExchangeHelper.createCopy(split, true) : kept;
    }
}
