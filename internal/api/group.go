package api

import (
	"context"
	"time"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/asm"
	"asm.example/asm/internal/finding"
	"asm.example/asm/internal/graphql"
	"asm.example/asm/internal/group"
	"asm.example/asm/internal/organization"
	"asm.example/asm/internal/root"
)

func bindGroup(b *graphql.Binder, s *asm.Services) {
	graphql.Enum(b, "Language", group.English, group.Spanish)
	graphql.Enum(b, "ServiceType", group.Black, group.White)
	graphql.Enum(b, "SubscriptionType", group.Continuous, group.OneShot)
	graphql.Enum(b, "TierType", group.FreeTier, group.MachineTier, group.OneShotTier, group.OtherTier, group.SquadTier)
	bindSeverityCount(b)
	bindConnection[group.Group](b, "GroupsConnection", "GroupEdge")

	o := graphql.Object[group.Group](b, "Group")
	bindGroupItself(o)
	bindGroupNumbers(o, s)
	bindGroupPeople(o, s)
	bindPolicy(o, func(g *group.Group) *organization.Policy { return &g.Policy.Policy })
	graphql.Level(o, "roots", func(ctx context.Context, parents []*group.Group, _ graphql.None) ([][]root.Root, error) {
		return neverNil(s.Roots.OfGroups(ctx, groupIDs(parents)))
	}, graphql.Sized(20))
	bindGroupQueries(b, s)
	bindGroupMutations(b, s)
}

// bindSeverityCount binds the number of open locations by severity, which groups, organizations and findings have.
func bindSeverityCount(b *graphql.Binder) {
	o := graphql.Object[group.BySeverity](b, "OpenBySeverity")
	graphql.Value(o, "none", func(n *group.BySeverity) int64 { return n.None })
	graphql.Value(o, "low", func(n *group.BySeverity) int64 { return n.Low })
	graphql.Value(o, "medium", func(n *group.BySeverity) int64 { return n.Medium })
	graphql.Value(o, "high", func(n *group.BySeverity) int64 { return n.High })
	graphql.Value(o, "critical", func(n *group.BySeverity) int64 { return n.Critical })
}

func bindGroupItself(o *graphql.ObjectBinder[group.Group]) {
	graphql.Value(o, "name", func(g *group.Group) string { return g.Name })
	graphql.Value(o, "organization", func(g *group.Group) string { return g.OrganizationName })
	graphql.Value(o, "description", func(g *group.Group) string { return g.Description })
	graphql.Value(o, "language", func(g *group.Group) group.Language { return g.Language })
	graphql.Value(o, "service", func(g *group.Group) group.ServiceType { return g.Service })
	graphql.Value(o, "subscription", func(g *group.Group) string { return subscriptionText(g.Subscription) })
	graphql.Value(o, "tier", func(g *group.Group) group.Tier { return g.Tier })
	graphql.Value(o, "hasAsm", func(g *group.Group) bool { return g.IsActive() })
	graphql.Value(o, "hasForces", func(g *group.Group) bool { return g.IsActive() })
	graphql.Value(o, "hasMachine", func(g *group.Group) bool { return g.HasMachine })
	graphql.Value(o, "hasSquad", func(g *group.Group) bool { return g.HasSquad })
	graphql.Value(o, "businessId", func(g *group.Group) *string { return textOrNull(g.BusinessID) })
	graphql.Value(o, "businessName", func(g *group.Group) *string { return textOrNull(g.BusinessName) })
	graphql.Value(o, "sprintDuration", func(g *group.Group) int64 { return g.SprintWeeks })
	graphql.Value(o, "sprintStartDate", func(g *group.Group) time.Time { return g.SprintStart })
	graphql.Value(o, "userDeletion", func(g *group.Group) *string { return textOrNull(g.DeletedBy()) })
}

// subscriptionText is how the field `subscription`, a plain String, writes it.
func subscriptionText(s group.Subscription) string {
	if s == group.OneShot {
		return "oneshot"
	}
	return "continuous"
}

func bindGroupNumbers(o *graphql.ObjectBinder[group.Group], s *asm.Services) {
	graphql.Value(o, "openVulnerabilities", func(g *group.Group) int64 { return g.Counters.Open.Total() })
	graphql.Value(o, "closedVulnerabilities", func(g *group.Group) int64 { return g.Counters.Closed })
	graphql.Value(o, "openFindings", func(g *group.Group) int64 { return g.Counters.OpenFindings })
	graphql.Value(o, "openBySeverity", func(g *group.Group) *group.BySeverity { return &g.Counters.Open })
	graphql.Value(o, "exposure", func(g *group.Group) float64 { return float64(g.Counters.ExposureThousandths) / 1000 })
	graphql.Value(o, "lastScan", func(g *group.Group) time.Time { return g.Counters.LastScanAt })
	graphql.Level(o, "maxOpenSeverity", func(ctx context.Context, parents []*group.Group, _ graphql.None) ([]float64, error) {
		worst, err := s.Findings.WorstOfGroups(ctx, groupIDs(parents))
		if err != nil {
			return nil, err
		}
		scores := make([]float64, len(worst))
		for i, f := range worst {
			if f != nil {
				scores[i] = score(int64(f.Counters.MaxOpenTenths))
			}
		}
		return scores, nil
	})
	graphql.Level(o, "maxOpenSeverityFinding", func(ctx context.Context, parents []*group.Group, _ graphql.None) ([]*finding.Finding, error) {
		return s.Findings.WorstOfGroups(ctx, groupIDs(parents))
	})
}

