-- Where the migrations lead, for reading; "go test ./internal/database -run Schema -update" writes it anew.

CREATE TABLE access_identities (
	issuer    TEXT COLLATE "C" NOT NULL, -- its URL
	subject   TEXT COLLATE "C" NOT NULL,
	email     TEXT COLLATE "C" NOT NULL REFERENCES access_stakeholders (email) ON DELETE CASCADE,
	linked_at BIGINT NOT NULL,           -- microseconds
	PRIMARY KEY (issuer, subject)
);

CREATE INDEX access_identities_email ON access_identities (email);

CREATE TABLE "access_links" (
	id              TEXT COLLATE "C" PRIMARY KEY,
	number          BIGINT NOT NULL,           -- a new one ends the link made before
	kind            TEXT   NOT NULL CHECK (kind IN ('PASSWORD', 'INVITATION', 'DELETION')),
	email           TEXT COLLATE "C" NOT NULL, -- whom it is for
	organization_id TEXT COLLATE "C" NOT NULL, -- of an invitation; empty otherwise
	group_id        TEXT COLLATE "C" NOT NULL, -- of an invitation to a group; empty otherwise
	thumbprint      TEXT   NOT NULL,           -- of the key that its secret is computed with
	created_at      BIGINT NOT NULL,           -- of this number, microseconds
	expires_at      BIGINT NOT NULL,           -- microseconds
	used_at         BIGINT NOT NULL,           -- microseconds; 0 before
	UNIQUE (email, kind, organization_id, group_id)
);

CREATE TABLE access_memberships (
	email           TEXT COLLATE "C" NOT NULL,
	organization_id TEXT COLLATE "C" NOT NULL,
	group_id        TEXT COLLATE "C" NOT NULL, -- empty: a membership of the organization itself
	role            TEXT    NOT NULL,
	responsibility  TEXT    NOT NULL,          -- in the group; empty for organizations
	created_at      BIGINT  NOT NULL,          -- microseconds
	accepted_at     BIGINT  NOT NULL,          -- microseconds; 0 while the invitation is pending
	invited_at      BIGINT  NOT NULL,          -- the latest invitation, microseconds; 0 when nobody was asked
	invited_by      TEXT    NOT NULL,          -- empty when nobody was asked
	implied         BOOLEAN NOT NULL,          -- of an organization: came with a group's membership, goes with the last of them
	with_account    BOOLEAN NOT NULL,          -- its acceptance made an account whose address nobody has proven
	PRIMARY KEY (email, organization_id, group_id)
);

CREATE INDEX access_memberships_group ON access_memberships (group_id, email);

CREATE INDEX access_memberships_object ON access_memberships (organization_id, group_id, email);

CREATE TABLE access_passwords (
	email      TEXT COLLATE "C" PRIMARY KEY REFERENCES access_stakeholders (email) ON DELETE CASCADE,
	hash       TEXT   NOT NULL, -- argon2id with its parameters
	changed_at BIGINT NOT NULL  -- microseconds
);

CREATE TABLE access_sessions (
	id            TEXT COLLATE "C" PRIMARY KEY,
	secret_sha256 BYTEA  NOT NULL UNIQUE, -- of the cookie's value
	email         TEXT COLLATE "C" NOT NULL REFERENCES access_stakeholders (email) ON DELETE CASCADE,
	created_at    BIGINT NOT NULL,        -- microseconds
	expires_at    BIGINT NOT NULL,        -- microseconds
	last_used_at  BIGINT NOT NULL,        -- microseconds, a minute behind at most
	address       TEXT   NOT NULL,        -- at last use
	agent         TEXT   NOT NULL         -- what the browser called itself at sign-in
);

CREATE INDEX access_sessions_email ON access_sessions (email, created_at);

CREATE INDEX access_sessions_expires ON access_sessions (expires_at);

CREATE TABLE access_stakeholders (
	email         TEXT COLLATE "C" PRIMARY KEY, -- lower case
	first_name    TEXT    NOT NULL,             -- may be empty
	last_name     TEXT    NOT NULL,             -- may be empty
	searched      TEXT    NOT NULL,             -- address and names, folded
	user_role     TEXT    NOT NULL CHECK (user_role IN ('admin', 'hacker', 'user')),
	created_at    BIGINT  NOT NULL,             -- microseconds
	registered_at BIGINT  NOT NULL,             -- first sign-in, microseconds; 0 before
	last_login_at BIGINT  NOT NULL,             -- microseconds; 0 before
	disabled_at   BIGINT  NOT NULL,             -- microseconds; 0 while active
	unverified    BOOLEAN NOT NULL,             -- nobody has proven that the address is theirs
	is_concurrent BOOLEAN NOT NULL,             -- another session lived at sign-in, not acknowledged yet
	remember      BOOLEAN NOT NULL,             -- do not show the legal notice again
	preferences   TEXT    NOT NULL              -- JSON object of the web app
, notifications TEXT NOT NULL DEFAULT '', least_severity_tenths BIGINT NOT NULL DEFAULT 30, seen_tours TEXT NOT NULL DEFAULT 'newRiskExposure');

