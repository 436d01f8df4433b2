-- What a summary is made from, oldest first: the messages of its span, or the summaries below it. Nothing if a message
-- of the conversation was deleted since the summary was due.
WITH path AS MATERIALIZED (
    SELECT path.* FROM conversations, conversation_path(
        conversations.id, :#${exchangeProperty.InferenceConversationSummary.last}, 0,
        :#${exchangeProperty.InferenceConversationSummary.level},
        :#${exchangeProperty.InferenceConversationSummary.first}) AS path
    WHERE conversations.id = CAST(:#${exchangeProperty.InferenceConversationSummary.conversation} AS uuid)
        AND deletions = :#${exchangeProperty.InferenceConversationSummary.deletions}
)
SELECT path.seq, message.role, coalesce(summary.content, message.content) AS content, message.name,
    message.tool_call_id, CAST(message.images AS text) AS images, CAST(message.tool_calls AS text) AS tool_calls,
    CAST(extract(epoch FROM message.created_at) AS bigint) AS created,
    path.level, path.first_seq, summary.messages, summary.ledger,
    CAST(array_to_json(summary.instructions) AS text) AS instructions, summary.kind, summary.model
FROM path
LEFT JOIN conversation_messages AS message
    ON message.conversation_id = CAST(:#${exchangeProperty.InferenceConversationSummary.conversation} AS uuid)
        AND message.seq = path.seq AND path.level = 0
LEFT JOIN conversation_summaries AS summary
    ON summary.conversation_id = CAST(:#${exchangeProperty.InferenceConversationSummary.conversation} AS uuid)
        AND summary.last_seq = path.seq AND summary.level = path.level AND summary.first_seq = path.first_seq
ORDER BY path.seq
