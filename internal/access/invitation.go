package access

import (
	"context"
	"time"

	"asm.example/asm/internal/audit"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/problem"
)

// Texts that the contract fixes.
const (
	errMemberOfGroup        = "Exception - The stakeholder has been granted access to the group previously"
	errMemberOfOrganization = "Exception - The stakeholder has been granted access to the organization previously"
	errInvitedJustNow       = "Exception - The previous invitation to this user was requested less than a minute ago"
)

// invitationPause is how long must pass between two invitations to the same thing.
const invitationPause = time.Minute

// Invite is who is asked to join and as what.
type Invite struct {
	// Email is taken in any case.
	Email string
	// Role is the role at the level of what one is invited to.
	Role Role
	// Responsibility is what the person will do in the group, at most 50 characters; "" means "-". Groups only.
	Responsibility string
}

// InviteToGroup invites somebody to a group, or again, which ends the link of before; a pending invitation gives no
// rights. The answer has the invitation's link. Needs GrantStakeholderAccess on the group. Problems: Denied; Invalid
// (email, role, responsibility); Conflict when the person is a member; Limited within a minute of the last invitation.
func (s *Service) InviteToGroup(ctx context.Context, groupName string, i Invite) (*Stakeholder, error) {
	grant, err := s.Require(ctx, GrantStakeholderAccess, OnGroup(groupName))
	if err != nil {
		return nil, err
	}
	return s.invite(ctx, grant, GroupLevel, "grantStakeholderAccess", i)
}

// InviteToOrganization invites somebody to an organization, as [Service.InviteToGroup] does to a group. Needs
// GrantStakeholderOrganizationAccess on the organization.
func (s *Service) InviteToOrganization(ctx context.Context, idOrName string, i Invite) (*Stakeholder, error) {
	grant, err := s.Require(ctx, GrantStakeholderOrganizationAccess, OnOrganization(idOrName))
	if err != nil {
		return nil, err
	}
	i.Responsibility = ""
	return s.invite(ctx, grant, OrganizationLevel, "grantStakeholderOrganizationAccess", i)
}

const keepInvitation = `
	INSERT INTO access_memberships (email, organization_id, group_id, role, responsibility, created_at, accepted_at,
	       invited_at, invited_by, implied, with_account)
	VALUES ($1, $2, $3, $4, $5, $6, 0, $6, $7, false, false)
	    ON CONFLICT (email, organization_id, group_id) DO UPDATE
	   SET role = excluded.role,
	       responsibility = excluded.responsibility,
	       invited_at = excluded.invited_at,
	       invited_by = excluded.invited_by`

func (s *Service) invite(ctx context.Context, grant Grant, level Level, action string, i Invite) (*Stakeholder, error) {
	i.Email = foldEmail(i.Email)
	var l link
	err := s.db.Write(ctx, func(tx *database.Tx) error {
		existing, err := lockMembership(ctx, tx, i.Email, grant.place)
		if err != nil {
			return err
		}
		responsibility, err := s.checkInvite(grant, level, existing, i, tx.Now())
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, keepInvitation, i.Email, grant.place.organizationID, grant.place.groupID, i.Role,
			responsibility, database.Micros(tx.Now()), grant.actor.Email); err != nil {
			return inRoom("keep an invitation", err)
		}
		if l, err = s.newLink(ctx, tx, invitationLink, i.Email, grant.place, invitationLife); err != nil {
			return err
		}
		return grant.Record(ctx, tx, audit.Change{
			Action: action, Kind: "stakeholder", ID: i.Email,
			After: map[string]any{"role": i.Role, "responsibility": responsibility, "state": Pending},
		})
	})
	if err != nil {
		return nil, err
	}
	return &Stakeholder{
		Email: i.Email, IsActive: true, State: Pending, Role: i.Role, Responsibility: i.Responsibility, InvitationURL: s.url(l),
	}, nil
}

// checkInvite judges an invitation, in the contract's order, and answers the responsibility to keep.
func (s *Service) checkInvite(
	grant Grant, level Level, existing *membership, i Invite, now time.Time,
) (responsibility string, err error) {
	if existing != nil && !existing.isPending() {
		if level == GroupLevel {
			return "", problem.Conflict(errMemberOfGroup)
		}
		return "", problem.Conflict(errMemberOfOrganization)
	}
	if existing != nil {
		if passed := now.Sub(database.Time(existing.invitedAt)); passed <= invitationPause {
			return "", problem.Limited(errInvitedJustNow, invitationPause-passed+time.Second)
		}
	}
	if err := s.checkRole(grant, level, i.Role); err != nil {
		return "", err
	}
	if level == GroupLevel {
		if responsibility, err = checkResponsibility(i.Responsibility); err != nil {
			return "", err
		}
	}
	if err := checkEmail(i.Email); err != nil {
		return "", err
	}
	return responsibility, s.checkStaff(i.Email, level, i.Role)
}

// Invitation is what the page behind an invitation's link shows.
type Invitation struct {
	// Email is who was invited, InvitedBy who asked.
	Email, InvitedBy string
	// GroupName is the group, "" for an organization; OrganizationName is the organization in either case.
	GroupName, OrganizationName string
	// Role and Responsibility are what is offered; Responsibility is "" for an organization.
	Role           Role
	Responsibility string
	// ExpiresAt is when the link ends, UTC.
	ExpiresAt time.Time
	// IsAccepted tells that it was accepted before; accepting again changes nothing.
	IsAccepted bool
}

