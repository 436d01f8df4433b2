package io.inference.conversation.turn;

import io.inference.api.answer.ChatAnswer;
import io.inference.api.call.Call;
import io.inference.api.stream.ChunkStream;
import io.inference.api.stream.UsageStream;
import io.inference.conversation.ConversationIds;
import java.io.IOException;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.ProducerTemplate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Body in: an answer. Stores it with the messages of its turn: a whole answer now, a stream when it ends. Sets the
 * headers {@value #ANSWERED} and {@value #SUMMARIZED}, which the caller gets.
 */
final class RememberProcessor implements Processor {
    /** Header of answers with the id of their conversation. */
    static final String ANSWERED = "X-Conversation-Id";

    /** Header of answers with the number of messages that their prompt had as summaries. */
    static final String SUMMARIZED = "X-Conversation-Summarized";

    /** Property that may name a route, to be run in the background with the property of the turn once it is stored. */
    static final String WHEN_STORED = "InferenceWhenStored";

    private static final Logger log = LoggerFactory.getLogger(RememberProcessor.class);

    private final Turns turns;

    RememberProcessor(Turns turns) {
        this.turns = turns;
    }

    @Override
    public void process(Exchange exchange) {
        Message message = exchange.getMessage();
        Turn turn = exchange.getProperty(Turn.PROPERTY, Turn.class);
        if (turn == null) {
            throw new IllegalStateException("an answer is stored after its conversation was loaded");
        }
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        String route = exchange.getProperty(WHEN_STORED, String.class);
        if (route != null) {
            CamelContext context = exchange.getContext();
            turn.setWhenStored(() -> run(context, route, turn));
        }
        Turn.Memory memory = turn.memory();
        int summarized = memory == null ? 0 : memory.summarized();
        switch (message.getBody()) {
            case ChatAnswer.Whole whole -> {
                if (turn.end()) {
                    store(turn, whole);
                }
                if (summarized > 0) {
                    message.setBody(new ChatAnswer.Whole(
                            whole.model(),
                            whole.choices(),
                            SummarizedUsage.of(whole.usage(), summarized),
                            whole.extras()));
                }
            }
            case ChatAnswer.Streamed streamed -> {
                ChunkStream chunks = summarized == 0
                        ? streamed.chunks()
                        : new UsageStream(streamed.chunks(), usage -> SummarizedUsage.of(usage, summarized));
                if (turns.handOver(turn, call)) {
                    message.setBody(new ChatAnswer.Streamed(
                            streamed.model(), new RememberedStream(chunks, streamed.model(), call, turn, turns)));
                }
            }
            case null, default -> throw new IllegalStateException("a conversation continues with an answer");
        }
        String id = ConversationIds.conversation(turn.conversation());
        call.setConversation(id);
        message.setHeader(ANSWERED, id);
        if (memory != null) {
            message.setHeader(SUMMARIZED, summarized);
        }
    }

    /** The generation of routes may have ended, or have no such route. */
    private static void run(CamelContext context, String route, Turn turn) {
        if (!context.isStarted() || context.getRoute(route) == null) {
            return;
        }
        try (ProducerTemplate template = context.createProducerTemplate()) {
            Exchange done = template.send("direct:" + route, exchange -> exchange.setProperty(Turn.PROPERTY, turn));
            if (done.getException() != null) {
                log.debug("the route {} failed: {}", route, done.getException().getMessage());
            }
        } catch (IOException | RuntimeException e) {
            log.debug("the route {} could not be run: {}", route, e.getMessage());
        }
    }

    private void store(Turn turn, ChatAnswer.Whole answer) {
        if (turn.answer() == null) {
            turns.store(turn, Answers.complete(answer));
        } else {
            turns.release(turn);
        }
    }
}
