package api

import (
	"context"

	"asm.example/asm/internal/asm"
	"asm.example/asm/internal/graphql"
	"asm.example/asm/internal/organization"
)

// policyArguments are the numbers that organizations and groups rule by.
type policyArguments struct {
	MaxAcceptanceDays        *int64
	MaxAcceptanceSeverity    *float64
	MaxNumberAcceptances     *int64
	MinAcceptanceSeverity    *float64
	MinBreakingSeverity      *float64
	VulnerabilityGracePeriod *int64
}

func (a policyArguments) change() organization.PolicyChange {
	return organization.PolicyChange{
		MaxAcceptanceDays: a.MaxAcceptanceDays, MinAcceptanceSeverity: a.MinAcceptanceSeverity, MaxAcceptanceSeverity: a.MaxAcceptanceSeverity,
		MaxAcceptances: a.MaxNumberAcceptances, MinBreakingSeverity: a.MinBreakingSeverity, VulnerabilityGraceDays: a.VulnerabilityGracePeriod,
	}
}

func bindPolicies(b *graphql.Binder, s *asm.Services) {
	graphql.Mutation(b, "updateOrganizationPolicies", func(ctx context.Context, a struct {
		policyArguments

		InactivityPeriod                 *int64
		OrganizationID, OrganizationName string
	}) (payload, error) {
		change := a.change()
		change.InactivityDays = a.InactivityPeriod
		return payload{}, s.Organizations.UpdatePolicy(ctx, a.OrganizationID, a.OrganizationName, change)
	})
	graphql.Mutation(b, "updateGroupPolicies", func(ctx context.Context, a struct {
		policyArguments

		GroupName string
	}) (payload, error) {
		return payload{}, s.Groups.UpdatePolicy(ctx, a.GroupName, a.change())
	})
}