const (
	invitedTo = `
	SELECT o.name, coalesce(g.name, ''), m.role, m.responsibility, m.invited_by, m.accepted_at
	  FROM access_memberships m
	  JOIN organizations o ON o.id = m.organization_id AND o.state = 'ACTIVE'
	  LEFT JOIN groups g ON g.id = m.group_id AND g.state = 'ACTIVE'
	 WHERE m.email = $1
	   AND m.organization_id = $2
	   AND m.group_id = $3
	   AND (m.group_id = '' OR g.id IS NOT NULL)`

	acceptInvitation = `
	UPDATE access_memberships
	   SET accepted_at = $4,
	       with_account = $5
	 WHERE email = $1
	   AND organization_id = $2
	   AND group_id = $3`
)

// DescribeInvitation answers what a link invites to; it changes nothing, so that programs which follow links in mail do
// not answer for people. Whoever holds the link may. Problems: NotFound when it is unknown, replaced or ended.
func (s *Service) DescribeInvitation(ctx context.Context, token string) (Invitation, error) {
	l, err := s.findLink(ctx, s.db, linkByID, invitationLink, token, s.db.Now())
	if err != nil {
		return Invitation{}, err
	}
	return describeInvitation(ctx, s.db, l)
}

func describeInvitation(ctx context.Context, q database.Querier, l link) (Invitation, error) {
	found, err := database.Collect(ctx, q, func(row database.Row) (Invitation, error) {
		i := Invitation{Email: l.email, ExpiresAt: l.expiresAt, IsAccepted: l.isUsed}
		var accepted int64
		err := row.Scan(&i.OrganizationName, &i.GroupName, &i.Role, &i.Responsibility, &i.InvitedBy, &accepted)
		return i, err
	}, invitedTo, l.email, l.organizationID, l.groupID)
	if err != nil {
		return Invitation{}, inRoom("describe an invitation", err)
	}
	if len(found) == 0 {
		return Invitation{}, problem.NotFound(errLink)
	}
	return found[0], nil
}

// Answered is what follows from an answer to an invitation.
type Answered struct {
	Invitation
	// PasswordURL leads a person who was unknown to choosing a password; "" for everybody else, who sign in as usual.
	PasswordURL string
}

// AnswerInvitation accepts or rejects an invitation. Whoever holds the link may, signed in or not; the invited address gets
// the access. An unknown address becomes an unverified account, which has this access only until the address is proven.
// Accepting again says the same and changes nothing. Problems: NotFound when the link is unknown, replaced, ended, or used
// and to be rejected.
func (s *Service) AnswerInvitation(ctx context.Context, token string, accept bool, address string) (Answered, error) {
	var answered Answered
	err := s.db.Write(ctx, func(tx *database.Tx) error {
		answered = Answered{}
		l, err := s.findLink(ctx, tx, lockedLinkByID, invitationLink, token, tx.Now())
		if err != nil {
			return err
		}
		if answered.Invitation, err = describeInvitation(ctx, tx, l); err != nil {
			return err
		}
		if l.isUsed {
			if !accept {
				return problem.NotFound(errLink)
			}
			return nil
		}
		grant := s.byThemselves(l.email, browser{address: address}, Credential{Kind: LinkCredential, ID: l.id}, linkPermission)
		grant.place = place{
			groupID: l.groupID, groupName: answered.GroupName,
			organizationID: l.organizationID, organizationName: answered.OrganizationName,
		}
		if !accept {
			return s.reject(ctx, tx, grant)
		}
		answered.IsAccepted = true
		answered.PasswordURL, err = s.accept(ctx, tx, grant, l, answered.Role)
		return err
	})
	return answered, err
}

func (s *Service) reject(ctx context.Context, tx *database.Tx, grant Grant) error {
	email := grant.actor.Email
	if _, err := s.DropMembership(ctx, tx, email, grant.OrganizationID(), grant.GroupID()); err != nil {
		return err
	}
	return grant.Record(ctx, tx, audit.Change{Action: "rejectAccess", Kind: "stakeholder", ID: email})
}

// accept makes a pending invitation a membership, and answers a password link for who had no account.
func (s *Service) accept(ctx context.Context, tx *database.Tx, grant Grant, l link, role Role) (string, error) {
	now := database.Micros(tx.Now())
	made, err := s.ensureInvited(ctx, tx, l.email)
	if err != nil {
		return "", err
	}
	if _, err := tx.Exec(ctx, acceptInvitation, l.email, l.organizationID, l.groupID, now, made); err != nil {
		return "", inRoom("accept an invitation", err)
	}
	switch {
	case l.groupID != "":
		_, err = tx.Exec(ctx, implyMembership, l.email, l.organizationID, now, made)
	case role == CustomerManager:
		_, err = tx.Exec(ctx, giveManagerGroups, l.email, l.organizationID, now)
	}
	if err != nil {
		return "", inRoom("give what an invitation implies", err)
	}
	if err := s.useLink(ctx, tx, l); err != nil {
		return "", err
	}
	if err := s.forget(ctx, tx, l.email); err != nil {
		return "", err
	}
	if err := grant.Record(ctx, tx, audit.Change{
		Action: "confirmAccess", Kind: "stakeholder", ID: l.email, After: map[string]any{"role": role, "newAccount": made},
	}); err != nil || !made {
		return "", err
	}
	password, err := s.newLink(ctx, tx, passwordLink, l.email, place{}, passwordLife)
	return s.url(password), err
}
