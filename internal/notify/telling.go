package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/audit"
	"asm.example/asm/internal/database"
)

// errNothingToTell is what a notice answers when there is nothing to tell, or what it was about is gone.
var errNothingToTell = errors.New("nothing to tell")

// telling is one record about to be told, with what its notices ask of the database.
type telling struct {
	tx      *database.Tx
	service *Service
	record  audit.Record

	organization, organizationID string
	group                        string // its name; "" when it is about none or the group is gone
	before, after                map[string]any
}

const placeOfRecord = `
	SELECT o.id, o.name, coalesce(g.name, '')
	  FROM organizations o
	  LEFT JOIN groups g ON g.organization_id = o.id AND g.id = $2
	 WHERE o.id = $1`

// read fills in what every notice needs.
func (t *telling) read(ctx context.Context) error {
	type place struct{ id, organization, group string }
	found, err := database.Collect(ctx, t.tx, func(row database.Row) (p place, err error) {
		return p, row.Scan(&p.id, &p.organization, &p.group)
	}, placeOfRecord, t.record.Chain, t.record.Group)
	if err != nil {
		return fmt.Errorf("look for the place of a record: %w", err)
	}
	if len(found) > 0 {
		t.organizationID, t.organization, t.group = found[0].id, found[0].organization, found[0].group
	}
	for text, into := range map[string]*map[string]any{t.record.Before: &t.before, t.record.After: &t.after} {
		if text != "" && json.Unmarshal([]byte(text), into) != nil {
			*into = nil // a list or a text: no notice asks for it
		}
	}
	return nil
}

// said answers a value of what the record says after the change, as text; "" when it says nothing.
func (t *telling) said(key string) string {
	switch value := t.after[key].(type) {
	case nil:
		return ""
	case string:
		return value
	default:
		return fmt.Sprint(value)
	}
}

// groupAddress is a page of the group.
func (t *telling) groupAddress(page string) string {
	return fmt.Sprintf("%s/orgs/%s/groups/%s%s", t.service.url, t.organization, t.group, page)
}

// who is the person who acted.
func (t *telling) who() fact { return fact{"By", t.record.Actor} }

const (
	membersOfGroup = `
	SELECT DISTINCT s.email, s.notifications, s.least_severity_tenths
	  FROM access_memberships m
	  JOIN access_stakeholders s ON s.email = m.email
	 WHERE m.group_id = $1
	   AND m.role = ANY($2)
	   AND m.accepted_at > 0
	   AND s.registered_at > 0
	   AND s.disabled_at = 0
	   AND (NOT s.unverified OR m.with_account)
	 ORDER BY s.email`

	membersOfOrganization = `
	SELECT DISTINCT s.email, s.notifications, s.least_severity_tenths
	  FROM access_memberships m
	  JOIN access_stakeholders s ON s.email = m.email
	 WHERE m.organization_id = $1
	   AND m.group_id = ''
	   AND m.role = ANY($2)
	   AND m.accepted_at > 0
	   AND s.registered_at > 0
	   AND s.disabled_at = 0
	   AND (NOT s.unverified OR m.with_account)
	 ORDER BY s.email`

	// Of those addressed by name, who may be told of a group: members in force.
	addressedInGroup = `
	SELECT DISTINCT s.email, s.notifications, s.least_severity_tenths
	  FROM access_memberships m
	  JOIN access_stakeholders s ON s.email = m.email
	 WHERE m.group_id = $1
	   AND s.email = ANY($2)
	   AND m.accepted_at > 0
	   AND s.registered_at > 0
	   AND s.disabled_at = 0
	 ORDER BY s.email`
)

const formerMembers = `
	SELECT email, notifications, least_severity_tenths
	  FROM access_stakeholders
	 WHERE email = ANY($1)
	   AND registered_at > 0
	   AND disabled_at = 0
	   AND NOT unverified
	 ORDER BY email`

// reader is somebody who may get a mail.
type reader struct {
	email               string
	chosen              []access.Notification
	leastSeverityTenths int64
}

func scanReader(row database.Row) (reader, error) {
	var r reader
	var names string
	err := row.Scan(&r.email, &names, &r.leastSeverityTenths)
	r.chosen = access.SplitNotifications(names)
	return r, err
}

// wants tells whether somebody wants a mail of this kind that tells of this severity.
func (r reader) wants(n notice, l letter) bool {
	if n.preference != "" && !slices.Contains(r.chosen, n.preference) {
		return false
	}
	return l.severityTenths < 0 || r.leastSeverityTenths <= l.severityTenths
}

// recipients answers whom a letter goes to: members by role who want it, and those whom the letter itself names. Whom a
// letter with a link names need have no account.
func (t *telling) recipients(ctx context.Context, n notice, l letter) ([]string, error) {
	if l.link != (access.MailedLink{}) {
		return l.to, nil
	}
	readers, err := t.readers(ctx, n, l)
	if err != nil {
		return nil, fmt.Errorf("look for readers: %w", err)
	}
	var wanted []string
	for _, r := range readers {
		if r.wants(n, l) {
			wanted = append(wanted, r.email)
		}
	}
	return slices.Compact(slices.Sorted(slices.Values(wanted))), nil
}

