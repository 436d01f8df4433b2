-- Files that were begun and never completed.
DELETE FROM files WHERE bytes IS NULL AND created_at < now() - interval '1 hour'
