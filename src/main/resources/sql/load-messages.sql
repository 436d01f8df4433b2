-- The messages before a turn, oldest first: from the one that it follows back to the beginning.
WITH RECURSIVE path AS (
    SELECT message.* FROM conversation_messages AS message
    WHERE conversation_id = CAST(:#${exchangeProperty.InferenceTurn.conversation} AS uuid)
        AND seq = :#${exchangeProperty.InferenceTurn.parent}
    UNION ALL
    SELECT message.* FROM path JOIN conversation_messages AS message
        ON message.conversation_id = path.conversation_id AND message.seq = path.parent_seq
)
SELECT seq, role, content, name, tool_call_id, CAST(images AS text) AS images, CAST(tool_calls AS text) AS tool_calls,
    CAST(details AS text) AS details
FROM path ORDER BY seq
