package organization

import (
	"context"
	"fmt"
	"math"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/audit"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/problem"
)

// What the contract says of numbers that are refused.
const (
	errAcceptanceDays = "Exception - Acceptance days should be a positive integer"
	errAcceptance     = "Exception - Severity value must be a positive floating number between 0.0 and 10.0"
	errMinOverMax     = "Exception - Min acceptance severity value should not be higher than the max value"
	errAcceptances    = "Exception - Number of acceptances should be zero or positive"
	errBreaking       = "Exception - Severity value must be between 0.0 and 10.0"
	errGrace          = "Exception - Vulnerability grace period value should be a positive integer"
	errInactivity     = "Exception - Inactivity period should be greater than the provided value"
)

// minInactivityDays is the shortest time after which a member counts as gone.
const minInactivityDays = 21

// PolicyChange is what is to change of a policy; what is nil stays. Severities are CVSS scores of 0.0 to 10.0, rounded to
// one decimal, half to even.
type PolicyChange struct {
	MaxAcceptanceDays      *int64
	MinAcceptanceSeverity  *float64
	MaxAcceptanceSeverity  *float64
	MaxAcceptances         *int64
	MinBreakingSeverity    *float64
	VulnerabilityGraceDays *int64
	// InactivityDays is an organization's alone.
	InactivityDays *int64
}

// On answers a policy with the change made. Problems: Invalid (the number that is out of range, with the range).
func (c PolicyChange) On(p Policy) (Policy, error) {
	for _, whole := range []struct {
		field, message string
		given          *int64
		least          int64
	}{
		{"maxAcceptanceDays", errAcceptanceDays, c.MaxAcceptanceDays, 0},
		{"maxNumberAcceptances", errAcceptances, c.MaxAcceptances, 0},
		{"vulnerabilityGracePeriod", errGrace, c.VulnerabilityGraceDays, 0},
		{"inactivityPeriod", errInactivity, c.InactivityDays, minInactivityDays},
	} {
		if whole.given != nil && *whole.given < whole.least {
			return p, problem.Invalid(whole.field, whole.message).With("min", whole.least)
		}
	}
	for _, severity := range []struct {
		field, message string
		given          *float64
		set            func(tenths int64)
	}{
		{"maxAcceptanceSeverity", errAcceptance, c.MaxAcceptanceSeverity, func(t int64) { p.MaxAcceptanceTenths = t }},
		{"minAcceptanceSeverity", errAcceptance, c.MinAcceptanceSeverity, func(t int64) { p.MinAcceptanceTenths = t }},
		{"minBreakingSeverity", errBreaking, c.MinBreakingSeverity, func(t int64) { p.MinBreakingTenths = &t }},
	} {
		if severity.given == nil {
			continue
		}
		if !(*severity.given >= 0 && *severity.given <= 10) { // NaN is neither
			return p, problem.Invalid(severity.field, severity.message).With("min", 0.0).With("max", 10.0)
		}
		severity.set(int64(math.RoundToEven(*severity.given * 10)))
	}
	if p.MinAcceptanceTenths > p.MaxAcceptanceTenths {
		return p, problem.Invalid("minAcceptanceSeverity", errMinOverMax).With("max", float64(p.MaxAcceptanceTenths)/10)
	}
	set(&p.MaxAcceptanceDays, c.MaxAcceptanceDays)
	set(&p.MaxAcceptances, c.MaxAcceptances)
	if c.VulnerabilityGraceDays != nil {
		p.VulnerabilityGraceDays = *c.VulnerabilityGraceDays
	}
	if c.InactivityDays != nil {
		p.InactivityDays = *c.InactivityDays
	}
	return p, nil
}

func set(to **int64, given *int64) {
	if given != nil {
		value := *given
		*to = &value
	}
}

// Recorded is what the audit log tells of a policy.
func (p Policy) Recorded() map[string]any {
	severity := func(tenths int64) float64 { return float64(tenths) / 10 }
	told := map[string]any{
		"maxAcceptanceDays": p.MaxAcceptanceDays, "maxAcceptanceSeverity": severity(p.MaxAcceptanceTenths),
		"minAcceptanceSeverity": severity(p.MinAcceptanceTenths), "maxNumberAcceptances": p.MaxAcceptances,
		"minBreakingSeverity": nil, "vulnerabilityGracePeriod": p.VulnerabilityGraceDays, "inactivityPeriod": p.InactivityDays,
	}
	if p.MinBreakingTenths != nil {
		told["minBreakingSeverity"] = severity(*p.MinBreakingTenths)
	}
	return told
}

// Equal tells whether two policies rule the same.
func (p Policy) Equal(other Policy) bool {
	same := func(a, b *int64) bool { return (a == nil) == (b == nil) && (a == nil || *a == *b) }
	return same(p.MaxAcceptanceDays, other.MaxAcceptanceDays) && same(p.MaxAcceptances, other.MaxAcceptances) &&
		same(p.MinBreakingTenths, other.MinBreakingTenths) && p.MinAcceptanceTenths == other.MinAcceptanceTenths &&
		p.MaxAcceptanceTenths == other.MaxAcceptanceTenths && p.VulnerabilityGraceDays == other.VulnerabilityGraceDays &&
		p.InactivityDays == other.InactivityDays
}

const updatePolicy = `
	UPDATE organization_policies
	   SET max_acceptance_days = $2,
	       max_acceptance_tenths = $3,
	       min_acceptance_tenths = $4,
	       max_acceptances = $5,
	       min_breaking_tenths = $6,
	       vulnerability_grace_days = $7,
	       inactivity_days = $8
	 WHERE organization_id = $1`

// UpdatePolicy changes what an organization rules; when nothing differs, nothing happens. Groups without a policy of their
// own go by it at once. id and name must be of the same organization.
//
// Needs UpdateOrganizationPolicies on the organization. Problems: Denied; NotFound (id and name differ); Invalid (a
// number).
func (s *Service) UpdatePolicy(ctx context.Context, id, name string, c PolicyChange) error {
	grant, err := s.access.Require(ctx, access.UpdateOrganizationPolicies, access.OnOrganization(id))
	if err != nil {
		return err
	}
	named, err := s.access.Require(ctx, access.UpdateOrganizationPolicies, access.OnOrganization(name))
	if err != nil {
		return err
	}
	if named.OrganizationID() != grant.OrganizationID() {
		return problem.NotFound(errUnknown)
	}
	return s.db.Write(ctx, func(tx *database.Tx) error {
		if err := Lock(ctx, tx, grant.OrganizationID()); err != nil {
			return err
		}
		found, err := byIDs(ctx, tx, []string{grant.OrganizationID()})
		if err != nil {
			return err
		}
		before := found[0].Policy
		p, err := c.On(before)
		if err != nil || p.Equal(before) {
			return err
		}
		_, err = tx.Exec(ctx, updatePolicy, grant.OrganizationID(), p.MaxAcceptanceDays, p.MaxAcceptanceTenths,
			p.MinAcceptanceTenths, p.MaxAcceptances, p.MinBreakingTenths, p.VulnerabilityGraceDays, p.InactivityDays)
		if err != nil {
			return fmt.Errorf("write policy of organization %s: %w", grant.OrganizationName(), err)
		}
		return grant.Record(ctx, tx, audit.Change{
			Action: "updateOrganizationPolicies", Kind: "organization", ID: grant.OrganizationID(),
			Before: before.Recorded(), After: p.Recorded(),
		})
	})
}
