package finding

import (
	"context"
	"errors"
	"fmt"

	"asm.example/asm/internal/database"
	"asm.example/asm/internal/problem"
)

const liveFinding = `
	SELECT ` + columns + `
	  FROM ` + tables + `
	 WHERE f.group_id = $1
	   AND f.id = $2
	   AND f.state <> 'DELETED'`

// Live answers a finding for rooms above that have a grant on its group; it does not authorize, shows drafts, and locks
// nothing. Problems: Denied when it is unknown or removed.
func Live(ctx context.Context, q database.Querier, key Key) (*Finding, error) {
	f, err := database.One(ctx, q, scan, liveFinding, key.GroupID, key.ID)
	if errors.Is(err, database.ErrNoRow) {
		return nil, problem.Denied()
	}
	if err != nil {
		return nil, fmt.Errorf("read finding %s: %w", key.ID, err)
	}
	return f, nil
}
