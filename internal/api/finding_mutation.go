package api

import (
	"context"

	"asm.example/asm/internal/asm"
	"asm.example/asm/internal/finding"
	"asm.example/asm/internal/graphql"
	"asm.example/asm/internal/vulnerability"
)

// weights are the 22 weights of a CVSS 3.1 vector, as numbers or as text; nil is absent.
type weights[T any] struct {
	AttackComplexity              *T
	AttackVector                  *T
	AvailabilityImpact            *T
	AvailabilityRequirement       *T
	ConfidentialityImpact         *T
	ConfidentialityRequirement    *T
	Exploitability                *T
	IntegrityImpact               *T
	IntegrityRequirement          *T
	ModifiedAttackComplexity      *T
	ModifiedAttackVector          *T
	ModifiedAvailabilityImpact    *T
	ModifiedConfidentialityImpact *T
	ModifiedIntegrityImpact       *T
	ModifiedPrivilegesRequired    *T
	ModifiedSeverityScope         *T
	ModifiedUserInteraction       *T
	PrivilegesRequired            *T
	RemediationLevel              *T
	ReportConfidence              *T
	SeverityScope                 *T
	UserInteraction               *T
}

// given answers the weights that are not absent, by the API's names.
func (w weights[T]) given() map[string]T {
	all := map[string]*T{
		"attackComplexity":              w.AttackComplexity,
		"attackVector":                  w.AttackVector,
		"availabilityImpact":            w.AvailabilityImpact,
		"availabilityRequirement":       w.AvailabilityRequirement,
		"confidentialityImpact":         w.ConfidentialityImpact,
		"confidentialityRequirement":    w.ConfidentialityRequirement,
		"exploitability":                w.Exploitability,
		"integrityImpact":               w.IntegrityImpact,
		"integrityRequirement":          w.IntegrityRequirement,
		"modifiedAttackComplexity":      w.ModifiedAttackComplexity,
		"modifiedAttackVector":          w.ModifiedAttackVector,
		"modifiedAvailabilityImpact":    w.ModifiedAvailabilityImpact,
		"modifiedConfidentialityImpact": w.ModifiedConfidentialityImpact,
		"modifiedIntegrityImpact":       w.ModifiedIntegrityImpact,
		"modifiedPrivilegesRequired":    w.ModifiedPrivilegesRequired,
		"modifiedSeverityScope":         w.ModifiedSeverityScope,
		"modifiedUserInteraction":       w.ModifiedUserInteraction,
		"privilegesRequired":            w.PrivilegesRequired,
		"remediationLevel":              w.RemediationLevel,
		"reportConfidence":              w.ReportConfidence,
		"severityScope":                 w.SeverityScope,
		"userInteraction":               w.UserInteraction,
	}
	given := make(map[string]T, len(all))
	for name, value := range all {
		if value != nil {
			given[name] = *value
		}
	}
	return given
}

// addFindingArguments are the arguments of addFinding.
type addFindingArguments struct {
	weights[float64]

	AttackVectorDescription string
	CVSSVector              string
	Description             string
	GroupName               string
	MinTimeToRemediate      *int64
	Recommendation          string
	Threat                  string
	Title                   string
	UnfulfilledRequirements []string
}

// updateSeverityArguments are the arguments of updateSeverity.
type updateSeverityArguments struct {
	weights[string]

	FindingID   string
	CVSSVector  string
	CVSSVersion string
	Severity    string
}

// updateDescriptionArguments are the arguments of updateDescription.
type updateDescriptionArguments struct {
	AttackVectorDescription string
	Description             string
	FindingID               string
	Recommendation          string
	Records                 string
	Sorts                   *string
	Threat                  string
	Title                   string
	UnfulfilledRequirements []string
}

// changedFinding is the answer of the mutations that change a finding.
type changedFinding struct{ finding *finding.Finding }

func bindFindingMutations(b *graphql.Binder, s *asm.Services) {
	changed := graphql.Object[changedFinding](b, "SimpleFindingPayload")
	graphql.Value(changed, "finding", func(c *changedFinding) *finding.Finding { return c.finding })
	graphql.Value(changed, "success", succeeded[changedFinding])

	graphql.Mutation(b, "addFinding", func(ctx context.Context, a addFindingArguments) (payload, error) {
		_, err := s.Findings.Add(ctx, a.GroupName, finding.Addition{
			Words: finding.Words{
				Title: a.Title, Description: a.Description, AttackVectorDescription: a.AttackVectorDescription, Threat: a.Threat,
				Recommendation: a.Recommendation, RequirementIDs: a.UnfulfilledRequirements,
			},
			MinutesToRemediate: a.MinTimeToRemediate, Vector: a.CVSSVector, Weights: a.given(),
		})
		return payload{}, err
	})
	graphql.Mutation(b, "updateDescription", func(ctx context.Context, a updateDescriptionArguments) (changedFinding, error) {
		f, err := s.Findings.UpdateDescription(ctx, a.FindingID, finding.Description{
			Words: finding.Words{
				Title: a.Title, Description: a.Description, AttackVectorDescription: a.AttackVectorDescription, Threat: a.Threat,
				Recommendation: a.Recommendation, RequirementIDs: a.UnfulfilledRequirements,
			},
			Sorts: a.Sorts,
		})
		return changedFinding{f}, err
	})
	graphql.Mutation(b, "updateSeverity", func(ctx context.Context, a updateSeverityArguments) (changedFinding, error) {
		f, err := s.Vulnerabilities.UpdateSeverity(ctx, a.FindingID, vulnerability.SeverityChange{
			CVSSVersion: a.CVSSVersion, Vector: a.CVSSVector, Weights: a.given(),
		})
		return changedFinding{f}, err
	})
}
