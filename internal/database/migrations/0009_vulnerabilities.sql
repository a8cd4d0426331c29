-- +goose Up
CREATE TABLE vulnerabilities (
	group_id                TEXT COLLATE "C" NOT NULL,
	id                      TEXT COLLATE "C" NOT NULL,
	finding_id              TEXT COLLATE "C" NOT NULL,
	root_id                 TEXT COLLATE "C", -- NULL: on no root
	type                    TEXT   NOT NULL CHECK (type IN ('LINES', 'INPUTS', 'PORTS')),
	place                   TEXT COLLATE "C" NOT NULL, -- path below the root, URL or address: the API's where without nickname
	place_folded            TEXT   NOT NULL,
	specific                TEXT COLLATE "C" NOT NULL, -- line, field or port
	specific_number         BIGINT NOT NULL, -- the same as a number, to sort by; 0 when it is none
	state                   TEXT   NOT NULL CHECK (state IN ('SUBMITTED', 'REJECTED', 'VULNERABLE', 'SAFE', 'DELETED')),
	zero_risk               TEXT   NOT NULL CHECK (zero_risk IN ('', 'REQUESTED', 'CONFIRMED', 'REJECTED')),
	-- In which list it stands, which follows from state and zero_risk: indexes begin with it.
	standing                TEXT COLLATE "C" NOT NULL
		CHECK (standing IN ('OPEN', 'CLOSED', 'SUBMITTED', 'REJECTED', 'ZERO_RISK', 'DELETED')),
	source                  TEXT   NOT NULL
		CHECK (source IN ('ASM', 'ANALYST', 'CUSTOMER', 'DETERMINISTIC', 'ESCAPE', 'MACHINE')),
	technique               TEXT   NOT NULL, -- empty: not told
	tool                    TEXT   NOT NULL, -- the scanner; empty when a person reported it
	tool_version            TEXT   NOT NULL, -- at the last import that changed something here
	automation_id           TEXT   NOT NULL, -- tells runs of one scanner apart; empty when they are not
	rule_id                 TEXT   NOT NULL, -- the scanner's; empty when there is none
	message                 TEXT   NOT NULL, -- in the scanner's words
	cwe_ids                 TEXT   NOT NULL, -- numbers, joined by commas
	scanner_severity        TEXT   NOT NULL, -- as the scanner wrote it
	scanner_severity_origin TEXT   NOT NULL, -- where it stood: security-severity, rank or level
	commit_hash             TEXT   NOT NULL, -- empty: not known
	stream                  TEXT   NOT NULL, -- steps, joined by ' > '
	advisory_package        TEXT   NOT NULL, -- of a component with a known flaw; empty otherwise
	advisory_versions       TEXT   NOT NULL,
	advisory_cves           TEXT   NOT NULL, -- joined by commas
	snippet                 TEXT   NOT NULL, -- source lines around it, at most 4 KiB; empty when it was not read
	snippet_line            BIGINT NOT NULL, -- number of the snippet's first line; 0 without snippet
	vector                  TEXT   NOT NULL, -- its own CVSS 3.1 vector; empty: the finding's
	severity_tenths         BIGINT NOT NULL CHECK (severity_tenths BETWEEN 0 AND 100), -- by its own vector or the finding's
	created_at              BIGINT NOT NULL, -- microseconds
	created_by              TEXT   NOT NULL, -- mail address, or the name of a host command
	reported_at             BIGINT NOT NULL, -- first time VULNERABLE, before that created_at; microseconds
	closed_at               BIGINT NOT NULL, -- microseconds; 0 while not closed
	state_changed_at        BIGINT NOT NULL, -- microseconds
	treatment               TEXT   NOT NULL
		CHECK (treatment IN ('UNTREATED', 'IN_PROGRESS', 'ACCEPTED', 'ACCEPTED_UNDEFINED')),
	treatment_changed_at    BIGINT NOT NULL, -- microseconds
	treatment_changed_by    TEXT   NOT NULL, -- empty at birth
	treatment_justification TEXT   NOT NULL,
	treatment_changes       BIGINT NOT NULL, -- how often it was decided anew
	assigned                TEXT COLLATE "C" NOT NULL, -- mail address of who works on it; empty: nobody
	accepted_until          BIGINT NOT NULL, -- microseconds; 0 unless ACCEPTED
	acceptance              TEXT   NOT NULL CHECK (acceptance IN ('', 'SUBMITTED', 'APPROVED', 'REJECTED')),
	verification            TEXT COLLATE "C" NOT NULL CHECK (verification IN ('', 'ON_HOLD', 'REQUESTED', 'VERIFIED')),
	verification_changed_at BIGINT NOT NULL, -- microseconds; 0 before the first
	reattack_requested_at   BIGINT NOT NULL, -- the last request, microseconds; 0 before the first
	reattack_requested_by   TEXT   NOT NULL,
	reattacked_at           BIGINT NOT NULL, -- the last verification, microseconds; 0 before the first
	reattack_cycles         BIGINT NOT NULL, -- how often it was asked for
	event_id                TEXT   NOT NULL, -- event of the last hold
	priority                BIGINT NOT NULL, -- set by hand; 0: not set
	bug_tracker             TEXT   NOT NULL, -- address of a ticket elsewhere
	tags                    TEXT   NOT NULL, -- sorted, joined by ', '
	searched                TEXT   NOT NULL, -- specific, rule, package and tags, folded
	version                 BIGINT NOT NULL, -- number of the newest row in vulnerability_history
	PRIMARY KEY (group_id, id),
	FOREIGN KEY (group_id, finding_id) REFERENCES findings (group_id, id) ON DELETE CASCADE,
	FOREIGN KEY (group_id, root_id) REFERENCES roots (group_id, id) ON DELETE CASCADE
);
CREATE INDEX vulnerabilities_id ON vulnerabilities (id);
-- A group's pages: the worst first, the newest first.
CREATE INDEX vulnerabilities_severity ON vulnerabilities (group_id, standing, severity_tenths, id);
CREATE INDEX vulnerabilities_reported ON vulnerabilities (group_id, standing, reported_at, id);
-- A finding's pages: by verification, the worst first, and when it was first and last reported.
CREATE INDEX vulnerabilities_finding ON vulnerabilities (group_id, finding_id, standing, verification, id);
CREATE INDEX vulnerabilities_finding_severity ON vulnerabilities (group_id, finding_id, standing, severity_tenths, id);
CREATE INDEX vulnerabilities_finding_reported ON vulnerabilities (group_id, finding_id, standing, reported_at, id);
-- What an import compares with, what ends with a root, and how many are open on it.
CREATE INDEX vulnerabilities_root ON vulnerabilities (group_id, root_id, tool, automation_id, standing, id);

