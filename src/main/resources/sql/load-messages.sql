-- What was said before a turn, oldest first: from the message that it follows back to the beginning, with summaries in
-- place of the older messages. level is 0 for a message. The instructions that a summary covers are added.
WITH path AS MATERIALIZED (
    SELECT * FROM conversation_path(
        CAST(:#${exchangeProperty.InferenceTurn.conversation} AS uuid), :#${exchangeProperty.InferenceTurn.parent},
        CAST(:#${exchangeProperty.InferenceRecentMessages} AS integer), 2147483647, 1)
)
SELECT path.seq, message.role, coalesce(summary.content, message.content) AS content, message.name,
    message.tool_call_id, CAST(message.images AS text) AS images, CAST(message.tool_calls AS text) AS tool_calls,
    CAST(extract(epoch FROM message.created_at) AS bigint) AS created,
    path.level, path.first_seq, summary.messages, summary.ledger
FROM path
LEFT JOIN conversation_messages AS message
    ON message.conversation_id = CAST(:#${exchangeProperty.InferenceTurn.conversation} AS uuid)
        AND message.seq = path.seq AND path.level = 0
LEFT JOIN conversation_summaries AS summary
    ON summary.conversation_id = CAST(:#${exchangeProperty.InferenceTurn.conversation} AS uuid)
        AND summary.last_seq = path.seq AND summary.level = path.level AND summary.first_seq = path.first_seq
UNION ALL
SELECT message.seq, message.role, message.content, message.name, NULL, NULL, NULL,
    CAST(extract(epoch FROM message.created_at) AS bigint), 0, message.seq, NULL, NULL
FROM (
    SELECT summary.instructions FROM path
    JOIN conversation_summaries AS summary
        ON summary.conversation_id = CAST(:#${exchangeProperty.InferenceTurn.conversation} AS uuid)
            AND summary.last_seq = path.seq AND summary.level = path.level AND summary.first_seq = path.first_seq
    WHERE path.level > 0 AND summary.instructions <> '{}' ORDER BY path.seq DESC LIMIT 1
) AS latest
JOIN conversation_messages AS message
    ON message.conversation_id = CAST(:#${exchangeProperty.InferenceTurn.conversation} AS uuid)
        AND message.seq = ANY(latest.instructions)
ORDER BY seq
