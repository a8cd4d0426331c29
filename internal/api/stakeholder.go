package api

import (
	"context"
	"strings"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/asm"
	"asm.example/asm/internal/graphql"
	"asm.example/asm/internal/group"
	"asm.example/asm/internal/problem"
)

// entity is what a stakeholder is looked up in.
type entity string

const (
	inGroup        entity = "GROUP"
	inOrganization entity = "ORGANIZATION"
)

// roleName is a role as the API's enums write it: in upper case.
type roleName string

func (r roleName) role() access.Role { return access.Role(strings.ToLower(string(r))) }

func bindStakeholder(b *graphql.Binder, s *asm.Services) {
	graphql.Enum[entity](b, "StakeholderEntity", inGroup, inOrganization)
	graphql.Enum[roleName](b, "StakeholderRole")
	graphql.Enum[roleName](b, "OrganizationRole")
	graphql.Enum(b, "InvitationState", access.Pending, access.Registered, access.Unregistered)
	bindConnection[access.Stakeholder](b, "StakeholdersConnection", "StakeholderEdge")

	o := graphql.Object[access.Stakeholder](b, "Stakeholder")
	graphql.Value(o, "active", func(p *access.Stakeholder) bool { return p.IsActive })
	graphql.Value(o, "email", func(p *access.Stakeholder) string { return p.Email })
	graphql.Value(o, "firstLogin", func(p *access.Stakeholder) *string { return textTime(p.FirstLogin) })
	graphql.Value(o, "lastLogin", func(p *access.Stakeholder) *string { return textTime(p.LastLogin) })
	graphql.Value(o, "invitationUrl", func(p *access.Stakeholder) *string { return textOrNull(p.InvitationURL) })
	graphql.Value(o, "responsibility", func(p *access.Stakeholder) *string { return textOrNull(p.Responsibility) })
	graphql.Value(o, "role", func(p *access.Stakeholder) *string { return textOrNull(string(p.Role)) })
	graphql.Value(o, "invitationState", func(p *access.Stakeholder) *access.InvitationState {
		if p.State == "" {
			return nil
		}
		return &p.State
	})
	graphql.Level(o, "groups", func(ctx context.Context, parents []*access.Stakeholder, _ graphql.None) ([][]*group.Group, error) {
		emails := make([]string, len(parents))
		for i, p := range parents {
			emails[i] = p.Email
		}
		return neverNil(s.Groups.OfStakeholders(ctx, emails))
	})
	bindStakeholderQueries(b, s)
	bindInvitations(b, s)
	bindMembers(b, s)
}

func bindStakeholderQueries(b *graphql.Binder, s *asm.Services) {
	graphql.Query(b, "stakeholder", func(ctx context.Context, a struct {
		Entity         entity
		OrganizationID *string
		GroupName      *string
		UserEmail      string
	}) (*access.Stakeholder, error) {
		switch {
		case a.Entity == inGroup && a.GroupName != nil:
			return s.Access.InGroup(ctx, *a.GroupName, a.UserEmail)
		case a.Entity == inOrganization && a.OrganizationID != nil:
			return s.Access.InOrganization(ctx, *a.OrganizationID, a.UserEmail)
		}
		return nil, problem.Invalid("entity", "Exception - Error value is not valid").
			With("allowed", "GROUP with groupName, or ORGANIZATION with organizationId")
	})
	graphql.Query(b, "stakeholders", func(ctx context.Context, a struct {
		pageArguments

		Search string
	}) (page[access.Stakeholder], error) {
		read, err := s.Access.People(ctx, access.PeopleQuery{Search: a.Search, After: a.After, First: pageSize(a.First, 50)})
		if err != nil {
			return page[access.Stakeholder]{}, err
		}
		cursors := make([]string, len(read.Stakeholders))
		for i, p := range read.Stakeholders {
			cursors[i] = p.Email
		}
		all := single(func(ctx context.Context) (int64, error) {
			count, err := s.Access.CountPeople(ctx, a.Search)
			return int64(count), err
		})
		return pageOf(read.Stakeholders, cursors, read.HasNext, all, 0), nil
	}, graphql.Paged(50, 1000))
}

// invited is the answer of the mutations that invite somebody.
type invited struct{ stakeholder *access.Stakeholder }

// changedStakeholder is the answer of the mutations that change a role.
type changedStakeholder struct{ stakeholder *access.Stakeholder }

