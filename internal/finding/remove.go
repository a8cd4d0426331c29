package finding

import (
	"context"
	"fmt"

	"asm.example/asm/internal/database"
)

const (
	deleteFinding = `
	UPDATE findings
	   SET state = 'DELETED',
	       state_changed_at = $3,
	       version = version + 1
	 WHERE group_id = $1
	   AND id = $2`

	eraseFinding = `
	DELETE FROM findings
	 WHERE group_id = $1
	   AND id = $2`
)

// Remove makes a finding DELETED, or erases it with all that hangs on it when nothing of it was ever released; it answers
// the title. The room above has removed its locations before, in the same transaction. It does not authorize. Problems:
// Denied when the finding is gone.
func Remove(ctx context.Context, tx *database.Tx, by Author, action string, key Key) (title string, err error) {
	before, err := lock(ctx, tx, key)
	if err != nil {
		return "", err
	}
	if before.State == Created {
		if _, err := tx.Exec(ctx, eraseFinding, key.GroupID, key.ID); err != nil {
			return "", fmt.Errorf("erase finding %s: %w", key.ID, err)
		}
		return before.Title, nil
	}
	after := *before
	after.State, after.StateChangedAt, after.version = Deleted, tx.Now(), before.version+1
	if _, err := tx.Exec(ctx, deleteFinding, key.GroupID, key.ID, database.Micros(tx.Now())); err != nil {
		return "", fmt.Errorf("remove finding %s: %w", key.ID, err)
	}
	return before.Title, remember(ctx, tx, act{tx.Now(), by, action}, before, &after)
}
