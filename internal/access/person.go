package access

import (
	"context"
	"errors"
	"fmt"

	"asm.example/asm/internal/database"
	"asm.example/asm/internal/job"
	"asm.example/asm/internal/problem"
)

// person is what authorization needs to know of somebody; it never changes once read.
type person struct {
	email, firstName, lastName string
	role                       Role
	memberships                *memberships
}

type knownPerson struct {
	reading
	person *person // nil: unknown or disabled
}

const (
	activePerson = `
	SELECT email, first_name, last_name, user_role, unverified
	  FROM access_stakeholders
	 WHERE email = $1
	   AND disabled_at = 0`

	// Of organizations and groups that are active. Index: the primary key.
	rolesInForce = `
	SELECT m.organization_id, o.name, m.group_id, coalesce(g.name, ''), m.role, m.with_account
	  FROM access_memberships m
	  JOIN organizations o ON o.id = m.organization_id AND o.state = 'ACTIVE'
	  LEFT JOIN groups g ON g.id = m.group_id AND g.state = 'ACTIVE'
	 WHERE m.email = $1
	   AND m.accepted_at > 0
	   AND (m.group_id = '' OR g.id IS NOT NULL)
	 ORDER BY g.name, o.name`
)

// person answers somebody active as the database has known them for at most a second, and never from before a change that
// this process made. It is nil for who is unknown or disabled.
func (s *Service) person(ctx context.Context, email string) (*person, error) {
	now, epoch := s.db.Now(), s.epochs.of(email)
	if known, ok := s.people.get(email); ok && known.isFresh(now, epoch) {
		return known.person, nil
	}
	p, err := loadPerson(ctx, s.db, email)
	if err != nil {
		return nil, err
	}
	s.people.put(email, knownPerson{reading{now, epoch}, p})
	return p, nil
}

// loadPerson reads somebody active with the roles in force; nil when there is none.
func loadPerson(ctx context.Context, q database.Querier, email string) (*person, error) {
	type row struct {
		person
		unverified bool
	}
	found, err := database.One(ctx, q, func(r database.Row) (row, error) {
		var p row
		err := r.Scan(&p.email, &p.firstName, &p.lastName, &p.role, &p.unverified)
		return p, err
	}, activePerson, email)
	if errors.Is(err, database.ErrNoRow) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", email, err)
	}
	p := found.person
	if p.memberships, err = loadMemberships(ctx, q, email, found.unverified); err != nil {
		return nil, fmt.Errorf("load the roles of %s: %w", email, err)
	}
	if found.unverified {
		p.role = "" // nothing but what the invitation gave, until the address is proven
	}
	return &p, nil
}

// loadMemberships reads roles in force; of an unverified account only those that came with the account.
func loadMemberships(ctx context.Context, q database.Querier, email string, unverified bool) (*memberships, error) {
	rows, err := q.Query(ctx, rolesInForce, email)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var groups []GroupMembership
	var organizations []OrganizationMembership
	for rows.Next() {
		var m GroupMembership
		var withAccount bool
		if err := rows.Scan(&m.OrganizationID, &m.OrganizationName, &m.GroupID, &m.GroupName, &m.Role, &withAccount); err != nil {
			return nil, err
		}
		switch {
		case unverified && !withAccount:
		case m.GroupID == "":
			organizations = append(organizations, OrganizationMembership{m.OrganizationID, m.OrganizationName, m.Role})
		default:
			groups = append(groups, m)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return newMemberships(groups, organizations), nil
}

// actor makes the Actor of a person.
func (p *person) actor(c Credential, address string) *Actor {
	return &Actor{
		Email: p.email, FirstName: p.firstName, LastName: p.lastName, UserRole: p.role,
		Credential: c, Address: address, memberships: p.memberships,
	}
}

// Current answers the caller with the roles of this moment, as `permissions` and `userRole` fields want them after a
// mutation in the same request: what this process changed is seen at once, what others changed within a second. Problems:
// Unauthenticated without an Actor, or when the person is no longer active.
func (s *Service) Current(ctx context.Context) (*Actor, error) {
	a, ok := ActorOf(ctx)
	if !ok {
		return nil, problem.Unauthenticated(errLogin)
	}
	if a.host {
		return a, nil
	}
	p, err := s.person(ctx, a.Email)
	if err != nil {
		return nil, err
	}
	if p == nil {
		return nil, problem.Unauthenticated(errLogin)
	}
	if p.memberships == a.memberships && p.role == a.UserRole {
		return a, nil
	}
	return p.actor(a.Credential, a.Address), nil
}

// ForJob answers a context in which a background job acts for whoever started it, with the roles of this moment; what the
// host started acts as the host. Problems: Unauthenticated when the person is no longer active.
func (s *Service) ForJob(ctx context.Context, j job.Job) (context.Context, error) {
	c := Credential{Kind: JobCredential, ID: j.ID}
	if j.Credential == string(HostCredential) {
		host := HostActor(j.Owner)
		host.Credential = c
		return WithActor(ctx, host), nil
	}
	p, err := s.person(ctx, j.Owner)
	if err != nil {
		return nil, err
	}
	if p == nil {
		return nil, problem.Unauthenticated(errLogin)
	}
	return WithActor(ctx, p.actor(c, "")), nil
}
