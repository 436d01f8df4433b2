package io.inference.conversation.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.inference.api.message.Message;
import io.inference.api.message.Role;
import io.inference.conversation.Conversation;
import io.inference.conversation.NewMessage;
import io.inference.database.Database;
import io.inference.database.DatabaseAddress;
import io.inference.embedded.SharedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.camel.impl.engine.SimpleCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Many messages of many owners: each query of a caller finds its rows by an index. */
class ConversationScaleIT {
    private static final Logger log = LoggerFactory.getLogger(ConversationScaleIT.class);

    /** {@code -Dconversation.messages=1000000} for the figures of a million, which the log has. */
    private static final int MESSAGES = Integer.getInteger("conversation.messages", 100_000);

    private static final int REPETITIONS = Integer.getInteger("conversation.repetitions", 3);
    private static final int EACH = 50;
    private static final int OWNERS = 100;
    private static final int LONG_ONE = 10_000;
    private static final Owner OWNER = new Owner("owner-7", "tenant");

    private static Database database;

    @BeforeAll
    static void fill() throws SQLException {
        DatabaseAddress address = SharedPostgres.fresh("conversation_scale");
        database = Database.open(() -> address);
        await().atMost(Duration.ofMinutes(1)).until(() -> database.state().equals("up"));
        // Its own connection, which has as much time as it needs.
        try (Connection connection = DriverManager.getConnection(address.url(), address.user(), address.password());
                Statement statements = connection.createStatement()) {
            fill(statements);
        }
    }

    private static void fill(Statement statements) throws SQLException {
        String word = "array_to_tsvector(ARRAY[(SELECT word FROM owners WHERE owners.owner = c.owner)])";
        statements.execute("CREATE TABLE owners (owner text PRIMARY KEY, word text)");
        for (int i = 0; i < OWNERS; i++) {
            Owner owner = new Owner("owner-" + i, "tenant");
            statements.execute("INSERT INTO owners VALUES ('" + owner.subject() + "', '" + owner.word() + "')");
        }
        statements.execute("INSERT INTO conversations (id, owner, tenant, title, created_at, updated_at, last_seq,"
                + " head, messages, search) SELECT gen_random_uuid(), c.owner, 'tenant', 'title ' || n, now(),"
                + " now() - n * interval '1 second', " + EACH + ", " + EACH + ", " + EACH
                + ", to_tsvector('simple', 'title ' || n) || " + word + " FROM (SELECT n, 'owner-' || n % " + OWNERS
                + " AS owner FROM generate_series(1, " + MESSAGES / EACH + ") AS n) AS c");
        messages(statements, "generate_series(1, " + EACH + ")", "true", word);
        statements.execute("UPDATE conversations SET last_seq = " + LONG_ONE + ", head = " + LONG_ONE + ", messages = "
                + LONG_ONE + " WHERE title = 'title 7'");
        messages(statements, "generate_series(" + (EACH + 1) + ", " + LONG_ONE + ")", "title = 'title 7'", word);
        statements.execute("INSERT INTO conversation_summaries (conversation_id, level, first_seq, last_seq, messages,"
                + " sources, content, ledger, kind, created_at) SELECT id, level, 1, 6 * level, 6 * level, '[]',"
                + " 'They talked.', '[]', 'model', now() FROM conversations, generate_series(1, 2) AS level"
                + " WHERE title <> 'title 7'");
        statements.execute("VACUUM ANALYZE");
    }

