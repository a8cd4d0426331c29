package root

import (
	"asm.example/asm/internal/access"
	"asm.example/asm/internal/database"
)

// Service adds, changes and reads roots.
type Service struct {
	db     *database.DB
	access *access.Service
}

// New answers the service on a database.
func New(db *database.DB, access *access.Service) *Service {
	return &Service{db: db, access: access}
}
