package io.inference.conversation.turn;

import io.inference.api.answer.ChatAnswer;
import io.inference.api.call.Call;
import io.inference.api.stream.ChunkStream;
import io.inference.conversation.ConversationIds;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/**
 * Body in: an answer. Stores it with the messages of its turn: a whole answer now, a stream when it ends. Sets the
 * headers {@value #ANSWERED} and {@value #SUMMARIZED}, which the caller gets.
 */
final class RememberProcessor implements Processor {
    /** Header of answers with the id of their conversation. */
    static final String ANSWERED = "X-Conversation-Id";

    /** Header of answers with the number of messages that their prompt had as summaries. */
    static final String SUMMARIZED = "X-Conversation-Summarized";

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
        Turn.Memory memory = turn.memory();
        int summarized = memory == null ? 0 : memory.summarized();
        switch (message.getBody()) {
            case ChatAnswer.Whole whole -> {
                if (turn.end()) {
                    store(turn, whole);
                }
                if (summarized > 0) {
                    message.setBody(new ChatAnswer.Whole(
                            whole.model(), whole.choices(), SummarizedUsage.of(whole.usage(), summarized)));
                }
            }
            case ChatAnswer.Streamed streamed -> {
                ChunkStream chunks =
                        summarized == 0 ? streamed.chunks() : new SummarizedUsage(streamed.chunks(), summarized);
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

    private void store(Turn turn, ChatAnswer.Whole answer) {
        if (turn.answer() == null) {
            turns.store(turn, Answers.complete(answer));
        } else {
            turns.release(turn);
        }
    }
}
