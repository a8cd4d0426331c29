-- +goose Up
-- What mails a person wants, from which severity on, and which tours of the web app they have seen.
ALTER TABLE access_stakeholders ADD COLUMN notifications TEXT NOT NULL DEFAULT ''; -- names, sorted, joined by commas
ALTER TABLE access_stakeholders ADD COLUMN least_severity_tenths BIGINT NOT NULL DEFAULT 30; -- of reported vulnerabilities, 0 to 100
ALTER TABLE access_stakeholders ADD COLUMN seen_tours TEXT NOT NULL DEFAULT 'newRiskExposure'; -- names, sorted, joined by commas

-- Whoever has signed in before gets all; the others by their roles at their first sign-in.
UPDATE access_stakeholders
   SET notifications = 'ACCESS_GRANTED,AGENT_TOKEN,EVENT_REPORT,FILE_UPDATE,GROUP_INFORMATION,GROUP_REPORT,NEW_COMMENT,NEW_DRAFT,PORTFOLIO_UPDATE,REMEDIATE_FINDING,REMINDER_NOTIFICATION,ROOT_UPDATE,SERVICE_UPDATE,UNSUBSCRIPTION_ALERT,UPDATED_TREATMENT,VULNERABILITY_ASSIGNED,VULNERABILITY_REPORT'
 WHERE registered_at > 0;

-- Links that end an account.
-- only postgresql
ALTER TABLE access_links DROP CONSTRAINT access_links_kind_check;
ALTER TABLE access_links ADD CONSTRAINT access_links_kind_check CHECK (kind IN ('PASSWORD', 'INVITATION', 'DELETION'));
-- only sqlite
CREATE TABLE access_links_wider (
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
INSERT INTO access_links_wider SELECT * FROM access_links;
DROP TABLE access_links;
ALTER TABLE access_links_wider RENAME TO access_links;
-- both

-- +goose Down
ALTER TABLE access_stakeholders DROP COLUMN notifications;
ALTER TABLE access_stakeholders DROP COLUMN least_severity_tenths;
ALTER TABLE access_stakeholders DROP COLUMN seen_tours;
