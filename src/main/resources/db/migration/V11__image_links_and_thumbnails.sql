-- Secrets that sign links to pictures, one for each period of 30 days. Deleting a row ends the links that it signed.
CREATE TABLE image_link_keys (
    period     bigint      PRIMARY KEY,
    secret     bytea       NOT NULL CHECK (length(secret) = 32),
    created_at timestamptz NOT NULL
);

-- How often the links of a picture have been revoked; a picture without a row: never.
CREATE TABLE image_link_versions (
    image_id uuid    PRIMARY KEY REFERENCES images ON DELETE CASCADE,
    version  integer NOT NULL
);

-- Made when they are first asked for; here and not on the volume, so that they go with their picture.
CREATE TABLE image_thumbnails (
    image_id   uuid    NOT NULL REFERENCES images ON DELETE CASCADE,
    width      integer NOT NULL,
    media_type text    NOT NULL,
    bytes      bytea   NOT NULL,
    PRIMARY KEY (image_id, width)
);
