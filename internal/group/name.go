package group

import (
	"context"
	"fmt"

	"asm.example/asm/internal/database"
)

// NamesOf answers the names of groups by their ids, aligned; empty for one that is gone or that the caller may not see.
// Problems: Unauthenticated.
func (s *Service) NamesOf(ctx context.Context, ids []string) ([]string, error) {
	w, err := s.visible(ctx, Query{})
	if err != nil {
		return nil, err
	}
	w.And("g.id = ANY(?)", ids)
	type named struct{ id, name string }
	found, err := database.Collect(ctx, s.db, func(row database.Row) (named, error) {
		var n named
		err := row.Scan(&n.id, &n.name)
		return n, err
	}, `
	SELECT g.id, g.name
	  FROM groups g
	  JOIN organizations o ON o.id = g.organization_id
	 `+w.String(), w.Arguments()...)
	if err != nil {
		return nil, fmt.Errorf("name groups: %w", err)
	}
	nameOf := make(map[string]string, len(found))
	for _, n := range found {
		nameOf[n.id] = n.name
	}
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = nameOf[id]
	}
	return names, nil
}
