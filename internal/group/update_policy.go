package group

import (
	"context"
	"fmt"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/audit"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/organization"
	"asm.example/asm/internal/problem"
)

const replacePolicy = `
	INSERT INTO group_policies (group_id, max_acceptance_days, max_acceptance_tenths, min_acceptance_tenths, max_acceptances,
	                            min_breaking_tenths, vulnerability_grace_days)
	VALUES ($1, $2, $3, $4, $5, $6, $7)
	ON CONFLICT (group_id) DO UPDATE
	   SET max_acceptance_days = excluded.max_acceptance_days,
	       max_acceptance_tenths = excluded.max_acceptance_tenths,
	       min_acceptance_tenths = excluded.min_acceptance_tenths,
	       max_acceptances = excluded.max_acceptances,
	       min_breaking_tenths = excluded.min_breaking_tenths,
	       vulnerability_grace_days = excluded.vulnerability_grace_days`

// UpdatePolicy gives a group its own policy, or changes it. The first time all that is not given is copied from the
// organization's; from then on changes of that one do not reach the group. InactivityDays is not a group's.
//
// Needs UpdateGroupPolicies on the group. Problems: Denied; Invalid (a number).
func (s *Service) UpdatePolicy(ctx context.Context, groupName string, c organization.PolicyChange) error {
	grant, err := s.access.Require(ctx, access.UpdateGroupPolicies, access.OnGroup(groupName))
	if err != nil {
		return err
	}
	c.InactivityDays = nil
	return s.db.Write(ctx, func(tx *database.Tx) error {
		g, err := lock(ctx, tx, grant.GroupID())
		if err != nil {
			return err
		}
		if !g.IsActive() {
			return problem.Denied()
		}
		before := g.Policy
		p, err := c.On(before.Policy)
		if err != nil || before.IsOwn && p.Equal(before.Policy) {
			return err
		}
		_, err = tx.Exec(ctx, replacePolicy, g.ID, p.MaxAcceptanceDays, p.MaxAcceptanceTenths, p.MinAcceptanceTenths,
			p.MaxAcceptances, p.MinBreakingTenths, p.VulnerabilityGraceDays)
		if err != nil {
			return fmt.Errorf("write policy of group %s: %w", g.Name, err)
		}
		return grant.Record(ctx, tx, audit.Change{
			Action: "updateGroupPolicies", Kind: "group", ID: g.ID, Before: before.Recorded(), After: p.Recorded(),
		})
	})
}