func bindGroupPeople(o *graphql.ObjectBinder[group.Group], s *asm.Services) {
	graphql.Level(o, "permissions", func(ctx context.Context, parents []*group.Group, _ graphql.None) ([][]string, error) {
		return ofActor(ctx, s, parents, func(a *access.Actor, g *group.Group) []string {
			return a.Permissions(access.GroupLevel, a.GroupRole(g.ID))
		})
	}, graphql.Sized(100))
	graphql.Level(o, "userRole", func(ctx context.Context, parents []*group.Group, _ graphql.None) ([]access.Role, error) {
		return ofActor(ctx, s, parents, func(a *access.Actor, g *group.Group) access.Role { return a.GroupRole(g.ID) })
	})
	graphql.Level(o, "serviceAttributes", func(ctx context.Context, parents []*group.Group, _ graphql.None) ([][]string, error) {
		return neverNil(s.Groups.ServiceAttributes(ctx, parents))
	})
	graphql.Level(o, "stakeholders", func(ctx context.Context, parents []*group.Group, _ graphql.None) ([][]*access.Stakeholder, error) {
		return neverNil(s.Access.OfGroups(ctx, groupIDs(parents)))
	}, graphql.Sized(20))
}

// groupsArguments are the arguments of Query.groups.
type groupsArguments struct {
	pageArguments

	OrganizationID string
	Search         string
}

func bindGroupQueries(b *graphql.Binder, s *asm.Services) {
	graphql.Query(b, "group", func(ctx context.Context, a struct{ GroupName string }) (*group.Group, error) {
		return s.Groups.Identified(ctx, a.GroupName)
	})
	graphql.Query(b, "groups", func(ctx context.Context, a groupsArguments) (page[group.Group], error) {
		query := group.Query{Organization: a.OrganizationID, Search: a.Search}
		read, err := s.Groups.Page(ctx, query, pageSize(a.First, 50), a.After)
		if err != nil {
			return page[group.Group]{}, err
		}
		cursors := make([]string, len(read.Groups))
		for i, g := range read.Groups {
			cursors[i] = g.Cursor()
		}
		all := single(func(ctx context.Context) (int64, error) { return s.Groups.Total(ctx, query) })
		return pageOf(read.Groups, cursors, read.HasNext, all, 0), nil
	}, graphql.Paged(50, 1000))
	graphql.Query(b, "listUserGroups", func(ctx context.Context, a struct{ UserEmail string }) ([]*group.Group, error) {
		groups, err := s.Groups.OfPerson(ctx, a.UserEmail)
		return emptyNotNil(groups), err
	}, graphql.Sized(50))
}

// addGroupArguments are the arguments of addGroup.
type addGroupArguments struct {
	Description      string
	GroupName        string
	HasMachine       bool
	HasSquad         bool
	Language         group.Language
	OrganizationName string
	Service          group.ServiceType
	Subscription     group.Subscription
}

// updateGroupInfoArguments are the arguments of updateGroupInfo.
type updateGroupInfoArguments struct {
	BusinessID      *string
	BusinessName    *string
	Description     string
	GroupName       string
	Language        group.Language
	SprintDuration  *int64
	SprintStartDate *time.Time
}

func bindGroupMutations(b *graphql.Binder, s *asm.Services) {
	graphql.Mutation(b, "addGroup", func(ctx context.Context, a addGroupArguments) (payload, error) {
		_, err := s.Groups.Add(ctx, group.Addition{
			Organization: a.OrganizationName, Name: a.GroupName, Description: a.Description, Language: a.Language,
			Service: a.Service, Subscription: a.Subscription, HasMachine: &a.HasMachine, HasSquad: &a.HasSquad,
		})
		return payload{}, err
	})
	graphql.Mutation(b, "removeGroup", func(ctx context.Context, a struct {
		GroupName string
		Comments  string
		Reason    group.RemovalReason
	}) (payload, error) {
		return payload{}, s.Lifecycle.RemoveGroup(ctx, a.GroupName, group.Removal{Reason: a.Reason, Comments: a.Comments})
	})
	graphql.Mutation(b, "updateGroupInfo", func(ctx context.Context, a updateGroupInfoArguments) (payload, error) {
		return payload{}, s.Groups.UpdateInfo(ctx, a.GroupName, group.Info{
			BusinessID: a.BusinessID, BusinessName: a.BusinessName, Description: a.Description, Language: a.Language,
			SprintWeeks: a.SprintDuration, SprintStart: a.SprintStartDate,
		})
	})
}

func groupIDs(parents []*group.Group) []string {
	ids := make([]string, len(parents))
	for i, g := range parents {
		ids[i] = g.ID
	}
	return ids
}
