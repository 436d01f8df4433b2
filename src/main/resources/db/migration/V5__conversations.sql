-- Conversations that are kept for their owners.
CREATE TABLE conversations (
    id          uuid PRIMARY KEY,
    owner       text        NOT NULL,
    tenant      text        NOT NULL DEFAULT '',
    title       text        NOT NULL DEFAULT '',
    metadata    json        NOT NULL DEFAULT '{}',
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    -- Number of the newest message that was ever added: numbers are never used again.
    last_seq    bigint      NOT NULL DEFAULT 0,
    -- The message that the next turn follows; 0 for the beginning.
    head        bigint      NOT NULL DEFAULT 0,
    messages    integer     NOT NULL DEFAULT 0,
    -- The turn in progress, and until when it holds the conversation. Turns hold no connection while a model answers.
    turn        uuid,
    turn_until  timestamptz,
    -- Words of the title and, as a word that no text has, the owner: one index finds the words of one owner.
    search      tsvector    NOT NULL
) WITH (fillfactor = 80);

CREATE INDEX conversations_by_owner ON conversations (owner, tenant, updated_at DESC, id DESC);
CREATE INDEX conversations_by_age ON conversations (updated_at);
CREATE INDEX conversations_by_word ON conversations USING gin (search);

-- The log: rows are added and deleted, never changed, except that a deleted message's successors follow its
-- predecessor.
CREATE TABLE conversation_messages (
    conversation_id   uuid        NOT NULL REFERENCES conversations ON DELETE CASCADE,
    seq               bigint      NOT NULL,
    -- The message that this one follows; 0 for the beginning. Two with the same one are the beginnings of two branches.
    parent_seq        bigint      NOT NULL,
    -- Messages of one turn are stored together; a repetition after a lost connection finds them by it.
    turn              uuid        NOT NULL,
    role              text        NOT NULL CHECK (role IN ('system', 'user', 'assistant', 'tool')),
    content           text        NOT NULL,
    name              text,
    tool_call_id      text,
    images            json,
    tool_calls        json,
    -- Incomplete: the part of an answer that was generated before a failure, whose reason code is in error.
    state             text        NOT NULL CHECK (state IN ('completed', 'incomplete')),
    finish_reason     text,
    error             text,
    model             text,
    prompt_tokens     integer,
    completion_tokens integer,
    created_at        timestamptz NOT NULL,
    search            tsvector    NOT NULL,
    PRIMARY KEY (conversation_id, seq)
);

CREATE INDEX conversation_messages_by_word ON conversation_messages USING gin (search);
