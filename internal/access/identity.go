package access

import (
	"context"
	"time"

	"asm.example/asm/internal/audit"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/problem"
)

// Identity is an account at an issuer by which the caller may sign in.
type Identity struct {
	// Issuer is its URL, and Subject what it calls the person.
	Issuer, Subject string
	// LinkedAt is UTC.
	LinkedAt time.Time
}

const (
	identitiesOf = `
	SELECT issuer, subject, linked_at
	  FROM access_identities
	 WHERE email = $1
	 ORDER BY issuer, subject`

	deleteIdentity = `
	DELETE FROM access_identities
	 WHERE email = $1
	   AND issuer = $2
	   AND subject = $3`
)

// Identities answers the caller's accounts at issuers, by issuer. Problems: Unauthenticated.
func (s *Service) Identities(ctx context.Context) ([]Identity, error) {
	grant, err := s.Self(ctx)
	if err != nil {
		return nil, err
	}
	linked, err := database.Collect(ctx, s.db, func(row database.Row) (Identity, error) {
		var i Identity
		var at int64
		err := row.Scan(&i.Issuer, &i.Subject, &at)
		i.LinkedAt = database.Time(at)
		return i, err
	}, identitiesOf, grant.actor.Email)
	return linked, inRoom("list identities", err)
}

// UnlinkIdentity ends that an account at an issuer signs in as the caller. It needs a browser's session. Problems:
// Unauthenticated; Denied for a token; NotFound.
func (s *Service) UnlinkIdentity(ctx context.Context, issuerURL, subject string) error {
	grant, err := s.selfBySession(ctx)
	if err != nil {
		return err
	}
	email := grant.actor.Email
	return s.db.Write(ctx, func(tx *database.Tx) error {
		gone, err := tx.Exec(ctx, deleteIdentity, email, issuerURL, subject)
		if err != nil {
			return inRoom("unlink an identity", err)
		}
		if gone == 0 {
			return problem.NotFound("No such account is linked.")
		}
		return grant.Record(ctx, tx, audit.Change{
			Action: "unlinkIdentity", Kind: "stakeholder", ID: email,
			Before: map[string]any{"issuer": issuerURL, "subject": subject},
		})
	})
}
