-- +goose Up
CREATE TABLE findings (
	group_id                  TEXT COLLATE "C" NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
	id                        TEXT COLLATE "C" NOT NULL,
	title                     TEXT COLLATE "C" NOT NULL,
	title_folded              TEXT   NOT NULL,
	code                      TEXT COLLATE "C" NOT NULL, -- what stands before the title's first full stop
	description               TEXT   NOT NULL,
	attack_vector_description TEXT   NOT NULL,
	threat                    TEXT   NOT NULL,
	recommendation            TEXT   NOT NULL,
	requirement_ids           TEXT   NOT NULL, -- sorted, joined by commas
	minutes_to_remediate      BIGINT NOT NULL, -- 0: not told
	vector                    TEXT   NOT NULL, -- CVSS 3.1, canonical
	severity_tenths           BIGINT NOT NULL CHECK (severity_tenths BETWEEN 0 AND 100), -- temporal score
	sorts                     TEXT   NOT NULL, -- YES, NO, or empty: not told
	source                    TEXT   NOT NULL CHECK (source IN ('ASM', 'MACHINE')), -- made by a person, by an import
	state                     TEXT   NOT NULL CHECK (state IN ('CREATED', 'APPROVED', 'DELETED')),
	state_changed_at          BIGINT NOT NULL, -- microseconds
	created_at                BIGINT NOT NULL, -- microseconds
	created_by                TEXT   NOT NULL, -- mail address, or the name of a host command
	version                   BIGINT NOT NULL, -- number of the newest row in finding_history
	PRIMARY KEY (group_id, id)
);
CREATE INDEX findings_id ON findings (id);
CREATE UNIQUE INDEX findings_title ON findings (group_id, title) WHERE state <> 'DELETED';
CREATE INDEX findings_code ON findings (group_id, code);

-- Every change of a finding itself, numbered from 1.
CREATE TABLE finding_history (
	group_id   TEXT COLLATE "C" NOT NULL,
	finding_id TEXT COLLATE "C" NOT NULL,
	number     BIGINT NOT NULL,
	changed_at BIGINT NOT NULL, -- microseconds
	changed_by TEXT   NOT NULL, -- mail address, or the name of a host command
	credential TEXT   NOT NULL, -- its kind and id
	action     TEXT   NOT NULL, -- the operation, in the API's words
	changes    TEXT   NOT NULL, -- JSON: what changed, each with its new value; the first row has all
	PRIMARY KEY (group_id, finding_id, number),
	FOREIGN KEY (group_id, finding_id) REFERENCES findings (group_id, id) ON DELETE CASCADE
);

-- What lists show of a finding without counting: its live locations. Zero risk requested or confirmed is counted in
-- zero_risk alone; "open" and "closed" are released ones.
CREATE TABLE finding_counters (
	group_id             TEXT COLLATE "C" NOT NULL,
	finding_id           TEXT COLLATE "C" NOT NULL,
	open_none            BIGINT NOT NULL DEFAULT 0, -- open ones by level of their score
	open_low             BIGINT NOT NULL DEFAULT 0,
	open_medium          BIGINT NOT NULL DEFAULT 0,
	open_high            BIGINT NOT NULL DEFAULT 0,
	open_critical        BIGINT NOT NULL DEFAULT 0,
	closed               BIGINT NOT NULL DEFAULT 0,
	submitted            BIGINT NOT NULL DEFAULT 0,
	rejected             BIGINT NOT NULL DEFAULT 0,
	zero_risk            BIGINT NOT NULL DEFAULT 0,
	untreated            BIGINT NOT NULL DEFAULT 0, -- open ones by treatment
	in_progress          BIGINT NOT NULL DEFAULT 0,
	accepted             BIGINT NOT NULL DEFAULT 0,
	accepted_undefined   BIGINT NOT NULL DEFAULT 0,
	requested            BIGINT NOT NULL DEFAULT 0, -- open ones by verification
	on_hold              BIGINT NOT NULL DEFAULT 0,
	verified             BIGINT NOT NULL DEFAULT 0,
	exposure_thousandths BIGINT NOT NULL DEFAULT 0, -- thousandths of CVSSF over the open ones
	max_open_tenths      BIGINT NOT NULL DEFAULT 0, -- highest score of an open one; 0 when there is none
	oldest_open_at       BIGINT NOT NULL DEFAULT 0, -- oldest report of an open one, microseconds; 0 when there is none
	oldest_at            BIGINT NOT NULL DEFAULT 0, -- oldest report of an open or closed one, likewise
	newest_at            BIGINT NOT NULL DEFAULT 0, -- newest report of an open or closed one, likewise
	PRIMARY KEY (group_id, finding_id),
	FOREIGN KEY (group_id, finding_id) REFERENCES findings (group_id, id) ON DELETE CASCADE
);

-- +goose Down
DROP TABLE finding_counters;
DROP TABLE finding_history;
DROP TABLE findings;
