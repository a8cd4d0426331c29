package group

import (
	"context"
	"slices"

	"asm.example/asm/internal/access"
)

// ServiceAttributes answers what can be done with each group, by the names that existing clients ask for: sorted, aligned
// with groups. The names guard nothing here; clients show and hide by them.
//
// Needs GroupServiceAttributes on each group. Problems: Denied for all when it is missing on one.
func (s *Service) ServiceAttributes(ctx context.Context, groups []*Group) ([][]string, error) {
	if _, err := s.access.RequireAll(ctx, access.GroupServiceAttributes, idsOf(groups)); err != nil {
		return nil, err
	}
	all := make([][]string, len(groups))
	for i, g := range groups {
		all[i] = attributes(g)
	}
	return all, nil
}

// attributes are the contract's conditions, but that an active group has both services, since any kind of root may be in
// it.
func attributes(g *Group) []string {
	active, continuous := g.IsActive(), g.Subscription == Continuous
	served := g.HasMachine || g.HasSquad
	var names []string
	for _, row := range []struct {
		name  string
		holds bool
	}{
		{"has_asm", active},
		{"is_continuous", continuous},
		{"can_report_vulnerabilities", active && (!continuous || served)},
		{"can_request_zero_risk", active && served},
		{"has_squad", active && g.HasSquad},
		{"has_forces", active && continuous},
		{"has_service_white", active},
		{"has_service_black", active},
	} {
		if row.holds {
			names = append(names, row.name)
		}
	}
	slices.Sort(names)
	return names
}

func idsOf(groups []*Group) []string {
	ids := make([]string, len(groups))
	for i, g := range groups {
		ids[i] = g.ID
	}
	return ids
}
