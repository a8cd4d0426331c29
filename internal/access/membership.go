package access

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"asm.example/asm/internal/database"
	"asm.example/asm/internal/problem"
)

// Membership is a role given without an invitation: to who makes an organization or a group, to a group's CI user.
type Membership struct {
	// Email is the person, who is made when unknown.
	Email string
	// OrganizationID is the organization; GroupID the group, or "" for the organization itself.
	OrganizationID, GroupID string
	// Role is the role at that level.
	Role Role
	// Responsibility is what the person does in the group; "-" when "".
	Responsibility string
}

const (
	keepMembership = `
	INSERT INTO access_memberships (email, organization_id, group_id, role, responsibility, created_at, accepted_at,
	       invited_at, invited_by, implied, with_account)
	VALUES ($1, $2, $3, $4, $5, $6, $6, 0, '', false, false)
	    ON CONFLICT (email, organization_id, group_id) DO UPDATE
	   SET role = excluded.role,
	       responsibility = excluded.responsibility,
	       accepted_at = excluded.accepted_at,
	       implied = false`

	// Nobody who belongs to the organization by right is touched; an invitation to it is answered by this.
	implyMembership = `
	INSERT INTO access_memberships (email, organization_id, group_id, role, responsibility, created_at, accepted_at,
	       invited_at, invited_by, implied, with_account)
	VALUES ($1, $2, '', 'user', '', $3, $3, 0, '', true, $4)
	    ON CONFLICT (email, organization_id, group_id) DO UPDATE
	   SET role = 'user',
	       accepted_at = excluded.accepted_at,
	       implied = true,
	       with_account = excluded.with_account
	 WHERE access_memberships.accepted_at = 0`

	giveManagersRole = `
	INSERT INTO access_memberships (email, organization_id, group_id, role, responsibility, created_at, accepted_at,
	       invited_at, invited_by, implied, with_account)
	SELECT m.email, m.organization_id, $2, 'customer_manager', '-', $3, $3, 0, '', false, false
	  FROM access_memberships m
	 WHERE m.organization_id = $1
	   AND m.group_id = ''
	   AND m.role = 'customer_manager'
	   AND m.accepted_at > 0
	    ON CONFLICT (email, organization_id, group_id) DO NOTHING`

	giveManagerGroups = `
	INSERT INTO access_memberships (email, organization_id, group_id, role, responsibility, created_at, accepted_at,
	       invited_at, invited_by, implied, with_account)
	SELECT $1, g.organization_id, g.id, 'customer_manager', '-', $3, $3, 0, '', false, false
	  FROM groups g
	 WHERE g.organization_id = $2
	   AND g.state = 'ACTIVE'
	    ON CONFLICT (email, organization_id, group_id) DO UPDATE
	   SET role = 'customer_manager',
	       accepted_at = excluded.accepted_at`

	deleteMembership = `
	DELETE FROM access_memberships
	 WHERE email = $1
	   AND organization_id = $2
	   AND group_id = $3`

	// The organization's membership that came with a group goes with the last group.
	deleteImplied = `
	DELETE FROM access_memberships
	 WHERE email = $1
	   AND organization_id = $2
	   AND group_id = ''
	   AND implied
	   AND NOT EXISTS (
	       SELECT 1
	         FROM access_memberships other
	        WHERE other.email = $1
	          AND other.organization_id = $2
	          AND other.group_id <> ''
	          AND other.accepted_at > 0)`

	// The same for everybody of a group that is being removed.
	deleteImpliedByGroup = `
	DELETE FROM access_memberships
	 WHERE group_id = ''
	   AND implied
	   AND organization_id IN (
	       SELECT m.organization_id
	         FROM access_memberships m
	        WHERE m.group_id = $1)
	   AND NOT EXISTS (
	       SELECT 1
	         FROM access_memberships other
	        WHERE other.email = access_memberships.email
	          AND other.organization_id = access_memberships.organization_id
	          AND other.group_id NOT IN ('', $1)
	          AND other.accepted_at > 0)`

	deleteFromOrganization = `
	DELETE FROM access_memberships
	 WHERE email = $1
	   AND organization_id = $2`

	membersOfGroup = `
	SELECT email
	  FROM access_memberships
	 WHERE group_id = $1
	 ORDER BY email`

	membersOfOrganization = `
	SELECT DISTINCT email
	  FROM access_memberships
	 WHERE organization_id = $1
	 ORDER BY email`

	deleteMembersOfGroup = `
	DELETE FROM access_memberships
	 WHERE group_id = $1`

	deleteMembersOfOrganization = `
	DELETE FROM access_memberships
	 WHERE organization_id = $1`

	lockedMembership = `
	SELECT organization_id, group_id, role, responsibility, accepted_at, invited_at
	  FROM access_memberships
	 WHERE email = $1
	   AND organization_id = $2
	   AND group_id = $3
	   FOR UPDATE`
)

