package access

import (
	"context"
	"strings"

	"asm.example/asm/internal/database"
	"asm.example/asm/internal/problem"
)

// Tours tell which introductions of the web app a person has seen.
type Tours struct {
	NewGroup, NewRiskExposure, NewRoot, Welcome bool
}

// names are the tours that were seen, sorted, as access_stakeholders.seen_tours keeps them.
func (t Tours) names() string {
	var seen []string
	for _, tour := range []struct {
		name string
		seen bool
	}{{"newGroup", t.NewGroup}, {"newRiskExposure", t.NewRiskExposure}, {"newRoot", t.NewRoot}, {"welcome", t.Welcome}} {
		if tour.seen {
			seen = append(seen, tour.name)
		}
	}
	return strings.Join(seen, ",")
}

func parseTours(column string) Tours {
	seen := map[string]bool{}
	for name := range strings.SplitSeq(column, ",") {
		seen[name] = true
	}
	return Tours{seen["newGroup"], seen["newRiskExposure"], seen["newRoot"], seen["welcome"]}
}

const (
	seenTours = `
	SELECT seen_tours
	  FROM access_stakeholders
	 WHERE email = $1`

	setSeenTours = `
	UPDATE access_stakeholders
	   SET seen_tours = $2
	 WHERE email = $1`
)

// Tours answers which the caller has seen. Problems: Unauthenticated.
func (s *Service) Tours(ctx context.Context) (Tours, error) {
	grant, err := s.Self(ctx)
	if err != nil {
		return Tours{}, err
	}
	found, err := database.Collect(ctx, s.db, database.Value[string], seenTours, grant.actor.Email)
	if err != nil {
		return Tours{}, inRoom("read the tours", err)
	}
	if len(found) == 0 { // the host takes none
		return Tours{NewRiskExposure: true}, nil
	}
	return parseTours(found[0]), nil
}

// UpdateTours keeps which the caller has seen. Problems: Unauthenticated.
func (s *Service) UpdateTours(ctx context.Context, seen Tours) error {
	return s.set(ctx, "updateTours", map[string]any{"seen": seen.names()}, setSeenTours, seen.names())
}

// Texts that the contract fixes for people's phones, which this program never calls.
const (
	errVerifyPhone = "Exception - Stakeholder verification could not be started"
	errUpdatePhone = "Exception - Stakeholder could not be verified"
)

// VerifyPhone and UpdatePhone answer existing clients: nothing is done by phone. Problems: Unauthenticated; Conflict, always.
func (s *Service) VerifyPhone(ctx context.Context) error { return s.noPhone(ctx, errVerifyPhone) }

// UpdatePhone is as [Service.VerifyPhone].
func (s *Service) UpdatePhone(ctx context.Context) error { return s.noPhone(ctx, errUpdatePhone) }

func (s *Service) noPhone(ctx context.Context, message string) error {
	if _, err := s.Self(ctx); err != nil {
		return err
	}
	return problem.Conflict(message)
}
