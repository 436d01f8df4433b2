-- How far the last run of a job is, for tasks that take several steps.
ALTER TABLE jobs ADD COLUMN progress_done integer, ADD COLUMN progress_total integer;
