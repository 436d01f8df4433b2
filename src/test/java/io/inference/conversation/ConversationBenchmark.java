package io.inference.conversation;

import static io.inference.conversation.ConversationCaller.id;
import static org.awaitility.Awaitility.await;

import io.inference.RunningService;
import io.inference.database.Database;
import io.inference.embedded.OwnRedis;
import io.inference.embedded.SharedPostgres;
import io.micrometer.core.instrument.MeterRegistry;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;

/**
 * Times of chats with one after the other, without a conversation and in conversations of different lengths, whose
 * older messages stand as summaries: with a copy in Redis, without one, and without Redis. The backend answers at once.
 * Then the statements of a turn. All of it twice: with summaries made as they become due, on the same processors, and
 * with none due. A bare commit of one row is timed in turn with the chats, since a turn waits for one.
 */
public final class ConversationBenchmark {
    /** Made by the service; the longest ones repeat the rows of those before. */
    private static final List<Integer> LENGTHS = List.of(10, 1_000);

    /** Messages that a further master covers, six masters of 162 each, and how often they are repeated. */
    private static final int REPEATED = 6 * 162;

    private static final int REPETITIONS = 10;
    private static final int CONVERSATIONS = 20;
    private static final int WARM_UP_LENGTH = 100;
    private static final int ROUNDS = Integer.getInteger("conversation.rounds", 20);
    private static final int WARM_UP = Integer.getInteger("conversation.warm-up", 2_000);
    private static final String TEXT =
            "On day %1$d we went on with part %1$d of the plan, as it was agreed the week before.";

    private final ConversationCaller copying;
    private final ConversationCaller alone;
    private final OwnRedis redis;
    private final Map<String, List<Long>> times = new TreeMap<>();

    private ConversationBenchmark(RunningService copying, RunningService alone, OwnRedis redis) {
        this.copying = new ConversationCaller(copying, null);
        this.alone = new ConversationCaller(alone, null);
        this.redis = redis;
    }

    public static void main(String[] arguments) throws Exception {
        List<String> database = SharedPostgres.freshOptions("conversation_benchmark");
        try (var backend = new MemoryBackend();
                var redis = new OwnRedis(Files.createTempDirectory("redis"))) {
            Map<Integer, String> first = new TreeMap<>();
            measure(database, backend, redis, first, List.of());
            measure(database, backend, redis, first, List.of("--messages-before-summary=1000"));
        }
        System.exit(0);
    }

    private static void measure(
            List<String> database, MemoryBackend backend, OwnRedis redis, Map<Integer, String> first, List<String> more)
            throws Exception {
        System.out.println("options: " + more);
        List<String> copies = new ArrayList<>(redis.options());
        copies.addAll(more);
        List<String> without = new ArrayList<>(more);
        without.add("--redis-enabled=false");
        try (var copying = service(database, backend, copies);
                var alone = service(database, backend, without)) {
            new ConversationBenchmark(copying, alone, redis).run(first);
        }
    }

    private static RunningService service(List<String> database, MemoryBackend backend, List<String> more) {
        List<String> options = new ArrayList<>(database);
        options.add(backend.option());
        options.addAll(more);
        return RunningService.start(options.toArray(String[]::new));
    }

    /** @param first a conversation of each length; made if it is empty */
    private void run(Map<Integer, String> first) throws Exception {
        if (first.isEmpty()) {
            for (int length : LENGTHS) {
                first.put(length, conversation(length));
            }
            String longest = copyOf(first.get(1_000));
            extend(uuid(longest));
            first.put(1_000 + REPETITIONS * REPEATED, longest);
            first.put(WARM_UP_LENGTH, conversation(WARM_UP_LENGTH));
            database(client -> client.sql("CREATE TABLE bare (value text)").update());
        }
        Map<Integer, List<String>> conversations = new TreeMap<>();
        for (int length : first.keySet()) {
            List<String> all = new ArrayList<>();
            for (int i = 0; length != WARM_UP_LENGTH && i < CONVERSATIONS; i++) {
                all.add(copyOf(first.get(length)));
            }
            conversations.put(length, all);
        }
        conversations.remove(WARM_UP_LENGTH);
        int analyzed = database(client -> client.sql("ANALYZE").update());
        String warmUp = copyOf(first.get(WARM_UP_LENGTH));
        for (int i = 0; i < WARM_UP / 4; i++) {
            id(copying.say(warmUp, "Go on."));
            id(alone.say(warmUp, "Go on."));
            copying.say(null, "Go on.");
            alone.say(null, "Go on.");
        }
        awaitRest();
        double before = load();
        for (int round = 0; round < ROUNDS; round++) {
            for (int length : conversations.keySet()) {
                for (String id : conversations.get(length)) {
                    plain();
                    commit();
                    turn(length, id);
                    turn(length, id);
                    turnAlone(length, id);
                    redis.commands().flushall();
                    turn(length, id);
                }
                awaitRest();
            }
        }
        System.out.printf(
                "load average before %.2f, after %.2f, %d processors, %d rows analyzed%n",
                before, load(), Runtime.getRuntime().availableProcessors(), analyzed);
        times.forEach((what, nanos) -> System.out.printf(
                "TIME %-40s %5d turns, p50 %.2f ms, p99 %.2f ms%n",
                what, nanos.size(), percentile(nanos, 50), percentile(nanos, 99)));
        for (int length : conversations.keySet()) {
            statements(length, conversations.get(length).getFirst());
        }
    }

