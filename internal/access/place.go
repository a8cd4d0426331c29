package access

import (
	"context"
	"errors"
	"fmt"

	"asm.example/asm/internal/database"
	"asm.example/asm/internal/problem"
)

// Whatever is asked for by key is an id or a name, and no name has the form of an id that the program makes; the id goes
// first all the same.
const (
	activeGroup = `
	SELECT g.id, g.name, o.id, o.name
	  FROM groups g
	  JOIN organizations o ON o.id = g.organization_id AND o.state = 'ACTIVE'
	 WHERE (g.id = $1 OR g.name = $1)
	   AND g.state = 'ACTIVE'
	 ORDER BY CASE WHEN g.id = $1 THEN 0 ELSE 1 END
	 LIMIT 1`

	activeOrganization = `
	SELECT '', '', id, name
	  FROM organizations
	 WHERE (id = $1 OR name = $1)
	   AND state = 'ACTIVE'
	 ORDER BY CASE WHEN id = $1 THEN 0 ELSE 1 END
	 LIMIT 1`
)

// places remembers for a second where organizations and groups are that the caller is no member of.
type places struct {
	epochs *epochs
	known  cache[Object, knownPlace]
}

type knownPlace struct {
	reading
	place place
}

// find answers an active object. Problems: Denied when there is none.
func (p *places) find(ctx context.Context, db *database.DB, on Object) (place, error) {
	now, epoch := db.Now(), p.epochs.of(on.key)
	if known, ok := p.known.get(on); ok && known.isFresh(now, epoch) {
		return known.place, nil
	}
	found, err := findPlace(ctx, db, on)
	if err != nil {
		return place{}, err
	}
	p.known.put(on, knownPlace{reading{now, epoch}, found})
	return found, nil
}

// findPlace reads an active object. Problems: Denied when there is none.
func findPlace(ctx context.Context, q database.Querier, on Object) (place, error) {
	statement := activeGroup
	if on.level == OrganizationLevel {
		statement = activeOrganization
	}
	found, err := database.One(ctx, q, scanPlace, statement, on.key)
	if errors.Is(err, database.ErrNoRow) {
		return place{}, problem.Denied()
	}
	if err != nil {
		return place{}, fmt.Errorf("find %s %q: %w", on.level, on.key, err)
	}
	return found, nil
}

func scanPlace(row database.Row) (place, error) {
	var p place
	err := row.Scan(&p.groupID, &p.groupName, &p.organizationID, &p.organizationName)
	return p, err
}
