package group

import (
	"context"
	"errors"
	"fmt"

	"asm.example/asm/internal/database"
	"asm.example/asm/internal/organization"
	"asm.example/asm/internal/problem"
)

// Policy is what a group's vulnerabilities are judged by: its own numbers, all of them, once it was given any; until then
// its organization's of the moment. InactivityDays is the organization's always.
type Policy struct {
	organization.Policy
	// IsOwn says whether the numbers are the group's own.
	IsOwn bool
}

// policyColumns and policyTables are what a policyRow reads; g is groups.
const (
	policyColumns = `op.max_acceptance_days, op.max_acceptance_tenths, op.min_acceptance_tenths, op.max_acceptances,
	       op.min_breaking_tenths, op.vulnerability_grace_days, op.inactivity_days,
	       gp.max_acceptance_days, gp.max_acceptance_tenths, gp.min_acceptance_tenths, gp.max_acceptances,
	       gp.min_breaking_tenths, gp.vulnerability_grace_days`

	policyTables = `JOIN organization_policies op ON op.organization_id = g.organization_id
	  LEFT JOIN group_policies gp ON gp.group_id = g.id`
)

// policyRow is the organization's policy and, where it has one, the group's; then maxTenths is not nil.
type policyRow struct {
	organization organization.Policy

	maxDays, maxTenths, minTenths, maxAcceptances, breakingTenths, graceDays *int64
}

func (r *policyRow) targets() []any {
	o := &r.organization
	return []any{&o.MaxAcceptanceDays, &o.MaxAcceptanceTenths, &o.MinAcceptanceTenths, &o.MaxAcceptances,
		&o.MinBreakingTenths, &o.VulnerabilityGraceDays, &o.InactivityDays,
		&r.maxDays, &r.maxTenths, &r.minTenths, &r.maxAcceptances, &r.breakingTenths, &r.graceDays}
}

// inForce decides between the two.
func (r *policyRow) inForce() Policy {
	if r.maxTenths == nil {
		return Policy{Policy: r.organization}
	}
	return Policy{IsOwn: true, Policy: organization.Policy{
		MaxAcceptanceDays:      r.maxDays,
		MaxAcceptanceTenths:    *r.maxTenths,
		MinAcceptanceTenths:    *r.minTenths,
		MaxAcceptances:         r.maxAcceptances,
		MinBreakingTenths:      r.breakingTenths,
		VulnerabilityGraceDays: *r.graceDays,
		InactivityDays:         r.organization.InactivityDays,
	}}
}

const policyOfGroup = `
	SELECT ` + policyColumns + `
	  FROM groups g
	  ` + policyTables + `
	 WHERE g.id = $1`

// PolicyOf answers the policy in force in a group, for the rooms above. It does not authorize. Problems: Denied when
// there is no such group.
func PolicyOf(ctx context.Context, q database.Querier, groupID string) (Policy, error) {
	row, err := database.One(ctx, q, func(row database.Row) (r policyRow, err error) {
		return r, row.Scan(r.targets()...)
	}, policyOfGroup, groupID)
	if errors.Is(err, database.ErrNoRow) {
		return Policy{}, problem.Denied()
	}
	if err != nil {
		return Policy{}, fmt.Errorf("load policy of group %s: %w", groupID, err)
	}
	return row.inForce(), nil
}