CREATE TABLE access_tokens (
	id           TEXT COLLATE "C" PRIMARY KEY,
	jti_sha256   BYTEA  NOT NULL UNIQUE,
	email        TEXT COLLATE "C" NOT NULL REFERENCES access_stakeholders (email) ON DELETE CASCADE,
	name         TEXT   NOT NULL,
	created_at   BIGINT NOT NULL, -- microseconds
	expires_at   BIGINT NOT NULL, -- microseconds, a whole second
	last_used_at BIGINT NOT NULL, -- microseconds, a minute behind at most; 0 before the first use
	last_address TEXT   NOT NULL  -- of the last use; empty before
);

CREATE INDEX access_tokens_email ON access_tokens (email, created_at, id);

CREATE TABLE audit_consumers (
	name      TEXT COLLATE "C" PRIMARY KEY,
	joined_at BIGINT NOT NULL -- microseconds
);

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

CREATE INDEX audit_entries_actor ON audit_entries (chain, actor, number);

CREATE INDEX audit_entries_group ON audit_entries (group_id, recorded_at);

CREATE INDEX audit_entries_object ON audit_entries (chain, object_id, number);

CREATE TABLE audit_heads (
	chain  TEXT COLLATE "C" PRIMARY KEY,
	number BIGINT NOT NULL, -- of the last entry; 0 before the first
	hash   BYTEA  NOT NULL  -- of the last entry; 32 zero bytes before the first
);

CREATE TABLE audit_news (
	chain  TEXT COLLATE "C" NOT NULL,
	number BIGINT NOT NULL,
	PRIMARY KEY (chain, number)
);

CREATE TABLE audit_positions (
	consumer TEXT COLLATE "C" NOT NULL REFERENCES audit_consumers (name) ON DELETE CASCADE,
	chain    TEXT COLLATE "C" NOT NULL,
	number   BIGINT NOT NULL,
	PRIMARY KEY (consumer, chain)
);

CREATE TABLE audit_signed_heads (
	chain      TEXT COLLATE "C" PRIMARY KEY,
	number     BIGINT NOT NULL, -- of the entry that was the last
	hash       BYTEA  NOT NULL, -- of that entry
	signed_at  BIGINT NOT NULL, -- microseconds
	public_key BYTEA  NOT NULL, -- Ed25519, 32 bytes
	signature  BYTEA  NOT NULL  -- Ed25519, 64 bytes
);

CREATE TABLE consult_numbers (
	group_id TEXT COLLATE "C" NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
	kind     TEXT COLLATE "C" NOT NULL,
	about_id TEXT COLLATE "C" NOT NULL,
	id       BIGINT NOT NULL,
	PRIMARY KEY (group_id, kind, about_id)
);

CREATE TABLE consult_vulnerabilities (
	group_id         TEXT COLLATE "C" NOT NULL,
	kind             TEXT COLLATE "C" NOT NULL,
	about_id         TEXT COLLATE "C" NOT NULL,
	consult_id       BIGINT NOT NULL,
	vulnerability_id TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (group_id, kind, about_id, consult_id, vulnerability_id),
	FOREIGN KEY (group_id, kind, about_id, consult_id) REFERENCES consults (group_id, kind, about_id, id) ON DELETE CASCADE
);

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

CREATE TABLE database_installation (
    only_row BOOLEAN NOT NULL DEFAULT TRUE PRIMARY KEY CHECK (only_row),
    id TEXT NOT NULL,
    created_at BIGINT NOT NULL, -- microseconds
    signing_key_thumbprint TEXT -- NULL until the first start with a key
);

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

CREATE INDEX findings_code ON findings (group_id, code);

CREATE INDEX findings_id ON findings (id);

CREATE UNIQUE INDEX findings_title ON findings (group_id, title) WHERE state <> 'DELETED';

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

CREATE TABLE group_names (
	name TEXT COLLATE "C" PRIMARY KEY -- lower case
);

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

CREATE INDEX jobs_group ON jobs (group_id, created_at);

CREATE INDEX jobs_open ON jobs (created_at, id) WHERE state IN ('QUEUED', 'RUNNING');

CREATE INDEX jobs_owner ON jobs (owner, created_at);

CREATE UNIQUE INDEX jobs_running_key ON jobs (key) WHERE state = 'RUNNING' AND key <> '';

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

CREATE TABLE organization_policies (
	organization_id            TEXT COLLATE "C" PRIMARY KEY REFERENCES organizations (id) ON DELETE CASCADE,
	max_acceptance_days        BIGINT,          -- NULL: no limit
	max_acceptance_tenths      BIGINT NOT NULL, -- severity, 0 to 100
	min_acceptance_tenths      BIGINT NOT NULL, -- severity, 0 to 100
	max_acceptances            BIGINT,          -- of one vulnerability; NULL: no limit
	min_breaking_tenths        BIGINT,          -- severity, 0 to 100; NULL: not set, the CI gate takes 0
	vulnerability_grace_days   BIGINT NOT NULL,
	inactivity_days            BIGINT NOT NULL,
	CHECK (min_acceptance_tenths BETWEEN 0 AND max_acceptance_tenths),
	CHECK (max_acceptance_tenths BETWEEN 0 AND 100),
	CHECK (min_breaking_tenths BETWEEN 0 AND 100)
);

