package access

import (
	"context"
	"slices"
	"time"
)

// CredentialKind is the way by which somebody proved who they are.
type CredentialKind string

// The kinds of credential.
const (
	// SessionCredential is a browser's session cookie.
	SessionCredential CredentialKind = "session"
	// TokenCredential is an API token.
	TokenCredential CredentialKind = "token"
	// HostCredential is being on the server's host: commands, the demo, tests.
	HostCredential CredentialKind = "host"
	// JobCredential is a background job that works for whoever started it.
	JobCredential CredentialKind = "job"
	// LinkCredential is a link made for one purpose: an invitation, a password.
	LinkCredential CredentialKind = "link"
	// SignInCredential is a password or an issuer's answer, at the moment of signing in.
	SignInCredential CredentialKind = "sign-in"
)

// Credential tells by what an actor is known; it never holds the secret itself.
type Credential struct {
	// Kind is the way.
	Kind CredentialKind
	// ID names the session, token, job or link.
	ID string
	// ExpiresAt is when it ends, UTC; zero when it does not.
	ExpiresAt time.Time
}

// GroupMembership is a role in force in an active group.
type GroupMembership struct {
	// GroupID and GroupName are the group.
	GroupID, GroupName string
	// OrganizationID and OrganizationName are the organization that the group belongs to.
	OrganizationID, OrganizationName string
	// Role is the person's own role there.
	Role Role
}

// OrganizationMembership is a role in force in an active organization.
type OrganizationMembership struct {
	// OrganizationID and Name are the organization.
	OrganizationID, Name string
	// Role is the person's own role there.
	Role Role
}

// Actor is who calls and by what. It never changes once it is in a context; roles that change meanwhile are seen by the
// Service's checks, not by the Actor.
type Actor struct {
	// Email identifies the person, in lower case; for the host it is the name given to [HostActor].
	Email string
	// FirstName and LastName may be empty.
	FirstName, LastName string
	// UserRole is the role at user level; "" is none.
	UserRole Role
	// Credential is by what the actor is known.
	Credential Credential
	// Address is the network address of the caller, without port; "" when there is none.
	Address string

	memberships *memberships
	host        bool
}

// memberships are the roles of one person, shared by all Actors made from one reading of them.
type memberships struct {
	groups        []GroupMembership                  // by group name
	organizations []OrganizationMembership           // by name
	groupOf       map[string]*GroupMembership        // by id and by name
	organization  map[string]*OrganizationMembership // by id and by name
}

// newMemberships indexes roles. An id wins over a name that looks like it.
func newMemberships(groups []GroupMembership, organizations []OrganizationMembership) *memberships {
	m := &memberships{
		groups:        groups,
		organizations: organizations,
		groupOf:       make(map[string]*GroupMembership, 2*len(groups)),
		organization:  make(map[string]*OrganizationMembership, 2*len(organizations)),
	}
	for i := range groups {
		m.groupOf[groups[i].GroupName] = &groups[i]
	}
	for i := range groups {
		m.groupOf[groups[i].GroupID] = &groups[i]
	}
	for i := range organizations {
		m.organization[organizations[i].Name] = &organizations[i]
	}
	for i := range organizations {
		m.organization[organizations[i].OrganizationID] = &organizations[i]
	}
	return m
}

type contextKey int

const (
	actorKey contextKey = iota
	requestKey
)

// WithActor answers a context in which a is the caller.
func WithActor(ctx context.Context, a *Actor) context.Context {
	return context.WithValue(ctx, actorKey, a)
}

// ActorOf answers the caller of a context, if there is one.
func ActorOf(ctx context.Context) (*Actor, bool) {
	a, ok := ctx.Value(actorKey).(*Actor)
	return a, ok && a != nil
}

// WithRequestID answers a context whose changes are recorded under the request's id.
func WithRequestID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestKey, id)
}

// RequestIDOf answers the request's id; "" when the context belongs to no request.
func RequestIDOf(ctx context.Context) string {
	id, _ := ctx.Value(requestKey).(string)
	return id
}

// HostActor is whoever commands the server's host: it passes every check and may give every role. name is what the audit
// log shows, such as "host" or "demo". It is made by commands, the demo and tests alone, never for a request.
func HostActor(name string) *Actor {
	return &Actor{
		Email:       name,
		UserRole:    Admin,
		Credential:  Credential{Kind: HostCredential, ID: name},
		memberships: newMemberships(nil, nil),
		host:        true,
	}
}

// IsAdmin tells whether the actor counts as admin in every organization and group.
func (a *Actor) IsAdmin() bool {
	return a.host || a.UserRole == Admin
}

// Groups are the groups in which the actor has a role of its own, by name. Administrators are members of none by that role.
func (a *Actor) Groups() []GroupMembership {
	return slices.Clone(a.memberships.groups)
}

// Organizations are the organizations in which the actor has a role of its own, by name.
func (a *Actor) Organizations() []OrganizationMembership {
	return slices.Clone(a.memberships.organizations)
}

// GroupRole is the actor's role in a group, named by id or name: the own one, else admin for administrators, else "".
func (a *Actor) GroupRole(nameOrID string) Role {
	if m := a.memberships.groupOf[foldKey(nameOrID)]; m != nil {
		return m.Role
	}
	return a.roleByRight()
}

// OrganizationRole is the actor's role in an organization, named by id or name: the own one, else admin for
// administrators, else "".
func (a *Actor) OrganizationRole(idOrName string) Role {
	if m := a.memberships.organization[foldKey(idOrName)]; m != nil {
		return m.Role
	}
	return a.roleByRight()
}

func (a *Actor) roleByRight() Role {
	if a.IsAdmin() {
		return Admin
	}
	return ""
}

// Permissions are the names that a role has at a level, sorted; never nil. For an administrator they are those of the role
// and of admin together.
func (a *Actor) Permissions(level Level, role Role) []string {
	names := permissions.names(level, role)
	if a.IsAdmin() && role != Admin {
		names = append(names, permissions.names(level, Admin)...)
		slices.Sort(names)
		names = slices.Compact(names)
	}
	return names
}

// May tells whether the actor has a permission on an object, as far as its own roles tell: it serves `permissions` fields
// and visibility. What protects something asks the Service, which also knows whether the object exists.
func (a *Actor) May(p Permission, on Object) bool {
	if a.host {
		return true
	}
	if a.UserRole == Admin && permissions.allows(on.level, p, Admin) {
		return true
	}
	return permissions.allows(on.level, p, a.ownRole(on))
}

// ownRole is the actor's own role on an object; "" without one.
func (a *Actor) ownRole(on Object) Role {
	switch on.level {
	case UserLevel:
		return a.UserRole
	case OrganizationLevel:
		if m := a.memberships.organization[on.key]; m != nil {
			return m.Role
		}
	case GroupLevel:
		if m := a.memberships.groupOf[on.key]; m != nil {
			return m.Role
		}
	}
	return ""
}
