package io.inference.conversation.copy;

import io.inference.conversation.turn.Turn;
import io.inference.redis.LateConnectionFactory;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.component.redis.RedisConstants;

/**
 * Sets the header {@value RedisConstants#KEY} to the key of the messages before the turn of the exchange; removes it
 * if there are none, or if Redis is not to be asked now: it is not used, or not connected yet.
 */
final class FindCopyProcessor implements Processor {
    private final LateConnectionFactory redis;
    private final CopyReport report;

    FindCopyProcessor(LateConnectionFactory redis, CopyReport report) {
        this.redis = redis;
        this.report = report;
    }

    @Override
    public void process(Exchange exchange) {
        Turn turn = exchange.getProperty(Turn.PROPERTY, Turn.class);
        exchange.getMessage().removeHeader(RedisConstants.KEY);
        if (!redis.isConfigured()) {
            return;
        }
        // Asked at the beginning of a conversation too: the connection is then there for its second turn.
        boolean connected = redis.isConnected();
        if (turn == null || turn.parent() == 0) {
            return;
        }
        if (connected) {
            exchange.getMessage().setHeader(RedisConstants.KEY, CopyKeys.messages(turn.conversation()));
        } else {
            report.countUnconnected();
        }
    }
}
