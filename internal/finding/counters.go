package finding

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"asm.example/asm/internal/database"
	"asm.example/asm/internal/group"
)

// Standing is in which list a location stands. It follows from the location's state and zero risk, and decides what it
// counts as.
type Standing string

// The standings. Zero risk, requested or confirmed, takes a released location out of every other count.
const (
	StandsOpen      Standing = "OPEN"
	StandsClosed    Standing = "CLOSED"
	StandsSubmitted Standing = "SUBMITTED"
	StandsRejected  Standing = "REJECTED"
	StandsZeroRisk  Standing = "ZERO_RISK"
	StandsDeleted   Standing = "DELETED"
)

// Location is what counting needs to know of a location.
type Location struct {
	Standing Standing
	// Treatment and Verification are in the words of the API; Verification is empty when no reattack was asked for.
	Treatment, Verification string
	SeverityTenths          int
}

// Numbers are the counters that add up. They serve as totals and as differences, which may be negative.
type Numbers struct {
	// Open are the open locations by the level of their score.
	Open                                               group.BySeverity
	Closed, Submitted, Rejected, ZeroRisk              int64
	Untreated, InProgress, Accepted, AcceptedUndefined int64 // open ones by treatment
	Requested, OnHold, Verified                        int64 // open ones by verification
	ExposureThousandths                                int64 // thousandths of CVSSF over the open ones
}

// Counters are a finding's numbers. What they count is released without zero risk, unless the name says otherwise.
type Counters struct {
	Numbers
	// MaxOpenTenths is the highest score of an open location, in tenths; 0 when there is none.
	MaxOpenTenths int
	// OldestOpenAt is the oldest report of an open location, OldestAt and NewestAt those of an open or closed one; zero
	// when there is none.
	OldestOpenAt, OldestAt, NewestAt time.Time
}

// Count adds what so many alike locations count; times is negative for those that go.
func (n *Numbers) Count(l Location, times int64) {
	switch l.Standing {
	case StandsOpen:
		n.countOpen(l, times)
	case StandsClosed:
		n.Closed += times
	case StandsSubmitted:
		n.Submitted += times
	case StandsRejected:
		n.Rejected += times
	case StandsZeroRisk:
		n.ZeroRisk += times
	}
}

func (n *Numbers) countOpen(l Location, times int64) {
	n.ExposureThousandths += times * CVSSF(l.SeverityTenths)
	*n.level(LevelOf(l.SeverityTenths)) += times
	switch l.Treatment {
	case "UNTREATED":
		n.Untreated += times
	case "IN_PROGRESS":
		n.InProgress += times
	case "ACCEPTED":
		n.Accepted += times
	case "ACCEPTED_UNDEFINED":
		n.AcceptedUndefined += times
	}
	switch l.Verification {
	case "REQUESTED":
		n.Requested += times
	case "ON_HOLD":
		n.OnHold += times
	case "VERIFIED":
		n.Verified += times
	}
}

func (n *Numbers) level(l Level) *int64 {
	switch l {
	case CriticalLevel:
		return &n.Open.Critical
	case HighLevel:
		return &n.Open.High
	case MediumLevel:
		return &n.Open.Medium
	case LowLevel:
		return &n.Open.Low
	}
	return &n.Open.None
}

// fields are the numbers in the order of counterNames.
func (n *Numbers) fields() []*int64 {
	return []*int64{&n.Open.None, &n.Open.Low, &n.Open.Medium, &n.Open.High, &n.Open.Critical,
		&n.Closed, &n.Submitted, &n.Rejected, &n.ZeroRisk,
		&n.Untreated, &n.InProgress, &n.Accepted, &n.AcceptedUndefined, &n.Requested, &n.OnHold, &n.Verified,
		&n.ExposureThousandths}
}

// Add adds other numbers to these.
func (n *Numbers) Add(other Numbers) {
	more := other.fields()
	for i, number := range n.fields() {
		*number += *more[i]
	}
}

// counterNames are the columns of finding_counters behind its key.
var counterNames = []string{"open_none", "open_low", "open_medium", "open_high", "open_critical",
	"closed", "submitted", "rejected", "zero_risk",
	"untreated", "in_progress", "accepted", "accepted_undefined", "requested", "on_hold", "verified",
	"exposure_thousandths", "max_open_tenths", "oldest_open_at", "oldest_at", "newest_at"}

// counterColumns are what a counterRow reads; c is finding_counters.
const counterColumns = `c.open_none, c.open_low, c.open_medium, c.open_high, c.open_critical,
	       c.closed, c.submitted, c.rejected, c.zero_risk,
	       c.untreated, c.in_progress, c.accepted, c.accepted_undefined, c.requested, c.on_hold, c.verified,
	       c.exposure_thousandths, c.max_open_tenths, c.oldest_open_at, c.oldest_at, c.newest_at`

type counterRow struct {
	read                             Counters
	oldestOpenAt, oldestAt, newestAt int64
}