// AddMembership gives a role in the transaction of an upper room, which has authorized it and records it: it does neither.
// A person who is unknown is made, with user-level role user. Problems: Invalid for a role that is none at that level.
func (s *Service) AddMembership(ctx context.Context, tx *database.Tx, m Membership) error {
	level := OrganizationLevel
	if m.GroupID != "" {
		level = GroupLevel
		if m.Responsibility == "" {
			m.Responsibility = defaultResponsibility
		}
	}
	if !slices.Contains(Roles(level), m.Role) {
		return invalidRole(m.Role)
	}
	email := foldEmail(m.Email)
	if err := s.ensureStakeholder(ctx, tx, newStakeholder{email: email, role: User}); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, keepMembership, email, m.OrganizationID, m.GroupID, m.Role, m.Responsibility,
		database.Micros(tx.Now())); err != nil {
		return inRoom("keep a membership", err)
	}
	return s.forget(ctx, tx, email)
}

// AddManagers gives every customer manager of an organization that role in a group just made. It does not authorize.
func (s *Service) AddManagers(ctx context.Context, tx *database.Tx, organizationID, groupID string) error {
	if _, err := tx.Exec(ctx, giveManagersRole, organizationID, groupID, database.Micros(tx.Now())); err != nil {
		return inRoom("give customer managers their role", err)
	}
	return s.forgetMembers(ctx, tx, membersOfGroup, groupID)
}

// RemoveMemberships ends all memberships and invitations of a group, or of an organization and its groups, that is being
// removed; object names it by id. It does not authorize.
func (s *Service) RemoveMemberships(ctx context.Context, tx *database.Tx, object Object) error {
	members, deletion := membersOfGroup, deleteMembersOfGroup
	if object.level == OrganizationLevel {
		members, deletion = membersOfOrganization, deleteMembersOfOrganization
	}
	if err := s.forgetMembers(ctx, tx, members, object.key); err != nil {
		return err
	}
	tx.OnCommit(func() { s.epochs.end(object.key) })
	if object.level == GroupLevel {
		if _, err := tx.Exec(ctx, deleteImpliedByGroup, object.key); err != nil {
			return inRoom("remove implied memberships", err)
		}
	}
	_, err := tx.Exec(ctx, deletion, object.key)
	return inRoom("remove memberships", err)
}

// forgetMembers drops what is remembered of many people; statement answers who they are.
func (s *Service) forgetMembers(ctx context.Context, tx *database.Tx, statement, key string) error {
	emails, err := database.Collect(ctx, tx, database.Value[string], statement, key)
	if err != nil {
		return inRoom("list members", err)
	}
	const few = 100
	if len(emails) > few {
		return s.ForgetAll(ctx, tx)
	}
	return s.forget(ctx, tx, emails...)
}

// membership is a row of access_memberships.
type membership struct {
	organizationID, groupID string
	role                    Role
	responsibility          string
	acceptedAt, invitedAt   int64 // microseconds
}

func (m membership) isPending() bool { return m.acceptedAt == 0 }

