-- +goose Up
-- Mails that were made: one row for each and its one recipient. What was settled keeps no text.
CREATE TABLE notify_mails (
	id             TEXT COLLATE "C" PRIMARY KEY,
	once           TEXT COLLATE "C" NOT NULL UNIQUE, -- what it tells whom: the same is never made twice
	kind           TEXT   NOT NULL,                  -- of the notice, such as root_added
	recipient      TEXT COLLATE "C" NOT NULL,        -- mail address
	subject        TEXT   NOT NULL,
	plain_text     TEXT   NOT NULL,                  -- empty once it is settled
	html_text      TEXT   NOT NULL,                  -- empty once it is settled
	link_id        TEXT COLLATE "C" NOT NULL,        -- link whose address is put in when it is sent; empty: none
	link_number    BIGINT NOT NULL,                  -- of the link that it was made for; 0: none
	switchable     BOOLEAN NOT NULL,                 -- the recipient may switch notices of this kind off
	state          TEXT COLLATE "C" NOT NULL CHECK (state IN ('QUEUED', 'SENT', 'FAILED', 'OBSOLETE')),
	attempts       BIGINT NOT NULL,
	next_try_at    BIGINT NOT NULL,                  -- when it is due while it is queued, microseconds; a lease is a due time too
	last_problem   TEXT   NOT NULL,                  -- why the last attempt did not succeed; empty: it did, or there was none
	created_at     BIGINT NOT NULL,                  -- microseconds
	settled_at     BIGINT NOT NULL                   -- sent or given up, microseconds; 0 while queued
);
CREATE INDEX notify_mails_due ON notify_mails (state, next_try_at, id);
CREATE INDEX notify_mails_settled ON notify_mails (settled_at);

-- +goose Down
DROP TABLE notify_mails;
