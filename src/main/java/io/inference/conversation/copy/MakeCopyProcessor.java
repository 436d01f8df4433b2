package io.inference.conversation.copy;

import io.inference.conversation.turn.Turn;
import io.inference.redis.LateConnectionFactory;
import java.time.Duration;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.component.redis.RedisConstants;

/**
 * Makes the copy for the turn that follows the stored one of the exchange: its key, its value and how many seconds it
 * is kept, in the headers that a {@code spring-redis} step reads. Sets none of them if the conversation is too large,
 * or if Redis is not used or not connected yet.
 */
final class MakeCopyProcessor implements Processor {
    private final LateConnectionFactory redis;
    private final Duration kept;

    MakeCopyProcessor(LateConnectionFactory redis, Duration kept) {
        this.redis = redis;
        this.kept = kept;
    }

    @Override
    public void process(Exchange exchange) {
        Turn turn = exchange.getProperty(Turn.PROPERTY, Turn.class);
        if (turn == null || !redis.isConnected()) {
            return;
        }
        Optional<Turn.After> after = turn.after();
        if (after.isPresent()) {
            Turn.After next = after.get();
            Message message = exchange.getMessage();
            message.setHeader(RedisConstants.KEY, CopyKeys.messages(turn.conversation()));
            message.setHeader(RedisConstants.KEYS, CopyKeys.all(turn.conversation()));
            message.setHeader(
                    RedisConstants.VALUE,
                    new RowCopy(turn.conversation(), next.version(), next.changedAt(), next.rows()).text());
            message.setHeader(RedisConstants.TIMEOUT, kept.toSeconds());
        }
    }
}
