package group

import (
	"asm.example/asm/internal/access"
	"asm.example/asm/internal/database"
)

// Service makes, changes, removes and reads groups.
type Service struct {
	db     *database.DB
	access *access.Service
}

// New answers the service on a database.
func New(db *database.DB, access *access.Service) *Service {
	return &Service{db: db, access: access}
}
