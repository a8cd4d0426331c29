-- +goose Up
-- The head of each chain as it was last signed. Whoever saved it elsewhere can tell later whether the log is still the same.
CREATE TABLE audit_signed_heads (
	chain      TEXT COLLATE "C" PRIMARY KEY,
	number     BIGINT NOT NULL, -- of the entry that was the last
	hash       BYTEA  NOT NULL, -- of that entry
	signed_at  BIGINT NOT NULL, -- microseconds
	public_key BYTEA  NOT NULL, -- Ed25519, 32 bytes
	signature  BYTEA  NOT NULL  -- Ed25519, 64 bytes
);

-- What one person did, and what happened to one thing, the latest first.
CREATE INDEX audit_entries_actor ON audit_entries (chain, actor, number);
CREATE INDEX audit_entries_object ON audit_entries (chain, object_id, number);

-- +goose Down
DROP INDEX audit_entries_object;
DROP INDEX audit_entries_actor;
DROP TABLE audit_signed_heads;
