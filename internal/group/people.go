package group

import (
	"context"
	"fmt"
	"strings"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/database"
)

const groupsOfPerson = `
	SELECT ` + columns + `
	  FROM ` + tables + `
	  JOIN access_memberships m ON m.group_id = g.id
	 WHERE m.email = $1
	   AND m.accepted_at > 0
	   AND g.state = 'ACTIVE'
	 ORDER BY g.name`

// OfPerson answers the active groups in which a person has a role in force, by name; none for an unknown one. Needs
// QueryListUserGroups at user level. Problems: Denied.
func (s *Service) OfPerson(ctx context.Context, email string) ([]*Group, error) {
	if _, err := s.access.Require(ctx, access.QueryListUserGroups, access.OnUser()); err != nil {
		return nil, err
	}
	groups, err := database.Collect(ctx, s.db, scan, groupsOfPerson, strings.ToLower(strings.TrimSpace(email)))
	if err != nil {
		return nil, fmt.Errorf("list groups of a person: %w", err)
	}
	return groups, nil
}

// OfStakeholders answers the active groups in which each of these people has a role in force and which the caller may
// see, by name, aligned with emails.
func (s *Service) OfStakeholders(ctx context.Context, emails []string) ([][]*Group, error) {
	w, err := s.visible(ctx, Query{})
	if err != nil {
		return nil, err
	}
	w.And("m.email = ANY(?)", emails)
	w.And("m.accepted_at > 0")
	byEmail := make(map[string][]*Group, len(emails))
	err = s.db.Read(ctx, func(tx *database.Tx) error {
		members, err := database.Collect(ctx, tx, scanMember, `
	SELECT m.email, g.id
	  FROM access_memberships m
	  JOIN groups g ON g.id = m.group_id
	  JOIN organizations o ON o.id = g.organization_id
	 `+w.String()+`
	 ORDER BY g.name`, w.Arguments()...)
		if err != nil {
			return fmt.Errorf("list groups of people: %w", err)
		}
		ids := make([]string, len(members))
		for i, m := range members {
			ids[i] = m.groupID
		}
		groups, err := byIDs(ctx, tx, ids)
		if err != nil {
			return err
		}
		clear(byEmail)
		for i, m := range members {
			byEmail[m.email] = append(byEmail[m.email], groups[i])
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	aligned := make([][]*Group, len(emails))
	for i, email := range emails {
		aligned[i] = byEmail[email]
	}
	return aligned, nil
}

// member is somebody in a group.
type member struct{ email, groupID string }

func scanMember(row database.Row) (m member, err error) {
	return m, row.Scan(&m.email, &m.groupID)
}
