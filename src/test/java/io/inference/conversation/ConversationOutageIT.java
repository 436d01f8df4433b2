package io.inference.conversation;

import static io.inference.conversation.ConversationCaller.chat;
import static io.inference.conversation.ConversationCaller.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.inference.RunningService;
import io.inference.embedded.OwnPostgres;
import io.inference.embedded.OwnRedis;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * PostgreSQL and Redis stop while conversations go on, on two replicas. {@code -Dconversation.callers=50
 * -Dconversation.outages=3} for 50 callers of 50 conversations and 20 of one.
 */
class ConversationOutageIT {
    private static final int CALLERS = Integer.getInteger("conversation.callers", 5);
    private static final int OUTAGES = Integer.getInteger("conversation.outages", 1);
    private static final int TURNS = 4;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final MemoryBackend backend = new MemoryBackend();

    @TempDir
    static Path folder;

    private static OwnPostgres postgres;
    private static OwnRedis redis;
    private static RunningService service;
    private static RunningService other;

    @BeforeAll
    static void start() throws Exception {
        postgres = new OwnPostgres("conversation_outage");
        redis = new OwnRedis(folder);
        URI address = URI.create(postgres.settings().url().substring("jdbc:".length()));
        List<String> options = new ArrayList<>(redis.options());
        options.addAll(List.of(
                "--db-host=" + address.getHost(),
                "--db-port=" + address.getPort(),
                "--db-user=" + postgres.settings().user(),
                "--db-password=" + postgres.settings().password(),
                "--db-name=" + address.getPath().substring(1),
                // However long an outage lasts, a caller who waits for a turn is not refused for that.
                "--conversation-wait=5m",
                backend.option()));
        service = RunningService.start(options.toArray(String[]::new));
        other = RunningService.start(options.toArray(String[]::new));
    }

    @AfterAll
    static void stop() throws Exception {
        backend.close();
        service.close();
        other.close();
        redis.close();
        postgres.close();
    }

    @Test
    void turnsInProgressAreStoredOnceItIsBackAndOthersAreRefusedMeanwhile() throws Exception {
        ConversationCaller caller = new ConversationCaller(service, null);
        String whole = caller.begin("one");
        String streamed = caller.begin("eins");
        CompletableFuture<HttpResponse<String>> first = async(caller, whole, "wait for the whole", false);
        CompletableFuture<HttpResponse<String>> second = async(caller, streamed, "pause in the stream", true);
        await().until(() -> backend.wasAsked("wait for the whole") && backend.wasAsked("pause in the stream"));
        postgres.crash();
        try {
            await().untilAsserted(() -> {
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

    /** All answers are those that the model gave. A caller that was refused may ask again. */
    @Test
    void noAcknowledgedTurnIsLostDoubledOrOutOfOrder() throws Exception {
        List<ConversationCaller> replicas =
                List.of(new ConversationCaller(service, null), new ConversationCaller(other, null));
        List<SteadyCaller> callers = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            callers.add(new SteadyCaller(() -> replicas, replicas.getFirst().begin("start"), "caller-" + i));
        }
        String common = replicas.getFirst().begin("start");
        for (int i = 0; i < CALLERS * 2 / 5; i++) {
            callers.add(new SteadyCaller(() -> replicas, common, "common-" + i));
        }
        List<Thread> threads = callers.stream().map(Thread::startVirtualThread).toList();
        for (int outage = 0; outage < OUTAGES; outage++) {
            awaitTurns(callers);
            long refused = refused(callers);
            postgres.crash();
            redis.kill();
            try {
                // If all of them were storing their turns, they try that for 30 s.
                await().atMost(PATIENCE).until(() -> refused(callers) > refused);
            } finally {
                postgres.recover();
                redis.start();
            }
        }
        awaitTurns(callers);
        callers.forEach(caller -> caller.finishAfter(caller.acknowledged()));
        for (Thread thread : threads) {
            assertThat(thread.join(PATIENCE)).isTrue();
        }
        long stored = 0;
        for (SteadyCaller caller : callers) {
            caller.check(replicas.getLast().log(caller.conversation()));
            assertThat(caller.refused()).allMatch(status -> status == 503);
        }
        for (String id :
                callers.stream().map(SteadyCaller::conversation).distinct().toList()) {
            List<JsonNode> messages = replicas.getFirst().messages(id);
            // No turn was added to an older message than the one before it.
            for (int i = 1; i < messages.size(); i++) {
                assertThat(messages.get(i).path("parent_message_id"))
                        .isEqualTo(messages.get(i - 1).path("id"));
            }
            stored += messages.size() / 2 - 1;
        }
        System.out.printf(
                "%d callers: %d turns acknowledged, %d refused, %d stored%n",
                callers.size(),
                callers.stream().mapToInt(SteadyCaller::acknowledged).sum(),
                refused(callers),
                stored);
    }

    private static long refused(List<SteadyCaller> callers) {
        return callers.stream().mapToLong(caller -> caller.refused().size()).sum();
    }

    /** Each has some more turns. */
    private static void awaitTurns(List<SteadyCaller> callers) {
        List<Integer> before = callers.stream().map(SteadyCaller::acknowledged).toList();
        await().atMost(PATIENCE)
                .until(() -> IntStream.range(0, callers.size())
                        .allMatch(i -> callers.get(i).acknowledged() >= before.get(i) + TURNS));
    }
}
