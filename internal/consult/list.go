package consult

import (
	"cmp"
	"context"
	"fmt"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/finding"
)

// OfGroups answers the comments about groups, oldest first, aligned with groupIDs.
//
// Needs GroupConsulting on every group; marks are shown to who has HandleCommentScope. Problems: Denied for all when it is
// missing on one.
func (s *Service) OfGroups(ctx context.Context, groupIDs []string) ([][]*Consult, error) {
	subjects := make([]Subject, len(groupIDs))
	for i, id := range groupIDs {
		subjects[i] = OfGroup(id)
	}
	return s.list(ctx, access.GroupConsulting, subjects, Comment)
}

// OfFindings answers the comments about findings and the reasons of their reattacks, oldest first, aligned with keys. Which
// locations a reason regards is told by their ids; the room above puts their places in front of it.
//
// Needs FindingConsulting on every group; marks are shown to who has HandleCommentScope. Problems: Denied for all when it
// is missing on one.
func (s *Service) OfFindings(ctx context.Context, keys []finding.Key) ([][]*Consult, error) {
	return s.list(ctx, access.FindingConsulting, ofFindings(keys), Comment)
}

// Observations answers what was written about findings for reviewers, oldest first, aligned with keys.
//
// Needs FindingObservations on every group; marks are shown to who has HandleCommentScope. Problems: Denied for all when it
// is missing on one.
func (s *Service) Observations(ctx context.Context, keys []finding.Key) ([][]*Consult, error) {
	return s.list(ctx, access.FindingObservations, ofFindings(keys), Observation)
}

// OfEvents answers the comments about events, which the caller has read already, oldest first, aligned with subjects.
//
// Needs QueryEvent on every group; marks are shown to who has HandleCommentScope. Problems: Denied for all when it is
// missing on one.
func (s *Service) OfEvents(ctx context.Context, subjects []Subject) ([][]*Consult, error) {
	return s.list(ctx, access.QueryEvent, subjects, Comment)
}

func ofFindings(keys []finding.Key) []Subject {
	subjects := make([]Subject, len(keys))
	for i, key := range keys {
		subjects[i] = OfFinding(key)
	}
	return subjects
}

// list reads the comments of subjects of one kind that stand in one list with a type.
func (s *Service) list(ctx context.Context, p access.Permission, subjects []Subject, t Type) ([][]*Consult, error) {
	if len(subjects) == 0 {
		return nil, nil
	}
	groupIDs, ids := make([]string, len(subjects)), make([]string, len(subjects))
	for i, subject := range subjects {
		groupIDs[i], ids[i] = subject.GroupID, subject.ID
	}
	grants, err := s.access.RequireAll(ctx, p, groupIDs)
	if err != nil {
		return nil, err
	}
	marksAreSeen := map[string]bool{}
	for _, grant := range grants {
		marksAreSeen[grant.GroupID()] = seesMarks(grant.Actor(), grant.GroupID())
	}
	var read []*Consult
	err = s.db.Read(ctx, func(tx *database.Tx) (err error) {
		read, err = load(ctx, tx, groupIDs, subjects[0].Kind, ids, listOf(t))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list comments: %w", err)
	}
	bySubject := map[Subject][]*Consult{}
	for _, c := range read {
		if marksAreSeen[c.About.GroupID] || !isMark(c.Content) {
			bySubject[c.About] = append(bySubject[c.About], c)
		}
	}
	aligned := make([][]*Consult, len(subjects))
	for i, subject := range subjects {
		aligned[i] = bySubject[subject]
	}
	return aligned, nil
}

const (
	consultsOf = `
	SELECT group_id, kind, about_id, id, parent_id, type, content, written_at, written_by, full_name
	  FROM consults
	 WHERE group_id = ANY($1)
	   AND kind = $2
	   AND about_id = ANY($3)
	   AND type = ANY($4)
	 ORDER BY group_id, about_id, id`

	regardedBy = `
	SELECT group_id, about_id, consult_id, vulnerability_id
	  FROM consult_vulnerabilities
	 WHERE group_id = ANY($1)
	   AND kind = $2
	   AND about_id = ANY($3)
	 ORDER BY group_id, about_id, consult_id, vulnerability_id`
)

// load reads comments with what they regard, in two statements.
func load(ctx context.Context, tx *database.Tx, groupIDs []string, kind Kind, ids, types []string) ([]*Consult, error) {
	read, err := database.Collect(ctx, tx, scan, consultsOf, groupIDs, kind, ids, types)
	if err != nil {
		return nil, err
	}
	type place struct {
		about Subject
		id    int64
	}
	byPlace := make(map[place]*Consult, len(read))
	for _, c := range read {
		byPlace[place{c.About, c.ID}] = c
	}
	_, err = database.Collect(ctx, tx, func(row database.Row) (struct{}, error) {
		at := place{about: Subject{Kind: kind}}
		var vulnerabilityID string
		err := row.Scan(&at.about.GroupID, &at.about.ID, &at.id, &vulnerabilityID)
		if c := byPlace[at]; c != nil {
			c.VulnerabilityIDs = append(c.VulnerabilityIDs, vulnerabilityID)
		}
		return struct{}{}, err
	}, regardedBy, groupIDs, kind, ids)
	return read, err
}

func scan(row database.Row) (*Consult, error) {
	var c Consult
	var writtenAt int64
	err := row.Scan(&c.About.GroupID, &c.About.Kind, &c.About.ID, &c.ID, &c.ParentID, &c.Type, &c.Content, &writtenAt,
		&c.WrittenBy, &c.FullName)
	c.WrittenAt = database.Time(writtenAt)
	c.FullName = cmp.Or(c.FullName, c.WrittenBy)
	return &c, err
}