// lockMembership answers a membership or pending invitation; nil when there is none.
func lockMembership(ctx context.Context, tx *database.Tx, email string, on place) (*membership, error) {
	m, err := database.One(ctx, tx, func(row database.Row) (membership, error) {
		var m membership
		err := row.Scan(&m.organizationID, &m.groupID, &m.role, &m.responsibility, &m.acceptedAt, &m.invitedAt)
		return m, err
	}, lockedMembership, email, on.organizationID, on.groupID)
	if errors.Is(err, database.ErrNoRow) {
		return nil, nil
	}
	return &m, inRoom("look up a membership", err)
}

// DropMembership ends a person's membership of, or invitation to, a group or an organization, in the transaction of whoever
// has authorized and records it; leaving an organization leaves its groups. on says where: a Grant's ids, groupID "" for
// the organization. It answers false when there was none. The organization's membership that came with a group goes with
// the last group.
func (s *Service) DropMembership(
	ctx context.Context, tx *database.Tx, email, organizationID, groupID string,
) (bool, error) {
	m, err := lockMembership(ctx, tx, email, place{organizationID: organizationID, groupID: groupID})
	if err != nil || m == nil {
		return false, err
	}
	if groupID == "" {
		_, err = tx.Exec(ctx, deleteFromOrganization, email, organizationID)
	} else if _, err = tx.Exec(ctx, deleteMembership, email, organizationID, groupID); err == nil {
		_, err = tx.Exec(ctx, deleteImplied, email, organizationID)
	}
	if err == nil {
		_, err = tx.Exec(ctx, deleteInvitations, email, organizationID, groupID)
	}
	if err != nil {
		return false, inRoom("end a membership", err)
	}
	return true, s.forget(ctx, tx, email)
}

// Texts that the contract fixes; the gaps take the role or the installation's name.
const (
	errRole               = "Exception - Invalid role or not enough permissions to grant role: %s"
	errStaffRole          = "Exception - This role can only be granted to %s users"
	errStaffInGroup       = "Exception - Groups with any active %[1]s service can only have Hackers provided by %[1]s"
	defaultResponsibility = "-"
	maxResponsibility     = 50
)

// staffGroupRoles are those that an installation with staff domains gives to its staff only.
var staffGroupRoles = []Role{Architect, Hacker, Reattacker, Resourcer, Reviewer}

// checkRole judges whether the grant's actor may give a role at a level on the grant's object.
func (s *Service) checkRole(grant Grant, level Level, role Role) error {
	if !slices.Contains(Roles(level), role) {
		return invalidRole(role)
	}
	on := OnUser()
	switch level {
	case OrganizationLevel:
		on = OnOrganization(grant.OrganizationID())
	case GroupLevel:
		on = OnGroup(grant.GroupID())
	}
	if !grant.actor.May(GrantRole(level, role), on) {
		return invalidRole(role)
	}
	return nil
}

// checkStaff judges whether an address may have a role that belongs to the operator's people.
func (s *Service) checkStaff(email string, level Level, role Role) error {
	if len(s.options.StaffDomains) == 0 || s.isStaff(email) {
		return nil
	}
	if role == CustomerManager {
		return problem.Invalid("role", fillName(errStaffRole, s.options.Name))
	}
	if level == GroupLevel && slices.Contains(staffGroupRoles, role) {
		return problem.Invalid("role", fillName(errStaffInGroup, s.options.Name))
	}
	return nil
}

func (s *Service) isStaff(email string) bool {
	_, domain, _ := strings.Cut(email, "@")
	return slices.Contains(s.options.StaffDomains, domain)
}

// checkResponsibility judges and completes what somebody does in a group.
func checkResponsibility(text string) (string, error) {
	if text == "" {
		return defaultResponsibility, nil
	}
	if utf8.RuneCountInString(text) > maxResponsibility {
		return "", problem.Invalid("responsibility", errFieldLength).With("max", maxResponsibility)
	}
	return text, checkText("responsibility", text)
}

func invalidRole(role Role) error {
	return problem.Invalid("role", fillName(errRole, string(role)))
}

// fillName puts a name into a text of the contract.
func fillName(text, name string) string {
	return fmt.Sprintf(text, name)
}
