package access

import (
	"context"
	"slices"

	"asm.example/asm/internal/database"
	"asm.example/asm/internal/problem"
)

const (
	stakeholderColumns = `
	SELECT s.email, s.first_name, s.last_name, s.user_role, s.registered_at, s.last_login_at, s.disabled_at, s.unverified,
	       '', '', '', '', 1, s.user_role`

	memberColumns = `
	SELECT m.email, coalesce(s.first_name, ''), coalesce(s.last_name, ''), coalesce(s.user_role, ''),
	       coalesce(s.registered_at, 0), coalesce(s.last_login_at, 0), coalesce(s.disabled_at, 0), coalesce(s.unverified, false),
	       m.organization_id, m.group_id, m.responsibility, m.invited_by, m.accepted_at, m.role
	  FROM access_memberships m
	  LEFT JOIN access_stakeholders s ON s.email = m.email`

	groupStakeholders = memberColumns + `
	 WHERE m.group_id = ANY($1)
	   AND m.role <> 'service_forces'
	 ORDER BY m.email`

	// A CI user is a member of an organization by its group only.
	organizationStakeholders = memberColumns + `
	 WHERE m.organization_id = ANY($1)
	   AND m.group_id = ''
	   AND NOT EXISTS (
	       SELECT 1
	         FROM access_memberships ci
	        WHERE ci.email = m.email
	          AND ci.organization_id = m.organization_id
	          AND ci.role = 'service_forces')
	 ORDER BY m.email`

	oneMember = memberColumns + `
	 WHERE m.email = $1
	   AND m.organization_id = $2
	   AND m.group_id = $3`
)

// scanStakeholder reads the columns above. A row of somebody who is in no group or organization counts as accepted.
func scanStakeholder(row database.Row) (*Stakeholder, error) {
	var p Stakeholder
	var registered, login, disabled, accepted int64
	var invitedBy string
	err := row.Scan(&p.Email, &p.FirstName, &p.LastName, &p.UserRole, &registered, &login, &disabled, &p.IsUnverified,
		&p.organizationID, &p.groupID, &p.Responsibility, &invitedBy, &accepted, &p.Role)
	p.FirstLogin, p.LastLogin, p.IsActive = database.Time(registered), database.Time(login), disabled == 0
	switch {
	case p.organizationID == "":
	case accepted == 0:
		p.State = Pending
	case registered == 0:
		p.State = Unregistered
	default:
		p.State = Registered
	}
	return &p, err
}

// OfGroups answers the people of groups, invited ones too, each list by mail address; aligned with groupIDs. A group's CI
// user is left out. Needs GroupStakeholders on all groups. Problems: Denied.
func (s *Service) OfGroups(ctx context.Context, groupIDs []string) ([][]*Stakeholder, error) {
	grants, err := s.RequireAll(ctx, GroupStakeholders, groupIDs)
	if err != nil {
		return nil, err
	}
	people, err := database.Collect(ctx, s.db, scanStakeholder, groupStakeholders, groupIDs)
	if err != nil {
		return nil, inRoom("list the stakeholders of groups", err)
	}
	return s.arrange(ctx, people, grants, GrantStakeholderAccess, func(p *Stakeholder) string { return p.groupID })
}

// OfOrganizations answers the people of organizations, as [Service.OfGroups] does. Needs OrganizationStakeholders on all.
func (s *Service) OfOrganizations(ctx context.Context, organizationIDs []string) ([][]*Stakeholder, error) {
	grants := make([]Grant, len(organizationIDs))
	for i, id := range organizationIDs {
		var err error
		if grants[i], err = s.Require(ctx, OrganizationStakeholders, OnOrganization(id)); err != nil {
			return nil, err
		}
	}
	people, err := database.Collect(ctx, s.db, scanStakeholder, organizationStakeholders, organizationIDs)
	if err != nil {
		return nil, inRoom("list the stakeholders of organizations", err)
	}
	return s.arrange(ctx, people, grants, GrantStakeholderOrganizationAccess,
		func(p *Stakeholder) string { return p.organizationID })
}

