package root

import (
	"context"
	"fmt"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/audit"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/organization"
	"asm.example/asm/internal/problem"
)

// DeactivationReason is why a root is not under assessment any more.
type DeactivationReason string

// The reasons. People give the first three; the others are given by what moves a root and what removes a group.
const (
	OtherReason  DeactivationReason = "OTHER"
	OutOfScope   DeactivationReason = "OUT_OF_SCOPE"
	Mistake      DeactivationReason = "REGISTERED_BY_MISTAKE"
	Moved        DeactivationReason = "MOVED_TO_ANOTHER_GROUP"
	GroupDeleted DeactivationReason = "GROUP_DELETED"
)

// Deactivation says why a root is deactivated.
type Deactivation struct {
	Reason DeactivationReason
	// Other is the reason in words, at most 500 characters, kept with OTHER; with MOVED_TO_ANOTHER_GROUP it is the name
	// of that group.
	Other string
}

// Check answers an Invalid problem when the words are not allowed.
func (d Deactivation) Check() error {
	return organization.Text{Field: "other", Max: 500}.Check(d.Other)
}

// Activate puts a root under assessment again; on an active one nothing happens.
//
// Needs ActivateRoot on the group. Problems: Denied; NotFound; Conflict (the organization has an active root for the
// same).
func (s *Service) Activate(ctx context.Context, groupName, id string) error {
	grant, err := s.access.Require(ctx, access.ActivateRoot, access.OnGroup(groupName))
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *database.Tx) error {
		g, err := activeGroup(ctx, tx, grant.GroupID())
		if err != nil {
			return err
		}
		r, err := Locked(ctx, tx, Key{GroupID: g.ID, ID: id})
		if err != nil {
			return err
		}
		b, before := r.Common(), recorded(r)
		if b.IsActive() {
			return nil
		}
		if err := ensureFree(ctx, tx, g, r, true); err != nil {
			return err
		}
		b.State, b.Reason, b.Other, b.StateChangedAt = Active, "", "", tx.Now()
		b.edit(grant.Actor().Email, tx.Now())
		if err := update(ctx, tx, r); err != nil {
			return err
		}
		return grant.Record(ctx, tx, audit.Change{
			Action: "activateRoot", Kind: "root", ID: b.ID, Before: before, After: recorded(r),
		})
	})
}

// Deactivate makes an active root, which [Locked] answered in the same transaction, INACTIVE, and answers the change to
// record. Whoever calls it closes the root's locations. It does not authorize. Problems: Conflict (it is not active).
func Deactivate(ctx context.Context, tx *database.Tx, r Root, d Deactivation, by string) (audit.Change, error) {
	b := r.Common()
	if !b.IsActive() {
		return audit.Change{}, problem.Conflict(errInactive)
	}
	before := recorded(r)
	b.State, b.Reason, b.Other, b.StateChangedAt = Inactive, d.Reason, "", tx.Now()
	if d.Reason == OtherReason || d.Reason == Moved {
		b.Other = d.Other
	}
	b.edit(by, tx.Now())
	if err := update(ctx, tx, r); err != nil {
		return audit.Change{}, err
	}
	return audit.Change{
		Action: "deactivateRoot", Kind: "root", ID: b.ID, Group: b.GroupID, Before: before, After: recorded(r),
	}, nil
}

const releasedOnRoot = `
	SELECT id
	  FROM vulnerabilities
	 WHERE group_id = $1
	   AND root_id = $2
	   AND state IN ('VULNERABLE', 'SAFE')
	 LIMIT 1`

// hasReleased tells whether a vulnerability was ever released on a root and not deleted since.
func hasReleased(ctx context.Context, tx *database.Tx, key Key) (bool, error) {
	found, err := database.Collect(ctx, tx, database.Value[string], releasedOnRoot, key.GroupID, key.ID)
	if err != nil {
		return false, fmt.Errorf("look for vulnerabilities on root %s: %w", key.ID, err)
	}
	return len(found) > 0, nil
}
