-- +goose Up
CREATE TABLE groups (
	id               TEXT COLLATE "C" PRIMARY KEY,
	name             TEXT COLLATE "C" NOT NULL UNIQUE, -- lower case
	organization_id  TEXT COLLATE "C" NOT NULL REFERENCES organizations (id),
	state            TEXT    NOT NULL CHECK (state IN ('ACTIVE', 'DELETED')),
	state_reason     TEXT    NOT NULL, -- why it was deleted; empty while active
	state_comments   TEXT    NOT NULL, -- the same in words
	state_changed_at BIGINT  NOT NULL, -- microseconds
	state_changed_by TEXT    NOT NULL, -- mail address, or the name of a host command
	description      TEXT    NOT NULL,
	searched         TEXT    NOT NULL, -- name and description, folded
	language         TEXT    NOT NULL CHECK (language IN ('EN', 'ES')),
	subscription     TEXT    NOT NULL CHECK (subscription IN ('CONTINUOUS', 'ONESHOT')),
	service          TEXT    NOT NULL CHECK (service IN ('BLACK', 'WHITE')),
	tier             TEXT    NOT NULL CHECK (tier IN ('FREE', 'MACHINE', 'ONESHOT', 'OTHER', 'SQUAD')),
	has_machine      BOOLEAN NOT NULL,
	has_squad        BOOLEAN NOT NULL,
	business_id      TEXT    NOT NULL, -- empty when none was given
	business_name    TEXT    NOT NULL, -- empty when none was given
	sprint_weeks     BIGINT  NOT NULL CHECK (sprint_weeks BETWEEN 1 AND 10),
	sprint_start     BIGINT  NOT NULL, -- microseconds, the beginning of a day in UTC
	created_at       BIGINT  NOT NULL, -- microseconds
	created_by       TEXT    NOT NULL  -- mail address, or the name of a host command
);
CREATE INDEX groups_organization ON groups (organization_id, name);

-- Names are given once: a row stays when its group is gone.
CREATE TABLE group_names (
	name TEXT COLLATE "C" PRIMARY KEY -- lower case
);

-- A group's own rules, all of them; a group without a row goes by its organization's.
CREATE TABLE group_policies (
	group_id                 TEXT COLLATE "C" PRIMARY KEY REFERENCES groups (id) ON DELETE CASCADE,
	max_acceptance_days      BIGINT,          -- NULL: no limit
	max_acceptance_tenths    BIGINT NOT NULL, -- severity, 0 to 100
	min_acceptance_tenths    BIGINT NOT NULL, -- severity, 0 to 100
	max_acceptances          BIGINT,          -- of one vulnerability; NULL: no limit
	min_breaking_tenths      BIGINT,          -- severity, 0 to 100; NULL: not set, the CI gate takes 0
	vulnerability_grace_days BIGINT NOT NULL,
	CHECK (min_acceptance_tenths BETWEEN 0 AND max_acceptance_tenths),
	CHECK (max_acceptance_tenths BETWEEN 0 AND 100),
	CHECK (min_breaking_tenths BETWEEN 0 AND 100)
);

-- What lists show of a group without counting. Kept apart from groups, because it changes with every import.
CREATE TABLE group_counters (
	group_id             TEXT COLLATE "C" PRIMARY KEY REFERENCES groups (id) ON DELETE CASCADE,
	open_none            BIGINT NOT NULL DEFAULT 0, -- released open locations without zero risk, by severity
	open_low             BIGINT NOT NULL DEFAULT 0,
	open_medium          BIGINT NOT NULL DEFAULT 0,
	open_high            BIGINT NOT NULL DEFAULT 0,
	open_critical        BIGINT NOT NULL DEFAULT 0,
	closed               BIGINT NOT NULL DEFAULT 0, -- released safe locations without zero risk
	open_findings        BIGINT NOT NULL DEFAULT 0,
	exposure_thousandths BIGINT NOT NULL DEFAULT 0, -- thousandths of CVSSF over the open locations
	last_scan_at         BIGINT NOT NULL DEFAULT 0  -- microseconds; 0 before the first
);

-- +goose Down
DROP TABLE group_counters;
DROP TABLE group_policies;
DROP TABLE group_names;
DROP TABLE groups;
