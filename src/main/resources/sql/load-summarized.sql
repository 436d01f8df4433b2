-- What a summary is made from, oldest first: the messages of its span, or the summaries below it. Nothing if a message
-- of the conversation was deleted since the summary was due.
WITH path AS MATERIALIZED (
    SELECT conversations.id, step.* FROM conversations, conversation_path(
        conversations.id, :#${exchangeProperty.InferenceConversationSummary.last}, 0,
        :#${exchangeProperty.InferenceConversationSummary.level},
        :#${exchangeProperty.InferenceConversationSummary.first}) AS step
    WHERE conversations.id = CAST(:#${exchangeProperty.InferenceConversationSummary.conversation} AS uuid)
        AND deletions = :#${exchangeProperty.InferenceConversationSummary.deletions}
)
SELECT path.seq, message.role, coalesce(summary.content, message.content) AS content, message.name,
    message.tool_call_id, CAST(message.images AS text) AS images, CAST(message.tool_calls AS text) AS tool_calls,
    CAST(message.details AS text) AS details,
    CAST(extract(epoch FROM message.created_at) AS bigint) AS created,
    path.level, path.first_seq, summary.messages, summary.ledger,
    CAST(array_to_json(summary.instructions) AS text) AS instructions, summary.kind, summary.model
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
ORDER BY path.seq
