-- +goose Up
-- Background work, which outlives the process that runs it.
CREATE TABLE jobs (
	id          TEXT COLLATE "C" PRIMARY KEY,
	kind        TEXT   NOT NULL,
	owner       TEXT COLLATE "C" NOT NULL,   -- who asked for it: mail address, or the name of a host command
	credential  TEXT   NOT NULL,             -- by which it was asked for
	group_id    TEXT COLLATE "C" NOT NULL,   -- empty when it is about no group
	key         TEXT COLLATE "C" NOT NULL,   -- one runs at a time for each key; empty: no such limit
	state       TEXT   NOT NULL CHECK (state IN ('QUEUED', 'RUNNING', 'DONE', 'FAILED', 'CANCELLED')),
	done        BIGINT NOT NULL,             -- of total
	total       BIGINT NOT NULL,             -- 0 while unknown
	input       TEXT   NOT NULL,             -- JSON
	result      TEXT   NOT NULL,             -- JSON; empty until it is done
	problem     TEXT   NOT NULL,             -- a sentence for its owner; empty unless it failed
	attempts    BIGINT NOT NULL,             -- how often it was begun
	lease       TEXT   NOT NULL,             -- which run holds it; empty unless it runs
	lease_until BIGINT NOT NULL,             -- microseconds; afterwards it may be taken over; 0 unless it runs
	created_at  BIGINT NOT NULL,             -- microseconds
	started_at  BIGINT NOT NULL,             -- microseconds, the first time; 0 before
	ended_at    BIGINT NOT NULL              -- microseconds; 0 before
);
CREATE INDEX jobs_open ON jobs (created_at, id) WHERE state IN ('QUEUED', 'RUNNING');
CREATE UNIQUE INDEX jobs_running_key ON jobs (key) WHERE state = 'RUNNING' AND key <> '';
CREATE INDEX jobs_owner ON jobs (owner, created_at);
CREATE INDEX jobs_group ON jobs (group_id, created_at);

-- +goose Down
DROP TABLE jobs;
