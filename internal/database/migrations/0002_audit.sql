-- +goose Up
-- Every change, once, in the order of its chain. Rows are never changed.
CREATE TABLE audit_entries (
	chain           TEXT COLLATE "C" NOT NULL, -- an organization's id, or 'installation'
	number          BIGINT NOT NULL,           -- from 1, without gaps
	recorded_at     BIGINT NOT NULL,           -- microseconds
	actor           TEXT   NOT NULL,           -- mail address, or the name of a host command
	credential_kind TEXT   NOT NULL,
	credential_id   TEXT   NOT NULL,
	address         TEXT   NOT NULL,           -- of the caller; empty when there is none
	permission      TEXT   NOT NULL,
	request_id      TEXT   NOT NULL,           -- empty outside of requests
	action          TEXT   NOT NULL,
	kind            TEXT   NOT NULL,
	object_id       TEXT   NOT NULL,
	group_id        TEXT COLLATE "C" NOT NULL, -- empty when it is below no group
	before_json     TEXT   NOT NULL,           -- empty when there is nothing
	after_json      TEXT   NOT NULL,           -- empty when there is nothing
	things          BIGINT NOT NULL,           -- how many things changed
	digest          BYTEA  NOT NULL,           -- over the detail of a bulk change; empty otherwise
	hash            BYTEA  NOT NULL,           -- SHA-256 over the entry and the hash before it
	PRIMARY KEY (chain, number)
);
CREATE INDEX audit_entries_group ON audit_entries (group_id, recorded_at);

-- Where each chain ends; its row is the lock under which entries get their numbers.
CREATE TABLE audit_heads (
	chain  TEXT COLLATE "C" PRIMARY KEY,
	number BIGINT NOT NULL, -- of the last entry; 0 before the first
	hash   BYTEA  NOT NULL  -- of the last entry; 32 zero bytes before the first
);

-- What consumers have yet to see; a row goes when all of them have passed it.
CREATE TABLE audit_news (
	chain  TEXT COLLATE "C" NOT NULL,
	number BIGINT NOT NULL,
	PRIMARY KEY (chain, number)
);

-- Who reads news.
CREATE TABLE audit_consumers (
	name      TEXT COLLATE "C" PRIMARY KEY,
	joined_at BIGINT NOT NULL -- microseconds
);

-- How far each consumer has come; without a row it has seen nothing of the chain.
CREATE TABLE audit_positions (
	consumer TEXT COLLATE "C" NOT NULL REFERENCES audit_consumers (name) ON DELETE CASCADE,
	chain    TEXT COLLATE "C" NOT NULL,
	number   BIGINT NOT NULL,
	PRIMARY KEY (consumer, chain)
);

-- +goose Down
DROP TABLE audit_positions;
DROP TABLE audit_consumers;
DROP TABLE audit_news;
DROP TABLE audit_heads;
DROP TABLE audit_entries;
