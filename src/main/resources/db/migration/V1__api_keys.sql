-- Keys that the service made. Of the key itself only its hash is kept: it is 256 bits of chance, so that no salt or slow hash is needed.
CREATE TABLE api_keys (
    id           uuid PRIMARY KEY,
    hash         bytea       NOT NULL UNIQUE CHECK (length(hash) = 32),
    prefix       text        NOT NULL,
    name         text        NOT NULL,
    owner        text        NOT NULL,
    groups       text[]      NOT NULL,
    scopes       text[]      NOT NULL,
    created_by   text        NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz,
    last_used_at timestamptz,
    revoked_at   timestamptz
);

CREATE INDEX api_keys_by_age ON api_keys (created_at DESC, id DESC);
