package io.inference.conversation.copy;

import io.inference.conversation.copy.CopyReport.Result;
import io.inference.conversation.store.SummaryRows;
import io.inference.conversation.turn.LoadConversationProcessor;
import io.inference.conversation.turn.Turn;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.Processor;
import org.apache.camel.component.redis.RedisConstants;

/**
 * Takes the variable {@value #COPY}, the value of the key that {@link FindCopyProcessor} set. If it is of the
 * conversation as the turn of the exchange found it, its rows become the header
 * {@value LoadConversationProcessor#ROWS}.
 */
final class UseCopyProcessor implements Processor {
    /** Variable with the value from Redis; none if there is none, or if Redis did not answer. */
    static final String COPY = "InferenceCopy";

    private final SummaryRows entries;
    private final CopyReport report;

    UseCopyProcessor(SummaryRows entries, CopyReport report) {
        this.entries = entries;
        this.report = report;
    }

    @Override
    public void process(Exchange exchange) {
        exchange.getMessage().removeHeader(RedisConstants.KEY);
        Object value = exchange.removeVariable(COPY);
        Turn turn = exchange.getProperty(Turn.PROPERTY, Turn.class);
        if (Boolean.TRUE.equals(exchange.getProperty(ExchangePropertyKey.CIRCUIT_BREAKER_RESPONSE_FROM_FALLBACK))) {
            report.count(Result.UNAVAILABLE);
        } else if (!(value instanceof String text)) {
            report.count(Result.MISSING);
        } else {
            Optional<RowCopy.Read> read = RowCopy.read(text, entries);
            boolean usable =
                    read.isPresent() && turn != null && read.get().copy().isOf(turn);
            if (usable) {
                List<Map<String, Object>> rows = read.get().copy().rows();
                exchange.getMessage().setHeader(LoadConversationProcessor.ROWS, rows);
                turn.setRead(rows, read.get().path());
            }
            report.count(usable ? Result.USED : read.isPresent() ? Result.STALE : Result.UNREADABLE);
        }
    }
}
