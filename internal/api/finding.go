package api

import (
	"context"
	"strings"
	"time"

	"asm.example/asm/internal/asm"
	"asm.example/asm/internal/finding"
	"asm.example/asm/internal/graphql"
	"asm.example/asm/internal/group"
	"asm.example/asm/internal/problem"
)

func bindFinding(b *graphql.Binder, s *asm.Services) {
	graphql.Enum(b, "FindingStatus", finding.Draft, finding.Vulnerable, finding.Safe)
	graphql.Enum(b, "FindingSort", finding.SortBySeverity, finding.SortByTitle, finding.SortByAge, finding.SortByExposure, finding.SortByReport, finding.SortByOpen)
	graphql.Enum[finding.State](b, "FindingStateStatus")
	bindConnection[finding.Finding](b, "FindingsConnection", "FindingEdge")
	bindSeverity(b)
	bindRequirement(b)
	bindSummaries(b)

	o := graphql.Object[finding.Finding](b, "Finding")
	bindFindingItself(o)
	bindFindingNumbers(o)
	bindFindingTimes(o, s.Now)
	bindFindingRestricted(o, s)
	graphql.Query(b, "finding", func(ctx context.Context, a struct{ Identifier string }) (*finding.Finding, error) {
		return s.Findings.Identified(ctx, a.Identifier)
	})
	bindFindingsOfGroup(b, s)
	bindFindingMutations(b, s)
}

func bindFindingItself(o *graphql.ObjectBinder[finding.Finding]) {
	graphql.Value(o, "id", func(f *finding.Finding) string { return f.ID })
	graphql.Value(o, "groupName", func(f *finding.Finding) string { return f.GroupName })
	graphql.Value(o, "organizationName", func(f *finding.Finding) string { return f.OrganizationName })
	graphql.Value(o, "title", func(f *finding.Finding) string { return f.Title })
	graphql.Value(o, "description", func(f *finding.Finding) string { return f.Description })
	graphql.Value(o, "attackVectorDescription", func(f *finding.Finding) string { return f.AttackVectorDescription })
	graphql.Value(o, "threat", func(f *finding.Finding) string { return f.Threat })
	graphql.Value(o, "recommendation", func(f *finding.Finding) string { return f.Recommendation })
	graphql.Value(o, "currentState", func(f *finding.Finding) finding.State { return f.State })
	graphql.Value(o, "cvssVersion", func(*finding.Finding) string { return "3.1" })
	graphql.Value(o, "severity", func(f *finding.Finding) finding.Weights { return f.Severity.Weights() })
	graphql.Value(o, "severityScore", func(f *finding.Finding) float64 { return f.Severity.Score() })
	graphql.Value(o, "severityVector", func(f *finding.Finding) string { return f.Severity.Vector })
	graphql.Value(o, "isExploitable", func(f *finding.Finding) bool { return f.Severity.IsExploitable() })
	graphql.Value(o, "sorts", func(f *finding.Finding) *string { return textOrNull(f.Sorts) })
	graphql.Value(o, "status", func(f *finding.Finding) string { return string(f.Status()) })
	graphql.Value(o, "minTimeToRemediate", func(f *finding.Finding) *int64 {
		if f.MinutesToRemediate == 0 {
			return nil
		}
		return &f.MinutesToRemediate
	})
	graphql.Value(o, "cwe", func(f *finding.Finding) []int {
		weakness, _ := finding.ByTitle(f.Title)
		return weakness.CWE
	}, graphql.Sized(2))
	graphql.Value(o, "unfulfilledRequirements", requirementsOf, graphql.Sized(3))
	graphql.Value(o, "requirements", requirementsText)
}

// requirementsOf answers the catalogue's requirements of a finding; one that the catalogue lost is left out.
func requirementsOf(f *finding.Finding) []finding.Requirement {
	requirements := make([]finding.Requirement, 0, len(f.RequirementIDs))
	for _, id := range f.RequirementIDs {
		if requirement, ok := finding.RequirementByID(id); ok {
			requirements = append(requirements, requirement)
		}
	}
	return requirements
}

// requirementsText is the deprecated field that has them as one text.
func requirementsText(f *finding.Finding) string {
	var text strings.Builder
	for i, requirement := range requirementsOf(f) {
		if i > 0 {
			text.WriteString("\n")
		}
		text.WriteString("REQ." + requirement.ID + " " + requirement.Title)
	}
	return text.String()
}

func bindRequirement(b *graphql.Binder) {
	o := graphql.Object[finding.Requirement](b, "Requirement")
	graphql.Value(o, "id", func(r *finding.Requirement) string { return r.ID })
	graphql.Value(o, "title", func(r *finding.Requirement) string { return r.Title })
	graphql.Value(o, "summary", func(r *finding.Requirement) string { return r.Description })
}

func bindFindingNumbers(o *graphql.ObjectBinder[finding.Finding]) {
	graphql.Value(o, "openVulnerabilities", func(f *finding.Finding) int64 { return f.Counters.Open.Total() })
	graphql.Value(o, "closedVulnerabilities", func(f *finding.Finding) int64 { return f.Counters.Closed })
	graphql.Value(o, "openBySeverity", func(f *finding.Finding) *group.BySeverity { return &f.Counters.Open })
	graphql.Value(o, "maxOpenSeverityScore", func(f *finding.Finding) float64 { return score(int64(f.Counters.MaxOpenTenths)) })
	graphql.Value(o, "totalOpenCVSSF", func(f *finding.Finding) float64 { return float64(f.Counters.ExposureThousandths) / 1000 })
	graphql.Value(o, "verified", func(f *finding.Finding) bool { return f.IsVerified() })
	graphql.Value(o, "remediated", func(f *finding.Finding) bool { return f.IsRemediated() })
	graphql.Value(o, "treatmentSummary", func(f *finding.Finding) treatmentSummary { return treatmentSummary{&f.Counters.Numbers} })
	graphql.Value(o, "verificationSummary", func(f *finding.Finding) verificationSummary { return verificationSummary{&f.Counters.Numbers} })
}

