package notify

import (
	"context"
	"fmt"
	"time"

	"asm.example/asm/internal/database"
)

// Acceptances are told of while they have at most so much left, once for each day on which they end and person.
const expiringWithin = 7 * 24 * time.Hour

const (
	// Index: none by date; a group's open locations are few beside what an import reads, and this runs every ten minutes.
	expiringAcceptances = `
	SELECT v.group_id, g.name, o.name, f.id, f.title, coalesce(r.nickname, ''), v.type, v.place, v.specific, v.accepted_until
	  FROM vulnerabilities v
	  JOIN findings f ON f.group_id = v.group_id AND f.id = v.finding_id
	  JOIN groups g ON g.id = v.group_id AND g.state = 'ACTIVE'
	  JOIN organizations o ON o.id = g.organization_id
	  LEFT JOIN roots r ON r.group_id = v.group_id AND r.id = v.root_id
	 WHERE v.standing = 'OPEN'
	   AND v.treatment = 'ACCEPTED'
	   AND v.accepted_until > $1
	   AND v.accepted_until <= $2
	 ORDER BY v.group_id, f.id, v.accepted_until, v.id
	 LIMIT 10000`
)

// expiring is an acceptance that ends soon.
type expiring struct {
	groupID, group, organization, findingID, finding string
	at                                               location
	until                                            time.Time
}

func scanExpiring(row database.Row) (expiring, error) {
	var e expiring
	var until int64
	err := row.Scan(&e.groupID, &e.group, &e.organization, &e.findingID, &e.finding, &e.at.nickname, &e.at.kind, &e.at.place, &e.at.specific, &until)
	e.until = database.Time(until)
	return e, err
}

// Remind makes mails of acceptances that end within 7 days: one for each finding, day and person.
func (s *Service) Remind(ctx context.Context) error {
	if !s.IsConfigured() {
		return nil
	}
	err := s.db.Write(ctx, func(tx *database.Tx) error {
		now := tx.Now()
		soon, err := database.Collect(ctx, tx, scanExpiring, expiringAcceptances, database.Micros(now), database.Micros(now.Add(expiringWithin)))
		if err != nil {
			return err
		}
		for len(soon) > 0 {
			together := 1
			for together < len(soon) && soon[together].findingID == soon[0].findingID && day(soon[together].until) == day(soon[0].until) {
				together++
			}
			if err := s.remind(ctx, tx, soon[:together]); err != nil {
				return err
			}
			soon = soon[together:]
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("make mails of what ends soon: %w", err)
	}
	return nil
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// remind makes the mails of acceptances of one finding that end on one day.
func (s *Service) remind(ctx context.Context, tx *database.Tx, ending []expiring) error {
	first := ending[0]
	l := letter{
		Subject: "Accepted risks end on " + day(first.until) + ": " + first.finding, Group: first.group, severityTenths: -1,
		Paragraphs: []string{"Accepted risks of this finding end on " + day(first.until) + ". From then on they are untreated again."},
		Facts:      []fact{{"Finding", first.finding}},
		Buttons: []button{{"Open the finding", fmt.Sprintf("%s/orgs/%s/groups/%s/vulns/%s/locations", s.url, first.organization, first.group,
			first.findingID)}},
	}
	places := make([]location, len(ending))
	for i, e := range ending {
		places[i] = e.at
	}
	l.list(places)
	for _, n := range notices() {
		if n.kind != expiringKind {
			continue
		}
		told := &telling{tx: tx, service: s}
		told.record.Group = first.groupID
		to, err := told.recipients(ctx, n, l)
		if err != nil {
			return err
		}
		for _, address := range to {
			if err := s.queue(ctx, tx, n, address, l, fmt.Sprintf("%s %s %s", n.kind, first.findingID, day(first.until))); err != nil {
				return err
			}
		}
	}
	return nil
}
