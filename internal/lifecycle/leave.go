package lifecycle

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/vulnerability"
)

// LeaveGroup ends the caller's own membership of a group; what they were assigned is nobody's then. Needs
// UnsubscribeFromGroup on the group. Problems: Denied; Conflict when the caller is no member.
func (s *Service) LeaveGroup(ctx context.Context, groupName string) error {
	grant, err := s.access.Require(ctx, access.UnsubscribeFromGroup, access.OnGroup(groupName))
	if err != nil {
		return err
	}
	return s.leaveGroup(ctx, grant, "unsubscribeFromGroup", grant.Actor().Email)
}

// RemoveFromGroup ends somebody's membership of a group, or their invitation, as [Service.LeaveGroup]. Needs
// RemoveStakeholderAccess on the group.
func (s *Service) RemoveFromGroup(ctx context.Context, groupName, email string) error {
	grant, err := s.access.Require(ctx, access.RemoveStakeholderAccess, access.OnGroup(groupName))
	if err != nil {
		return err
	}
	return s.leaveGroup(ctx, grant, "removeStakeholderAccess", email)
}

func (s *Service) leaveGroup(ctx context.Context, grant access.Grant, action, email string) error {
	email = strings.ToLower(strings.TrimSpace(email))
	return s.db.Write(ctx, func(tx *database.Tx) error {
		if err := vulnerability.Unassign(ctx, tx, grant.Actor(), action, grant.GroupID(), email); err != nil {
			return err
		}
		return s.access.LeaveGroup(ctx, tx, grant, action, email)
	})
}

const groupsOfOrganization = `
	SELECT group_id
	  FROM access_memberships
	 WHERE email = $1
	   AND organization_id = $2
	   AND group_id <> ''
	   AND accepted_at > 0
	 ORDER BY group_id`

// RemoveFromOrganization ends somebody's membership of an organization and all its groups, or their invitation; what they
// were assigned there is nobody's then. Needs RemoveStakeholderOrganizationAccess on the organization. Problems: Denied, also
// when the person is no member, and for the last user manager unless an administrator asks.
func (s *Service) RemoveFromOrganization(ctx context.Context, idOrName, email string) error {
	const action = "removeStakeholderOrganizationAccess"
	grant, err := s.access.Require(ctx, access.RemoveStakeholderOrganizationAccess, access.OnOrganization(idOrName))
	if err != nil {
		return err
	}
	email = strings.ToLower(strings.TrimSpace(email))
	return s.db.Write(ctx, func(tx *database.Tx) error {
		groups, err := database.Collect(ctx, tx, database.Value[string], groupsOfOrganization, email, grant.OrganizationID())
		if err != nil {
			return fmt.Errorf("list the groups that %s leaves: %w", email, err)
		}
		for _, groupID := range groups {
			if err := vulnerability.Unassign(ctx, tx, grant.Actor(), action, groupID, email); err != nil {
				return err
			}
		}
		return s.access.LeaveOrganization(ctx, tx, grant, action, email)
	})
}

// ConfirmRemoval ends the account that a deletion link is for: assignments, memberships, sessions, tokens and the person's
// data. Whoever holds the link may. Problems: NotFound when the link is unknown, used, replaced or ended.
func (s *Service) ConfirmRemoval(ctx context.Context, token, address string) error {
	return s.db.Write(ctx, func(tx *database.Tx) error {
		leaving, err := s.access.Confirmed(ctx, tx, token, address)
		if err != nil {
			return err
		}
		var groups []string
		for _, place := range leaving.Places {
			if place.GroupID != "" {
				groups = append(groups, place.GroupID)
			}
		}
		slices.Sort(groups) // locked one after the other, in id order
		for _, groupID := range groups {
			if err := vulnerability.Unassign(ctx, tx, leaving.Grant.Actor(), "confirmDeletion", groupID, leaving.Email); err != nil {
				return err
			}
		}
		return s.access.Remove(ctx, tx, leaving)
	})
}
