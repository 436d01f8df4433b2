package io.inference.conversation.store;

import io.inference.conversation.UnreadableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Encrypts some rows under the current key that are not, or decrypts them if nothing is to be encrypted: one batch for
 * each exchange, in the transaction of its thread. Sets the header {@value #ROWS}. Rows whose key is missing stay as
 * they are.
 */
public final class ReencryptProcessor implements Processor {
    /** Header with the number of rows that were done; 0 if none are left. */
    static final String ROWS = "InferenceRows";

    private static final Logger log = LoggerFactory.getLogger(ReencryptProcessor.class);
    private static final List<SealedTable> TABLES =
            List.of(SealedTable.CONVERSATIONS, SealedTable.MESSAGES, SealedTable.SUMMARIES);
    private static final int AT_A_TIME = 100;
    private static final Duration REPORT_PERIOD = Duration.ofSeconds(30);
    /** In place of a key's id: a text of the row cannot be decrypted although its key is there. */
    private static final String DAMAGED = "!";

    private final JdbcClient client;
    private final TextCipher cipher;
    private final Consumer<Collection<UUID>> onChange;
    /** The ids in place of which the current one comes. */
    private final String[] others;

    private long done;
    private long reportedAt = System.nanoTime();
    private Map<String, Long> reported = Map.of();
    private Map<String, Long> reportedUnreadable = Map.of();
    private volatile double outdated = Double.NaN;

    /**
     * @param dataSource that of the transaction
     * @param onChange gets the conversations that were changed, after their commit
     */
    public ReencryptProcessor(DataSource dataSource, TextCipher cipher, Consumer<Collection<UUID>> onChange) {
        this.client = JdbcClient.create(dataSource);
        this.cipher = cipher;
        this.onChange = onChange;
        this.others = Stream.concat(cipher.keyIds().stream(), Stream.of("", SealedTable.MIXED))
                .filter(id -> !id.equals(cipher.keyId()))
                .toArray(String[]::new);
    }

    /** Rows that are not encrypted under the current key, when they were last counted; not a number before that. */
    public double outdated() {
        return outdated;
    }

    @Override
    public synchronized void process(Exchange exchange) {
        int rows = 0;
        for (SealedTable table : TABLES) {
            if (rows == 0) {
                rows = reencrypt(table);
            }
        }
        done += rows;
        if (rows == 0 || System.nanoTime() - reportedAt > REPORT_PERIOD.toNanos()) {
            report();
        }
        exchange.getMessage().setHeader(ROWS, rows);
    }

    private int reencrypt(SealedTable table) {
        String key = String.join(", ", table.key());
        Map<UUID, List<Long[]>> found = new LinkedHashMap<>();
        client.sql("SELECT %s AS id, ARRAY[%s]::bigint[] AS key FROM %s WHERE sealed_by = ANY(:others) LIMIT :most"
                        .formatted(table.id(), key, table.name()))
                .param("others", others)
                .param("most", AT_A_TIME)
                .query((row, number) -> Map.entry(row.getObject("id", UUID.class), (Long[])
                        row.getArray("key").getArray()))
                .list()
                .forEach(row -> found.computeIfAbsent(row.getKey(), id -> new ArrayList<>())
                        .add(row.getValue()));
        int rows = 0;
        List<UUID> changed = new ArrayList<>();
        for (Map.Entry<UUID, List<Long[]>> conversation : found.entrySet()) {
            Owner owner = lock(conversation.getKey());
            if (owner != null) {
                conversation.getValue().forEach(each -> reencrypt(table, owner, conversation.getKey(), each));
                rows += conversation.getValue().size();
                changed.add(conversation.getKey());
            }
        }
        afterCommit(() -> onChange.accept(changed));
        return rows;
    }

    private static void afterCommit(Runnable work) {
        if (TransactionSynchronizationManager.isSynchronizationActive()) {
            TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                @Override
                public void afterCommit() {
                    work.run();
                }
            });
        } else {
            work.run();
        }
    }

    /**
     * Locks a conversation, as all others do who change something of it, and invalidates copies of its messages; null
     * if it is gone or in use, which is tried again.
     */
    private @Nullable Owner lock(UUID conversation) {
        return client.sql("""
                        UPDATE conversations SET version = version + 1 WHERE id = (
                            SELECT id FROM conversations WHERE id = ? FOR NO KEY UPDATE SKIP LOCKED
                        ) RETURNING owner, tenant
                        """)
                .param(conversation)
                .query((row, number) -> new Owner(row.getString("owner"), row.getString("tenant")))
                .optional()
                .orElse(null);
    }

    private void reencrypt(SealedTable table, Owner owner, UUID conversation, Long[] key) {
        Map<String, @Nullable Object> values = new HashMap<>(Map.of("id", conversation));
        String row = table.id() + " = :id";
        for (int i = 0; i < key.length; i++) {
            row += " AND " + table.key().get(i) + " = :key" + i;
            values.put("key" + i, key[i]);
        }
        List<String> changes = new ArrayList<>();
        try {
            Map<String, @Nullable String> plain = open(table, row, values, conversation, key);
            plain.forEach((column, text) -> {
                String sealed = text == null ? null : table.seal(cipher, column, text, conversation, key);
                values.put(column, sealed);
                changes.add("%1$s = CAST(:%1$s AS %2$s)".formatted(column, table.type(column)));
            });
            if (table.searched() != null) {
                String text = plain.get(table.searched());
                String searched = MessageJson.searched(text == null ? "" : text);
                values.put("word", owner.word());
                values.put("words", SealedTable.array(cipher.words(owner.word(), searched)));
                values.put("searched", searched);
                changes.add("search = " + ConversationStore.SEARCH.formatted(":searched", ":words"));
            }
            values.put("key", cipher.keyId());
        } catch (UnreadableException e) {
            // So that the row is not tried again before its key is there.
            values.put("key", e.key().isEmpty() ? DAMAGED : e.key());
            changes.clear();
        }
        changes.add("sealed_by = :key");
        int ignored = client.sql("UPDATE %s SET %s WHERE %s".formatted(table.name(), String.join(", ", changes), row))
                .params(values)
                .update();
    }

    /** The texts of a row by their columns; empty if the row is gone. */
    private Map<String, @Nullable String> open(
            SealedTable table, String row, Map<String, @Nullable Object> values, UUID conversation, Long[] key) {
        String columns = table.columns().stream()
                .map(column -> "CAST(%1$s AS text) AS %1$s".formatted(column))
                .collect(Collectors.joining(", "));
        List<Map<String, Object>> rows = client.sql("SELECT %s FROM %s WHERE %s".formatted(columns, table.name(), row))
                .params(values)
                .query()
                .listOfRows();
        Map<String, @Nullable String> plain = new HashMap<>();
        if (!rows.isEmpty()) {
            for (String column : table.columns()) {
                String stored = (String) rows.getFirst().get(column);
                plain.put(column, stored == null ? null : table.open(cipher, column, stored, conversation, key));
            }
        }
        return plain;
    }

    /** Lines about what is new. */
    private void report() {
        Map<String, Long> left = new TreeMap<>();
        TABLES.forEach(table -> count(table).forEach(entry -> left.merge(entry.getKey(), entry.getValue(), Long::sum)));
        outdated = left.values().stream().mapToLong(Long::longValue).sum();
        Map<String, Long> unreadable = new TreeMap<>(left);
        Stream.of(others).map(ReencryptProcessor::label).forEach(unreadable::remove);
        left.keySet().removeAll(unreadable.keySet());
        if (done > 0 || !left.equals(reported)) {
            log.info(
                    "{} rows of conversations were {}; not yet, by the ids of their keys: {}",
                    done,
                    cipher.keyId().isEmpty() ? "decrypted" : "encrypted under the key " + cipher.keyId(),
                    left);
        }
        if (!unreadable.equals(reportedUnreadable)) {
            log.warn("rows of conversations that no key of ENCRYPTION_KEY decrypts, by their keys: {}", unreadable);
        }
        reported = left;
        reportedUnreadable = unreadable;
        reportedAt = System.nanoTime();
        done = 0;
    }

    private List<Map.Entry<String, Long>> count(SealedTable table) {
        return client.sql("""
                        SELECT sealed_by, count(*) AS rows FROM %1$s WHERE sealed_by < :key GROUP BY sealed_by
                        UNION ALL SELECT sealed_by, count(*) FROM %1$s WHERE sealed_by > :key GROUP BY sealed_by
                        """.formatted(table.name()))
                .param("key", cipher.keyId())
                .query((row, number) -> Map.entry(label(row.getString("sealed_by")), row.getLong("rows")))
                .list();
    }

    /** What the log calls a key. */
    private static String label(String key) {
        return switch (key) {
            case "" -> "none";
            case SealedTable.MIXED -> "several";
            case DAMAGED -> "changed by somebody";
            default -> key;
        };
    }
}
