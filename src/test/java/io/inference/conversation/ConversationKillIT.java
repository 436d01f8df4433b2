package io.inference.conversation;

import static io.inference.conversation.ConversationCaller.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.inference.BesideOthers;
import io.inference.ServiceProcess;
import io.inference.embedded.SharedPostgres;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/**
 * Two processes of the service with one PostgreSQL. The one whose model is writing summaries is killed, in the middle
 * of a turn too, while callers go on at both. {@code -Dconversation.kills=3} for more kills: each takes the time of a
 * lease.
 */
@BesideOthers
class ConversationKillIT {
    private static final int KILLS = Integer.getInteger("conversation.kills", 1);
    private static final int HELD = 3;
    private static final int CALLERS = 2;
    private static final int TURNS = 20;
    /** Of a turn and of a task, 20 s, and time to notice, on a busy machine too. */
    private static final Duration LEASE = Duration.ofSeconds(40);

    private static final String DATABASE = "conversation_kill";

    private final List<Replica> replicas = new CopyOnWriteArrayList<>();
    private List<String> options;
    private JdbcClient database;
    private int started;

    /** A process and the backend that it alone asks. */
    private record Replica(ServiceProcess process, MemoryBackend backend, ConversationCaller caller) {
        boolean isSummarizing() {
            return backend.summarized().stream()
                    .anyMatch(messages -> messages.toString().contains("HOLD"));
        }
    }

    @BeforeEach
    void start() throws Exception {
        options = new ArrayList<>(SharedPostgres.freshOptions(DATABASE));
        options.add("--rabbitmq-enabled=false");
        // Longer than a lease on a busy machine, so that no caller is refused.
        options.add("--conversation-wait=2m");
        var shared = SharedPostgres.settings();
        String url = shared.url().substring(0, shared.url().lastIndexOf('/') + 1) + DATABASE;
        database = JdbcClient.create(new DriverManagerDataSource(url, shared.user(), shared.password()));
        startReplicas(2);
    }

    @AfterEach
    void stop() throws Exception {
        for (Replica replica : replicas) {
            replica.process().kill();
            replica.backend().close();
        }
    }