// treatmentSummary and verificationSummary show two sides of the same numbers.
type (
	treatmentSummary    struct{ *finding.Numbers }
	verificationSummary struct{ *finding.Numbers }
)

func bindSummaries(b *graphql.Binder) {
	t := graphql.Object[treatmentSummary](b, "TreatmentSummary")
	graphql.Value(t, "accepted", func(s *treatmentSummary) int64 { return s.Accepted })
	graphql.Value(t, "acceptedUndefined", func(s *treatmentSummary) int64 { return s.AcceptedUndefined })
	graphql.Value(t, "inProgress", func(s *treatmentSummary) int64 { return s.InProgress })
	graphql.Value(t, "untreated", func(s *treatmentSummary) int64 { return s.Untreated })
	v := graphql.Object[verificationSummary](b, "VerificationSummary")
	graphql.Value(v, "onHold", func(s *verificationSummary) int64 { return s.OnHold })
	graphql.Value(v, "requested", func(s *verificationSummary) int64 { return s.Requested })
	graphql.Value(v, "verified", func(s *verificationSummary) int64 { return s.Verified })
}

func bindFindingTimes(o *graphql.ObjectBinder[finding.Finding], now func() time.Time) {
	graphql.Value(o, "age", func(f *finding.Finding) int { return f.Age(now()) })
	graphql.Value(o, "openAge", func(f *finding.Finding) int { return f.OpenAge(now()) })
	graphql.Value(o, "lastVulnerability", func(f *finding.Finding) int { return f.LastVulnerability(now()) })
	graphql.Value(o, "reportDate", func(f *finding.Finding) *string { return textTime(f.ReportedAt()) })
	graphql.Value(o, "releaseDate", func(f *finding.Finding) *string { return textTime(f.Counters.OldestAt) })
	graphql.Value(o, "lastStateDate", func(f *finding.Finding) *string { return textTime(f.StateChangedAt) })
}

// bindFindingRestricted binds what needs a permission of its own, or a statement.
func bindFindingRestricted(o *graphql.ObjectBinder[finding.Finding], s *asm.Services) {
	graphql.Level(o, "submittedVulnerabilities", func(ctx context.Context, parents []*finding.Finding, _ graphql.None) ([]int64, error) {
		return s.Findings.Submitted(ctx, parents)
	})
	graphql.Level(o, "rejectedVulnerabilities", func(ctx context.Context, parents []*finding.Finding, _ graphql.None) ([]int64, error) {
		return s.Findings.Rejected(ctx, parents)
	})
	graphql.Level(o, "hacker", func(ctx context.Context, parents []*finding.Finding, _ graphql.None) ([]string, error) {
		return s.Findings.Hackers(ctx, parents)
	})
	graphql.Level(o, "where", func(ctx context.Context, parents []*finding.Finding, _ graphql.None) ([]string, error) {
		places, err := s.Findings.Places(ctx, findingKeys(parents))
		if err != nil {
			return nil, err
		}
		texts := make([]string, len(places))
		for i, some := range places {
			texts[i] = strings.Join(some, ", ")
		}
		return texts, nil
	})
}

func findingKeys(parents []*finding.Finding) []finding.Key {
	keys := make([]finding.Key, len(parents))
	for i, f := range parents {
		keys[i] = f.Key()
	}
	return keys
}

// findingsArguments are the arguments of Group.findingsConnection.
type findingsArguments struct {
	pageArguments

	Search string
	Sort   *findingSort
	Status finding.Status
}

// findingSort is the input FindingSortInput.
type findingSort struct {
	Field finding.Sort
	Order order
}

func (a findingsArguments) query() finding.Query {
	query := finding.Query{First: pageSize(a.First, 50), After: a.After, Search: a.Search, Status: a.Status}
	if a.Sort != nil {
		query.Sort, query.Ascending = a.Sort.Field, a.Sort.Order == ascending
	}
	return query
}

func bindFindingsOfGroup(b *graphql.Binder, s *asm.Services) {
	o := graphql.Object[group.Group](b, "Group")
	graphql.Level(o, "findings", func(ctx context.Context, parents []*group.Group, a struct{ Filters *anything }) ([][]*finding.Finding, error) {
		filters, err := parseFindingFilters(a.Filters)
		if err != nil {
			return nil, err
		}
		return neverNil(s.Findings.OfGroups(ctx, groupIDs(parents), filters))
	}, graphql.Sized(50))
	graphql.Level(o, "findingsConnection", func(ctx context.Context, parents []*group.Group, a findingsArguments) ([]page[finding.Finding], error) {
		query, ids := a.query(), groupIDs(parents)
		read, err := s.Findings.PagesOfGroups(ctx, ids, query)
		if err != nil {
			return nil, err
		}
		all := &counted{func(ctx context.Context) ([]int64, error) { return s.Findings.TotalsOfGroups(ctx, ids, query) }}
		pages := make([]page[finding.Finding], len(read))
		for i, p := range read {
			pages[i] = pageOf(p.Findings, p.Cursors, p.HasNext, all, i)
		}
		return pages, nil
	}, graphql.Paged(50, 1000))
}

func parseFindingFilters(given *anything) (finding.Filters, error) {
	if given == nil {
		return finding.Filters{}, nil
	}
	filters, ok := given.value.(map[string]any)
	if !ok {
		return finding.Filters{}, problem.Invalid("filters", "The filters are an object with the keys root and verified.")
	}
	return finding.ParseFilters(filters)
}
