package finding

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"asm.example/asm/internal/database"
)

// Imported is a type of weakness that an import needs in a group.
type Imported struct {
	// Words may be of any length, and the title need not be in the catalogue: people are held to the limits when they
	// write, not by what a scanner wrote.
	Words
	Severity Severity
}

// Ensured is the finding that an import was given.
type Ensured struct {
	ID       string
	Severity Severity
	// Created says that the finding is new.
	Created bool
}

const findingsOfTitles = `
	SELECT title, id, vector, severity_tenths
	  FROM findings
	 WHERE group_id = $1
	   AND title = ANY($2)
	   AND state <> 'DELETED'`

// Ensure finds the findings of these titles in a group and makes those that are missing, in a number of statements that
// does not depend on how many. The answer is aligned with wanted; one title given twice is one finding, made from the
// first. It does not authorize, and writes nothing to the audit log: the import records what it did.
func Ensure(ctx context.Context, tx *database.Tx, groupID string, by Author, wanted []Imported) ([]Ensured, error) {
	titles := make([]string, len(wanted))
	for i, w := range wanted {
		titles[i] = w.Title
	}
	titles = sorted(titles)
	found, err := findTitles(ctx, tx, groupID, titles)
	if err != nil {
		return nil, err
	}
	if len(found) < len(titles) {
		if err := makeMissing(ctx, tx, groupID, by, wanted, found); err != nil {
			return nil, err
		}
	}
	ensured := make([]Ensured, len(wanted))
	for i, w := range wanted {
		ensured[i] = found[w.Title]
	}
	return ensured, nil
}

func findTitles(ctx context.Context, tx *database.Tx, groupID string, titles []string) (map[string]Ensured, error) {
	found := make(map[string]Ensured, len(titles))
	_, err := database.Collect(ctx, tx, func(row database.Row) (struct{}, error) {
		var title string
		var e Ensured
		err := row.Scan(&title, &e.ID, &e.Severity.Vector, &e.Severity.Tenths)
		found[title] = e
		return struct{}{}, err
	}, findingsOfTitles, groupID, titles)
	if err != nil {
		return nil, fmt.Errorf("look for findings of group %s by title: %w", groupID, err)
	}
	return found, nil
}

// makeMissing makes the findings that are wanted and not found, and adds them to found. Whoever makes one of the same
// title at the same time is waited for, and what they made is taken; all do so in the order of titles.
func makeMissing(
	ctx context.Context, tx *database.Tx, groupID string, by Author, wanted []Imported, found map[string]Ensured,
) error {
	a := act{tx.Now(), by, "importScan"}
	missing := map[string]*Finding{}
	for _, w := range wanted {
		_, isFound := found[w.Title]
		if _, isMissing := missing[w.Title]; isFound || isMissing {
			continue
		}
		f := &Finding{GroupID: groupID, Words: w.Words, Severity: w.Severity}
		f.RequirementIDs = sorted(w.RequirementIDs)
		f.begin(tx.NewID(), ByMachine, a)
		missing[w.Title] = f
	}
	titles := slices.Sorted(maps.Keys(missing))
	rows := database.RowsOf(titles, func(title string) []any { return missing[title].values() })
	if _, err := tx.LoadOnConflict(ctx, "findings", insertColumns, "ON CONFLICT DO NOTHING", rows); err != nil {
		return fmt.Errorf("insert findings: %w", err)
	}
	there, err := findTitles(ctx, tx, groupID, titles)
	if err != nil {
		return err
	}
	var made []*Finding
	for _, title := range titles {
		e := there[title]
		if e.ID == missing[title].ID {
			e.Created = true
			made = append(made, missing[title])
		}
		found[title] = e
	}
	return accompany(ctx, tx, a, made)
}
