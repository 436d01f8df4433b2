-- Summaries that stand for older messages of a conversation. The messages stay in the log.
CREATE TABLE conversation_summaries (
    conversation_id   uuid        NOT NULL REFERENCES conversations ON DELETE CASCADE,
    -- 1 for a summary of messages, one more for each consolidation.
    level             integer     NOT NULL,
    -- It covers the messages from the last one back to the first one, by their parents: the branch is that of the last.
    first_seq         bigint      NOT NULL,
    last_seq          bigint      NOT NULL,
    -- How many they are, without instructions.
    messages          integer     NOT NULL,
    -- Levels and numbers of the summaries that it was made from.
    sources           json        NOT NULL,
    content           text        NOT NULL,
    -- Values of these messages that are kept literally, each with its message, as JSON.
    ledger            text        NOT NULL,
    -- The last instructions (messages of the role system) among what it covers.
    instructions      bigint[]    NOT NULL DEFAULT '{}',
    -- Extractive: sentences of the messages, because the model's summaries were refused.
    kind              text        NOT NULL CHECK (kind IN ('model', 'extractive')),
    model             text,
    prompt_tokens     integer     NOT NULL DEFAULT 0,
    completion_tokens integer     NOT NULL DEFAULT 0,
    created_at        timestamptz NOT NULL,
    -- What it covers: made at most once, however many replicas try.
    PRIMARY KEY (conversation_id, last_seq, level, first_seq)
);

-- Counts deletions of messages. A summary lands only if none was deleted since its sources were read.
ALTER TABLE conversations ADD COLUMN deletions bigint NOT NULL DEFAULT 0;

-- The way from a message back to the beginning, newest first. From a message that is the last of a summary it goes on
-- before that summary, so that its length does not depend on the number of messages that are covered. level is 0 for a
-- message.
--
-- recent: so many messages, instructions not counted, are taken before a summary is.
-- below: summaries of this level are taken only if they end before the beginning of the way, higher ones never.
-- since: the way ends with this message.
CREATE FUNCTION conversation_path(
    conversation uuid, start bigint, recent integer, below integer, since bigint)
RETURNS TABLE (seq bigint, level integer, first_seq bigint)
LANGUAGE sql STABLE ROWS 20 AS $$
    WITH RECURSIVE path (seq, level, first_seq, before, taken) AS (
        SELECT CAST(NULL AS bigint), 0, CAST(NULL AS bigint), start, 0
        UNION ALL
        SELECT message.seq, coalesce(summary.level, 0), coalesce(summary.first_seq, message.seq),
            coalesce(summary.before, message.parent_seq),
            path.taken + CASE WHEN message.role = 'system' THEN 0 ELSE 1 END
        FROM path
        JOIN conversation_messages AS message
            ON message.conversation_id = conversation AND message.seq = path.before AND message.seq >= since
        LEFT JOIN LATERAL (
            SELECT each.level, each.first_seq, first.parent_seq AS before
            FROM conversation_summaries AS each
            JOIN conversation_messages AS first
                ON first.conversation_id = conversation AND first.seq = each.first_seq
            WHERE each.conversation_id = conversation AND each.last_seq = message.seq AND each.first_seq >= since
                AND path.taken >= recent
                AND (each.level < below OR each.level = below AND each.last_seq < start)
            ORDER BY each.level DESC, each.first_seq LIMIT 1
        ) AS summary ON true
    )
    SELECT path.seq, path.level, path.first_seq FROM path WHERE path.seq IS NOT NULL
$$;
