package consult

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/database"
)

// Entry is a comment that is to be written.
type Entry struct {
	About Subject
	Type  Type
	// Parent is the comment that it answers; 0 is none.
	Parent  int64
	Content string
	// VulnerabilityIDs are the locations that it regards; each once.
	VulnerabilityIDs []string
}

const (
	// The row stays locked until the transaction ends, so whoever comes later gets a greater number.
	nextNumber = `
	INSERT INTO consult_numbers (group_id, kind, about_id, id)
	VALUES ($1, $2, $3, $4)
	    ON CONFLICT (group_id, kind, about_id) DO UPDATE
	   SET id = CASE WHEN consult_numbers.id < excluded.id THEN excluded.id ELSE consult_numbers.id + 1 END
	RETURNING id`

	insertConsult = `
	INSERT INTO consults (group_id, kind, about_id, id, parent_id, type, content, written_at, written_by, full_name)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`
)

// Write writes a comment in the transaction of the action that it belongs to, and answers its id.
//
// It judges nothing, does not authorize and leaves no entry in the audit log: the action's own entry stands for it.
func Write(ctx context.Context, tx *database.Tx, by *access.Actor, e Entry) (id int64, err error) {
	about := e.About
	id, err = database.One(ctx, tx, database.Value[int64], nextNumber, about.GroupID, about.Kind, about.ID, tx.Now().UnixMilli())
	if err != nil {
		return 0, fmt.Errorf("number a comment: %w", err)
	}
	fullName := strings.TrimSpace(by.FirstName + " " + by.LastName)
	_, err = tx.Exec(ctx, insertConsult, about.GroupID, about.Kind, about.ID, id, e.Parent, e.Type, e.Content,
		database.Micros(tx.Now()), by.Email, fullName)
	if err != nil {
		return 0, fmt.Errorf("write a comment: %w", err)
	}
	if len(e.VulnerabilityIDs) == 0 {
		return id, nil
	}
	regarded := slices.Compact(slices.Sorted(slices.Values(e.VulnerabilityIDs)))
	_, err = tx.Load(ctx, "consult_vulnerabilities",
		[]string{"group_id", "kind", "about_id", "consult_id", "vulnerability_id"},
		database.RowsOf(regarded, func(vulnerabilityID string) []any {
			return []any{about.GroupID, about.Kind, about.ID, id, vulnerabilityID}
		}))
	if err != nil {
		return 0, fmt.Errorf("write what a comment regards: %w", err)
	}
	return id, nil
}

const (
	deleteConsults = `
	DELETE FROM consults
	 WHERE group_id = $1
	   AND kind = $2
	   AND about_id = $3`

	deleteNumber = `
	DELETE FROM consult_numbers
	 WHERE group_id = $1
	   AND kind = $2
	   AND about_id = $3`
)

// Erase ends the comments of a subject that is erased. It does not authorize. What goes with a group goes by itself.
func Erase(ctx context.Context, tx *database.Tx, about Subject) error {
	for _, statement := range []string{deleteConsults, deleteNumber} {
		if _, err := tx.Exec(ctx, statement, about.GroupID, about.Kind, about.ID); err != nil {
			return fmt.Errorf("erase comments: %w", err)
		}
	}
	return nil
}