    private static void messages(Statement statements, String numbers, String of, String word) throws SQLException {
        statements.execute("INSERT INTO conversation_messages (conversation_id, seq, parent_seq, turn, role, content,"
                + " state, created_at, search) SELECT id, seq, seq - 1, id, 'user', text, 'completed', now(),"
                + " to_tsvector('simple', text) || word FROM (SELECT c.id, seq, " + word
                + " AS word, (SELECT string_agg('word' || ((random() * 20000)::int + (seq + k) * 0), ' ')"
                + " || ' common' FROM generate_series(1, 12) AS k) AS text FROM conversations AS c, " + numbers
                + " AS seq WHERE " + of + ") AS made");
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @Test
    void eachQueryFindsItsRowsByAnIndex() {
        var plain = new TextCipher(List.of());
        var conversations = new ConversationStore(database, plain);
        var messages = new MessageStore(database, plain);
        var turns = new TurnStore(database, plain);
        List<Conversation> page = conversations.list(OWNER, null, null, 20);
        assertThat(page).hasSize(20);
        UUID id = page.getFirst().id();
        assertThat(page.getFirst().messages()).isEqualTo(LONG_ONE);
        String load = loadStatement();

        byIndex("list", () -> conversations.list(OWNER, null, null, 20));
        byIndex(
                "next page",
                () -> conversations.list(OWNER, null, page.getLast().id(), 20));
        byIndex("search", () -> conversations.list(OWNER, "word77 common", null, 20));
        byIndex("search for what every message has", () -> conversations.list(OWNER, "common", null, 20));
        byIndex("open", () -> conversations.find(OWNER, id));
        byIndex("export", () -> conversations.ids(OWNER, page.getLast().id(), 100));
        byIndex("look for rows to encrypt", () -> reencrypt(plain));
        byIndex("read a page", () -> messages.list(id, 5_000L, false, 100));
        byIndex("load 50 messages", () -> load(load, page.getLast().id(), EACH, EACH - 11));
        byIndex("load 10,000 messages", () -> load(load, id, LONG_ONE, LONG_ONE));
        summarize(id, 4, LONG_ONE - 10);
        byIndex("load 10,000 messages with a master", () -> load(load, id, LONG_ONE, 11));
        byIndex("begin and end a turn", () -> {
            UUID turn = UUID.randomUUID();
            var begun = turns.begin(OWNER, id, turn, Duration.ofSeconds(20)).begun();
            var added = List.of(new NewMessage(Message.of(Role.USER, "one more"), null, Instant.now()));
            return turns.add(
                    new TurnStore.Addition(OWNER, id, turn, begun.head(), begun.lastSeq(), "", added),
                    false,
                    Instant.now());
        });
        assertThat(conversations.list(new Owner("owner-7", "other tenant"), "common", null, 20))
                .isEmpty();
    }

    private static Object reencrypt(TextCipher cipher) {
        var exchange = new DefaultExchange(new SimpleCamelContext());
        new ReencryptProcessor(database.dataSource(), cipher, changed -> {}).process(exchange);
        return exchange.getMessage().getHeader(ReencryptProcessor.ROWS);
    }

    /** Summaries of every six messages, and one of all. */
    private static void summarize(UUID id, int level, int last) {
        int added = database.<Integer>call(client -> client.sql("""
                        INSERT INTO conversation_summaries
                            (conversation_id, level, first_seq, last_seq, messages, sources, content, ledger, kind,
                            created_at)
                        SELECT :id, 1, seq, seq + 5, 6, '[]'::json, 'They talked.', '[]', 'model', now()
                        FROM generate_series(1, :last - 5, 6) AS seq
                        UNION ALL SELECT :id, :level, 1, :last, :last, '[]'::json, 'They talked.', '[]', 'model', now()
                        """)
                .param("id", id)
                .param("level", level)
                .param("last", last)
                .update());
        assertThat(added).isGreaterThan(1);
    }

    private static String loadStatement() {
        try (var in = ConversationScaleIT.class.getResourceAsStream("/sql/load-messages.sql")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .replace(":#${exchangeProperty.InferenceTurn.conversation}", ":id")
                    .replace(":#${exchangeProperty.InferenceTurn.parent}", ":seq")
                    .replace(":#${exchangeProperty.InferenceRecentMessages}", ":recent");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Object load(String statement, UUID id, int parent, int count) {
        List<Map<String, Object>> rows = database.call(client -> client.sql(statement)
                .param("id", id)
                .param("seq", (long) parent)
                .param("recent", 6)
                .query()
                .listOfRows());
        assertThat(rows).hasSize(count);
        return rows;
    }

    private static void byIndex(String what, Supplier<?> query) {
        Object first = query.get();
        assertThat(first).isNotNull();
        long before = scans();
        long[] nanos = new long[REPETITIONS];
        for (int i = 0; i < REPETITIONS; i++) {
            long start = System.nanoTime();
            Object result = query.get();
            nanos[i] = System.nanoTime() - start;
            assertThat(result).isNotNull();
        }
        Arrays.sort(nanos);
        log.info(
                "{}: p50 {} us, p99 {} us",
                what,
                nanos[REPETITIONS / 2] / 1000,
                nanos[Math.min(REPETITIONS - 1, REPETITIONS * 99 / 100)] / 1000);
        assertThat(scans()).as(what + ": scans of whole tables").isEqualTo(before);
    }

    /** Scans of whole tables so far. The pool gives a thread the connection that it had before. */
    private static long scans() {
        int ignored =
                database.<Integer>call(client -> client.sql("DO $$ BEGIN PERFORM pg_stat_force_next_flush(); END $$")
                        .update());
        return database.call(
                client -> client.sql("SELECT sum(seq_scan) FROM pg_stat_user_tables WHERE relname LIKE 'conversation%'")
                        .query(Long.class)
                        .single());
    }
}
