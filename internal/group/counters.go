package group

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"asm.example/asm/internal/database"
)

// BySeverity is a number for each level of severity.
type BySeverity struct {
	None, Low, Medium, High, Critical int64
}

// Total is the sum over the levels.
func (n BySeverity) Total() int64 {
	return n.None + n.Low + n.Medium + n.High + n.Critical
}

// Counters are the numbers of a group that lists show without counting. Only released locations without zero risk count.
type Counters struct {
	// Open is the number of open locations by the level of their temporal score.
	Open BySeverity
	// Closed is the number of safe ones.
	Closed int64
	// OpenFindings is the number of findings with an open location.
	OpenFindings int64
	// ExposureThousandths is the risk exposure of the open locations, in thousandths of CVSSF.
	ExposureThousandths int64
	// LastScanAt is when a scan was last imported, in UTC; zero before the first.
	LastScanAt time.Time
}

// Difference is what a change adds to the counters of a group; what it takes away is negative.
type Difference struct {
	Open                BySeverity
	Closed              int64
	OpenFindings        int64
	ExposureThousandths int64
}

// Add adds another difference to this one.
func (d *Difference) Add(other Difference) {
	d.Open.None += other.Open.None
	d.Open.Low += other.Open.Low
	d.Open.Medium += other.Open.Medium
	d.Open.High += other.Open.High
	d.Open.Critical += other.Open.Critical
	d.Closed += other.Closed
	d.OpenFindings += other.OpenFindings
	d.ExposureThousandths += other.ExposureThousandths
}

// counterColumns are what a counterRow reads; c is group_counters.
const counterColumns = `c.open_none, c.open_low, c.open_medium, c.open_high, c.open_critical,
	       c.closed, c.open_findings, c.exposure_thousandths, c.last_scan_at`

type counterRow struct {
	read       Counters
	lastScanAt int64
}

func (r *counterRow) targets() []any {
	c := &r.read
	return []any{&c.Open.None, &c.Open.Low, &c.Open.Medium, &c.Open.High, &c.Open.Critical,
		&c.Closed, &c.OpenFindings, &c.ExposureThousandths, &r.lastScanAt}
}

func (r *counterRow) counters() Counters {
	c := r.read
	c.LastScanAt = database.Time(r.lastScanAt)
	return c
}

// One group at a time, so that a database that is spread by group can do it.
const lockCounters = `
	SELECT group_id
	  FROM group_counters
	 WHERE group_id = $1
	   FOR UPDATE`

// LockCounters locks the counters of groups, in the order of their ids, until the transaction ends. Whoever changes what
// they count calls it after locking the counters of the findings concerned and before adding to any. It does not
// authorize.
func LockCounters(ctx context.Context, tx *database.Tx, groupIDs []string) error {
	ordered := slices.Compact(slices.Sorted(slices.Values(groupIDs)))
	for _, id := range ordered {
		if _, err := database.Collect(ctx, tx, database.Value[string], lockCounters, id); err != nil {
			return fmt.Errorf("lock counters of group %s: %w", id, err)
		}
	}
	return nil
}

const addToCounters = `
	UPDATE group_counters
	   SET open_none = open_none + $2,
	       open_low = open_low + $3,
	       open_medium = open_medium + $4,
	       open_high = open_high + $5,
	       open_critical = open_critical + $6,
	       closed = closed + $7,
	       open_findings = open_findings + $8,
	       exposure_thousandths = exposure_thousandths + $9
	 WHERE group_id = $1`

// AddToCounters adds differences to the counters of groups, by their ids and in their order. It costs a statement for
// each group whose numbers change, and does not authorize.
func AddToCounters(ctx context.Context, tx *database.Tx, differences map[string]Difference) error {
	for _, id := range slices.Sorted(maps.Keys(differences)) {
		d := differences[id]
		if d == (Difference{}) {
			continue
		}
		if err := writeCounters(ctx, tx, addToCounters, id, d); err != nil {
			return fmt.Errorf("add to counters of group %s: %w", id, err)
		}
	}
	return nil
}

