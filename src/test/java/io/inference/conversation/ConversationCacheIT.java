package io.inference.conversation;

import static io.inference.conversation.ConversationCaller.JSON;
import static io.inference.conversation.ConversationCaller.chat;
import static io.inference.conversation.ConversationCaller.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.inference.RunningService;
import io.inference.embedded.SharedPostgres;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A real model reuses what it has computed of the beginning of a conversation, with summaries too. */
@Tag("model")
class ConversationCacheIT {
    private static final String MODEL = "smollm2:135m";

    @Test
    void theNextTurnOfASummarizedConversationReusesThePromptOfTheOneBefore() throws Exception {
        List<String> options = new ArrayList<>(SharedPostgres.freshOptions("conversation_cache"));
        try (var backend = new MemoryBackend();
                var service = start(options, backend)) {
            ConversationCaller caller = new ConversationCaller(service, null);
            String id = id(caller.post("/v1/chat/completions", question("new", "Hello!")));
            caller.add(
                    id,
                    IntStream.rangeClosed(3, 12)
                            .mapToObj("The bakery on street number %d sells bread and cake."::formatted)
                            .toList());
            String summaries = "/v1/conversations/" + id + "/summaries";
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> !caller.get(summaries).path("data").isEmpty());

            JsonNode first = usage(caller, id, "Which bakery is the best?");
            JsonNode second = usage(caller, id, "And the second best?");
            assertThat(first.at("/prompt_tokens_details/summarized_messages").asInt())
                    .isEqualTo(6);
            assertThat(second.at("/prompt_tokens_details/summarized_messages").asInt())
                    .isEqualTo(6);
            int before = first.path("prompt_tokens").asInt();
            int cached = second.at("/prompt_tokens_details/cached_tokens").asInt();
            System.out.printf(
                    "prompts of %d and %d tokens; %d of the second are cached%n",
                    before, second.path("prompt_tokens").asInt(), cached);
            // Whole pages of the cache, and the end of a prompt asks for an answer.
            assertThat(cached).isGreaterThan(before * 3 / 4);
        }
    }

    private static RunningService start(List<String> options, MemoryBackend backend) {
        options.addAll(List.of("--local-engine=auto", backend.option(), "--summary-model=" + MemoryBackend.MODEL));
        return RunningService.start(options.toArray(String[]::new));
    }

    private static JsonNode usage(ConversationCaller caller, String id, String text) throws Exception {
        var answer = caller.post("/v1/chat/completions", question(id, text));
        assertThat(id(answer)).isEqualTo(id);
        return JSON.readTree(answer.body()).path("usage");
    }

    private static ObjectNode question(String conversation, String text) {
        return chat(conversation, text).put("model", MODEL).put("max_tokens", 6).put("temperature", 0);
    }
}
