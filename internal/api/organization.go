package api

import (
	"context"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/asm"
	"asm.example/asm/internal/graphql"
	"asm.example/asm/internal/group"
	"asm.example/asm/internal/organization"
)

func bindOrganization(b *graphql.Binder, s *asm.Services) {
	o := graphql.Object[organization.Organization](b, "Organization")
	graphql.Value(o, "id", func(o *organization.Organization) string { return o.ID })
	graphql.Value(o, "name", func(o *organization.Organization) string { return o.Name })
	graphql.Value(o, "country", func(o *organization.Organization) *string { return textOrNull(o.Country) })
	bindPolicy(o, func(o *organization.Organization) *organization.Policy { return &o.Policy })
	graphql.Value(o, "inactivityPeriod", func(o *organization.Organization) int64 { return o.Policy.InactivityDays })
	graphql.Level(o, "groups", func(ctx context.Context, parents []*organization.Organization, _ graphql.None) ([][]*group.Group, error) {
		return neverNil(s.Groups.OfOrganizations(ctx, organizationIDs(parents)))
	}, graphql.Sized(50))
	graphql.Level(o, "openBySeverity", func(ctx context.Context, parents []*organization.Organization, _ graphql.None) ([]group.BySeverity, error) {
		return s.Groups.OpenOfOrganizations(ctx, organizationIDs(parents))
	})
	graphql.Level(o, "permissions", func(ctx context.Context, parents []*organization.Organization, _ graphql.None) ([][]string, error) {
		return ofActor(ctx, s, parents, func(a *access.Actor, o *organization.Organization) []string {
			return a.Permissions(access.OrganizationLevel, a.OrganizationRole(o.ID))
		})
	}, graphql.Sized(50))
	graphql.Level(o, "userRole", func(ctx context.Context, parents []*organization.Organization, _ graphql.None) ([]access.Role, error) {
		return ofActor(ctx, s, parents, func(a *access.Actor, o *organization.Organization) access.Role { return a.OrganizationRole(o.ID) })
	})
	graphql.Level(o, "stakeholders", func(ctx context.Context, parents []*organization.Organization, _ graphql.None) ([][]*access.Stakeholder, error) {
		return neverNil(s.Access.OfOrganizations(ctx, organizationIDs(parents)))
	}, graphql.Sized(50))

	added := graphql.Object[addedOrganization](b, "AddOrganizationPayload")
	graphql.Value(added, "organization", func(a *addedOrganization) *organization.Organization { return a.organization })
	graphql.Value(added, "success", succeeded[addedOrganization])

	graphql.Query(b, "organization", func(ctx context.Context, a struct{ OrganizationID string }) (*organization.Organization, error) {
		return s.Organizations.Identified(ctx, a.OrganizationID)
	})
	graphql.Query(b, "organizationId", func(ctx context.Context, a struct{ OrganizationName string }) (*organization.Organization, error) {
		return s.Organizations.Identified(ctx, a.OrganizationName)
	})
	graphql.Mutation(b, "addOrganization", func(ctx context.Context, a struct{ Country, Name string }) (addedOrganization, error) {
		made, err := s.Organizations.Add(ctx, organization.Addition{Name: a.Name, Country: a.Country})
		return addedOrganization{made}, err
	})
}

// addedOrganization is the answer of addOrganization.
type addedOrganization struct{ organization *organization.Organization }

// bindPolicy binds the numbers that organizations and groups have alike.
func bindPolicy[T any](o *graphql.ObjectBinder[T], policy func(*T) *organization.Policy) {
	graphql.Value(o, "maxAcceptanceDays", func(t *T) *int64 { return policy(t).MaxAcceptanceDays })
	graphql.Value(o, "maxAcceptanceSeverity", func(t *T) float64 { return score(policy(t).MaxAcceptanceTenths) })
	graphql.Value(o, "minAcceptanceSeverity", func(t *T) float64 { return score(policy(t).MinAcceptanceTenths) })
	graphql.Value(o, "maxNumberAcceptances", func(t *T) *int64 { return policy(t).MaxAcceptances })
	graphql.Value(o, "minBreakingSeverity", func(t *T) *float64 {
		if tenths := policy(t).MinBreakingTenths; tenths != nil {
			severity := score(*tenths)
			return &severity
		}
		return nil
	})
	graphql.Value(o, "vulnerabilityGracePeriod", func(t *T) int64 { return policy(t).VulnerabilityGraceDays })
}

func organizationIDs(parents []*organization.Organization) []string {
	ids := make([]string, len(parents))
	for i, o := range parents {
		ids[i] = o.ID
	}
	return ids
}

// ofActor answers something that the caller alone decides, for each parent, by the roles of this moment.
func ofActor[T, V any](ctx context.Context, s *asm.Services, parents []*T, of func(*access.Actor, *T) V) ([]V, error) {
	actor, err := s.Access.Current(ctx)
	if err != nil {
		return nil, err
	}
	answers := make([]V, len(parents))
	for i, parent := range parents {
		answers[i] = of(actor, parent)
	}
	return answers, nil
}
