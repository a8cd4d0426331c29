package finding

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"asm.example/asm/internal/database"
	"asm.example/asm/internal/group"
)

const (
	findingsOfGroup = `
	SELECT finding_id
	  FROM finding_counters
	 WHERE group_id = $1`

	locationsAlike = `
	SELECT finding_id, standing, treatment, verification, severity_tenths, count(*)
	  FROM vulnerabilities
	 WHERE group_id = $1
	 GROUP BY finding_id, standing, treatment, verification, severity_tenths`
)

// Recount counts the locations of a group and replaces the counters of its findings and its own. It is the repair for
// counters that are wrong, reads every location, and does not authorize.
func Recount(ctx context.Context, tx *database.Tx, groupID string) error {
	ids, err := database.Collect(ctx, tx, database.Value[string], findingsOfGroup, groupID)
	if err != nil {
		return fmt.Errorf("list findings of group %s: %w", groupID, err)
	}
	if _, err := LockCounters(ctx, tx, groupID, ids); err != nil {
		return err
	}
	counted, err := readExtremes(ctx, tx, groupID, ids)
	if err != nil {
		return err
	}
	if err := countLocations(ctx, tx, groupID, counted); err != nil {
		return err
	}
	if err := writeCounters(ctx, tx, groupID, counted); err != nil {
		return err
	}
	var total group.Difference
	for _, id := range slices.Sorted(maps.Keys(counted)) {
		total.Add(groupDifference(Counters{}, counted[id]))
	}
	return group.SetCounters(ctx, tx, groupID, total)
}

// countLocations fills in the numbers of counters.
func countLocations(ctx context.Context, tx *database.Tx, groupID string, counted map[string]Counters) error {
	_, err := database.Collect(ctx, tx, func(row database.Row) (struct{}, error) {
		var id string
		var l Location
		var times int64
		err := row.Scan(&id, &l.Standing, &l.Treatment, &l.Verification, &l.SeverityTenths, &times)
		c := counted[id]
		c.Count(l, times)
		counted[id] = c
		return struct{}{}, err
	}, locationsAlike, groupID)
	if err != nil {
		return fmt.Errorf("count locations of group %s: %w", groupID, err)
	}
	return nil
}
