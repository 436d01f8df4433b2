-- What was said before a turn, oldest first: from the message that it follows back to the beginning, with summaries in
-- place of the older messages. level is 0 for a message. The instructions that a summary covers are added.
-- Each row is looked up by its whole key; a limit keeps the planner from reading all rows of a conversation instead.
WITH path AS MATERIALIZED (
    SELECT CAST(:#${exchangeProperty.InferenceTurn.conversation} AS uuid) AS id, step.* FROM conversation_path(
        CAST(:#${exchangeProperty.InferenceTurn.conversation} AS uuid), :#${exchangeProperty.InferenceTurn.parent},
        CAST(:#${exchangeProperty.InferenceRecentMessages} AS integer), 2147483647, 1) AS step
), found AS MATERIALIZED (
    SELECT path.id, path.seq, message.role, coalesce(summary.content, message.content) AS content, message.name,
        message.tool_call_id, CAST(message.images AS text) AS images, CAST(message.tool_calls AS text) AS tool_calls,
        CAST(message.details AS text) AS details,
        CAST(extract(epoch FROM message.created_at) AS bigint) AS created,
        path.level, path.first_seq, summary.messages, summary.ledger, summary.instructions
    FROM path
    LEFT JOIN LATERAL (
        SELECT * FROM conversation_messages
        WHERE path.level = 0 AND conversation_id = path.id AND conversation_messages.seq = path.seq LIMIT 1
    ) AS message ON true
    LEFT JOIN LATERAL (
        SELECT * FROM conversation_summaries AS each
        WHERE path.level > 0 AND each.conversation_id = path.id AND each.last_seq = path.seq
            AND each.level = path.level AND each.first_seq = path.first_seq LIMIT 1
    ) AS summary ON true
)
SELECT seq, role, content, name, tool_call_id, images, tool_calls, details, created, level, first_seq, messages, ledger
FROM found
UNION ALL
SELECT message.seq, message.role, message.content, message.name, NULL, NULL, NULL,
    CAST(message.details AS text),
    CAST(extract(epoch FROM message.created_at) AS bigint), 0, message.seq, NULL, NULL
FROM (SELECT id, instructions FROM found WHERE instructions <> '{}' ORDER BY seq DESC LIMIT 1) AS latest
CROSS JOIN LATERAL unnest(latest.instructions) AS instruction (seq)
CROSS JOIN LATERAL (
    SELECT * FROM conversation_messages
    WHERE conversation_id = latest.id AND conversation_messages.seq = instruction.seq LIMIT 1
) AS message
ORDER BY seq
