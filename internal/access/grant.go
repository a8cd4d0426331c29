package access

import (
	"context"
	"strings"

	"asm.example/asm/internal/audit"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/problem"
)

// Texts that the contract fixes.
const errLogin = "Login required"

// Object is what a permission is asked on: the installation, an organization or a group.
type Object struct {
	level Level
	key   string // folded; "" at user level
}

// OnUser asks at user level: what needs no organization.
func OnUser() Object { return Object{level: UserLevel} }

// OnOrganization asks on an organization, by its id or its name in any case.
func OnOrganization(idOrName string) Object {
	return Object{level: OrganizationLevel, key: foldKey(idOrName)}
}

// OnGroup asks on a group, by its name in any case or its id.
func OnGroup(nameOrID string) Object {
	return Object{level: GroupLevel, key: foldKey(nameOrID)}
}

// organizationPrefix begins every organization's id.
const organizationPrefix = "ORG#"

// foldKey answers a name or id as it is stored.
func foldKey(key string) string {
	key = askable(key)
	if rest, ok := strings.CutPrefix(key, organizationPrefix); ok {
		if lower := strings.ToLower(rest); lower != rest {
			return organizationPrefix + lower
		}
		return key
	}
	return strings.ToLower(key)
}

// place is an object that was found.
type place struct {
	groupID, groupName               string
	organizationID, organizationName string
}

// Grant is the answer to a question of authorization: who, by which credential, under which permission, on what. Only a
// Grant records changes, so that what nobody authorized cannot be recorded. The zero Grant records nothing.
type Grant struct {
	service    *Service
	actor      *Actor
	permission Permission
	place      place
}

// Actor is who was granted.
func (g Grant) Actor() *Actor { return g.actor }

// Permission is what was granted; for one's own things and for memberships it is a word of this package.
func (g Grant) Permission() Permission { return g.permission }

// GroupID is the group's id; "" when the grant is not on a group.
func (g Grant) GroupID() string { return g.place.groupID }

// GroupName is the group's name in lower case; "" when the grant is not on a group.
func (g Grant) GroupName() string { return g.place.groupName }

// OrganizationID is the id of the organization, also for a grant on one of its groups; "" at user level.
func (g Grant) OrganizationID() string { return g.place.organizationID }

// OrganizationName is the organization's name in lower case; "" at user level.
func (g Grant) OrganizationName() string { return g.place.organizationName }

// Record writes changes to the audit log of the organization, or of the installation for a grant at user level, in the
// transaction that makes them. A change on a group's grant is filed under that group.
func (g Grant) Record(ctx context.Context, tx *database.Tx, changes ...audit.Change) error {
	if g.service == nil {
		return errZeroGrant
	}
	entries := make([]audit.Entry, len(changes))
	for i, change := range changes {
		if change.Group == "" {
			change.Group = g.place.groupID
		}
		entries[i] = audit.Entry{
			Chain:          g.chain(),
			Actor:          g.actor.Email,
			CredentialKind: string(g.actor.Credential.Kind),
			CredentialID:   g.actor.Credential.ID,
			Address:        g.actor.Address,
			Permission:     string(g.permission),
			RequestID:      RequestIDOf(ctx),
			Change:         change,
		}
	}
	return g.service.log.Append(ctx, tx, entries...)
}

func (g Grant) chain() string {
	if g.place.organizationID != "" {
		return g.place.organizationID
	}
	return audit.Installation
}

// The permissions of what needs none of the table.
const (
	// selfPermission stands for one's own things.
	selfPermission Permission = "self"
	// memberPermission stands for having any role on the object.
	memberPermission Permission = "member"
	// linkPermission stands for what a link allows to whoever holds it.
	linkPermission Permission = "link"
	// signInPermission stands for signing in.
	signInPermission Permission = "sign-in"
	// hostPermission stands for what only the host may do.
	hostPermission Permission = "host"
)

// Require answers the grant for a permission on an object.
//
// For members it costs no statement; an administrator's object is resolved within a second's memory. A role given a moment
// ago in this process counts although the Actor was made before. Problems: Unauthenticated without an Actor; Denied when
// the permission is missing or the object is unknown, which is the same to the caller.
func (s *Service) Require(ctx context.Context, p Permission, on Object) (Grant, error) {
	return s.grant(ctx, p, on, func(a *Actor) bool { return a.May(p, on) })
}

