package organization

import (
	"context"
	"errors"
	"fmt"

	"asm.example/asm/internal/database"
	"asm.example/asm/internal/problem"
)

const lockOrganization = `
	SELECT id
	  FROM organizations
	 WHERE id = $1
	   FOR UPDATE`

// Lock makes transactions that check and change what is unique within an organization come one after the other. It does
// not authorize. Problems: Denied when there is no such organization.
func Lock(ctx context.Context, tx *database.Tx, id string) error {
	_, err := database.One(ctx, tx, database.Value[string], lockOrganization, id)
	if errors.Is(err, database.ErrNoRow) {
		return problem.Denied()
	}
	if err != nil {
		return fmt.Errorf("lock organization %s: %w", id, err)
	}
	return nil
}
