package group

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/audit"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/organization"
	"asm.example/asm/internal/problem"
)

// What the contract says of groups that are refused.
const (
	errNamePattern  = "Exception - Invalid group name in form"
	errNameTaken    = "Exception - Error invalid group name"
	errLanguage     = "Exception - Invalid group language in form"
	errNeedsMachine = "Exception - Squad is only available when Machine is too"
)

// Names have 2 to 64 characters.
const (
	minName = 2
	maxName = 64
)

// Letters, digits and hyphens, beginning with a letter; they are compared and stored in lower case.
var namePattern = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)

// Addition is what a new group is made from.
type Addition struct {
	// Organization is the id or name of the organization that will hold it.
	Organization string
	// Name has 2 to 64 letters, digits and hyphens and begins with a letter; any case is taken.
	Name string
	// Description has 1 to 200 characters.
	Description string
	// Language is EN when empty, Subscription CONTINUOUS.
	Language     Language
	Subscription Subscription
	// Service is WHITE when empty, or BLACK when assessed once.
	Service ServiceType
	// HasMachine is true when nil, HasSquad as HasMachine. A squad needs the machine.
	HasMachine *bool
	HasSquad   *bool
}

// Add makes a group in an organization, and answers its id.
//
// The organization's customer_managers get that role in it. The caller becomes its user_manager, unless already one of
// those or an administrator. Needs AddGroup on the organization. Problems: Denied; Invalid (groupName, description,
// language, hasSquad); Conflict (the name is taken, or was).
func (s *Service) Add(ctx context.Context, a Addition) (string, error) {
	grant, err := s.access.Require(ctx, access.AddGroup, access.OnOrganization(a.Organization))
	if err != nil {
		return "", err
	}
	var id string
	err = s.db.Write(ctx, func(tx *database.Tx) error {
		g, err := add(a, tx.Now())
		if err != nil {
			return err
		}
		g.ID, g.OrganizationID, g.OrganizationName = tx.NewID(), grant.OrganizationID(), grant.OrganizationName()
		g.CreatedBy, g.StateChangedBy = grant.Actor().Email, grant.Actor().Email
		if err := insert(ctx, tx, g); err != nil {
			return err
		}
		if err := s.admit(ctx, tx, grant.Actor(), g); err != nil {
			return err
		}
		id = g.ID
		return grant.Record(ctx, tx, audit.Change{
			Action: "addGroup", Kind: "group", ID: g.ID, Group: g.ID, After: g.recorded(),
		})
	})
	if err != nil {
		return "", err
	}
	return id, nil
}

// add judges a new group; now is UTC. The order of the checks is the contract's.
func add(a Addition, now time.Time) (*Group, error) {
	name := strings.ToLower(a.Name)
	if !namePattern.MatchString(name) {
		return nil, problem.Invalid("groupName", errNamePattern)
	}
	if length := utf8.RuneCountInString(name); length < minName || length > maxName {
		return nil, problem.Invalid("groupName", organization.ErrLength).With("min", minName).With("max", maxName)
	}
	about := strings.TrimSpace(a.Description)
	if err := description.Check(about); err != nil {
		return nil, err
	}
	hasMachine := a.HasMachine == nil || *a.HasMachine
	hasSquad := hasMachine
	if a.HasSquad != nil {
		hasSquad = *a.HasSquad
	}
	if hasSquad && !hasMachine {
		return nil, problem.Invalid("hasSquad", errNeedsMachine)
	}
	g := &Group{
		Name:           name,
		State:          Active,
		StateChangedAt: now,
		Description:    about,
		Language:       a.Language,
		Subscription:   a.Subscription,
		Service:        a.Service,
		Tier:           FreeTier,
		HasMachine:     hasMachine,
		HasSquad:       hasSquad,
		SprintWeeks:    1,
		SprintStart:    startOfDay(now),
		CreatedAt:      now,
	}
	return g, g.complete()
}

