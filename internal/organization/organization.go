// Package organization holds companies' own spaces: their names and the rules that hold in them.
//
// An organization is what groups, people and policies belong to. Its id is ORG# and a UUID, its name is unique in the
// installation and never changes; wherever an organization is named, either will do. Nothing here removes one. Who is a
// member of it is kept by access, its groups by group. policy.go holds the seven numbers by which an organization rules
// on accepted risks, on broken builds and on inactive members, and the type that carries them.
package organization

import (
	"time"

	"asm.example/asm/internal/database"
)

// Organization is a company's own space.
type Organization struct {
	// ID is ORG# and a UUID.
	ID string
	// Name is in lower case and unique in the installation.
	Name string
	// Country is what was given when it was made; empty when nothing was.
	Country string
	// CreatedAt is when it was made, in UTC, and CreatedBy who did: a mail address, or the name of a host command.
	CreatedAt time.Time
	CreatedBy string
	// Policy is the rules in force.
	Policy Policy
}

// columns are what scan reads; o is organizations and p organization_policies.
const columns = `o.id, o.name, o.country, o.created_at, o.created_by,
	       p.max_acceptance_days, p.max_acceptance_tenths, p.min_acceptance_tenths, p.max_acceptances,
	       p.min_breaking_tenths, p.vulnerability_grace_days, p.inactivity_days`

func scan(row database.Row) (*Organization, error) {
	var o Organization
	var createdAt int64
	p := &o.Policy
	err := row.Scan(&o.ID, &o.Name, &o.Country, &createdAt, &o.CreatedBy,
		&p.MaxAcceptanceDays, &p.MaxAcceptanceTenths, &p.MinAcceptanceTenths, &p.MaxAcceptances,
		&p.MinBreakingTenths, &p.VulnerabilityGraceDays, &p.InactivityDays)
	o.CreatedAt = database.Time(createdAt)
	return &o, err
}
