-- +goose Up
CREATE TABLE roots (
	group_id              TEXT COLLATE "C" NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
	id                    TEXT COLLATE "C" NOT NULL,
	kind                  TEXT    NOT NULL CHECK (kind IN ('GIT', 'IP', 'URL')),
	nickname              TEXT COLLATE "C" NOT NULL,
	state                 TEXT    NOT NULL CHECK (state IN ('ACTIVE', 'INACTIVE')),
	reason                TEXT    NOT NULL, -- why it is inactive; empty while active
	other                 TEXT    NOT NULL, -- the reason in words, or the group it moved to; empty when there is none
	address               TEXT COLLATE "C" NOT NULL, -- what it is compared by; at most 2048 bytes
	location              TEXT    NOT NULL, -- git: the URL; IP: the address as given; URL: empty
	searched              TEXT    NOT NULL, -- nickname and what people call its address, folded
	host                  TEXT COLLATE "C" NOT NULL, -- git and URL; lower case
	branch                TEXT    NOT NULL, -- git
	environment           TEXT    NOT NULL, -- git: a label
	gitignore             TEXT    NOT NULL, -- git: a JSON list of patterns
	includes_health_check BOOLEAN NOT NULL, -- git
	use_vpn               BOOLEAN NOT NULL, -- git
	cloning_status        TEXT    NOT NULL, -- git
	cloning_message       TEXT    NOT NULL, -- git
	cloning_commit        TEXT    NOT NULL, -- git; empty until one was read
	cloning_changed_at    BIGINT  NOT NULL, -- git; microseconds
	protocol              TEXT    NOT NULL, -- URL: HTTP, HTTPS or FILE
	port                  BIGINT  NOT NULL, -- URL; 0 for FILE
	path                  TEXT    NOT NULL, -- URL
	query                 TEXT    NOT NULL, -- URL; empty when there is none
	created_at            BIGINT  NOT NULL, -- microseconds
	created_by            TEXT    NOT NULL, -- mail address, or the name of a host command
	edited_at             BIGINT  NOT NULL, -- microseconds; the last change of anything
	edited_by             TEXT    NOT NULL,
	state_changed_at      BIGINT  NOT NULL, -- microseconds; the last (de)activation
	version               BIGINT  NOT NULL, -- number of the newest row in root_states
	PRIMARY KEY (group_id, id),
	UNIQUE (group_id, nickname)
);
CREATE INDEX roots_id ON roots (id);
CREATE INDEX roots_address ON roots (kind, address);
CREATE INDEX roots_host ON roots (group_id, host);

-- Every change of a root, numbered from 1.
CREATE TABLE root_states (
	group_id   TEXT COLLATE "C" NOT NULL,
	root_id    TEXT COLLATE "C" NOT NULL,
	number     BIGINT NOT NULL,
	changed_at BIGINT NOT NULL, -- microseconds
	changed_by TEXT   NOT NULL, -- mail address, or the name of a host command
	state      TEXT   NOT NULL,
	reason     TEXT   NOT NULL,
	other      TEXT   NOT NULL,
	nickname   TEXT   NOT NULL,
	settings   TEXT   NOT NULL, -- JSON: what else can be changed of a root of its kind
	PRIMARY KEY (group_id, root_id, number),
	FOREIGN KEY (group_id, root_id) REFERENCES roots (group_id, id) ON DELETE CASCADE
);

-- +goose Down
DROP TABLE root_states;
DROP TABLE roots;