// removedStakeholder is the answer of removeStakeholderAccess.
type removedStakeholder struct{ email string }

func bindInvitations(b *graphql.Binder, s *asm.Services) {
	o := graphql.Object[invited](b, "GrantStakeholderAccessPayload")
	graphql.Value(o, "grantedStakeholder", func(i *invited) *access.Stakeholder { return i.stakeholder })
	graphql.Value(o, "invitationUrl", func(i *invited) string { return i.stakeholder.InvitationURL })
	graphql.Value(o, "success", succeeded[invited])
	added := graphql.Object[addedStakeholder](b, "AddStakeholderPayload")
	graphql.Value(added, "email", func(a *addedStakeholder) string { return a.email })
	graphql.Value(added, "success", succeeded[addedStakeholder])

	graphql.Mutation(b, "grantStakeholderAccess", func(ctx context.Context, a struct {
		GroupName, Email, Responsibility string
		Role                             roleName
	}) (invited, error) {
		p, err := s.Access.InviteToGroup(ctx, a.GroupName, access.Invite{Email: a.Email, Role: a.Role.role(), Responsibility: a.Responsibility})
		return invited{p}, err
	})
	graphql.Mutation(b, "grantStakeholderOrganizationAccess", func(ctx context.Context, a organizationRoleArguments) (invited, error) {
		p, err := s.Access.InviteToOrganization(ctx, a.OrganizationID, access.Invite{Email: a.UserEmail, Role: a.Role.role()})
		return invited{p}, err
	})
	graphql.Mutation(b, "addStakeholder", func(ctx context.Context, a struct {
		Email string
		Role  roleName
	}) (addedStakeholder, error) {
		return addedStakeholder{a.Email}, s.Access.AddStakeholder(ctx, a.Email, a.Role.role())
	})
}

// addedStakeholder is the answer of addStakeholder.
type addedStakeholder struct{ email string }

// organizationRoleArguments are what the mutations about a role in an organization take.
type organizationRoleArguments struct {
	OrganizationID string
	Role           roleName
	UserEmail      string
}

func bindMembers(b *graphql.Binder, s *asm.Services) {
	changed := graphql.Object[changedStakeholder](b, "UpdateStakeholderPayload")
	graphql.Value(changed, "modifiedStakeholder", func(c *changedStakeholder) *access.Stakeholder { return c.stakeholder })
	graphql.Value(changed, "success", succeeded[changedStakeholder])
	removed := graphql.Object[removedStakeholder](b, "RemoveStakeholderAccessPayload")
	graphql.Value(removed, "removedEmail", func(r *removedStakeholder) string { return r.email })
	graphql.Value(removed, "success", succeeded[removedStakeholder])

	graphql.Mutation(b, "updateGroupStakeholder", func(ctx context.Context, a struct {
		GroupName, Email, Responsibility string
		Role                             roleName
	}) (changedStakeholder, error) {
		err := s.Access.UpdateInGroup(ctx, a.GroupName, access.Invite{Email: a.Email, Role: a.Role.role(), Responsibility: a.Responsibility})
		if err != nil {
			return changedStakeholder{}, err
		}
		// Whoever may change a role may look it up.
		changed, err := s.Access.InGroup(ctx, a.GroupName, a.Email)
		return changedStakeholder{changed}, err
	})
	graphql.Mutation(b, "updateOrganizationStakeholder", func(ctx context.Context, a organizationRoleArguments) (changedStakeholder, error) {
		err := s.Access.UpdateInOrganization(ctx, a.OrganizationID, access.Invite{Email: a.UserEmail, Role: a.Role.role()})
		if err != nil {
			return changedStakeholder{}, err
		}
		changed, err := s.Access.InOrganization(ctx, a.OrganizationID, a.UserEmail)
		return changedStakeholder{changed}, err
	})
	graphql.Mutation(b, "removeStakeholderAccess", func(ctx context.Context, a struct {
		GroupName string
		UserEmail string
	}) (removedStakeholder, error) {
		return removedStakeholder{a.UserEmail}, s.Lifecycle.RemoveFromGroup(ctx, a.GroupName, a.UserEmail)
	})
	graphql.Mutation(b, "removeStakeholderOrganizationAccess", func(ctx context.Context, a struct{ OrganizationID, UserEmail string }) (payload, error) {
		return payload{}, s.Lifecycle.RemoveFromOrganization(ctx, a.OrganizationID, a.UserEmail)
	})
}
