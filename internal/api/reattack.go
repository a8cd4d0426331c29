package api

import (
	"context"

	"asm.example/asm/internal/asm"
	"asm.example/asm/internal/graphql"
	"asm.example/asm/internal/vulnerability"
)

// justifiedArguments name locations of a finding and say why.
type justifiedArguments struct {
	locationsArguments

	Justification string
}

func bindReattacks(b *graphql.Binder, s *asm.Services) {
	for name, decide := range map[string]func(ctx context.Context, findingID string, ids []string, why string) error{
		"requestVulnerabilitiesVerification": s.Vulnerabilities.RequestReattack,
		"requestVulnerabilitiesZeroRisk":     s.Vulnerabilities.RequestZeroRisk,
		"confirmVulnerabilitiesZeroRisk":     s.Vulnerabilities.ConfirmZeroRisk,
		"rejectVulnerabilitiesZeroRisk":      s.Vulnerabilities.RejectZeroRisk,
	} {
		graphql.Mutation(b, name, func(ctx context.Context, a justifiedArguments) (payload, error) {
			return payload{}, decide(ctx, a.FindingID, a.Vulnerabilities, a.Justification)
		})
	}
	graphql.Mutation(b, "verifyVulnerabilitiesRequest", func(ctx context.Context, a struct {
		FindingID, Justification                   string
		OpenVulnerabilities, ClosedVulnerabilities []string
	}) (payload, error) {
		return payload{}, s.Vulnerabilities.VerifyReattacks(ctx, a.FindingID, vulnerability.Reattack{
			Open: a.OpenVulnerabilities, Closed: a.ClosedVulnerabilities, Justification: a.Justification,
		})
	})
}
