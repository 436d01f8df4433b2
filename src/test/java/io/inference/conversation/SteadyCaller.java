package io.inference.conversation;

import static io.inference.conversation.ConversationCaller.chat;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/**
 * Says one text after the other in one conversation, at each replica in turn, whatever fails, and knows which turns
 * were acknowledged.
 */
final class SteadyCaller implements Runnable {
    private final Supplier<List<ConversationCaller>> replicas;
    private final String conversation;
    private final String name;
    private final List<String> acknowledged = new CopyOnWriteArrayList<>();
    private final List<Integer> refused = new CopyOnWriteArrayList<>();
    private volatile int limit = Integer.MAX_VALUE;

    /** @param name without spaces; that of no other caller */
    SteadyCaller(Supplier<List<ConversationCaller>> replicas, String conversation, String name) {
        this.replicas = replicas;
        this.conversation = conversation;
        this.name = name;
    }

    String conversation() {
        return conversation;
    }

    int acknowledged() {
        return acknowledged.size();
    }

    /** Statuses of turns that were refused. */
    List<Integer> refused() {
        return refused;
    }

    /** Lets it end after so many acknowledged turns. */
    void finishAfter(int turns) {
        limit = turns;
    }

    @Override
    public void run() {
        for (int turn = 1; acknowledged.size() < limit; turn++) {
            String text = "turn " + turn + " of " + name;
            List<ConversationCaller> now = replicas.get();
            try {
                HttpResponse<String> answer =
                        now.get(turn % now.size()).post("/v1/chat/completions", chat(conversation, text));
                if (answer.statusCode() == 200) {
                    acknowledged.add(text);
                } else {
                    refused.add(answer.statusCode());
                }
            } catch (IOException e) {
                // The replica was killed: the turn may have been stored.
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /**
     * Each turn at most once, followed by its answer, those of the caller in order; each that was acknowledged.
     *
     * @param log of the conversation, in which others may have turns too
     */
    void check(List<String> log) {
        List<String> stored = new ArrayList<>();
        for (int i = 0; i < log.size(); i += 2) {
            String question = log.get(i).substring("user: ".length());
            assertThat(log.get(i + 1)).isEqualTo("assistant: re: " + question);
            if (question.endsWith(" of " + name)) {
                stored.add(question);
            }
        }
        assertThat(stored).doesNotHaveDuplicates().containsSubsequence(acknowledged);
        assertThat(stored.stream().map(text -> Integer.valueOf(text.split(" ")[1])))
                .isSorted();
    }
}