// complete fills in what was left to the defaults, and refuses what is none of the contract's words.
func (g *Group) complete() error {
	if g.Language == "" {
		g.Language = English
	}
	if g.Subscription == "" {
		g.Subscription = Continuous
	}
	if g.Service == "" {
		g.Service = White
		if g.Subscription == OneShot {
			g.Service = Black
		}
	}
	switch {
	case g.Language != English && g.Language != Spanish:
		return problem.Invalid("language", errLanguage)
	case g.Subscription != Continuous && g.Subscription != OneShot:
		return problem.Invalid("subscription", organization.ErrValue)
	case g.Service != White && g.Service != Black:
		return problem.Invalid("service", organization.ErrValue)
	}
	return nil
}

// startOfDay is the first moment, in UTC, of the day that t is in.
func startOfDay(t time.Time) time.Time {
	return t.UTC().Truncate(24 * time.Hour)
}

const (
	takeName = `
	INSERT INTO group_names (name)
	VALUES ($1)`

	insertGroup = `
	INSERT INTO groups (id, name, organization_id, state, state_reason, state_comments, state_changed_at,
	                    state_changed_by, description, searched, language, subscription, service, tier, has_machine,
	                    has_squad, business_id, business_name, sprint_weeks, sprint_start, created_at, created_by)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)`

	insertCounters = `
	INSERT INTO group_counters (group_id)
	VALUES ($1)`
)

// insert writes a new group. That a name is given once only is the unique index of group_names to say, where two that are
// made at the same time meet, too.
func insert(ctx context.Context, tx *database.Tx, g *Group) error {
	if err := tx.Sequential(ctx); err != nil {
		return fmt.Errorf("insert group %s: %w", g.Name, err)
	}
	_, err := tx.Exec(ctx, takeName, g.Name)
	if database.KindOf(err) == database.Unique {
		return problem.Conflict(errNameTaken)
	}
	if err != nil {
		return fmt.Errorf("take the name %s: %w", g.Name, err)
	}
	_, err = tx.Exec(ctx, insertGroup, g.ID, g.Name, g.OrganizationID, g.State, g.StateReason, g.StateComments,
		database.Micros(g.StateChangedAt), g.StateChangedBy, g.Description, searched(g.Name, g.Description),
		g.Language, g.Subscription, g.Service, g.Tier, g.HasMachine, g.HasSquad, g.BusinessID, g.BusinessName,
		g.SprintWeeks, database.Micros(g.SprintStart), database.Micros(g.CreatedAt), g.CreatedBy)
	if err != nil {
		return fmt.Errorf("insert group %s: %w", g.Name, err)
	}
	if _, err := tx.Exec(ctx, insertCounters, g.ID); err != nil {
		return fmt.Errorf("insert counters of group %s: %w", g.Name, err)
	}
	return nil
}

// recorded is what the audit log tells of a group.
func (g *Group) recorded() map[string]any {
	return map[string]any{
		"name":         g.Name,
		"description":  g.Description,
		"language":     g.Language,
		"subscription": g.Subscription,
		"service":      g.Service,
		"hasMachine":   g.HasMachine,
		"hasSquad":     g.HasSquad,
	}
}

// admit gives a new group its first members: the customer managers of the organization keep that role, and whoever made
// the group manages it.
func (s *Service) admit(ctx context.Context, tx *database.Tx, maker *access.Actor, g *Group) error {
	if err := s.access.AddManagers(ctx, tx, g.OrganizationID, g.ID); err != nil {
		return err
	}
	if maker.IsAdmin() || maker.OrganizationRole(g.OrganizationID) == access.CustomerManager {
		return nil // needs no role, or has a role by now
	}
	return s.access.AddMembership(ctx, tx, access.Membership{
		Email: maker.Email, OrganizationID: g.OrganizationID, GroupID: g.ID, Role: access.UserManager,
	})
}
