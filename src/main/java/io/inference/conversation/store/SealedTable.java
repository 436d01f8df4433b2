package io.inference.conversation.store;

import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A table with encrypted columns. A value is sealed for its table, column, conversation and number, so that it cannot
 * be moved to another place.
 *
 * @param id column with the conversation's id
 * @param seq column with the number of the row in its conversation; null if there is one row for each
 * @param texts columns of the type {@code text}
 * @param jsons columns of the type {@code json}
 * @param searched the one of them whose words the column {@code search} has; null if there is no such column
 */
record SealedTable(
        String name,
        String id,
        @Nullable String seq,
        List<String> texts,
        List<String> jsons,
        @Nullable String searched) {
    static final SealedTable CONVERSATIONS =
            new SealedTable("conversations", "id", null, List.of("title"), List.of("metadata"), "title");
    static final SealedTable MESSAGES = new SealedTable(
            "conversation_messages",
            "conversation_id",
            "seq",
            List.of("content", "name", "tool_call_id"),
            List.of("images", "tool_calls", "details"),
            "content");

    /** In place of a key's id: not all of the row is encrypted under the same one. */
    static final String MIXED = "?";

    /** The type of a column. */
    String type(String column) {
        return jsons.contains(column) ? "json" : "text";
    }

    List<String> columns() {
        return Stream.concat(texts.stream(), jsons.stream()).toList();
    }

    String context(String column, UUID conversation, long number) {
        return name + "." + column + " " + conversation + " " + number;
    }

    /** A value as its column stores it. */
    String seal(TextCipher cipher, String column, String value, UUID conversation, long number) {
        String context = context(column, conversation, number);
        return jsons.contains(column) ? cipher.sealJson(value, context) : cipher.seal(value, context);
    }

    /**
     * A value of a column.
     *
     * @throws io.inference.conversation.UnreadableException as {@link TextCipher#open}
     */
    String open(TextCipher cipher, String column, String stored, UUID conversation, long number) {
        String context = context(column, conversation, number);
        return jsons.contains(column) ? cipher.openJson(stored, context) : cipher.open(stored, context);
    }

    /** The words of a text as a parameter of a statement; null if they are not encrypted. */
    static String @Nullable [] array(@Nullable List<String> words) {
        return words == null ? null : words.toArray(String[]::new);
    }
}
