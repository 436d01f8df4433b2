package io.inference.conversation;

import static io.inference.conversation.ConversationCaller.chat;
import static io.inference.conversation.ConversationCaller.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.inference.RunningService;
import io.inference.embedded.OwnPostgres;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** PostgreSQL stops while conversations go on. */
class ConversationOutageIT {
    @Test
    void turnsInProgressAreStoredOnceItIsBackAndOthersAreRefusedMeanwhile() throws Exception {
        try (var postgres = new OwnPostgres("conversation_outage");
                var backend = new MemoryBackend();
                var service = service(postgres, backend)) {
            ConversationCaller caller = new ConversationCaller(service, null);
            String whole = caller.begin("one");
            String streamed = caller.begin("eins");
            CompletableFuture<HttpResponse<String>> first = async(caller, whole, "wait for the whole", false);
            CompletableFuture<HttpResponse<String>> second = async(caller, streamed, "pause in the stream", true);
            await().until(() -> backend.wasAsked("wait for the whole") && backend.wasAsked("pause in the stream"));
            postgres.crash();
            try {
                await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
                    HttpResponse<String> refused = caller.say("new", "during");
                    assertThat(refused.statusCode()).isEqualTo(503);
                    assertThat(refused.body()).contains("\"unavailable\"");
                });
                assertThat(caller.say(null, "without").statusCode()).isEqualTo(200);
                backend.permit(1);
                backend.resume(1);
                // Both have their answers, and try to store them.
                assertThat(first).isNotDone();
                assertThat(second).isNotDone();
            } finally {
                postgres.recover();
            }
            assertThat(id(first.get())).isEqualTo(whole);
            assertThat(second.get().body()).endsWith("data: [DONE]\n\n");
            id(caller.say(whole, "two"));
            id(caller.say(streamed, "zwei"));
            assertThat(caller.log(whole))
                    .containsExactly(
                            "user: one",
                            "assistant: re: one",
                            "user: wait for the whole",
                            "assistant: re: wait for the whole",
                            "user: two",
                            "assistant: re: two");
            assertThat(caller.log(streamed))
                    .containsExactly(
                            "user: eins",
                            "assistant: re: eins",
                            "user: pause in the stream",
                            "assistant: re: pause in the stream",
                            "user: zwei",
                            "assistant: re: zwei");
        }
    }

    private static CompletableFuture<HttpResponse<String>> async(
            ConversationCaller caller, String conversation, String text, boolean stream) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return caller.post(
                                "/v1/chat/completions", chat(conversation, text).put("stream", stream));
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                },
                Thread::startVirtualThread);
    }

    private static RunningService service(OwnPostgres postgres, MemoryBackend backend) {
        URI address = URI.create(postgres.settings().url().substring("jdbc:".length()));
        return RunningService.start(
                "--db-host=" + address.getHost(),
                "--db-port=" + address.getPort(),
                "--db-user=" + postgres.settings().user(),
                "--db-password=" + postgres.settings().password(),
                "--db-name=" + address.getPath().substring(1),
                backend.option());
    }
}
