package finding

import (
	"context"
	"errors"
	"fmt"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/problem"
)

// Service makes, changes and reads findings.
type Service struct {
	db     *database.DB
	access *access.Service
}

// New answers the service on a database.
func New(db *database.DB, access *access.Service) *Service {
	return &Service{db: db, access: access}
}

const groupOfFinding = `
	SELECT group_id
	  FROM findings
	 WHERE id = $1
	   AND state <> 'DELETED'`

// GroupOf answers the id of the group that a finding is in, for authorization only. Problems: Invalid (findingId, no id
// at all); Denied (unknown or removed).
func (s *Service) GroupOf(ctx context.Context, findingID string) (groupID string, err error) {
	if err := checkID(findingID); err != nil {
		return "", err
	}
	groupID, err = database.One(ctx, s.db, database.Value[string], groupOfFinding, findingID)
	if errors.Is(err, database.ErrNoRow) {
		return "", problem.Denied()
	}
	if err != nil {
		return "", fmt.Errorf("look for the group of finding %s: %w", findingID, err)
	}
	return groupID, nil
}
