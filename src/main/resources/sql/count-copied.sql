-- 1 if the conversation of a copy is still there, and no message of it was deleted since the turn of the copy began.
SELECT count(*) FROM conversations
WHERE id = CAST(:#${exchangeProperty.InferenceTurn.conversation} AS uuid)
    AND version = :#${exchangeProperty.InferenceTurn.version}
