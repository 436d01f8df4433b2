package io.inference.conversation.store;

import io.inference.api.error.ErrorCode;
import io.inference.api.message.FinishReason;
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

/** Rows of {@code conversation_messages} as records. */
public final class MessageRows {
    /** The columns that {@link #stored} reads. */
    static final String COLUMNS = """
            conversation_id, seq, parent_seq, role, content, name, tool_call_id, images::text AS images,
            tool_calls::text AS tool_calls, state, finish_reason, error, model, prompt_tokens, completion_tokens,
            created_at""";

    private MessageRows() {}

    /** The message of a row that {@code sql/load-messages.sql} read, by the names of its columns. */
    public static Message message(Map<?, ?> row) {
        return message(
                (String) Objects.requireNonNull(row.get("role")),
                (String) Objects.requireNonNull(row.get("content")),
                (String) row.get("name"),
                (String) row.get("tool_call_id"),
                (String) row.get("images"),
                (String) row.get("tool_calls"));
    }

    /** Size of such rows: the characters of their texts. */
    public static long characters(List<? extends Map<?, ?>> rows) {
        return rows.stream()
                .flatMap(row -> row.values().stream())
                .mapToLong(value -> value instanceof String text ? text.length() : 0)
                .sum();
    }

    static StoredMessage stored(ResultSet row, int number) throws SQLException {
        return new StoredMessage(
                row.getObject("conversation_id", UUID.class),
                row.getLong("seq"),
                row.getLong("parent_seq"),
                message(
                        row.getString("role"),
                        row.getString("content"),
                        row.getString("name"),
                        row.getString("tool_call_id"),
                        row.getString("images"),
                        row.getString("tool_calls")),
                outcome(row),
                Objects.requireNonNull(TimeColumn.read(row, "created_at")));
    }

    private static Message message(
            String role,
            String content,
            @Nullable String name,
            @Nullable String toolCallId,
            @Nullable String images,
            @Nullable String toolCalls) {
        return new Message(
                Role.valueOf(role.toUpperCase(Locale.ROOT)),
                content,
                null,
                MessageJson.images(images),
                MessageJson.toolCalls(toolCalls),
                toolCallId,
                name);
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