CREATE TABLE organizations (
	id         TEXT COLLATE "C" PRIMARY KEY,    -- ORG# and a UUID
	name       TEXT COLLATE "C" NOT NULL UNIQUE, -- lower case
	state      TEXT   NOT NULL CHECK (state IN ('ACTIVE', 'DELETED')),
	country    TEXT   NOT NULL,                 -- as given; empty when none was
	created_at BIGINT NOT NULL,                 -- microseconds
	created_by TEXT   NOT NULL                  -- mail address, or the name of a host command
);

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

CREATE INDEX roots_address ON roots (kind, address);

CREATE INDEX roots_host ON roots (group_id, host);

CREATE INDEX roots_id ON roots (id);

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

CREATE TABLE scan_scopes (
	group_id      TEXT COLLATE "C" NOT NULL,
	root_id       TEXT COLLATE "C" NOT NULL,
	tool          TEXT COLLATE "C" NOT NULL,
	automation_id TEXT COLLATE "C" NOT NULL,
	directories   TEXT   NOT NULL, -- JSON: what absolute paths have lost, the last one last
	PRIMARY KEY (group_id, root_id, tool, automation_id),
	FOREIGN KEY (group_id, root_id) REFERENCES roots (group_id, id) ON DELETE CASCADE
);

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

CREATE INDEX vulnerabilities_acceptance_asked ON vulnerabilities (treatment_changed_at, group_id) WHERE acceptance = 'SUBMITTED';

CREATE INDEX vulnerabilities_accepted_until ON vulnerabilities (accepted_until, group_id) WHERE accepted_until <> 0;

CREATE INDEX vulnerabilities_finding ON vulnerabilities (group_id, finding_id, standing, verification, id);

CREATE INDEX vulnerabilities_finding_reported ON vulnerabilities (group_id, finding_id, standing, reported_at, id);

CREATE INDEX vulnerabilities_finding_severity ON vulnerabilities (group_id, finding_id, standing, severity_tenths, id);

CREATE INDEX vulnerabilities_id ON vulnerabilities (id);

CREATE INDEX vulnerabilities_reported ON vulnerabilities (group_id, standing, reported_at, id);

CREATE INDEX vulnerabilities_root ON vulnerabilities (group_id, root_id, tool, automation_id, standing, id);

CREATE INDEX vulnerabilities_severity ON vulnerabilities (group_id, standing, severity_tenths, id);

CREATE INDEX vulnerabilities_to_reattack ON vulnerabilities (group_id, reattack_requested_at, id)
	WHERE verification = 'REQUESTED' AND standing = 'OPEN';

CREATE TABLE vulnerability_bulks (
	group_id   TEXT COLLATE "C" NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
	id         TEXT COLLATE "C" NOT NULL,
	permission TEXT   NOT NULL, -- what allowed it, and allows to undo it
	made_at    BIGINT NOT NULL, -- microseconds
	made_by    TEXT   NOT NULL, -- mail address, or the name of a host command
	applied    BIGINT NOT NULL, -- locations changed
	undone_at  BIGINT NOT NULL, -- microseconds; 0 while it is not
	undone_by  TEXT   NOT NULL, -- empty while it is not
	PRIMARY KEY (group_id, id)
);

CREATE INDEX vulnerability_bulks_id ON vulnerability_bulks (id);

CREATE TABLE vulnerability_history (
	group_id         TEXT COLLATE "C" NOT NULL,
	vulnerability_id TEXT COLLATE "C" NOT NULL,
	number           BIGINT NOT NULL,
	changed_at       BIGINT NOT NULL, -- microseconds
	changed_by       TEXT   NOT NULL, -- mail address, or the name of a host command
	credential       TEXT   NOT NULL, -- its kind and id
	action           TEXT   NOT NULL, -- the operation, in the API's words
	justification    TEXT   NOT NULL, -- empty when none was given
	changes          TEXT   NOT NULL, bulk_id TEXT COLLATE "C" NOT NULL DEFAULT '', -- JSON: what changed, each with its new value; the first row has all that is set
	PRIMARY KEY (group_id, vulnerability_id, number),
	FOREIGN KEY (group_id, vulnerability_id) REFERENCES vulnerabilities (group_id, id) ON DELETE CASCADE
);

CREATE INDEX vulnerability_history_bulk ON vulnerability_history (group_id, bulk_id) WHERE bulk_id <> '';

CREATE TABLE vulnerability_keys (
	group_id         TEXT COLLATE "C" NOT NULL,
	vulnerability_id TEXT COLLATE "C" NOT NULL,
	kind             BIGINT NOT NULL, -- what the digest is made of; the importer's numbers
	digest           BYTEA  NOT NULL, -- 1 to 128 bytes
	PRIMARY KEY (group_id, vulnerability_id, kind),
	FOREIGN KEY (group_id, vulnerability_id) REFERENCES vulnerabilities (group_id, id) ON DELETE CASCADE
);
