-- Files that callers upload for batches, and those that batches write. A file is there once its size is known.
CREATE TABLE files (
    id         uuid PRIMARY KEY,
    owner      text        NOT NULL,
    tenant     text        NOT NULL DEFAULT '',
    filename   text        NOT NULL,
    purpose    text        NOT NULL CHECK (purpose IN ('batch', 'batch_output')),
    bytes      bigint,
    created_at timestamptz NOT NULL
);

CREATE INDEX files_by_owner ON files (owner, tenant, created_at DESC, id DESC);

-- In parts, so that neither writing nor reading one holds it whole.
CREATE TABLE file_parts (
    file_id uuid    NOT NULL REFERENCES files ON DELETE CASCADE,
    number  integer NOT NULL,
    bytes   bytea   NOT NULL,
    PRIMARY KEY (file_id, number)
);

-- JSON lines are packed by whoever sends them, or not worth the time while they wait.
ALTER TABLE file_parts ALTER COLUMN bytes SET STORAGE EXTERNAL;

CREATE TABLE batches (
    id                uuid PRIMARY KEY,
    owner             text        NOT NULL,
    tenant            text        NOT NULL DEFAULT '',
    caller            json        NOT NULL,
    input_file_id     uuid        NOT NULL,
    task              text        NOT NULL,
    endpoint          text        NOT NULL,
    completion_window text        NOT NULL,
    metadata          json,
    status            text        NOT NULL CHECK (status IN ('validating', 'failed', 'in_progress', 'finalizing',
                      'completed', 'expired', 'cancelling', 'cancelled')),
    -- Its time is over: what has not run will not.
    expiring          boolean     NOT NULL DEFAULT false,
    errors            json,
    output_file_id    uuid,
    error_file_id     uuid,
    total             integer     NOT NULL DEFAULT 0,
    -- Set with the end; until then the jobs are counted.
    completed         integer     NOT NULL DEFAULT 0,
    failed            integer     NOT NULL DEFAULT 0,
    created_at        timestamptz NOT NULL,
    expires_at        timestamptz NOT NULL,
    in_progress_at    timestamptz,
    finalizing_at     timestamptz,
    cancelling_at     timestamptz,
    ended_at          timestamptz,
    -- The replica that moves it on.
    lease_owner       uuid,
    lease_until       timestamptz
);

CREATE INDEX batches_by_owner ON batches (owner, tenant, created_at DESC, id DESC);
CREATE INDEX batches_under_way ON batches (created_at) WHERE ended_at IS NULL;

CREATE UNIQUE INDEX jobs_by_batch_line ON jobs (batch_id, batch_line) WHERE batch_id IS NOT NULL;

-- Every job is changed several times within its life: what is left of that is cleared away before it slows claims down.
ALTER TABLE jobs SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
