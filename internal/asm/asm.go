// Package asm wires the rooms once, for the server, for commands on its host, for background work, the demo and tests.
//
// It is also where time and randomness come from: nothing below reads a clock or makes an id by itself, so that a test or
// the demo can hand in its own.
package asm

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/audit"
	"asm.example/asm/internal/blob"
	"asm.example/asm/internal/consult"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/finding"
	"asm.example/asm/internal/group"
	"asm.example/asm/internal/job"
	"asm.example/asm/internal/lifecycle"
	"asm.example/asm/internal/notify"
	"asm.example/asm/internal/organization"
	"asm.example/asm/internal/root"
	"asm.example/asm/internal/scan"
	"asm.example/asm/internal/search"
	"asm.example/asm/internal/vulnerability"
)

// Config says where an installation keeps its things and how people sign in to it.
type Config struct {
	// DataDir holds the embedded database, files, the signing key and what is being uploaded. It is made when missing.
	DataDir string
	// DatabaseURL is a PostgreSQL address; empty means the embedded database.
	DatabaseURL string
	// DatabasePath is the file of the embedded database; empty means asm.db in DataDir.
	DatabasePath string
	// SigningKey is the file of the key that signs tokens; empty means signing.key in DataDir.
	SigningKey string
	// ChangeSigningKey takes the key in that file, or a new one, into use; tokens of the key before stay good.
	ChangeSigningKey bool
	// URL is the public address, without a path.
	URL string
	// SessionLife is how long a session lives; 0 means 40 minutes.
	SessionLife time.Duration
	// MaxTokens is how many live API tokens a person may have; 0 means 10.
	MaxTokens int
	// StaffDomains are the mail domains of the operator's people; without any nobody is restricted.
	StaffDomains []string
	// Issuers are the OpenID Connect issuers that people may sign in with.
	Issuers []access.Issuer
	// SMTP is the server that takes mails; without a host none are made.
	SMTP notify.SMTP
	// Log hears of what happens in the background; nil means slog.Default().
	Log *slog.Logger
	// Now is the clock; nil means the machine's.
	Now func() time.Time
	// Random is where secrets, ids and keys come from; nil means the system's.
	Random io.Reader
}

// Clock answers the clock that an installation with this configuration goes by.
func (c *Config) Clock() func() time.Time {
	if c.Now == nil {
		return time.Now
	}
	return c.Now
}

// SetDefaults fills in what was left empty, as [Open] does.
func (c *Config) SetDefaults() {
	if c.DatabasePath == "" {
		c.DatabasePath = filepath.Join(c.DataDir, "asm.db")
	}
	if c.SigningKey == "" {
		c.SigningKey = filepath.Join(c.DataDir, "signing.key")
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	c.Now = c.Clock()
	if c.Random == nil {
		c.Random = rand.Reader
	}
}

// Services are the rooms of one open installation.
type Services struct {
	Database        *database.DB
	Files           *blob.Store
	Audit           *audit.Log
	Jobs            *job.Queue
	Access          *access.Service
	Organizations   *organization.Service
	Groups          *group.Service
	Roots           *root.Service
	Findings        *finding.Service
	Consults        *consult.Service
	Vulnerabilities *vulnerability.Service
	Scans           *scan.Service
	Search          *search.Service
	Notices         *notify.Service
	Lifecycle       *lifecycle.Service

	// Now is the installation's clock, Random its source of randomness.
	Now    func() time.Time
	Random io.Reader
	// TempDir is where uploads are spooled.
	TempDir string
	// SigningKey is the file of the key in use.
	SigningKey string

	log *slog.Logger
}

// Open opens an installation, and makes it when DataDir or the database is empty. The caller closes it.
func Open(ctx context.Context, c Config) (*Services, error) {
	c.SetDefaults()
	temp := filepath.Join(c.DataDir, "tmp")
	if err := os.MkdirAll(temp, 0o700); err != nil {
		return nil, fmt.Errorf("make the data directory: %w", err)
	}
	db, err := database.Open(ctx, database.Options{
		Path: c.DatabasePath, URL: c.DatabaseURL, Now: c.Now, Random: c.Random,
	})
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	s := &Services{Database: db, Now: c.Now, Random: c.Random, TempDir: temp, SigningKey: c.SigningKey, log: c.Log}
	if err := s.wire(ctx, c); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return s, nil
}

// wire makes the rooms from the ground up.
func (s *Services) wire(ctx context.Context, c Config) error {
	var err error
	if s.Files, err = blob.Open(filepath.Join(c.DataDir, "files")); err != nil {
		return fmt.Errorf("open the files: %w", err)
	}
	s.Audit = audit.New()
	s.Jobs = job.NewQueue(s.Database, job.Options{Logger: c.Log})
	s.Access, err = access.New(ctx, access.Options{
		DB: s.Database, Log: s.Audit, Jobs: s.Jobs, Random: c.Random, KeyFile: c.SigningKey, ChangeKey: c.ChangeSigningKey,
		URL: c.URL, SessionLife: c.SessionLife, MaxTokens: c.MaxTokens, StaffDomains: c.StaffDomains, Issuers: c.Issuers, Logger: c.Log,
	})
	if err != nil {
		return err
	}
	s.Organizations = organization.New(s.Database, s.Access)
	s.Groups = group.New(s.Database, s.Access)
	s.Roots = root.New(s.Database, s.Access)
	s.Findings = finding.New(s.Database, s.Access)
	s.Consults = consult.New(s.Database, s.Access, s.Findings)
	s.Vulnerabilities = vulnerability.New(s.Database, s.Access, s.Findings)
	s.Scans = scan.New(s.Database, s.Access, s.Jobs, s.Files)
	s.Search = search.New(s.Database, s.Access)
	s.Notices, err = notify.New(ctx, notify.Options{
		DB: s.Database, Log: s.Audit, Access: s.Access, URL: c.URL, SMTP: c.SMTP, Random: c.Random, Logger: c.Log,
	})
	if err != nil {
		return err
	}
	s.Lifecycle = lifecycle.New(s.Database, s.Access, s.Jobs, s.Groups)
	return nil
}

// Run does the background work until the context ends: jobs, what is to be written later, what is to be tidied.
func (s *Services) Run(ctx context.Context) {
	var workers sync.WaitGroup
	workers.Go(func() { s.Jobs.Run(ctx) })
	workers.Go(func() { s.Access.Run(ctx) })
	workers.Go(func() { s.Notices.Run(ctx) })
	workers.Go(func() { s.endAcceptances(ctx) })
	workers.Wait()
}

// acceptancesEvery is how often ended acceptances are looked for; they end with their day, so minutes do not matter.
const acceptancesEvery = 10 * time.Minute

// endAcceptances ends acceptances after their day, at the start and then again and again.
func (s *Services) endAcceptances(ctx context.Context) {
	acting := access.WithActor(ctx, access.HostActor("system"))
	again := time.NewTicker(acceptancesEvery)
	defer again.Stop()
	for {
		if _, err := s.Vulnerabilities.EndAcceptances(acting); err != nil && ctx.Err() == nil {
			s.log.ErrorContext(ctx, "acceptances that are over could not be ended", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-again.C:
		}
	}
}

// Close closes the installation; whatever runs on it must have ended.
func (s *Services) Close() error {
	return s.Database.Close()
}
