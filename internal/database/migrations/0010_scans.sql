-- +goose Up
-- Imported scans, with what became of their results. The id is that of the import's job.
CREATE TABLE scans (
	group_id      TEXT COLLATE "C" NOT NULL,
	id            TEXT COLLATE "C" NOT NULL,
	root_id       TEXT COLLATE "C" NOT NULL,
	automation_id TEXT   NOT NULL, -- those of its runs, joined by ', '; empty when they have none
	digest        TEXT   NOT NULL, -- SHA-256 of the file, in hexadecimal: its name in the file store
	file_name     TEXT   NOT NULL, -- as it was sent; empty when it had none
	size_bytes    BIGINT NOT NULL,
	tools         TEXT   NOT NULL, -- JSON: a list of names
	imported_at   BIGINT NOT NULL, -- microseconds
	imported_by   TEXT   NOT NULL, -- mail address, or the name of a host command
	receipt       TEXT   NOT NULL, -- JSON
	PRIMARY KEY (group_id, id),
	FOREIGN KEY (group_id, root_id) REFERENCES roots (group_id, id) ON DELETE CASCADE
);
CREATE INDEX scans_imported ON scans (group_id, imported_at, id);
CREATE INDEX scans_root ON scans (group_id, root_id, imported_at);

-- What the next import has to know of a scope: a tool and its automation id on a root.
CREATE TABLE scan_scopes (
	group_id      TEXT COLLATE "C" NOT NULL,
	root_id       TEXT COLLATE "C" NOT NULL,
	tool          TEXT COLLATE "C" NOT NULL,
	automation_id TEXT COLLATE "C" NOT NULL,
	directories   TEXT   NOT NULL, -- JSON: what absolute paths have lost, the last one last
	PRIMARY KEY (group_id, root_id, tool, automation_id),
	FOREIGN KEY (group_id, root_id) REFERENCES roots (group_id, id) ON DELETE CASCADE
);

-- Imports that are being applied, and how far, so that one that was cut off goes on where it was.
CREATE TABLE scan_plans (
	group_id TEXT COLLATE "C" NOT NULL,
	job_id   TEXT COLLATE "C" NOT NULL,
	root_id  TEXT COLLATE "C" NOT NULL,
	digest   TEXT   NOT NULL, -- of the plan in the file store
	done     BIGINT NOT NULL, -- how many of its steps are applied
	PRIMARY KEY (group_id, job_id),
	FOREIGN KEY (group_id, root_id) REFERENCES roots (group_id, id) ON DELETE CASCADE
);
CREATE INDEX scan_plans_root ON scan_plans (group_id, root_id);

-- +goose Down
DROP TABLE scan_plans;
DROP TABLE scan_scopes;
DROP TABLE scans;
