package api

import (
	"context"
	"strconv"

	"asm.example/asm/internal/asm"
	"asm.example/asm/internal/finding"
	"asm.example/asm/internal/graphql"
	"asm.example/asm/internal/vulnerability"
)

func bindTreatments(b *graphql.Binder, s *asm.Services) {
	graphql.Enum[vulnerability.Treatment](b, "UpdateClientDescriptionTreatment", vulnerability.Accepted, vulnerability.AcceptedUndefined, vulnerability.InProgress)
	graphql.Enum(b, "VulnerabilitySource", vulnerability.Analyst, vulnerability.Customer, vulnerability.Deterministic, vulnerability.Escape, vulnerability.Machine)
	bindDecided(b, s)
	bindTracking(b, s)
	bindTreatmentMutations(b, s)
	bindLabelMutations(b, s)
}

// bindDecided binds what was decided about a location.
func bindDecided(b *graphql.Binder, s *asm.Services) {
	o := graphql.Object[vulnerability.Vulnerability](b, "Vulnerability")
	graphql.Value(o, "externalBugTrackingSystem", func(v *vulnerability.Vulnerability) *string { return textOrNull(v.BugTracker) })
	graphql.Value(o, "eventId", func(v *vulnerability.Vulnerability) *string { return textOrNull(v.EventID) })
	graphql.Value(o, "lastReattackDate", func(v *vulnerability.Vulnerability) *string { return textTime(v.ReattackedAt) })
	graphql.Value(o, "lastReattackRequester", func(v *vulnerability.Vulnerability) string { return v.ReattackRequestedBy })
	graphql.Value(o, "lastRequestedReattackDate", func(v *vulnerability.Vulnerability) *string { return textTime(v.ReattackRequestedAt) })
	graphql.Value(o, "lastVerificationDate", func(v *vulnerability.Vulnerability) *string { return textTime(v.VerificationChangedAt) })
	graphql.Value(o, "severity", func(v *vulnerability.Vulnerability) *string {
		if v.Priority == 0 {
			return nil
		}
		priority := strconv.FormatInt(v.Priority, 10)
		return &priority
	})
	graphql.Level(o, "historicTreatmentStatus", func(ctx context.Context, parents []*vulnerability.Vulnerability, _ graphql.None) ([][]vulnerability.TreatmentEntry, error) {
		keys := make([]vulnerability.Key, len(parents))
		for i, v := range parents {
			keys[i] = v.Key()
		}
		return neverNil(s.Vulnerabilities.TreatmentsOf(ctx, keys))
	}, graphql.Sized(5))

	t := graphql.Object[vulnerability.TreatmentEntry](b, "Treatment")
	graphql.Value(t, "acceptanceDate", func(e *vulnerability.TreatmentEntry) *string { return textTime(e.AcceptedUntil) })
	graphql.Value(t, "acceptanceStatus", func(e *vulnerability.TreatmentEntry) *string { return textOrNull(string(e.Acceptance)) })
	graphql.Value(t, "assigned", func(e *vulnerability.TreatmentEntry) *string { return textOrNull(e.Assigned) })
	graphql.Value(t, "date", func(e *vulnerability.TreatmentEntry) *string { return textTime(e.At) })
	graphql.Value(t, "justification", func(e *vulnerability.TreatmentEntry) *string { return textOrNull(e.Justification) })
	graphql.Value(t, "treatment", func(e *vulnerability.TreatmentEntry) string { return string(e.Treatment) })
	graphql.Value(t, "user", func(e *vulnerability.TreatmentEntry) *string { return textOrNull(e.By) })
}

// tracked is a day's row with its position.
type tracked struct {
	vulnerability.Track

	cycle int
}

// of answers the row's number when it is of a kind, else 0.
func (t *tracked) of(kind string) int64 {
	if t.Kind == kind {
		return t.Locations
	}
	return 0
}