// arrange aligns people with the grants under which they were read, and adds links for whom may invite. The operator's
// people see everybody, others not the operator's people.
func (s *Service) arrange(
	ctx context.Context, people []*Stakeholder, grants []Grant, invite Permission, keyOf func(*Stakeholder) string,
) ([][]*Stakeholder, error) {
	of := make(map[string][]*Stakeholder, len(grants))
	for _, p := range people {
		of[keyOf(p)] = append(of[keyOf(p)], p)
	}
	arranged := make([][]*Stakeholder, len(grants))
	var invitable []*Stakeholder
	for i, grant := range grants {
		key := grant.GroupID()
		on := OnGroup(key)
		if key == "" {
			key = grant.OrganizationID()
			on = OnOrganization(key)
		}
		arranged[i] = of[key]
		if !grant.actor.IsAdmin() && !s.isStaff(grant.actor.Email) {
			arranged[i] = slices.DeleteFunc(slices.Clone(arranged[i]), func(p *Stakeholder) bool { return s.isStaff(p.Email) })
		}
		if grant.actor.May(invite, on) {
			invitable = append(invitable, arranged[i]...)
		}
	}
	return arranged, s.addLinks(ctx, invitable)
}

// addLinks adds their links to those of the people whose invitation is pending.
func (s *Service) addLinks(ctx context.Context, people []*Stakeholder) error {
	type invitation struct{ email, organizationID, groupID string }
	pending := map[invitation]*Stakeholder{}
	emails := []string{}
	for _, p := range people {
		if p.State == Pending {
			pending[invitation{p.Email, p.organizationID, p.groupID}] = p
			emails = append(emails, p.Email)
		}
	}
	if len(emails) == 0 {
		return nil
	}
	links, err := database.Collect(ctx, s.db, scanLink, invitationsTo, emails)
	if err != nil {
		return inRoom("read invitations", err)
	}
	now := s.db.Now()
	for _, l := range links {
		if p := pending[invitation{l.email, l.organizationID, l.groupID}]; p != nil && now.Before(l.expiresAt) {
			p.InvitationURL = s.url(l)
		}
	}
	return nil
}

// InGroup answers one person's access to a group. Needs QueryStakeholderResolveForGroup on it. Problems: Denied; NotFound
// when the person has none.
func (s *Service) InGroup(ctx context.Context, groupName, email string) (*Stakeholder, error) {
	grant, err := s.Require(ctx, QueryStakeholderResolveForGroup, OnGroup(groupName))
	if err != nil {
		return nil, err
	}
	return s.member(ctx, grant, email, GrantStakeholderAccess)
}

// InOrganization answers one person's access to an organization. Needs QueryStakeholderResolveForOrganization on it.
// Problems: Denied; NotFound when the person has none.
func (s *Service) InOrganization(ctx context.Context, idOrName, email string) (*Stakeholder, error) {
	grant, err := s.Require(ctx, QueryStakeholderResolveForOrganization, OnOrganization(idOrName))
	if err != nil {
		return nil, err
	}
	return s.member(ctx, grant, email, GrantStakeholderOrganizationAccess)
}

func (s *Service) member(ctx context.Context, grant Grant, email string, invite Permission) (*Stakeholder, error) {
	found, err := database.Collect(ctx, s.db, scanStakeholder, oneMember, foldEmail(email), grant.OrganizationID(), grant.GroupID())
	if err != nil {
		return nil, inRoom("look up a member", err)
	}
	arranged, err := s.arrange(ctx, found, []Grant{grant}, invite, func(p *Stakeholder) string {
		if p.groupID != "" {
			return p.groupID
		}
		return p.organizationID
	})
	if err != nil {
		return nil, err
	}
	if len(arranged[0]) == 0 {
		return nil, problem.NotFound(errUnknownStakeholder)
	}
	return arranged[0][0], nil
}
