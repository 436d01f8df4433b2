-- Conversations that have not changed for CONVERSATION_RETENTION_DAYS, with their messages; 0 days keep them for ever.
DELETE FROM conversations WHERE id IN (
    SELECT id FROM conversations
    WHERE CAST(:#days AS integer) > 0 AND updated_at < now() - make_interval(days => CAST(:#days AS integer))
        AND (turn IS NULL OR turn_until < now())
    ORDER BY updated_at LIMIT 100
)