// RequireMember answers a grant to whoever has any role in force on the object, and to administrators: for reads that need
// membership only. Problems as [Service.Require].
func (s *Service) RequireMember(ctx context.Context, on Object) (Grant, error) {
	return s.grant(ctx, memberPermission, on, func(a *Actor) bool { return a.IsAdmin() || a.ownRole(on) != "" })
}

// RequireAll answers the grants for a permission on many groups, aligned with groupIDs. It is Denied as a whole when one of
// them is. Problems as [Service.Require].
func (s *Service) RequireAll(ctx context.Context, p Permission, groupIDs []string) ([]Grant, error) {
	grants := make([]Grant, len(groupIDs))
	for i, id := range groupIDs {
		grant, err := s.Require(ctx, p, OnGroup(id))
		if err != nil {
			return nil, err
		}
		grants[i] = grant
	}
	return grants, nil
}

// Self answers the grant for one's own things: tokens, sessions, preferences. Problems: Unauthenticated without an Actor.
func (s *Service) Self(ctx context.Context) (Grant, error) {
	a, ok := ActorOf(ctx)
	if !ok {
		return Grant{}, problem.Unauthenticated(errLogin)
	}
	return Grant{service: s, actor: a, permission: selfPermission}, nil
}

// selfBySession is Self for what changes how one signs in, which no API token may.
func (s *Service) selfBySession(ctx context.Context) (Grant, error) {
	grant, err := s.Self(ctx)
	if err != nil {
		return Grant{}, err
	}
	if kind := grant.actor.Credential.Kind; kind != SessionCredential && kind != HostCredential {
		return Grant{}, problem.Denied()
	}
	return grant, nil
}

// requireHost answers the grant for what only commands on the server's host may do.
func (s *Service) requireHost(ctx context.Context) (Grant, error) {
	grant, err := s.Self(ctx)
	if err != nil {
		return Grant{}, err
	}
	if !grant.actor.host {
		return Grant{}, problem.Denied()
	}
	grant.permission = hostPermission
	return grant, nil
}

// grant asks the Actor of the context, and when that says no the roles of this moment.
func (s *Service) grant(ctx context.Context, p Permission, on Object, may func(*Actor) bool) (Grant, error) {
	a, ok := ActorOf(ctx)
	if !ok {
		return Grant{}, problem.Unauthenticated(errLogin)
	}
	if !may(a) {
		now, err := s.Current(ctx)
		if err != nil {
			return Grant{}, err
		}
		if now.memberships == a.memberships || !may(now) {
			return Grant{}, problem.Denied()
		}
		a = now
	}
	found, err := s.locate(ctx, a, on)
	if err != nil {
		return Grant{}, err
	}
	return Grant{service: s, actor: a, permission: p, place: found}, nil
}

// locate finds the object: among the actor's own memberships, else by the database.
func (s *Service) locate(ctx context.Context, a *Actor, on Object) (place, error) {
	switch on.level {
	case OrganizationLevel:
		if m := a.memberships.organization[on.key]; m != nil {
			return place{organizationID: m.OrganizationID, organizationName: m.Name}, nil
		}
	case GroupLevel:
		if m := a.memberships.groupOf[on.key]; m != nil {
			return place{m.GroupID, m.GroupName, m.OrganizationID, m.OrganizationName}, nil
		}
	default:
		return place{}, nil
	}
	return s.places.find(ctx, s.db, on)
}

// Visibility is which groups a list may show.
type Visibility struct {
	// All is true for administrators: every active group; GroupIDs is then empty.
	All bool
	// GroupIDs are the groups that the caller has a role in, in no particular order.
	GroupIDs []string
}

// VisibleGroups answers which groups the caller may see in lists. Problems: Unauthenticated without an Actor.
func (s *Service) VisibleGroups(ctx context.Context) (Visibility, error) {
	a, err := s.Current(ctx)
	if err != nil {
		return Visibility{}, err
	}
	if a.IsAdmin() {
		return Visibility{All: true}, nil
	}
	ids := make([]string, len(a.memberships.groups))
	for i, m := range a.memberships.groups {
		ids[i] = m.GroupID
	}
	return Visibility{GroupIDs: ids}, nil
}
