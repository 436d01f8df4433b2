-- The id of the key that all texts of a row are encrypted under; empty: plain text. '?': under more than one, or in
-- part plain; '!': a text was changed, and cannot be decrypted.
ALTER TABLE conversations ADD COLUMN sealed_by text NOT NULL DEFAULT '';

ALTER TABLE conversation_messages
    ADD COLUMN sealed_by text NOT NULL DEFAULT '',
    -- What a message has beside its text, images and tool calls: the order of its parts, and fields of its API.
    ADD COLUMN details json;

ALTER TABLE conversation_summaries ADD COLUMN sealed_by text NOT NULL DEFAULT '';

CREATE INDEX conversations_by_key ON conversations (sealed_by);
CREATE INDEX conversation_messages_by_key ON conversation_messages (sealed_by);
CREATE INDEX conversation_summaries_by_key ON conversation_summaries (sealed_by);