func bindTracking(b *graphql.Binder, s *asm.Services) {
	o := graphql.Object[tracked](b, "Tracking")
	graphql.Value(o, "cycle", func(t *tracked) int { return t.cycle })
	graphql.Value(o, "date", func(t *tracked) string { return t.Day })
	graphql.Value(o, "justification", func(t *tracked) string { return t.Justification })
	graphql.Value(o, "assigned", func(t *tracked) string { return t.Assigned })
	graphql.Value(o, "accepted", func(t *tracked) int64 { return t.of("ACCEPTED") })
	graphql.Value(o, "acceptedUndefined", func(t *tracked) int64 { return t.of("ACCEPTED_UNDEFINED") })
	graphql.Value(o, "safe", func(t *tracked) int64 { return t.of("SAFE") })
	graphql.Value(o, "vulnerable", func(t *tracked) int64 { return t.of("VULNERABLE") })

	f := graphql.Object[finding.Finding](b, "Finding")
	graphql.Level(f, "tracking", func(ctx context.Context, parents []*finding.Finding, _ graphql.None) ([][]tracked, error) {
		read, err := s.Vulnerabilities.TracksOf(ctx, findingKeys(parents))
		if err != nil {
			return nil, err
		}
		answers := make([][]tracked, len(read))
		for i, tracks := range read {
			answers[i] = make([]tracked, len(tracks))
			for n, track := range tracks {
				answers[i][n] = tracked{track, n}
			}
		}
		return answers, nil
	})
	graphql.Level(f, "zeroRiskConnection", func(ctx context.Context, parents []*finding.Finding, a struct {
		pageArguments

		State vulnerability.State
	}) ([]page[vulnerability.Vulnerability], error) {
		return pagesOfFindings(ctx, s, parents, vulnerability.Query{
			List: vulnerability.ZeroRiskList, First: pageSize(a.First, finding.MaxPage), After: a.After, Filter: vulnerability.Filter{State: a.State},
		})
	}, graphql.Paged(50, finding.MaxPage))
	graphql.Level(f, "vulnerabilitiesToReattackConnection", func(ctx context.Context, parents []*finding.Finding, a pageArguments) ([]page[vulnerability.Vulnerability], error) {
		return pagesOfFindings(ctx, s, parents, vulnerability.Query{
			First: pageSize(a.First, finding.MaxPage), After: a.After,
			Filter: vulnerability.Filter{State: vulnerability.Vulnerable, Verification: vulnerability.Requested},
		})
	}, graphql.Paged(50, finding.MaxPage))
}

func bindTreatmentMutations(b *graphql.Binder, s *asm.Services) {
	graphql.Mutation(b, "updateVulnerabilitiesTreatment", func(ctx context.Context, a struct {
		AcceptanceDate, Assigned, FindingID, Justification, VulnerabilityID string
		Treatment                                                           vulnerability.Treatment
	}) (payload, error) {
		return payload{}, s.Vulnerabilities.Treat(ctx, a.FindingID, a.VulnerabilityID, vulnerability.TreatmentChange{
			Treatment: a.Treatment, Justification: a.Justification, Assigned: a.Assigned, Until: a.AcceptanceDate,
		})
	})
	graphql.Mutation(b, "handleVulnerabilitiesAcceptance", func(ctx context.Context, a struct {
		AcceptedVulnerabilities, RejectedVulnerabilities []string
		FindingID, Justification                         string
	}) (payload, error) {
		return payload{}, s.Vulnerabilities.HandleAcceptances(ctx, a.FindingID, vulnerability.Acceptances{
			Approved: a.AcceptedVulnerabilities, Rejected: a.RejectedVulnerabilities, Justification: a.Justification,
		})
	})
	graphql.Mutation(b, "updateVulnerabilitiesSeverity", func(ctx context.Context, a struct {
		CVSSVector, FindingID string
		VulnerabilityIDs      []string `graphql:"vulnerabilityIds"`
	}) (changedFinding, error) {
		f, err := s.Vulnerabilities.UpdateSeverityOf(ctx, a.FindingID, a.VulnerabilityIDs, a.CVSSVector)
		return changedFinding{f}, err
	})
}

func bindLabelMutations(b *graphql.Binder, s *asm.Services) {
	graphql.Mutation(b, "updateVulnerabilityTreatment", func(ctx context.Context, a struct {
		ExternalBugTrackingSystem, Tag *string
		Severity                       *int64
		FindingID, VulnerabilityID     string
	}) (payload, error) {
		return payload{}, s.Vulnerabilities.Label(ctx, a.FindingID, a.VulnerabilityID, vulnerability.Labels{
			BugTracker: a.ExternalBugTrackingSystem, Priority: a.Severity, Tags: a.Tag,
		})
	})
	graphql.Mutation(b, "removeTags", func(ctx context.Context, a struct {
		locationsArguments

		Tag string
	}) (payload, error) {
		return payload{}, s.Vulnerabilities.RemoveTags(ctx, a.FindingID, a.Vulnerabilities, a.Tag)
	})
	graphql.Mutation(b, "updateVulnerabilityDescription", func(ctx context.Context, a struct {
		Commit          *string
		Source          *vulnerability.Source
		VulnerabilityID string
	}) (payload, error) {
		return payload{}, s.Vulnerabilities.UpdateDescription(ctx, a.VulnerabilityID, vulnerability.Description{Commit: a.Commit, Source: a.Source})
	})
}