func (r *counterRow) targets() []any {
	targets := []any{}
	for _, number := range r.read.fields() {
		targets = append(targets, number)
	}
	return append(targets, &r.read.MaxOpenTenths, &r.oldestOpenAt, &r.oldestAt, &r.newestAt)
}

func (r *counterRow) counters() Counters {
	c := r.read
	c.OldestOpenAt, c.OldestAt = database.Time(r.oldestOpenAt), database.Time(r.oldestAt)
	c.NewestAt = database.Time(r.newestAt)
	return c
}

// values are the counters in the order of counterNames.
func (c *Counters) values() []any {
	values := []any{}
	for _, number := range c.fields() {
		values = append(values, *number)
	}
	return append(values, int64(c.MaxOpenTenths), database.Micros(c.OldestOpenAt), database.Micros(c.OldestAt),
		database.Micros(c.NewestAt))
}

// Locked are the counters of findings of one group, with the group's own, locked until the transaction ends.
type Locked struct {
	groupID string
	before  map[string]Counters
}

const lockedCounters = `
	SELECT c.finding_id, ` + counterColumns + `
	  FROM finding_counters c
	 WHERE c.group_id = $1
	   AND c.finding_id = ANY($2)
	 ORDER BY c.finding_id
	   FOR UPDATE`

// LockCounters locks the counters of findings of a group in the order of their ids, then the group's. Whoever changes
// locations calls it before reading what it will change, and [Locked.Add] afterwards; so changes of one finding's
// locations never run side by side. It does not authorize.
func LockCounters(ctx context.Context, tx *database.Tx, groupID string, findingIDs []string) (*Locked, error) {
	locked := &Locked{groupID: groupID, before: make(map[string]Counters, len(findingIDs))}
	_, err := database.Collect(ctx, tx, func(row database.Row) (struct{}, error) {
		var id string
		var r counterRow
		err := row.Scan(append([]any{&id}, r.targets()...)...)
		locked.before[id] = r.counters()
		return struct{}{}, err
	}, lockedCounters, groupID, findingIDs)
	if err != nil {
		return nil, fmt.Errorf("lock counters of findings of group %s: %w", groupID, err)
	}
	if err := group.LockCounters(ctx, tx, []string{groupID}); err != nil {
		return nil, err
	}
	return locked, nil
}

// Add adds differences, by finding, once the locations are as they should be: the highest score and the dates are read
// from them. A finding whose first location was released becomes approved. by and action are for its history. The
// number of statements does not depend on how many locations or findings changed.
func (l *Locked) Add(ctx context.Context, tx *database.Tx, by Author, action string, differences map[string]Numbers) error {
	if len(differences) == 0 {
		return nil
	}
	ids := slices.Sorted(maps.Keys(differences))
	extremes, err := readExtremes(ctx, tx, l.groupID, ids)
	if err != nil {
		return err
	}
	after := make(map[string]Counters, len(ids))
	var ofGroup group.Difference
	released := []string{}
	for _, id := range ids {
		before, ok := l.before[id]
		if !ok {
			return fmt.Errorf("counters of finding %s change without being locked", id)
		}
		c := extremes[id]
		c.Numbers = before.Numbers
		c.Add(differences[id])
		after[id] = c
		ofGroup.Add(groupDifference(before, c))
		if before.Open.Total()+before.Closed == 0 && c.Open.Total()+c.Closed > 0 {
			released = append(released, id)
		}
	}
	if err := writeCounters(ctx, tx, l.groupID, after); err != nil {
		return err
	}
	if err := approve(ctx, tx, act{tx.Now(), by, action}, l.groupID, released); err != nil {
		return err
	}
	l.before = after
	return group.AddToCounters(ctx, tx, map[string]group.Difference{l.groupID: ofGroup})
}

// groupDifference is what a finding's change adds to its group.
func groupDifference(before, after Counters) group.Difference {
	d := group.Difference{
		Open: group.BySeverity{
			None: after.Open.None - before.Open.None, Low: after.Open.Low - before.Open.Low,
			Medium: after.Open.Medium - before.Open.Medium, High: after.Open.High - before.Open.High,
			Critical: after.Open.Critical - before.Open.Critical,
		},
		Closed:              after.Closed - before.Closed,
		ExposureThousandths: after.ExposureThousandths - before.ExposureThousandths,
	}
	if before.Open.Total() > 0 {
		d.OpenFindings--
	}
	if after.Open.Total() > 0 {
		d.OpenFindings++
	}
	return d
}