    private void plain() throws Exception {
        long start = System.nanoTime();
        var answer = copying.say(null, "And then?");
        add("without a conversation", start);
        if (answer.statusCode() != 200) {
            throw new IllegalStateException(answer.body());
        }
    }

    private void commit() {
        long start = System.nanoTime();
        database(client -> client.sql("INSERT INTO bare VALUES (?)").param(TEXT).update());
        add("a bare commit of one row", start);
    }

    private void turn(int length, String id) throws Exception {
        long used = count("used");
        long start = System.nanoTime();
        var answer = copying.say(id, "And then?");
        long end = System.nanoTime();
        id(answer);
        add("%,d messages, %s".formatted(length, count("used") > used ? "copy used" : "no copy"), start, end);
        awaitCopy(id);
    }

    private void turnAlone(int length, String id) throws Exception {
        long start = System.nanoTime();
        var answer = alone.say(id, "And then?");
        add("%,d messages, without Redis".formatted(length), start);
        id(answer);
    }

    private void add(String what, long start) {
        add(what, start, System.nanoTime());
    }

    private void add(String what, long start, long end) {
        times.computeIfAbsent(what, name -> new ArrayList<>()).add(end - start);
    }

    /** There is none if a summary lands just then. */
    private void awaitCopy(String id) throws InterruptedException {
        String key = "inference:conversation:" + uuid(id) + ":messages";
        for (int i = 0; i < 100 && redis.commands().exists(key) == 0; i++) {
            TimeUnit.MILLISECONDS.sleep(2);
        }
    }

    private long count(String result) {
        return (long) copying.service()
                .bean(MeterRegistry.class)
                .get("inference.conversation.copies")
                .tag("result", result)
                .counter()
                .count();
    }

    private static double percentile(List<Long> nanos, int percent) {
        long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
        return sorted[Math.min(sorted.length - 1, sorted.length * percent / 100)] / 1e6;
    }

    private static double load() {
        return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }

    private String conversation(int messages) throws Exception {
        String id = copying.begin(messages, TEXT);
        awaitRest();
        System.out.printf(
                "%,d messages, summaries by level: %s%n",
                messages,
                database(client -> client.sql("SELECT level || ': ' || count(*) FROM conversation_summaries"
                                + " WHERE conversation_id = ? GROUP BY level ORDER BY level")
                        .param(uuid(id))
                        .query(String.class)
                        .list()));
        return id;
    }

    private void awaitRest() {
        await().atMost(Duration.ofMinutes(5))
                .until(() -> database(client -> client.sql("SELECT count(*) FROM jobs WHERE ended_at IS NULL")
                                .query(Integer.class)
                                .single())
                        .equals(0));
    }

    /** The rows of a conversation once more, as those of another one. */
    private String copyOf(String id) {
        UUID copy = UUID.randomUUID();
        copyRows("conversations", "id", uuid(id), copy);
        copyRows("conversation_messages", "conversation_id", uuid(id), copy);
        copyRows("conversation_summaries", "conversation_id", uuid(id), copy);
        return ConversationIds.conversation(copy);
    }

    private void copyRows(String table, String key, UUID from, UUID to) {
        List<String> columns = database(client -> client.sql(
                        "SELECT column_name FROM information_schema.columns WHERE table_name = ? AND column_name <> ?"
                                + " AND is_generated = 'NEVER'")
                .params(table, key)
                .query(String.class)
                .list());
        String others = String.join(", ", columns);
        int copied = database(client -> client.sql("INSERT INTO " + table + " (" + key + ", " + others + ") SELECT ?, "
                        + others + " FROM " + table + " WHERE " + key + " = ?")
                .params(to, from)
                .update());
        if (copied == 0 && !table.equals("conversation_summaries")) {
            throw new IllegalStateException(table + " has no rows of " + from);
        }
    }

