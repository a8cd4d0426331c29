package finding

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/audit"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/problem"
)

// errTitleFixed has two blanks before Reason; clients compare them.
const errTitleFixed = "Exception - Forbidden change on field: title  Reason: The title of a Finding cannot be edited " +
	"if there are vulnerabilities on it"

// Description is what a finding is to say from now on.
type Description struct {
	// Words replace the finding's; RequirementIDs that are nil leave them, empty ones are refused.
	Words
	// Sorts is YES, NO, or nil to leave it.
	Sorts *string
}

// UpdateDescription changes what a finding says.
//
// Its title changes only while nothing of it is released, and then to one of the catalogue; a title that an import
// brought may stay. Needs UpdateFindingDescription on the finding's group. Problems: Denied (also for an unknown
// finding); Invalid (findingId, title, the texts, unfulfilledRequirements, sorts); Conflict (the title is fixed, or
// another finding says the same).
func (s *Service) UpdateDescription(ctx context.Context, findingID string, d Description) (*Finding, error) {
	groupID, err := s.GroupOf(ctx, findingID)
	if err != nil {
		return nil, err
	}
	grant, err := s.access.Require(ctx, access.UpdateFindingDescription, access.OnGroup(groupID))
	if err != nil {
		return nil, err
	}
	var updated *Finding
	err = s.db.Write(ctx, func(tx *database.Tx) error {
		before, err := lock(ctx, tx, Key{groupID, findingID})
		if err != nil {
			return err
		}
		after, err := describe(*before, d)
		if err != nil {
			return err
		}
		if err := checkUnused(ctx, tx, *before, after.Words); err != nil {
			return err
		}
		a := act{tx.Now(), AuthorOf(grant.Actor()), "updateDescription"}
		if err := save(ctx, tx, a, before, &after); err != nil {
			return err
		}
		updated = &after
		return grant.Record(ctx, tx, audit.Change{
			Action: a.action, Kind: "finding", ID: findingID, Before: before.facts(), After: after.facts(),
		})
	})
	if err != nil {
		return nil, err
	}
	return updated, nil
}

// describe judges what a finding is to say.
func describe(f Finding, d Description) (Finding, error) {
	if err := d.checkTexts(); err != nil {
		return Finding{}, err
	}
	if d.Title != f.Title {
		if f.IsReleased() {
			return Finding{}, problem.Conflict(errTitleFixed)
		}
		if _, ok := ByTitle(d.Title); !ok {
			return Finding{}, problem.Invalid("title", errTitle)
		}
	}
	ids := d.RequirementIDs
	switch {
	case ids == nil:
		ids = f.RequirementIDs
	case len(ids) == 0:
		return Finding{}, problem.Invalid("unfulfilledRequirements", errNoRequirements)
	}
	if err := checkRequirements(d.Title, ids); err != nil {
		return Finding{}, err
	}
	if d.Sorts != nil {
		if *d.Sorts != "YES" && *d.Sorts != "NO" {
			return Finding{}, problem.Invalid("sorts", "YES or NO")
		}
		f.Sorts = *d.Sorts
	}
	f.Words = d.Words
	f.RequirementIDs = sorted(ids)
	return f, nil
}

const lockedFinding = `
	SELECT ` + columns + `
	  FROM ` + tables + `
	 WHERE f.group_id = $1
	   AND f.id = $2
	   AND f.state <> 'DELETED'
	   FOR UPDATE OF f`

// lock reads a finding that is about to change. Problems: Denied when it is gone.
func lock(ctx context.Context, tx *database.Tx, key Key) (*Finding, error) {
	f, err := database.One(ctx, tx, scan, lockedFinding, key.GroupID, key.ID)
	if errors.Is(err, database.ErrNoRow) {
		return nil, problem.Denied()
	}
	if err != nil {
		return nil, fmt.Errorf("lock finding %s: %w", key.ID, err)
	}
	return f, nil
}

const updateFinding = `
	UPDATE findings
	   SET title = $3,
	       title_folded = $4,
	       code = $5,
	       description = $6,
	       attack_vector_description = $7,
	       threat = $8,
	       recommendation = $9,
	       requirement_ids = $10,
	       vector = $11,
	       severity_tenths = $12,
	       sorts = $13,
	       version = $14
	 WHERE group_id = $1
	   AND id = $2`

// save writes a changed finding and what changed. after gets its new version.
func save(ctx context.Context, tx *database.Tx, a act, before, after *Finding) error {
	after.version = before.version + 1
	_, err := tx.Exec(ctx, updateFinding, after.GroupID, after.ID, after.Title, database.Fold(after.Title),
		codeOf(after.Title), after.Description, after.AttackVectorDescription, after.Threat, after.Recommendation,
		strings.Join(after.RequirementIDs, ","), after.Severity.Vector, after.Severity.Tenths, after.Sorts, after.version)
	if database.KindOf(err) == database.Unique {
		return problem.Conflict(errDescriptionUsed)
	}
	if err != nil {
		return fmt.Errorf("write finding %s: %w", after.ID, err)
	}
	return remember(ctx, tx, a, before, after)
}

// SetSeverity changes a finding's severity and answers the finding before and after. The room above changes the
// locations that follow it, in the same transaction. It does not authorize. Problems: Denied when the finding is gone.
func SetSeverity(ctx context.Context, tx *database.Tx, by Author, action string, key Key, severity Severity) (
	before, after *Finding, err error,
) {
	before, err = lock(ctx, tx, key)
	if err != nil {
		return nil, nil, err
	}
	changed := *before
	changed.Severity = severity
	return before, &changed, save(ctx, tx, act{tx.Now(), by, action}, before, &changed)
}
