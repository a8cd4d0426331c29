package api

import (
	"context"

	"asm.example/asm/internal/asm"
	"asm.example/asm/internal/finding"
	"asm.example/asm/internal/graphql"
	"asm.example/asm/internal/group"
	"asm.example/asm/internal/vulnerability"
)

// locationsArguments name locations of a finding.
type locationsArguments struct {
	FindingID       string
	Vulnerabilities []string
}

func bindReview(b *graphql.Binder, s *asm.Services) {
	graphql.Enum(b, "VulnerabilityRejectionReason", vulnerability.Inconsistent, vulnerability.LacksEvidence, vulnerability.Misnamed,
		vulnerability.Incomplete, vulnerability.OtherRejection, vulnerability.WronglyScored, vulnerability.WronglyExplained)
	graphql.Enum(b, "RemoveFindingJustification", vulnerability.Duplicated, vulnerability.FalsePositive, vulnerability.NotRequired)
	graphql.Enum(b, "RemoveVulnerabilityJustification", vulnerability.Duplicated, vulnerability.FalsePositive, vulnerability.ReportingError)

	graphql.Mutation(b, "confirmVulnerabilities", func(ctx context.Context, a locationsArguments) (payload, error) {
		return payload{}, s.Vulnerabilities.Confirm(ctx, a.FindingID, a.Vulnerabilities)
	})
	graphql.Mutation(b, "rejectVulnerabilities", func(ctx context.Context, a struct {
		locationsArguments

		Reasons     []vulnerability.RejectionReason
		OtherReason string
	}) (payload, error) {
		return payload{}, s.Vulnerabilities.Reject(ctx, a.FindingID, a.Vulnerabilities, vulnerability.Rejection{Reasons: a.Reasons, Other: a.OtherReason})
	})
	graphql.Mutation(b, "resubmitVulnerabilities", func(ctx context.Context, a locationsArguments) (payload, error) {
		return payload{}, s.Vulnerabilities.Resubmit(ctx, a.FindingID, a.Vulnerabilities)
	})
	graphql.Mutation(b, "closeVulnerabilities", func(ctx context.Context, a locationsArguments) (payload, error) {
		return payload{}, s.Vulnerabilities.CloseAll(ctx, a.FindingID, a.Vulnerabilities)
	})
	graphql.Mutation(b, "removeVulnerability", func(ctx context.Context, a struct {
		ID, FindingID string
		Justification vulnerability.RemovalReason
	}) (payload, error) {
		return payload{}, s.Vulnerabilities.Remove(ctx, a.FindingID, a.ID, a.Justification)
	})
	graphql.Mutation(b, "removeFinding", func(ctx context.Context, a struct {
		FindingID     string
		Justification vulnerability.RemovalReason
	}) (payload, error) {
		return payload{}, s.Vulnerabilities.RemoveFinding(ctx, a.FindingID, a.Justification)
	})
	bindDrafts(b, s)
}

// draftsArguments are the arguments of Group.vulnerabilityDrafts.
type draftsArguments struct {
	pageArguments

	Search      string
	MinSeverity string
	MaxSeverity string
	Root        string
	StateStatus string
	Type        string
}

func (a draftsArguments) query() (vulnerability.Query, error) {
	q, err := ofGroupArguments{
		pageArguments: a.pageArguments, Search: a.Search, MinSeverity: a.MinSeverity, MaxSeverity: a.MaxSeverity,
		Root: a.Root, StateStatus: a.StateStatus, Type: a.Type,
	}.query()
	q.List = vulnerability.Drafts
	return q, err
}

func bindDrafts(b *graphql.Binder, s *asm.Services) {
	f := graphql.Object[finding.Finding](b, "Finding")
	graphql.Level(f, "draftsConnection",
		func(ctx context.Context, parents []*finding.Finding, a pageArguments) ([]page[vulnerability.Vulnerability], error) {
			return pagesOfFindings(ctx, s, parents, vulnerability.Query{
				List: vulnerability.Drafts, First: pageSize(a.First, finding.MaxPage), After: a.After,
			})
		}, graphql.Paged(50, finding.MaxPage))
	g := graphql.Object[group.Group](b, "Group")
	graphql.Level(g, "vulnerabilityDrafts",
		func(ctx context.Context, parents []*group.Group, a draftsArguments) ([]page[vulnerability.Vulnerability], error) {
			query, err := a.query()
			if err != nil {
				return nil, err
			}
			return pagesOfGroups(ctx, s, parents, query)
		}, graphql.Paged(10, finding.MaxPage))
}
