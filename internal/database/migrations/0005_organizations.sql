-- +goose Up
CREATE TABLE organizations (
	id         TEXT COLLATE "C" PRIMARY KEY,    -- ORG# and a UUID
	name       TEXT COLLATE "C" NOT NULL UNIQUE, -- lower case
	state      TEXT   NOT NULL CHECK (state IN ('ACTIVE', 'DELETED')),
	country    TEXT   NOT NULL,                 -- as given; empty when none was
	created_at BIGINT NOT NULL,                 -- microseconds
	created_by TEXT   NOT NULL                  -- mail address, or the name of a host command
);

-- The rules in force; one row for each organization. What they were before stands in the audit log.
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

-- +goose Down
DROP TABLE organization_policies;
DROP TABLE organizations;
