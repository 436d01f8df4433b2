-- Changes whenever what is put before a turn's own messages changes other than by a further turn: a message is deleted,
-- a summary lands. Copies of a conversation elsewhere are valid for one version and one parent.
ALTER TABLE conversations ADD COLUMN version bigint NOT NULL DEFAULT 0;
