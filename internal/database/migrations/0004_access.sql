-- +goose Up
-- The people, and the identities of pipelines.
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
);

-- Local accounts.
CREATE TABLE access_passwords (
	email      TEXT COLLATE "C" PRIMARY KEY REFERENCES access_stakeholders (email) ON DELETE CASCADE,
	hash       TEXT   NOT NULL, -- argon2id with its parameters
	changed_at BIGINT NOT NULL  -- microseconds
);

-- Accounts at issuers.
CREATE TABLE access_identities (
	issuer    TEXT COLLATE "C" NOT NULL, -- its URL
	subject   TEXT COLLATE "C" NOT NULL,
	email     TEXT COLLATE "C" NOT NULL REFERENCES access_stakeholders (email) ON DELETE CASCADE,
	linked_at BIGINT NOT NULL,           -- microseconds
	PRIMARY KEY (issuer, subject)
);
CREATE INDEX access_identities_email ON access_identities (email);

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

-- Roles in organizations and groups, and invitations to them, which give no rights until they are accepted. Somebody may
-- be invited who has no account yet.
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
CREATE INDEX access_memberships_object ON access_memberships (organization_id, group_id, email);
CREATE INDEX access_memberships_group ON access_memberships (group_id, email);

-- Links that do one thing. The secret in a link is computed, never stored.
CREATE TABLE access_links (
	id              TEXT COLLATE "C" PRIMARY KEY,
	number          BIGINT NOT NULL,           -- a new one ends the link made before
	kind            TEXT   NOT NULL CHECK (kind IN ('PASSWORD', 'INVITATION')),
	email           TEXT COLLATE "C" NOT NULL, -- whom it is for
	organization_id TEXT COLLATE "C" NOT NULL, -- of an invitation; empty otherwise
	group_id        TEXT COLLATE "C" NOT NULL, -- of an invitation to a group; empty otherwise
	thumbprint      TEXT   NOT NULL,           -- of the key that its secret is computed with
	created_at      BIGINT NOT NULL,           -- of this number, microseconds
	expires_at      BIGINT NOT NULL,           -- microseconds
	used_at         BIGINT NOT NULL,           -- microseconds; 0 before
	UNIQUE (email, kind, organization_id, group_id)
);

-- +goose Down
DROP TABLE access_links;
DROP TABLE access_memberships;
DROP TABLE access_tokens;
DROP TABLE access_sessions;
DROP TABLE access_identities;
DROP TABLE access_passwords;
DROP TABLE access_stakeholders;
