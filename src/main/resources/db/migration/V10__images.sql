-- Files on the volume of IMAGE_DIR: the same bytes are there once. A row is added after its file, and removed before it.
CREATE TABLE image_files (
    sha256     bytea       PRIMARY KEY CHECK (length(sha256) = 32),
    -- The id of the picture that was stored first; never used again, so that a late deletion meets no other file.
    name       uuid        NOT NULL,
    media_type text        NOT NULL,
    bytes      bigint      NOT NULL,
    width      integer     NOT NULL,
    height     integer     NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE INDEX image_files_by_name ON image_files (name);

-- Pictures as their owners see them.
CREATE TABLE images (
    id             uuid        PRIMARY KEY,
    owner          text        NOT NULL,
    tenant         text        NOT NULL,
    kind           text        NOT NULL CHECK (kind IN ('generated', 'edited', 'uploaded')),
    sha256         bytea       NOT NULL REFERENCES image_files,
    -- As of the file, for the quota.
    bytes          bigint      NOT NULL,
    prompt         text,
    revised_prompt text,
    model          text,
    request_id     text        NOT NULL,
    -- Set if the request may run more than once.
    number         integer,
    name           text,
    created_at     timestamptz NOT NULL
);

CREATE INDEX images_by_owner ON images (owner, tenant, created_at DESC, id DESC) INCLUDE (bytes);
CREATE INDEX images_by_file ON images (sha256);
CREATE INDEX images_by_age ON images (created_at);
CREATE UNIQUE INDEX images_by_request ON images (owner, tenant, request_id, number) WHERE number IS NOT NULL;

-- The volume that the files are on, by the id in its marker file.
CREATE TABLE image_volume (
    id            uuid        PRIMARY KEY,
    -- When a replica last began to bring rows and files into agreement.
    reconciled_at timestamptz,
    single        boolean     NOT NULL DEFAULT true UNIQUE CHECK (single)
);