    private void startReplicas(int count) throws Exception {
        List<MemoryBackend> backends = new ArrayList<>();
        List<ServiceProcess> processes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            MemoryBackend backend = new MemoryBackend();
            // Kept after the test, since it alone shows what a killed service was doing.
            Path log = Path.of("target", "conversation-kill-" + ++started + ".log");
            Files.deleteIfExists(log);
            List<String> all = new ArrayList<>(options);
            all.add(backend.option());
            backends.add(backend);
            processes.add(ServiceProcess.start(log, all));
        }
        for (int i = 0; i < count; i++) {
            ConversationCaller caller = new ConversationCaller(processes.get(i).awaitUrl(), null, null);
            replicas.add(new Replica(processes.get(i), backends.get(i), caller));
        }
    }

    @Test
    void whatAKilledReplicaSummarizesAndAnswersIsDoneOnceByTheOther() throws Exception {
        List<String> summarized = new ArrayList<>();
        for (int i = 0; i < HELD; i++) {
            summarized.add(replicas.getFirst().caller().begin(12, "HOLD: plan " + i + ", step %d."));
        }
        List<SteadyCaller> callers = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            callers.add(new SteadyCaller(
                    () -> replicas.stream().map(Replica::caller).toList(),
                    replicas.getFirst().caller().begin("start"),
                    "caller-" + i));
        }
        List<Thread> threads = callers.stream().map(Thread::startVirtualThread).toList();
        List<String> inTurn = new ArrayList<>();
        for (int kill = 0; kill < KILLS; kill++) {
            inTurn.add(kill(callers, kill));
        }
        // The tasks of the killed one are taken over.
        Replica last = replicas.getLast();
        await().atMost(LEASE)
                .until(() -> replicas.stream()
                                .flatMap(replica -> replica.backend().summarized().stream())
                                .map(Object::toString)
                                .filter(text -> text.contains("HOLD"))
                                .distinct()
                                .count()
                        == HELD);
        replicas.forEach(replica -> replica.backend().finishSummaries(100));
        for (Thread thread : threads) {
            assertThat(thread.join(Duration.ofMinutes(2))).isTrue();
        }
        await().atMost(Duration.ofSeconds(60))
                .until(() -> database.sql(
                                "SELECT count(*) FROM jobs WHERE task = 'summarize_conversation' AND ended_at IS NULL")
                        .query(Integer.class)
                        .single()
                        .equals(0));

        for (String id : summarized) {
            assertThat(spans(id)).containsExactly("1:1-6 6 once");
        }
        for (SteadyCaller caller : callers) {
            List<String> log = last.caller().log(caller.conversation());
            caller.check(log);
            assertThat(caller.refused()).isEmpty();
            // What the last turn made due is submitted after its answer.
            List<String> expected = expectedSpans(log.size());
            await().untilAsserted(() -> {
                assertThat(spans(caller.conversation())).containsExactlyElementsOf(expected);
            });
        }
        for (int i = 0; i < inTurn.size(); i++) {
            assertThat(last.caller().log(inTurn.get(i)))
                    .containsExactly("user: one", "assistant: re: one", "user: after it", "assistant: re: after it");
        }
        await().untilAsserted(() -> {
            assertThat(database.sql("SELECT DISTINCT state FROM jobs WHERE task = 'summarize_conversation'")
                            .query(String.class)
                            .list())
                    .containsExactly("done");
        });
    }

    /** Kills the replica that summarizes; returns the conversation that it was answering in. */
    private String kill(List<SteadyCaller> callers, int number) throws Exception {
        await().until(() -> replicas.stream().anyMatch(Replica::isSummarizing));
        Replica killed =
                replicas.stream().filter(Replica::isSummarizing).findFirst().orElseThrow();
        String conversation = killed.caller().begin("one");
        CompletableFuture<Boolean> answered = new CompletableFuture<>();
        Thread unused = Thread.startVirtualThread(() -> answered.complete(isAnswered(killed, conversation)));
        await().until(() -> killed.backend().wasAsked("wait for the kill"));
        for (SteadyCaller caller : callers) {
            await().until(() -> caller.acknowledged() >= TURNS * (number + 1));
        }
        killed.process().kill();
        long since = System.nanoTime();
        replicas.remove(killed);
        if (number == KILLS - 1) {
            callers.forEach(caller -> caller.finishAfter(TURNS * (KILLS + 1)));
        }
        killed.backend().close();
        assertThat(answered.get()).isFalse();
        HttpResponse<String> next = replicas.getFirst().caller().say(conversation, "after it");
        assertThat(id(next)).isEqualTo(conversation);
        Duration free = Duration.ofNanos(System.nanoTime() - since);
        assertThat(free).isLessThan(LEASE);
        System.out.printf("the conversation is free %d ms after the kill%n", free.toMillis());
        if (number < KILLS - 1) {
            startReplicas(1);
        }
        return conversation;
    }

    private static boolean isAnswered(Replica replica, String conversation) {
        try {
            return replica.caller().say(conversation, "wait for the kill").statusCode() == 200;
        } catch (Exception e) {
            return false;
        }
    }

    /** Level, span and messages of each summary, and how many there are of it. */
    private List<String> spans(String id) {
        UUID uuid = ConversationIds.conversation(id).orElseThrow();
        return database.sql("""
                        SELECT level || ':' || first_seq || '-' || last_seq || ' ' || sum(messages) || ' '
                            || CASE count(*) WHEN 1 THEN 'once' ELSE count(*)::text END
                        FROM conversation_summaries WHERE conversation_id = ?
                        GROUP BY level, first_seq, last_seq ORDER BY level, first_seq, last_seq
                        """).param(uuid).query(String.class).list();
    }

    /** Of so many messages with the default settings. */
    private static List<String> expectedSpans(int messages) {
        List<String> spans = new ArrayList<>();
        int count = (messages - 6) / 6;
        int size = 6;
        for (int level = 1; level <= 3; level++) {
            for (int i = 0; i < count; i++) {
                spans.add(level + ":" + (i * size + 1) + "-" + (i + 1) * size + " " + size + " once");
            }
            count /= 3;
            size *= 3;
        }
        // The master is extended by three of the level below at a time; the ones before stay for branches.
        for (int i = 1; i <= count; i++) {
            spans.add("4:1-" + i * size + " " + i * size + " once");
        }
        return spans;
    }
}
