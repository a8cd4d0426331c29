package access

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"asm.example/asm/internal/database"
)

const (
	// useResolution is how far behind the last use of a credential may be.
	useResolution = time.Minute
	// useInterval is how often noted uses are written.
	useInterval = time.Second
	// maxPendingUses bounds what waits to be written; more is dropped, for a use is noted again a minute later.
	maxPendingUses = 10_000
	// tidyInterval is how often what has ended is removed.
	tidyInterval = 10 * time.Minute
)

// uses are the last uses of credentials that wait to be written, so that no request waits for it. The zero uses is ready.
type uses struct {
	mu      sync.Mutex
	pending map[useKey]use
}

type useKey struct {
	kind CredentialKind
	id   string
}

type use struct {
	at      int64 // microseconds
	address string
}

// note remembers a use, once a minute for each credential.
func (u *uses) note(c Credential, address string, noted *atomic.Int64, now time.Time) {
	last, at := noted.Load(), database.Micros(now)
	if at-last < useResolution.Microseconds() || !noted.CompareAndSwap(last, at) {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.pending == nil {
		u.pending = make(map[useKey]use)
	}
	if len(u.pending) < maxPendingUses {
		u.pending[useKey{c.Kind, c.ID}] = use{at, address}
	}
}

// take answers what waits, and forgets it.
func (u *uses) take() map[useKey]use {
	u.mu.Lock()
	defer u.mu.Unlock()
	taken := u.pending
	u.pending = nil
	return taken
}

const (
	writeTokenUse = `
	UPDATE access_tokens
	   SET last_used_at = $2,
	       last_address = $3
	 WHERE id = $1
	   AND last_used_at < $2`

	writeSessionUse = `
	UPDATE access_sessions
	   SET last_used_at = $2,
	       address = $3
	 WHERE id = $1
	   AND last_used_at < $2`

	deleteEndedSessions = `
	DELETE FROM access_sessions
	 WHERE expires_at <= $1`

	deleteEndedLinks = `
	DELETE FROM access_links
	 WHERE expires_at <= $1`
)

// WriteUses writes the uses of credentials noted so far. [Service.Run] does it once a second; tests may.
func (s *Service) WriteUses(ctx context.Context) error {
	taken := s.uses.take()
	if len(taken) == 0 {
		return nil
	}
	keys := make([]useKey, 0, len(taken))
	for key := range taken {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b useKey) int { // in one order, so that two writers never wait for each other
		if a.id < b.id {
			return -1
		}
		return 1
	})
	err := s.db.Write(ctx, func(tx *database.Tx) error {
		for _, key := range keys {
			statement := writeTokenUse
			if key.kind == SessionCredential {
				statement = writeSessionUse
			}
			if _, err := tx.Exec(ctx, statement, key.id, taken[key].at, taken[key].address); err != nil {
				return err
			}
		}
		return nil
	})
	return inRoom("write last uses", err)
}

// keptLinks is how long an ended link can still be told from one that never was.
const keptLinks = 30 * 24 * time.Hour

// Tidy removes sessions and links that ended. Tokens stay until their owner makes another or removes them; they open
// nothing.
func (s *Service) Tidy(ctx context.Context) error {
	err := s.db.Write(ctx, func(tx *database.Tx) error {
		if _, err := tx.Exec(ctx, deleteEndedSessions, database.Micros(tx.Now())); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, deleteEndedLinks, database.Micros(tx.Now().Add(-keptLinks)))
		return err
	})
	return inRoom("remove ended sessions and links", err)
}

// Run hears of other replicas' changes, writes last uses, removes what has ended and signs the audit log's heads, until ctx
// ends; what was noted by then is written.
func (s *Service) Run(ctx context.Context) {
	write, tidy, sign := time.NewTicker(useInterval), time.NewTicker(tidyInterval), time.NewTicker(signInterval)
	defer write.Stop()
	defer tidy.Stop()
	defer sign.Stop()
	if err := s.db.Listen(ctx, changedChannel, s.hear); err != nil && ctx.Err() == nil {
		s.logger.ErrorContext(ctx, "changes of other replicas are seen a second late", "error", err)
	}
	for {
		var err error
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			if err := s.WriteUses(last); err != nil {
				s.logger.ErrorContext(last, "last uses of credentials are lost", "error", err)
			}
			return
		case <-write.C:
			err = s.WriteUses(ctx)
		case <-tidy.C:
			err = s.Tidy(ctx)
		case <-sign.C:
			err = s.SignAudit(ctx)
		}
		if err != nil && ctx.Err() == nil {
			s.logger.ErrorContext(ctx, "a background task of access failed", "error", err)
		}
	}
}