const setCounters = `
	UPDATE group_counters
	   SET open_none = $2,
	       open_low = $3,
	       open_medium = $4,
	       open_high = $5,
	       open_critical = $6,
	       closed = $7,
	       open_findings = $8,
	       exposure_thousandths = $9
	 WHERE group_id = $1`

// SetCounters replaces the counters of a group by what was counted, which is the difference from nothing. It is for
// recounting, with the counters locked, and does not authorize.
func SetCounters(ctx context.Context, tx *database.Tx, groupID string, counted Difference) error {
	if err := writeCounters(ctx, tx, setCounters, groupID, counted); err != nil {
		return fmt.Errorf("set counters of group %s: %w", groupID, err)
	}
	return nil
}

func writeCounters(ctx context.Context, tx *database.Tx, statement, groupID string, d Difference) error {
	changed, err := tx.Exec(ctx, statement, groupID, d.Open.None, d.Open.Low, d.Open.Medium, d.Open.High,
		d.Open.Critical, d.Closed, d.OpenFindings, d.ExposureThousandths)
	if err == nil && changed != 1 {
		err = fmt.Errorf("%d rows instead of 1", changed)
	}
	return err
}

const setLastScan = `
	UPDATE group_counters
	   SET last_scan_at = $2
	 WHERE group_id = $1
	   AND last_scan_at < $2`

// SetLastScan notes when a scan was imported; an earlier time than the one noted changes nothing. It does not authorize.
func SetLastScan(ctx context.Context, tx *database.Tx, groupID string, at time.Time) error {
	if _, err := tx.Exec(ctx, setLastScan, groupID, database.Micros(at)); err != nil {
		return fmt.Errorf("note last scan of group %s: %w", groupID, err)
	}
	return nil
}

const countersOfGroups = `
	SELECT c.group_id, ` + counterColumns + `
	  FROM group_counters c
	 WHERE c.group_id = ANY($1)`

// CountersOf answers the counters of groups, by their ids; what does not exist is left out. It does not authorize.
func CountersOf(ctx context.Context, q database.Querier, groupIDs []string) (map[string]Counters, error) {
	found := make(map[string]Counters, len(groupIDs))
	_, err := database.Collect(ctx, q, func(row database.Row) (struct{}, error) {
		var id string
		var r counterRow
		err := row.Scan(append([]any{&id}, r.targets()...)...)
		found[id] = r.counters()
		return struct{}{}, err
	}, countersOfGroups, groupIDs)
	if err != nil {
		return nil, fmt.Errorf("load counters of groups: %w", err)
	}
	return found, nil
}

// OpenOfOrganizations answers how many locations are open in those groups of each organization that the caller may see,
// aligned with organizationIDs.
func (s *Service) OpenOfOrganizations(ctx context.Context, organizationIDs []string) ([]BySeverity, error) {
	w, err := s.visible(ctx, Query{})
	if err != nil {
		return nil, err
	}
	w.And("g.organization_id = ANY(?)", organizationIDs)
	type sum struct {
		organizationID string
		open           BySeverity
	}
	sums, err := database.Collect(ctx, s.db, func(row database.Row) (r sum, err error) {
		n := &r.open
		return r, row.Scan(&r.organizationID, &n.None, &n.Low, &n.Medium, &n.High, &n.Critical)
	}, `
	SELECT g.organization_id, CAST(sum(c.open_none) AS BIGINT), CAST(sum(c.open_low) AS BIGINT),
	       CAST(sum(c.open_medium) AS BIGINT), CAST(sum(c.open_high) AS BIGINT), CAST(sum(c.open_critical) AS BIGINT)
	  FROM groups g
	  JOIN group_counters c ON c.group_id = g.id
	 `+w.String()+`
	 GROUP BY g.organization_id`, w.Arguments()...)
	if err != nil {
		return nil, fmt.Errorf("sum up open locations of organizations: %w", err)
	}
	byOrganization := make(map[string]BySeverity, len(sums))
	for _, r := range sums {
		byOrganization[r.organizationID] = r.open
	}
	aligned := make([]BySeverity, len(organizationIDs))
	for i, id := range organizationIDs {
		aligned[i] = byOrganization[id]
	}
	return aligned, nil
}
