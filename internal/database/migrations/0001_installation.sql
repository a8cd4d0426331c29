-- +goose Up

-- What this database is: one row, made with it.
CREATE TABLE database_installation (
    only_row BOOLEAN NOT NULL DEFAULT TRUE PRIMARY KEY CHECK (only_row),
    id TEXT NOT NULL,
    created_at BIGINT NOT NULL, -- microseconds
    signing_key_thumbprint TEXT -- NULL until the first start with a key
);
