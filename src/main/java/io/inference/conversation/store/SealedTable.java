package io.inference.conversation.store;

import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A table with encrypted columns. A value is sealed for its table, column and row, so that it cannot be moved to
 * another place.
 *
 * @param id column with the conversation's id
 * @param key columns with numbers that tell the rows of a conversation apart; empty if there is one row for each
 * @param texts columns of the type {@code text}
 * @param jsons columns of the type {@code json}
 * @param searched the one of them whose words the column {@code search} has; null if there is no such column
 */
record SealedTable(
        String name,
        String id,
        List<String> key,
        List<String> texts,
        List<String> jsons,
        @Nullable String searched) {
    static final SealedTable CONVERSATIONS =
            new SealedTable("conversations", "id", List.of(), List.of("title"), List.of("metadata"), "title");
    static final SealedTable MESSAGES = new SealedTable(
            "conversation_messages",
            "conversation_id",
            List.of("seq"),
            List.of("content", "name", "tool_call_id"),
            List.of("images", "tool_calls", "details"),
            "content");

    static final SealedTable SUMMARIES = new SealedTable(
            "conversation_summaries",
            "conversation_id",
            List.of("level", "first_seq", "last_seq"),
            List.of("content", "ledger"),
            List.of(),
            null);

    /** In place of a key's id: not all of the row is encrypted under the same one. */
    static final String MIXED = "?";

    /** The type of a column. */
    String type(String column) {
        return jsons.contains(column) ? "json" : "text";
    }

    List<String> columns() {
        return Stream.concat(texts.stream(), jsons.stream()).toList();
    }

    /** @param key numbers of the row, in the order of its columns */
    String context(String column, UUID conversation, Long... key) {
        String row = Stream.of(key).map(String::valueOf).collect(Collectors.joining(" "));
        return name + "." + column + " " + conversation + " " + row;
    }

    /** A value as its column stores it. */
    String seal(TextCipher cipher, String column, String value, UUID conversation, Long... key) {
        String context = context(column, conversation, key);
        return jsons.contains(column) ? cipher.sealJson(value, context) : cipher.seal(value, context);
    }

    /**
     * A value of a column.
     *
     * @throws io.inference.conversation.UnreadableException as {@link TextCipher#open}
     */
    String open(TextCipher cipher, String column, String stored, UUID conversation, Long... key) {
        String context = context(column, conversation, key);
        return jsons.contains(column) ? cipher.openJson(stored, context) : cipher.open(stored, context);
    }

    /** The words of a text as a parameter of a statement; null if they are not encrypted. */
    static String @Nullable [] array(@Nullable List<String> words) {
        return words == null ? null : words.toArray(String[]::new);
    }
}
