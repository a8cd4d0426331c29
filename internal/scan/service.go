package scan

import (
	"asm.example/asm/internal/access"
	"asm.example/asm/internal/blob"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/job"
)

// ImportJob is the kind of job that imports a scan.
const ImportJob = "importScan"

// Service imports scans and lists those that were.
type Service struct {
	db     *database.DB
	access *access.Service
	jobs   *job.Queue
	files  *blob.Store
}

// New answers the service on a database and a file store, and tells the queue how imports are done. Roots, findings and
// vulnerabilities are asked for because an import changes them, inside its own transactions.
func New(db *database.DB, access *access.Service, jobs *job.Queue, files *blob.Store) *Service {
	s := &Service{db: db, access: access, jobs: jobs, files: files}
	jobs.Register(ImportJob, s.work)
	return s
}
