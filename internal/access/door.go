package access

import (
	"context"
	"crypto/sha256"
	"errors"
	"strings"
	"sync/atomic"
	"time"

	"asm.example/asm/internal/database"
	"asm.example/asm/internal/problem"
)

// Texts that the contract fixes.
const (
	errTokenFormat  = "Token format unrecognized"
	errTokenExpired = "Exception - User token has expired"
)

// knownToken is a token whose signature was found good; bad ones are not remembered.
type knownToken struct {
	jti       [sha256.Size]byte
	email     string
	expiresAt time.Time
	state     atomic.Pointer[credentialState]
	noted     atomic.Int64 // last use that was noted, microseconds
}

// knownSession is a session that the database knew.
type knownSession struct {
	email     string
	expiresAt time.Time
	state     atomic.Pointer[credentialState]
	noted     atomic.Int64
}

// credentialState is what the database said of a credential.
type credentialState struct {
	reading
	id string // "" when it is gone
}

// Authenticate is the front door's decision: who calls, checked once before anything executes.
//
// authorization are the values of the Authorization header, nil when the request has none: any such header is the
// credential, and a bad one never falls back to the cookie. cookie is the value of the session's cookie, "" without one;
// address is the caller's. Without credentials the answer is (nil, problem).
//
// A signature's verdict is remembered until the token ends, what the database says for at most a second and never beyond
// a change that this process made.
//
// Problems, all Unauthenticated: "Login required" without a credential, or with one that ended, was revoked, is not ours or
// whose owner is not active; "Token format unrecognized" for anything but one Bearer JWT; "Exception - User token has
// expired" for a token of ours past its end.
func (s *Service) Authenticate(ctx context.Context, authorization []string, cookie, address string) (*Actor, error) {
	if authorization != nil {
		return s.authenticateToken(ctx, authorization, address)
	}
	if len(cookie) != cookieLength {
		return nil, problem.Unauthenticated(errLogin)
	}
	return s.authenticateSession(ctx, cookie, address)
}

// bearer answers the token of an Authorization header; false for anything else (RFC 6750, section 2.1; RFC 9110, section
// 11.1: the scheme in any case).
func bearer(authorization []string) (string, bool) {
	const scheme = "bearer "
	if len(authorization) != 1 || len(authorization[0]) < len(scheme) ||
		!strings.EqualFold(authorization[0][:len(scheme)], scheme) {
		return "", false
	}
	return strings.TrimLeft(authorization[0][len(scheme):], " "), true
}

func (s *Service) authenticateToken(ctx context.Context, authorization []string, address string) (*Actor, error) {
	token, ok := bearer(authorization)
	if !ok {
		return nil, problem.Unauthenticated(errTokenFormat)
	}
	digest := sha256.Sum256([]byte(token))
	known, ok := s.tokens.get(digest)
	if !ok {
		if !isJWT(token) {
			return nil, problem.Unauthenticated(errTokenFormat)
		}
		c, good := s.verify(token)
		if !good {
			return nil, problem.Unauthenticated(errLogin)
		}
		known = &knownToken{
			jti: sha256.Sum256([]byte(c.ID)), email: c.Subject, expiresAt: time.Unix(c.ExpiresAt, 0).UTC(),
		}
		s.tokens.put(digest, known)
	}
	now := s.db.Now()
	if !now.Before(known.expiresAt) {
		return nil, problem.Unauthenticated(errTokenExpired)
	}
	state, err := s.tokenState(ctx, known, now)
	if err != nil {
		return nil, err
	}
	c := Credential{Kind: TokenCredential, ID: state.id, ExpiresAt: known.expiresAt}
	return s.admit(ctx, known.email, c, address, &known.noted, now)
}

const tokenByJTI = `
	SELECT id, last_used_at
	  FROM access_tokens
	 WHERE jti_sha256 = $1
	   AND email = $2`

// tokenState answers what the database says of a token, as of a second ago at most.
func (s *Service) tokenState(ctx context.Context, t *knownToken, now time.Time) (credentialState, error) {
	epoch := s.epochs.of(t.email)
	if state := t.state.Load(); state != nil && state.isFresh(now, epoch) {
		return *state, nil
	}
	state := credentialState{reading: reading{now, epoch}}
	used, err := database.One(ctx, s.db, func(row database.Row) (int64, error) {
		var used int64
		err := row.Scan(&state.id, &used)
		return used, err
	}, tokenByJTI, t.jti[:], t.email)
	if err != nil && !errors.Is(err, database.ErrNoRow) {
		return state, inRoom("look up a token", err)
	}
	raise(&t.noted, used)
	t.state.Store(&state)
	return state, nil
}

func (s *Service) authenticateSession(ctx context.Context, cookie, address string) (*Actor, error) {
	now := s.db.Now()
	digest := sha256.Sum256([]byte(cookie))
	known, ok := s.sessions.get(digest)
	if ok {
		if state := known.state.Load(); !state.isFresh(now, s.epochs.of(known.email)) {
			ok = false
		}
	}
	if !ok {
		var err error
		if known, err = s.findSession(ctx, digest, now); err != nil {
			return nil, err
		}
		s.sessions.put(digest, known)
	}
	if !now.Before(known.expiresAt) {
		return nil, problem.Unauthenticated(errLogin)
	}
	c := Credential{Kind: SessionCredential, ID: known.state.Load().id, ExpiresAt: known.expiresAt}
	return s.admit(ctx, known.email, c, address, &known.noted, now)
}

const sessionBySecret = `
	SELECT id, email, expires_at, last_used_at
	  FROM access_sessions
	 WHERE secret_sha256 = $1`

// findSession reads a session. Problems: Unauthenticated when there is none.
func (s *Service) findSession(ctx context.Context, digest [32]byte, now time.Time) (*knownSession, error) {
	// Whose session it is only the answer tells; so the epochs of before are compared with those of after.
	before := s.epochs.changes()
	known := &knownSession{}
	state := credentialState{}
	_, err := database.One(ctx, s.db, func(row database.Row) (struct{}, error) {
		var expires, used int64
		err := row.Scan(&state.id, &known.email, &expires, &used)
		known.expiresAt = database.Time(expires)
		known.noted.Store(used)
		return struct{}{}, err
	}, sessionBySecret, digest[:])
	if errors.Is(err, database.ErrNoRow) {
		return nil, problem.Unauthenticated(errLogin)
	}
	if err != nil {
		return nil, inRoom("look up a session", err)
	}
	state.reading = reading{now, s.epochs.of(known.email)}
	if s.epochs.changes() != before {
		state.at = time.Time{} // something ended while it was read: good for this request, not to be remembered
	}
	known.state.Store(&state)
	return known, nil
}

// admit makes the Actor of a credential that is good, if its owner is active.
func (s *Service) admit(
	ctx context.Context, email string, c Credential, address string, noted *atomic.Int64, now time.Time,
) (*Actor, error) {
	if c.ID == "" {
		return nil, problem.Unauthenticated(errLogin)
	}
	p, err := s.person(ctx, email)
	if err != nil {
		return nil, err
	}
	if p == nil {
		return nil, problem.Unauthenticated(errLogin)
	}
	s.uses.note(c, address, noted, now)
	return p.actor(c, address), nil
}

// raise sets a counter to at least a value.
func raise(counter *atomic.Int64, value int64) {
	for {
		current := counter.Load()
		if current >= value || counter.CompareAndSwap(current, value) {
			return
		}
	}
}