    /** Repeats the rows of messages 1 to {@value #REPEATED}, with their summaries, before the newest ones. */
    private void extend(UUID id) {
        int shift = REPEATED * REPETITIONS;
        run("UPDATE conversation_messages SET seq = -seq WHERE conversation_id = ? AND seq > ?", id, REPEATED);
        repeat("conversation_messages", "seq + n * :size, parent_seq + n * :size", "seq, parent_seq", id);
        run(
                "UPDATE conversation_messages SET seq = -seq + ?, parent_seq = parent_seq + ? WHERE conversation_id = ?"
                        + " AND seq < 0",
                shift,
                shift,
                id);
        // The service makes those of the newest messages again.
        run("DELETE FROM conversation_summaries WHERE conversation_id = ? AND last_seq > ?", id, REPEATED);
        String last = "last_seq + n * :size, CASE level WHEN 4 THEN 1 ELSE first_seq + n * :size END, messages"
                + " + CASE level WHEN 4 THEN n * :size ELSE 0 END";
        repeat("conversation_summaries", last, "last_seq, first_seq, messages", id);
        run(
                "UPDATE conversations SET last_seq = last_seq + ?, head = head + ?, messages = messages + ?"
                        + " WHERE id = ?",
                shift,
                shift,
                shift,
                id);
    }

    private void run(String statement, Object... parameters) {
        int changed =
                database(client -> client.sql(statement).params(parameters).update());
        System.out.printf("%d rows: %s%n", changed, statement);
    }

    private void repeat(String table, String values, String names, UUID id) {
        List<String> named = List.of(names.split(", "));
        String others = database(client -> client.sql("SELECT string_agg(column_name, ', ') FROM"
                        + " information_schema.columns WHERE table_name = ? AND is_generated = 'NEVER'"
                        + " AND NOT column_name = ANY(?)")
                .params(table, named.toArray(String[]::new))
                .query(String.class)
                .single());
        String seq = table.equals("conversation_messages") ? "seq" : "last_seq";
        int added = database(client -> client.sql("INSERT INTO " + table + " (" + names + ", " + others + ") SELECT "
                        + values + ", " + others + " FROM " + table + ", generate_series(1, :count) AS n"
                        + " WHERE conversation_id = :id AND " + seq + " BETWEEN 1 AND :size")
                .param("size", REPEATED)
                .param("count", REPETITIONS)
                .param("id", id)
                .update());
        System.out.printf("%d rows added to %s%n", added, table);
    }

    private <T> T database(java.util.function.Function<org.springframework.jdbc.core.simple.JdbcClient, T> work) {
        return copying.service().bean(Database.class).call(work);
    }

    private static UUID uuid(String id) {
        return ConversationIds.conversation(id).orElseThrow();
    }

    /** What the driver sends to PostgreSQL for a turn, by its own log. */
    private void statements(int length, String id) throws Exception {
        Logger driver = Logger.getLogger("org.postgresql.core.v3.QueryExecutorImpl");
        var counter = new StatementCounter();
        driver.setUseParentHandlers(false);
        driver.addHandler(counter);
        driver.setLevel(Level.FINEST);
        try {
            awaitCopy(turned(copying, id));
            for (int i = 0; i < 4; i++) {
                if (i == 2) {
                    redis.commands().flushall();
                }
                awaitRest();
                long used = count("used");
                counter.clear();
                id(i == 3 ? alone.say(id, "Go on.") : copying.say(id, "Go on."));
                await().during(Duration.ofMillis(300)).until(() -> true);
                System.out.printf(
                        "STATEMENTS %,d messages, %s: %s%n",
                        length, i == 3 ? "without Redis" : count("used") > used ? "copy used" : "no copy", counter);
            }
        } finally {
            driver.setLevel(Level.OFF);
            driver.removeHandler(counter);
        }
    }

    private static String turned(ConversationCaller caller, String id) throws Exception {
        return id(caller.say(id, "Go on."));
    }

    private static final class StatementCounter extends Handler {
        private final Map<String, Integer> counts = new TreeMap<>();

        @Override
        public synchronized void publish(LogRecord entry) {
            if (entry.getMessage() == null || !entry.getMessage().contains("FE=> Execute")) {
                return;
            }
            StackTraceElement[] stack = new Throwable().getStackTrace();
            boolean ofTransaction = Arrays.stream(stack)
                    .anyMatch(frame -> frame.getMethodName().equals("sendQueryPreamble")
                            || frame.getMethodName().equals("executeTransactionCommand"));
            String by = Stream.of("TurnStore", "SummaryStore", "SqlProducer", "job.")
                    .filter(name -> Arrays.stream(stack)
                            .anyMatch(frame -> frame.getClassName().contains(name)))
                    .findFirst()
                    .orElse("others");
            counts.merge(by + (ofTransaction ? " BEGIN or COMMIT" : ""), 1, Integer::sum);
        }

        synchronized void clear() {
            counts.clear();
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}

        @Override
        public synchronized String toString() {
            return counts.toString();
        }
    }
}