// Each is the end of an index, so it costs the same however many locations there are.
const extremesOfFindings = `
	SELECT c.finding_id,
	       COALESCE((SELECT MAX(v.severity_tenths) FROM vulnerabilities v
	                  WHERE v.group_id = c.group_id AND v.finding_id = c.finding_id AND v.standing = 'OPEN'), 0),
	       COALESCE((SELECT MIN(v.reported_at) FROM vulnerabilities v
	                  WHERE v.group_id = c.group_id AND v.finding_id = c.finding_id AND v.standing = 'OPEN'), 0),
	       COALESCE((SELECT MIN(v.reported_at) FROM vulnerabilities v
	                  WHERE v.group_id = c.group_id AND v.finding_id = c.finding_id AND v.standing = 'CLOSED'), 0),
	       COALESCE((SELECT MAX(v.reported_at) FROM vulnerabilities v
	                  WHERE v.group_id = c.group_id AND v.finding_id = c.finding_id AND v.standing = 'OPEN'), 0),
	       COALESCE((SELECT MAX(v.reported_at) FROM vulnerabilities v
	                  WHERE v.group_id = c.group_id AND v.finding_id = c.finding_id AND v.standing = 'CLOSED'), 0)
	  FROM finding_counters c
	 WHERE c.group_id = $1
	   AND c.finding_id = ANY($2)`

// readExtremes answers counters with everything but their numbers.
func readExtremes(ctx context.Context, tx *database.Tx, groupID string, ids []string) (map[string]Counters, error) {
	extremes := make(map[string]Counters, len(ids))
	_, err := database.Collect(ctx, tx, func(row database.Row) (struct{}, error) {
		var id string
		var c Counters
		var oldestOpen, oldestClosed, newestOpen, newestClosed int64
		err := row.Scan(&id, &c.MaxOpenTenths, &oldestOpen, &oldestClosed, &newestOpen, &newestClosed)
		oldest := oldestOpen
		if oldest == 0 || oldestClosed != 0 && oldestClosed < oldest {
			oldest = oldestClosed
		}
		c.OldestOpenAt, c.OldestAt = database.Time(oldestOpen), database.Time(oldest)
		c.NewestAt = database.Time(max(newestOpen, newestClosed))
		extremes[id] = c
		return struct{}{}, err
	}, extremesOfFindings, groupID, ids)
	if err != nil {
		return nil, fmt.Errorf("read extremes of findings of group %s: %w", groupID, err)
	}
	return extremes, nil
}

// replaceCounters writes every counter of rows that are there; none is missing, since a finding is made with its row.
const replaceCounters database.Piece = `ON CONFLICT (group_id, finding_id) DO UPDATE
	   SET open_none = excluded.open_none,
	       open_low = excluded.open_low,
	       open_medium = excluded.open_medium,
	       open_high = excluded.open_high,
	       open_critical = excluded.open_critical,
	       closed = excluded.closed,
	       submitted = excluded.submitted,
	       rejected = excluded.rejected,
	       zero_risk = excluded.zero_risk,
	       untreated = excluded.untreated,
	       in_progress = excluded.in_progress,
	       accepted = excluded.accepted,
	       accepted_undefined = excluded.accepted_undefined,
	       requested = excluded.requested,
	       on_hold = excluded.on_hold,
	       verified = excluded.verified,
	       exposure_thousandths = excluded.exposure_thousandths,
	       max_open_tenths = excluded.max_open_tenths,
	       oldest_open_at = excluded.oldest_open_at,
	       oldest_at = excluded.oldest_at,
	       newest_at = excluded.newest_at`

// writeCounters replaces counters by findings' ids.
func writeCounters(ctx context.Context, tx *database.Tx, groupID string, counters map[string]Counters) error {
	names := append([]string{"group_id", "finding_id"}, counterNames...)
	rows := database.RowsOf(slices.Sorted(maps.Keys(counters)), func(id string) []any {
		c := counters[id]
		return append([]any{groupID, id}, c.values()...)
	})
	if _, err := tx.LoadOnConflict(ctx, "finding_counters", names, replaceCounters, rows); err != nil {
		return fmt.Errorf("write counters of findings of group %s: %w", groupID, err)
	}
	return nil
}

const (
	rememberApproval = `
	INSERT INTO finding_history (group_id, finding_id, number, changed_at, changed_by, credential, action, changes)
	SELECT group_id, id, version + 1, $3, $4, $5, $6, '{"currentState":"APPROVED"}'
	  FROM findings
	 WHERE group_id = $1
	   AND id = ANY($2)
	   AND state = 'CREATED'`

	approveFindings = `
	UPDATE findings
	   SET state = 'APPROVED',
	       state_changed_at = $3,
	       version = version + 1
	 WHERE group_id = $1
	   AND id = ANY($2)
	   AND state = 'CREATED'`
)

// approve marks findings as released for the first time.
func approve(ctx context.Context, tx *database.Tx, a act, groupID string, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	at := database.Micros(a.at)
	_, err := tx.Exec(ctx, rememberApproval, groupID, ids, at, a.by.Email, a.by.Credential, a.action)
	if err != nil {
		return fmt.Errorf("write approval of findings of group %s: %w", groupID, err)
	}
	if _, err := tx.Exec(ctx, approveFindings, groupID, ids, at); err != nil {
		return fmt.Errorf("approve findings of group %s: %w", groupID, err)
	}
	return nil
}
