package io.inference.conversation.store;

import io.inference.api.error.ErrorCode;
import io.inference.api.message.FinishReason;
import io.inference.api.message.Image;
import io.inference.api.message.Message;
import io.inference.api.message.Role;
import io.inference.conversation.Outcome;
import io.inference.conversation.StoredMessage;
import io.inference.database.TimeColumn;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Rows of {@code conversation_messages} as records, decrypted. */
public final class MessageRows {
    /** The columns that {@link #stored} reads. */
    static final String COLUMNS = """
            conversation_id, seq, parent_seq, role, content, name, tool_call_id, images::text AS images,
            tool_calls::text AS tool_calls, details::text AS details, state, finish_reason, error, model,
            prompt_tokens, completion_tokens, created_at""";

    private final TextCipher cipher;

    public MessageRows(TextCipher cipher) {
        this.cipher = cipher;
    }

    /** Size of such rows: the characters of their texts. */
    public static long characters(List<? extends Map<?, ?>> rows) {
        return rows.stream()
                .flatMap(row -> row.values().stream())
                .mapToLong(value -> value instanceof String text ? text.length() : 0)
                .sum();
    }

    /** Values of a row by the names of its columns. */
    private interface Row {
        @Nullable
        String text(String column) throws SQLException;
    }

    /**
     * The message of a row that {@code sql/load-messages.sql} read, by the names of its columns.
     *
     * @throws io.inference.conversation.UnreadableException as {@link TextCipher#open}
     */
    public Message message(UUID conversation, Map<?, ?> row) {
        try {
            long seq = ((Number) Objects.requireNonNull(row.get("seq"))).longValue();
            return message(conversation, seq, column -> (String) row.get(column));
        } catch (SQLException e) {
            throw new IllegalStateException("a map is no result set", e);
        }
    }

    StoredMessage stored(ResultSet row, int number) throws SQLException {
        UUID conversation = row.getObject("conversation_id", UUID.class);
        long seq = row.getLong("seq");
        return new StoredMessage(
                conversation,
                seq,
                row.getLong("parent_seq"),
                message(conversation, seq, row::getString),
                outcome(row),
                Objects.requireNonNull(TimeColumn.read(row, "created_at")));
    }

    private Message message(UUID conversation, long seq, Row row) throws SQLException {
        Row open = column -> {
            String stored = row.text(column);
            return stored == null ? null : SealedTable.MESSAGES.open(cipher, column, stored, conversation, seq);
        };
        List<Image> images = MessageJson.images(open.text("images"));
        String details = open.text("details");
        return new Message(
                Role.valueOf(Objects.requireNonNull(row.text("role")).toUpperCase(Locale.ROOT)),
                Objects.requireNonNull(open.text("content")),
                null,
                images,
                MessageJson.toolCalls(open.text("tool_calls")),
                open.text("tool_call_id"),
                open.text("name"),
                MessageDetails.parts(details, images),
                MessageDetails.extras(details));
    }

    private static @Nullable Outcome outcome(ResultSet row) throws SQLException {
        String model = row.getString("model");
        if (model == null) {
            return null;
        }
        String reason = row.getString("finish_reason");
        String error = row.getString("error");
        return new Outcome(
                model,
                reason == null ? null : FinishReason.valueOf(reason.toUpperCase(Locale.ROOT)),
                error == null ? null : ErrorCode.valueOf(error.toUpperCase(Locale.ROOT)),
                row.getInt("prompt_tokens"),
                row.getInt("completion_tokens"));
    }
}
