package access

import (
	"context"

	"asm.example/asm/internal/audit"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/problem"
)

// Texts that the contract fixes.
const (
	errNoMemberOfGroup = "Exception - Stakeholder is not a member of the group"
	errLastManager     = "Exception - Error permission denied"
)

const (
	updateMembership = `
	UPDATE access_memberships
	   SET role = $4,
	       responsibility = $5,
	       implied = false
	 WHERE email = $1
	   AND organization_id = $2
	   AND group_id = $3`

	// Locked, so that two managers cannot remove each other at the same time.
	lockedManagers = `
	SELECT email
	  FROM access_memberships
	 WHERE organization_id = $1
	   AND group_id = ''
	   AND role = 'user_manager'
	   AND accepted_at > 0
	 ORDER BY email
	   FOR UPDATE`
)

// UpdateInGroup changes somebody's role and responsibility in a group, or those of a pending invitation; a responsibility
// of "" leaves it as it is. Needs UpdateGroupStakeholder on the group. Problems: Denied; Invalid (role, responsibility);
// NotFound when the person is neither member nor invited.
func (s *Service) UpdateInGroup(ctx context.Context, groupName string, i Invite) error {
	grant, err := s.Require(ctx, UpdateGroupStakeholder, OnGroup(groupName))
	if err != nil {
		return err
	}
	return s.update(ctx, grant, GroupLevel, "updateGroupStakeholder", i)
}

// UpdateInOrganization changes somebody's role in an organization, or that of a pending invitation. Needs
// UpdateOrganizationStakeholder on the organization. Problems: Denied, also for the last user manager unless an
// administrator asks; Invalid (role); NotFound when the person is neither member nor invited.
func (s *Service) UpdateInOrganization(ctx context.Context, idOrName string, i Invite) error {
	grant, err := s.Require(ctx, UpdateOrganizationStakeholder, OnOrganization(idOrName))
	if err != nil {
		return err
	}
	i.Responsibility = ""
	return s.update(ctx, grant, OrganizationLevel, "updateOrganizationStakeholder", i)
}

func (s *Service) update(ctx context.Context, grant Grant, level Level, action string, i Invite) error {
	i.Email = foldEmail(i.Email)
	if err := s.checkRole(grant, level, i.Role); err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *database.Tx) error {
		before, err := lockMembership(ctx, tx, i.Email, grant.place)
		if err != nil {
			return err
		}
		if before == nil {
			return problem.NotFound(errUnknownStakeholder)
		}
		if err := s.checkStaff(i.Email, level, i.Role); err != nil {
			return err
		}
		responsibility := before.responsibility
		if i.Responsibility != "" {
			if responsibility, err = checkResponsibility(i.Responsibility); err != nil {
				return err
			}
		}
		if i.Role != UserManager {
			if err := s.keepAManager(ctx, tx, grant, i.Email); err != nil {
				return err
			}
		}
		return s.keepUpdate(ctx, tx, grant, action, *before, Invite{i.Email, i.Role, responsibility})
	})
}

func (s *Service) keepUpdate(
	ctx context.Context, tx *database.Tx, grant Grant, action string, before membership, after Invite,
) error {
	if _, err := tx.Exec(ctx, updateMembership, after.Email, before.organizationID, before.groupID, after.Role,
		after.Responsibility); err != nil {
		return inRoom("update a membership", err)
	}
	if before.groupID == "" && after.Role == CustomerManager && !before.isPending() {
		if _, err := tx.Exec(ctx, giveManagerGroups, after.Email, before.organizationID, database.Micros(tx.Now())); err != nil {
			return inRoom("give a customer manager the groups", err)
		}
	}
	if err := s.forget(ctx, tx, after.Email); err != nil {
		return err
	}
	return grant.Record(ctx, tx, audit.Change{
		Action: action, Kind: "stakeholder", ID: after.Email,
		Before: map[string]any{"role": before.role, "responsibility": before.responsibility},
		After:  map[string]any{"role": after.Role, "responsibility": after.Responsibility},
	})
}

// keepAManager refuses, for all but administrators, what would leave an organization without a user manager.
func (s *Service) keepAManager(ctx context.Context, tx *database.Tx, grant Grant, leaving string) error {
	if grant.GroupID() != "" || grant.actor.IsAdmin() {
		return nil
	}
	managers, err := database.Collect(ctx, tx, database.Value[string], lockedManagers, grant.OrganizationID())
	if err != nil {
		return inRoom("list the managers of an organization", err)
	}
	if len(managers) == 1 && managers[0] == leaving {
		return &problem.Problem{Kind: problem.KindDenied, Message: errLastManager}
	}
	return nil
}

// RemoveFromGroup ends somebody's membership of a group, or their invitation. What else a leaving moves (assignments) is
// the business of the storey above, which calls [Service.LeaveGroup] in its transaction. Needs RemoveStakeholderAccess on the
// group. Problems: Denied; Conflict when the person is neither member nor invited.
func (s *Service) RemoveFromGroup(ctx context.Context, groupName, email string) error {
	grant, err := s.Require(ctx, RemoveStakeholderAccess, OnGroup(groupName))
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *database.Tx) error {
		return s.LeaveGroup(ctx, tx, grant, "removeStakeholderAccess", email)
	})
}

// LeaveGroup ends and records somebody's membership of the grant's group in a transaction of whoever has the grant. action
// is what the audit log shows. Problems: Conflict when the person is neither member nor invited.
func (s *Service) LeaveGroup(ctx context.Context, tx *database.Tx, grant Grant, action, email string) error {
	email = foldEmail(email)
	had, err := s.DropMembership(ctx, tx, email, grant.OrganizationID(), grant.GroupID())
	if err != nil {
		return err
	}
	if !had {
		return problem.Conflict(errNoMemberOfGroup)
	}
	return grant.Record(ctx, tx, audit.Change{Action: action, Kind: "stakeholder", ID: email})
}

// RemoveFromOrganization ends somebody's membership of an organization and all its groups, or their invitation. Needs
// RemoveStakeholderOrganizationAccess on the organization. Problems: Denied, also when the person is no member, and for the
// last user manager unless an administrator asks.
func (s *Service) RemoveFromOrganization(ctx context.Context, idOrName, email string) error {
	grant, err := s.Require(ctx, RemoveStakeholderOrganizationAccess, OnOrganization(idOrName))
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *database.Tx) error {
		return s.LeaveOrganization(ctx, tx, grant, "removeStakeholderOrganizationAccess", email)
	})
}

// LeaveOrganization ends and records somebody's membership of the grant's organization and all its groups in a transaction
// of whoever has the grant. Problems as [Service.RemoveFromOrganization].
func (s *Service) LeaveOrganization(ctx context.Context, tx *database.Tx, grant Grant, action, email string) error {
	email = foldEmail(email)
	if err := s.keepAManager(ctx, tx, grant, email); err != nil {
		return err
	}
	had, err := s.DropMembership(ctx, tx, email, grant.OrganizationID(), "")
	if err != nil {
		return err
	}
	if !had {
		return problem.Denied()
	}
	return grant.Record(ctx, tx, audit.Change{Action: action, Kind: "stakeholder", ID: email})
}