// readers are those whom a notice without a link is for, whether they want it or not.
func (t *telling) readers(ctx context.Context, n notice, l letter) ([]reader, error) {
	if l.former != nil {
		return database.Collect(ctx, t.tx, scanReader, formerMembers, l.former)
	}
	roles := make([]string, len(n.roles))
	for i, role := range n.roles {
		roles[i] = string(role)
	}
	statement, key := membersOfGroup, t.record.Group
	if key == "" {
		statement, key = membersOfOrganization, t.organizationID
	}
	readers, err := database.Collect(ctx, t.tx, scanReader, statement, key, roles)
	if err == nil && len(l.to) > 0 {
		var named []reader
		named, err = database.Collect(ctx, t.tx, scanReader, addressedInGroup, t.record.Group, l.to)
		readers = append(readers, named...)
	}
	return readers, err
}

const (
	findingOfLocation = `
	SELECT f.id, f.title
	  FROM vulnerabilities v
	  JOIN findings f ON f.group_id = v.group_id AND f.id = v.finding_id
	 WHERE v.group_id = $1
	   AND v.id = $2`

	findingOfRecord = `
	SELECT id, title
	  FROM findings
	 WHERE group_id = $1
	   AND id = $2`

	// What one action changed at one moment, the worst first.
	changedLocations = `
	SELECT coalesce(r.nickname, ''), v.type, v.place, v.specific, v.severity_tenths, v.treatment, v.assigned, v.state
	  FROM vulnerabilities v
	  JOIN vulnerability_history h ON h.group_id = v.group_id AND h.vulnerability_id = v.id
	  LEFT JOIN roots r ON r.group_id = v.group_id AND r.id = v.root_id
	 WHERE v.group_id = $1
	   AND v.finding_id = $2
	   AND h.changed_at = $3
	   AND h.action = $4
	 ORDER BY v.severity_tenths DESC, v.place, v.specific_number, v.id`

	openLocations = `
	SELECT coalesce(r.nickname, ''), v.type, v.place, v.specific, v.severity_tenths, v.treatment, v.assigned, v.state
	  FROM vulnerabilities v
	  LEFT JOIN roots r ON r.group_id = v.group_id AND r.id = v.root_id
	 WHERE v.group_id = $1
	   AND v.finding_id = $2
	   AND v.standing = 'OPEN'
	 ORDER BY v.severity_tenths DESC, v.place, v.specific_number, v.id
	 LIMIT 1000`

	// Decisions of the last 20 minutes, which the request to tell of them is about.
	decidedLocations = `
	SELECT coalesce(r.nickname, ''), v.type, v.place, v.specific, v.severity_tenths, v.treatment, v.assigned, v.state
	  FROM vulnerabilities v
	  LEFT JOIN roots r ON r.group_id = v.group_id AND r.id = v.root_id
	 WHERE v.group_id = $1
	   AND v.finding_id = $2
	   AND v.standing IN ('OPEN', 'CLOSED')
	   AND v.treatment_changed_at > $3
	 ORDER BY v.severity_tenths DESC, v.place, v.specific_number, v.id`
)

// location is a line of a mail.
type location struct {
	nickname, kind, place, specific string
	severityTenths                  int64
	treatment, assigned, state      string
}

func scanLocation(row database.Row) (location, error) {
	var l location
	err := row.Scan(&l.nickname, &l.kind, &l.place, &l.specific, &l.severityTenths, &l.treatment, &l.assigned, &l.state)
	return l, err
}

func (l location) String() string {
	where := l.place
	if l.kind == "LINES" && l.nickname != "" {
		where = l.nickname + "/" + where
	}
	return where + " (" + l.specific + ")"
}

// mostPlaces is how many places a mail lists.
const mostPlaces = 50

// list puts locations into a letter.
func (l *letter) list(locations []location) {
	for _, one := range locations[:min(len(locations), mostPlaces)] {
		l.Places = append(l.Places, one.String())
	}
	l.More = len(locations) - len(l.Places)
}

// finding answers the finding that the record is about, by its own id or one of its locations'.
func (t *telling) finding(ctx context.Context) (id, title string, err error) {
	statement, asked := findingOfRecord, t.record.ID
	if t.record.Kind == "vulnerability" {
		statement = findingOfLocation
	}
	if t.record.Kind != "vulnerability" && t.said("findingId") != "" {
		asked = t.said("findingId")
	}
	type found struct{ id, title string }
	all, err := database.Collect(ctx, t.tx, func(row database.Row) (f found, err error) {
		return f, row.Scan(&f.id, &f.title)
	}, statement, t.record.Group, asked)
	if err != nil {
		return "", "", fmt.Errorf("look for a finding: %w", err)
	}
	if len(all) > 0 {
		return all[0].id, all[0].title, nil
	}
	title, _ = t.before["title"].(string) // it is gone; the record knows what it was called
	if title == "" {
		return "", "", errNothingToTell
	}
	return "", title, nil
}

// changed are the locations of a finding that the record's action changed.
func (t *telling) changed(ctx context.Context, findingID string) ([]location, error) {
	return database.Collect(ctx, t.tx, scanLocation, changedLocations, t.record.Group, findingID,
		database.Micros(t.record.At), t.record.Action)
}

// words makes words of a constant: IN_PROGRESS becomes "in progress".
func words(constant string) string {
	return strings.ToLower(strings.ReplaceAll(constant, "_", " "))
}
