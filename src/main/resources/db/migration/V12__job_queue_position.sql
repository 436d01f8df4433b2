-- How many requests the backend of a running job does before it, where the backend tells it.
ALTER TABLE jobs ADD COLUMN progress_queued integer;
