-- +goose Up
-- What people write about a group, a finding or an event, and what actions write there.
CREATE TABLE consults (
	group_id   TEXT COLLATE "C" NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
	kind       TEXT COLLATE "C" NOT NULL CHECK (kind IN ('GROUP', 'FINDING', 'EVENT')), -- what it is about
	about_id   TEXT COLLATE "C" NOT NULL, -- id of the group, finding or event
	id         BIGINT NOT NULL, -- milliseconds since 1970 when it was written, or the next free number
	parent_id  BIGINT NOT NULL, -- what it answers; 0: nothing
	type       TEXT COLLATE "C" NOT NULL CHECK (type IN ('COMMENT', 'VERIFICATION', 'OBSERVATION', 'ZERO_RISK')),
	content    TEXT   NOT NULL,
	written_at BIGINT NOT NULL, -- microseconds
	written_by TEXT   NOT NULL, -- mail address, or the name of a host command
	full_name  TEXT   NOT NULL, -- first and last name at that time; empty when there was none
	PRIMARY KEY (group_id, kind, about_id, id)
);

-- The newest id of each subject. Its row is locked while a comment is written, so that ids increase.
CREATE TABLE consult_numbers (
	group_id TEXT COLLATE "C" NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
	kind     TEXT COLLATE "C" NOT NULL,
	about_id TEXT COLLATE "C" NOT NULL,
	id       BIGINT NOT NULL,
	PRIMARY KEY (group_id, kind, about_id)
);

-- Locations that a comment regards.
CREATE TABLE consult_vulnerabilities (
	group_id         TEXT COLLATE "C" NOT NULL,
	kind             TEXT COLLATE "C" NOT NULL,
	about_id         TEXT COLLATE "C" NOT NULL,
	consult_id       BIGINT NOT NULL,
	vulnerability_id TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (group_id, kind, about_id, consult_id, vulnerability_id),
	FOREIGN KEY (group_id, kind, about_id, consult_id) REFERENCES consults (group_id, kind, about_id, id) ON DELETE CASCADE
);

-- +goose Down
DROP TABLE consult_vulnerabilities;
DROP TABLE consult_numbers;
DROP TABLE consults;
