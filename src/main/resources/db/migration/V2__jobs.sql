-- Requests that are kept until their answer is stored.
CREATE TABLE jobs (
    id              uuid PRIMARY KEY,
    -- Who it is run for: the whole caller, without any credential. Owner and tenant are repeated to be looked for.
    owner           text        NOT NULL,
    tenant          text        NOT NULL DEFAULT '',
    caller          json        NOT NULL,
    correlation_id  text        NOT NULL,
    door            text        NOT NULL,
    task            text        NOT NULL,
    priority        text        NOT NULL,
    payload         bytea       NOT NULL,
    -- Of task and payload: the same correlation id with another hash is refused.
    payload_hash    bytea       NOT NULL CHECK (length(payload_hash) = 32),
    delivery        json,
    state           text        NOT NULL DEFAULT 'queued'
                    CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    created_at      timestamptz NOT NULL,
    -- When it was submitted, later by a constant for each step of less priority: the order in which jobs are claimed, ageing and all.
    turn            timestamptz NOT NULL,
    -- Set while it waits to be tried again.
    not_before      timestamptz,
    -- Who runs it, and until when that is believed.
    lease_owner     uuid,
    lease_until     timestamptz,
    attempts        integer     NOT NULL DEFAULT 0,
    -- Attempts that count against the bound: not those that only found the service busy.
    failures        integer     NOT NULL DEFAULT 0,
    cancelling      boolean     NOT NULL DEFAULT false,
    started_at      timestamptz,
    ended_at        timestamptz,
    first_error     json,
    last_error      json,
    -- The answer as it is delivered; of a streamed one the parts one after the other, and where each ends.
    answer          bytea,
    answer_ends     integer[],
    delivered_at    timestamptz,
    -- The line of a batch, which is neither listed nor delivered by itself.
    batch_id        uuid,
    batch_line      integer,
    custom_id       text,
    UNIQUE (owner, tenant, correlation_id)
);

CREATE INDEX jobs_by_turn ON jobs (turn) WHERE state = 'queued' AND not_before IS NULL;
CREATE INDEX jobs_that_wait ON jobs (not_before) WHERE state = 'queued' AND not_before IS NOT NULL;
CREATE INDEX jobs_by_lease ON jobs (lease_owner) WHERE state = 'running';
CREATE INDEX jobs_undelivered ON jobs (door, ended_at) WHERE ended_at IS NOT NULL AND delivery IS NOT NULL AND delivered_at IS NULL;
CREATE INDEX jobs_by_end ON jobs (ended_at) WHERE ended_at IS NOT NULL AND batch_id IS NULL;
CREATE INDEX jobs_by_owner ON jobs (owner, tenant, created_at DESC, id DESC) WHERE batch_id IS NULL;
CREATE INDEX jobs_by_batch ON jobs (batch_id, state) WHERE batch_id IS NOT NULL;
