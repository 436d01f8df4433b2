-- Adds a summary unless there is one of its span, or a message of the conversation was deleted since its sources were
-- read. The new version makes copies of the conversation elsewhere invalid.
WITH changed AS (
    UPDATE conversations SET version = version + 1
    WHERE id = CAST(:#${exchangeProperty.InferenceConversationSummary.conversation} AS uuid)
        AND deletions = :#${exchangeProperty.InferenceConversationSummary.deletions}
    RETURNING id
)
INSERT INTO conversation_summaries (conversation_id, level, first_seq, last_seq, messages, sources, content, ledger,
    instructions, kind, model, prompt_tokens, completion_tokens, created_at, sealed_by)
SELECT id, :#${exchangeProperty.InferenceConversationSummary.level},
    :#${exchangeProperty.InferenceConversationSummary.first}, :#${exchangeProperty.InferenceConversationSummary.last},
    :#messages, CAST(:#sources AS json), :#content, :#ledger,
    ARRAY(SELECT CAST(value AS bigint) FROM json_array_elements_text(CAST(:#instructions AS json))),
    :#kind, CAST(:#model AS text), :#promptTokens, :#completionTokens, now(), :#sealedBy
FROM changed
ON CONFLICT DO NOTHING
