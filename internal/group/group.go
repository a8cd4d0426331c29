// Package group holds groups: the applications or projects under assessment, and the unit of access.
//
// A group belongs to one organization for good; its name is unique in the installation and is never given again. It is
// ACTIVE until it is removed and DELETED from then on: out of every list and closed to every change, while what is below
// it is erased in the background, which ends with the group itself. What lists show of it without counting stands in
// counters.go; the rules that its vulnerabilities are judged by, its own or its organization's, in policy.go.
package group

import (
	"time"

	"asm.example/asm/internal/database"
	"asm.example/asm/internal/organization"
)

// State is where a group stands in its life.
type State string

// The states. DELETED is the last.
const (
	Active  State = "ACTIVE"
	Deleted State = "DELETED"
)

// Language is the language of the texts that are written for a group.
type Language string

// The languages.
const (
	English Language = "EN"
	Spanish Language = "ES"
)

// Subscription is for how long a group is assessed.
type Subscription string

// The subscriptions: all the time, or once.
const (
	Continuous Subscription = "CONTINUOUS"
	OneShot    Subscription = "ONESHOT"
)

// ServiceType is how a group is assessed. It allows and forbids nothing: any kind of root may be in any group.
type ServiceType string

// The services: from outside, or with the source code at hand.
const (
	Black ServiceType = "BLACK"
	White ServiceType = "WHITE"
)

// Tier is the name of a plan that existing clients know; it hides nothing.
type Tier string

// The tiers.
const (
	FreeTier    Tier = "FREE"
	MachineTier Tier = "MACHINE"
	OneShotTier Tier = "ONESHOT"
	OtherTier   Tier = "OTHER"
	SquadTier   Tier = "SQUAD"
)

// Group is one application or project under assessment.
type Group struct {
	// ID is a UUID.
	ID string
	// Name is in lower case, unique in the installation.
	Name string
	// OrganizationID and OrganizationName tell whose it is.
	OrganizationID   string
	OrganizationName string
	// State, when it last changed (UTC), and by whom: a mail address, or the name of a host command.
	State          State
	StateReason    string
	StateComments  string
	StateChangedAt time.Time
	StateChangedBy string
	// Description says what it is about.
	Description  string
	Language     Language
	Subscription Subscription
	Service      ServiceType
	Tier         Tier
	// HasMachine and HasSquad say whether scanners and people report to it.
	HasMachine bool
	HasSquad   bool
	// BusinessID and BusinessName are empty when none was given.
	BusinessID   string
	BusinessName string
	// SprintWeeks is the length of a sprint, 1 to 10; SprintStart the beginning, in UTC, of the first one's first day.
	SprintWeeks int64
	SprintStart time.Time
	CreatedAt   time.Time
	CreatedBy   string
	// Policy is the rules in force.
	Policy Policy
	// Counters are the numbers that lists show.
	Counters Counters
}

// IsActive says whether the group can be worked with.
func (g *Group) IsActive() bool { return g.State == Active }

// DeletedBy is who removed the group; empty while it is active.
func (g *Group) DeletedBy() string {
	if g.IsActive() {
		return ""
	}
	return g.StateChangedBy
}

// columns are what scan reads from tables.
const columns = `g.id, g.name, g.organization_id, o.name,
	       g.state, g.state_reason, g.state_comments, g.state_changed_at, g.state_changed_by,
	       g.description, g.language, g.subscription, g.service, g.tier, g.has_machine, g.has_squad,
	       g.business_id, g.business_name, g.sprint_weeks, g.sprint_start, g.created_at, g.created_by,
	       ` + policyColumns + `,
	       ` + counterColumns

// tables are joined for columns. All but counters are small, and each group has one row of them.
const tables = `groups g
	  JOIN organizations o ON o.id = g.organization_id
	  JOIN group_counters c ON c.group_id = g.id
	  ` + policyTables

func scan(row database.Row) (*Group, error) {
	var g Group
	var stateChangedAt, sprintStart, createdAt int64
	var policy policyRow
	var counters counterRow
	targets := []any{&g.ID, &g.Name, &g.OrganizationID, &g.OrganizationName,
		&g.State, &g.StateReason, &g.StateComments, &stateChangedAt, &g.StateChangedBy,
		&g.Description, &g.Language, &g.Subscription, &g.Service, &g.Tier, &g.HasMachine, &g.HasSquad,
		&g.BusinessID, &g.BusinessName, &g.SprintWeeks, &sprintStart, &createdAt, &g.CreatedBy}
	targets = append(targets, policy.targets()...)
	targets = append(targets, counters.targets()...)
	if err := row.Scan(targets...); err != nil {
		return nil, err
	}
	g.StateChangedAt = database.Time(stateChangedAt)
	g.SprintStart = database.Time(sprintStart)
	g.CreatedAt = database.Time(createdAt)
	g.Policy = policy.inForce()
	g.Counters = counters.counters()
	return &g, nil
}

// searched is what a search looks in.
func searched(name, description string) string {
	return database.Fold(name + "\n" + description)
}

// description is the rule for what a group says of itself.
var description = organization.Text{Field: "description", Max: 200, Required: true}
