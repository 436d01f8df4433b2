-- Finds the first job of a lower priority behind any number of higher ones.
CREATE INDEX jobs_by_priority ON jobs (priority, turn) WHERE state = 'queued' AND not_before IS NULL;
