package group

import (
	"context"
	"fmt"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/audit"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/organization"
	"asm.example/asm/internal/problem"
)

// errDeleted is the contract's answer to who removes a group that somebody else removed in the same moment.
const errDeleted = "Exception - This group has already been deleted or is pending"

// RemovalReason is why a group is removed.
type RemovalReason string

// The reasons.
const (
	AnotherProvider RemovalReason = "DIFF_SECTST"
	Migrated        RemovalReason = "MIGRATION"
	Mistake         RemovalReason = "MISTAKE"
	NoTesting       RemovalReason = "NO_SECTST"
	NoSystem        RemovalReason = "NO_SYSTEM"
	OtherReason     RemovalReason = "OTHER"
	TrialOver       RemovalReason = "POC_OVER"
	Renamed         RemovalReason = "RENAME"
	Cancelled       RemovalReason = "TR_CANCELLED"
)

// Removal says why a group is removed.
type Removal struct {
	Reason RemovalReason
	// Comments have at most 250 characters.
	Comments string
}

// Check answers an Invalid problem when the comments are not allowed.
func (r Removal) Check() error {
	return organization.Text{Field: "comments", Max: 250}.Check(r.Comments)
}

// Remove makes a group DELETED: from now on it is in no list and nothing below it can be changed or read.
//
// Needs RemoveGroup on the group. Problems: Denied; Invalid (comments); Conflict (removed meanwhile).
func (s *Service) Remove(ctx context.Context, groupName string, r Removal) error {
	grant, err := s.access.Require(ctx, access.RemoveGroup, access.OnGroup(groupName))
	if err != nil {
		return err
	}
	if err := r.Check(); err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *database.Tx) error {
		change, err := s.Delete(ctx, tx, grant.GroupID(), r, grant.Actor().Email)
		if err != nil {
			return err
		}
		return grant.Record(ctx, tx, change)
	})
}

const deleteGroup = `
	UPDATE groups
	   SET state = 'DELETED',
	       state_reason = $2,
	       state_comments = $3,
	       state_changed_at = $4,
	       state_changed_by = $5,
	       has_machine = FALSE,
	       has_squad = FALSE
	 WHERE id = $1`

// Delete makes a group DELETED for whoever removes it together with what is above this room, and answers the change to
// record. It does not authorize. Problems: Denied (there is no such group); Conflict (it is DELETED already).
func (s *Service) Delete(
	ctx context.Context, tx *database.Tx, groupID string, r Removal, by string,
) (audit.Change, error) {
	g, err := lock(ctx, tx, groupID)
	if err != nil {
		return audit.Change{}, err
	}
	if !g.IsActive() {
		return audit.Change{}, problem.Conflict(errDeleted)
	}
	_, err = tx.Exec(ctx, deleteGroup, groupID, r.Reason, r.Comments, database.Micros(tx.Now()), by)
	if err != nil {
		return audit.Change{}, fmt.Errorf("delete group %s: %w", g.Name, err)
	}
	if err := s.access.ForgetAll(ctx, tx); err != nil {
		return audit.Change{}, err
	}
	return audit.Change{
		Action: "removeGroup", Kind: "group", ID: groupID, Group: groupID,
		Before: g.recorded(),
		After:  map[string]any{"reason": r.Reason, "comments": r.Comments},
	}, nil
}

const eraseGroup = `
	DELETE FROM groups
	 WHERE id = $1
	   AND state = 'DELETED'`

// Erase ends a DELETED group and whatever is still below it; its name stays taken. It is the last step of the background
// work that removes a group, does not authorize, and may be repeated.
func Erase(ctx context.Context, tx *database.Tx, groupID string) error {
	if err := tx.Sequential(ctx); err != nil {
		return fmt.Errorf("erase group %s: %w", groupID, err)
	}
	if _, err := tx.Exec(ctx, eraseGroup, groupID); err != nil {
		return fmt.Errorf("erase group %s: %w", groupID, err)
	}
	return nil
}