-- Every change of a location, numbered from 1.
CREATE TABLE vulnerability_history (
	group_id         TEXT COLLATE "C" NOT NULL,
	vulnerability_id TEXT COLLATE "C" NOT NULL,
	number           BIGINT NOT NULL,
	changed_at       BIGINT NOT NULL, -- microseconds
	changed_by       TEXT   NOT NULL, -- mail address, or the name of a host command
	credential       TEXT   NOT NULL, -- its kind and id
	action           TEXT   NOT NULL, -- the operation, in the API's words
	justification    TEXT   NOT NULL, -- empty when none was given
	changes          TEXT   NOT NULL, -- JSON: what changed, each with its new value; the first row has all that is set
	PRIMARY KEY (group_id, vulnerability_id, number),
	FOREIGN KEY (group_id, vulnerability_id) REFERENCES vulnerabilities (group_id, id) ON DELETE CASCADE
);

-- What a location is recognised by in the next scan.
CREATE TABLE vulnerability_keys (
	group_id         TEXT COLLATE "C" NOT NULL,
	vulnerability_id TEXT COLLATE "C" NOT NULL,
	kind             BIGINT NOT NULL, -- what the digest is made of; the importer's numbers
	digest           BYTEA  NOT NULL, -- 1 to 128 bytes
	PRIMARY KEY (group_id, vulnerability_id, kind),
	FOREIGN KEY (group_id, vulnerability_id) REFERENCES vulnerabilities (group_id, id) ON DELETE CASCADE
);

-- +goose Down
DROP TABLE vulnerability_keys;
DROP TABLE vulnerability_history;
DROP TABLE vulnerabilities;
