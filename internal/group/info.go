package group

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"time"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/audit"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/organization"
	"asm.example/asm/internal/problem"
)

// What the contract says of sprints that are refused.
const (
	errSprintWeeks = "Exception - Value must be between 1 (inclusive) and 10 (inclusive)"
	errSprintStart = "Exception - The inserted date is invalid"
)

// Info is what a group says of itself. What is nil stays as it is.
type Info struct {
	// Description has 1 to 200 characters.
	Description string
	Language    Language
	// BusinessID and BusinessName have at most 60 characters; empty clears them.
	BusinessID   *string
	BusinessName *string
	// SprintWeeks is 1 to 10.
	SprintWeeks *int64
	// SprintStart is not in the future; it is cut to the beginning of its day in UTC.
	SprintStart *time.Time
}

// UpdateInfo changes what a group says of itself; when nothing differs, nothing happens.
//
// Needs UpdateGroupInfo on the group. Problems: Denied; Invalid (description, businessId, businessName, language,
// sprintDuration, sprintStartDate).
func (s *Service) UpdateInfo(ctx context.Context, groupName string, i Info) error {
	grant, err := s.access.Require(ctx, access.UpdateGroupInfo, access.OnGroup(groupName))
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *database.Tx) error {
		before, err := lock(ctx, tx, grant.GroupID())
		if err != nil {
			return err
		}
		if !before.IsActive() {
			return problem.Denied()
		}
		after, err := updateInfo(*before, i, tx.Now())
		if err != nil || maps.Equal(before.info(), after.info()) {
			return err
		}
		if err := saveInfo(ctx, tx, &after); err != nil {
			return err
		}
		return grant.Record(ctx, tx, audit.Change{
			Action: "updateGroupInfo", Kind: "group", ID: after.ID, Before: before.info(), After: after.info(),
		})
	})
}

// updateInfo judges a change and answers the changed group; now is UTC.
func updateInfo(g Group, i Info, now time.Time) (Group, error) {
	g.Description = strings.TrimSpace(i.Description)
	if err := description.Check(g.Description); err != nil {
		return g, err
	}
	if i.BusinessID != nil {
		g.BusinessID = strings.TrimSpace(*i.BusinessID)
	}
	if err := (organization.Text{Field: "businessId", Max: 60}).Check(g.BusinessID); err != nil {
		return g, err
	}
	if i.BusinessName != nil {
		g.BusinessName = strings.TrimSpace(*i.BusinessName)
	}
	if err := (organization.Text{Field: "businessName", Max: 60}).Check(g.BusinessName); err != nil {
		return g, err
	}
	if g.Language = i.Language; g.Language != English && g.Language != Spanish {
		return g, problem.Invalid("language", errLanguage)
	}
	if i.SprintWeeks != nil {
		g.SprintWeeks = *i.SprintWeeks
	}
	if g.SprintWeeks < 1 || g.SprintWeeks > 10 {
		return g, problem.Invalid("sprintDuration", errSprintWeeks).With("min", 1).With("max", 10)
	}
	if i.SprintStart != nil {
		if i.SprintStart.After(now) {
			return g, problem.Invalid("sprintStartDate", errSprintStart).With("latest", now.Format(time.RFC3339))
		}
		g.SprintStart = startOfDay(*i.SprintStart)
	}
	return g, nil
}

// info is what the audit log tells of a change.
func (g *Group) info() map[string]any {
	return map[string]any{
		"description":     g.Description,
		"language":        g.Language,
		"businessId":      g.BusinessID,
		"businessName":    g.BusinessName,
		"sprintDuration":  g.SprintWeeks,
		"sprintStartDate": g.SprintStart.Format(time.DateOnly),
	}
}

const updateGroupInfo = `
	UPDATE groups
	   SET description = $2,
	       searched = $3,
	       language = $4,
	       business_id = $5,
	       business_name = $6,
	       sprint_weeks = $7,
	       sprint_start = $8
	 WHERE id = $1`

func saveInfo(ctx context.Context, tx *database.Tx, g *Group) error {
	_, err := tx.Exec(ctx, updateGroupInfo, g.ID, g.Description, searched(g.Name, g.Description), g.Language,
		g.BusinessID, g.BusinessName, g.SprintWeeks, database.Micros(g.SprintStart))
	if err != nil {
		return fmt.Errorf("update information of group %s: %w", g.Name, err)
	}
	return nil
}
