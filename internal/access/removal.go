package access

import (
	"cmp"
	"context"
	"errors"
	"time"

	"asm.example/asm/internal/audit"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/problem"
)

// deletionLife is how long a link that ends an account lives.
const deletionLife = 7 * 24 * time.Hour

const deletionOf = `
	SELECT id, number, kind, email, organization_id, group_id, thumbprint, created_at, expires_at, used_at
	  FROM access_links
	 WHERE kind = 'DELETION'
	   AND email = $1
	   FOR UPDATE`

// RequestRemoval makes the link by which the caller's account ends once it is confirmed, valid for 7 days; it is mailed,
// and answered to nobody. A new one ends the one before. Problems: Unauthenticated; Limited within a minute of the last
// request; NotFound when the caller is no person.
func (s *Service) RequestRemoval(ctx context.Context) error {
	grant, err := s.Self(ctx)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *database.Tx) error {
		if _, err := lockStakeholder(ctx, tx, grant.actor.Email); err != nil {
			return err
		}
		before, err := database.Collect(ctx, tx, scanLink, deletionOf, grant.actor.Email)
		if err != nil {
			return inRoom("look for a deletion link", err)
		}
		if len(before) > 0 {
			if passed := tx.Now().Sub(before[0].createdAt); passed < invitationPause {
				return problem.Limited(errInvitedJustNow, invitationPause-passed)
			}
		}
		l, err := s.newLink(ctx, tx, deletionLink, grant.actor.Email, place{}, deletionLife)
		if err != nil {
			return err
		}
		return grant.Record(ctx, tx, audit.Change{
			Action: "removeStakeholder", Kind: "stakeholder", ID: grant.actor.Email, After: MailedLink{l.id, l.number},
		})
	})
}

// Removal is what the page behind a deletion link shows.
type Removal struct {
	// Email is whose account ends.
	Email string
	// ExpiresAt is when the link ends, UTC.
	ExpiresAt time.Time
}

// DescribeRemoval answers what a deletion link ends; it changes nothing. Whoever holds the link may. Problems: NotFound when
// it is unknown, used, replaced or ended.
func (s *Service) DescribeRemoval(ctx context.Context, token string) (Removal, error) {
	l, err := s.findLink(ctx, s.db, linkByID, deletionLink, token, s.db.Now())
	if err == nil && l.isUsed {
		err = problem.NotFound(errLink)
	}
	return Removal{l.email, l.expiresAt}, err
}

const (
	membershipsOf = `
	SELECT organization_id, group_id
	  FROM access_memberships
	 WHERE email = $1
	 ORDER BY organization_id, group_id`

	deleteLinksOf = `
	DELETE FROM access_links
	 WHERE email = $1`

	deleteMembershipsOf = `
	DELETE FROM access_memberships
	 WHERE email = $1`

	deleteStakeholder = `
	DELETE FROM access_stakeholders
	 WHERE email = $1`
)

// Place is an organization, or with a GroupID one of its groups.
type Place struct {
	OrganizationID, GroupID string
}

// Remover is somebody whose account is about to end, with the grant under which it does.
type Remover struct {
	Grant Grant
	Email string
	// Places are where the person is a member or invited, by organization and group.
	Places []Place
}

// Confirmed answers whose account a deletion link ends, locked, in the transaction of the room above, which ends what else
// is the person's and then calls [Service.Remove]. Whoever holds the link may. Problems: NotFound when the link is unknown,
// used, replaced or ended.
func (s *Service) Confirmed(ctx context.Context, tx *database.Tx, token, address string) (Remover, error) {
	l, err := s.findLink(ctx, tx, lockedLinkByID, deletionLink, token, tx.Now())
	if err != nil {
		return Remover{}, err
	}
	if _, err := lockStakeholder(ctx, tx, l.email); err != nil || l.isUsed {
		return Remover{}, cmp.Or(hidden(err), error(problem.NotFound(errLink)))
	}
	places, err := database.Collect(ctx, tx, func(row database.Row) (Place, error) {
		var p Place
		err := row.Scan(&p.OrganizationID, &p.GroupID)
		return p, err
	}, membershipsOf, l.email)
	if err != nil {
		return Remover{}, inRoom("list the memberships of somebody leaving", err)
	}
	grant := s.byThemselves(l.email, browser{address: address}, Credential{Kind: LinkCredential, ID: l.id}, linkPermission)
	return Remover{grant, l.email, places}, nil
}

// hidden answers a fault as it is, and nil for a problem: who holds a link that is no good learns nothing else.
func hidden(err error) error {
	var p *problem.Problem
	if errors.As(err, &p) {
		return nil
	}
	return err
}

// Remove ends an account that [Service.Confirmed] answered: memberships, invitations, sessions, tokens, identities and the
// person's data. The audit log keeps the address.
func (s *Service) Remove(ctx context.Context, tx *database.Tx, r Remover) error {
	for _, statement := range []string{deleteMembershipsOf, deleteLinksOf, deleteStakeholder} {
		if _, err := tx.Exec(ctx, statement, r.Email); err != nil {
			return inRoom("remove "+r.Email, err)
		}
	}
	if err := s.forget(ctx, tx, r.Email); err != nil {
		return err
	}
	return r.Grant.Record(ctx, tx, audit.Change{Action: "confirmDeletion", Kind: "stakeholder", ID: r.Email, Count: 1 + len(r.Places)})
}
