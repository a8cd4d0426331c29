package access

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"time"

	"asm.example/asm/internal/audit"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/problem"
)

// cookieLength is the length of a session cookie's value: 256 bits in base64url without padding.
const cookieLength = 43

// maxAgent is how much is kept of what a browser calls itself, in bytes.
const maxAgent = 512

// Session is what is known of a browser's session; never its secret.
type Session struct {
	// ID names it.
	ID string
	// StartedAt is the sign-in, ExpiresAt the end whatever is done meanwhile; UTC.
	StartedAt, ExpiresAt time.Time
	// LastUse is at most a minute behind.
	LastUse time.Time
	// Address is the network address at the last use.
	Address string
	// Agent is what the browser called itself at sign-in.
	Agent string
	// IsCurrent tells whether the caller came by it.
	IsCurrent bool
}

// SignedIn is a session just made.
type SignedIn struct {
	// Cookie is the value of the session's cookie; it is known to the browser alone.
	Cookie string
	// ExpiresAt is when the session ends, UTC.
	ExpiresAt time.Time
	// Email is who signed in.
	Email string
}

// browser is where somebody signs in from.
type browser struct {
	address, agent string
}

const (
	liveSessions = `
	SELECT id, created_at, expires_at, last_used_at, address, agent
	  FROM access_sessions
	 WHERE email = $1
	   AND expires_at > $2
	 ORDER BY created_at DESC, id DESC`

	insertSession = `
	INSERT INTO access_sessions (id, secret_sha256, email, created_at, expires_at, last_used_at, address, agent)
	VALUES ($1, $2, $3, $4, $5, $4, $6, $7)`

	noteSignIn = `
	UPDATE access_stakeholders
	   SET last_login_at = $2,
	       registered_at = CASE WHEN registered_at = 0 THEN $2 ELSE registered_at END,
	       is_concurrent = is_concurrent OR $3
	 WHERE email = $1`

	deleteSession = `
	DELETE FROM access_sessions
	 WHERE email = $1
	   AND id = $2`

	deleteOtherSessions = `
	DELETE FROM access_sessions
	 WHERE email = $1
	   AND id <> $2`
)

// startSession makes a session of somebody who has proven who they are, and records the sign-in.
func (s *Service) startSession(
	ctx context.Context, tx *database.Tx, email string, from browser, how string,
) (SignedIn, error) {
	live, err := s.liveSessions(ctx, tx, email, tx.Now())
	if err != nil {
		return SignedIn{}, err
	}
	secret := tx.NewSecret()
	cookie := base64.RawURLEncoding.EncodeToString(secret[:])
	id, digest := tx.NewID(), sha256.Sum256([]byte(cookie))
	now, end := tx.Now(), tx.Now().Add(s.options.SessionLife)
	if _, err := tx.Exec(ctx, insertSession, id, digest[:], email, database.Micros(now), database.Micros(end),
		from.address, cut(from.agent, maxAgent)); err != nil {
		return SignedIn{}, inRoom("keep a session", err)
	}
	if err := s.beginMailChoices(ctx, tx, email); err != nil {
		return SignedIn{}, err
	}
	if _, err := tx.Exec(ctx, noteSignIn, email, database.Micros(now), len(live) > 0); err != nil {
		return SignedIn{}, inRoom("note a sign-in", err)
	}
	grant := s.byThemselves(email, from, Credential{Kind: SignInCredential, ID: how}, signInPermission)
	if err := s.forget(ctx, tx, email); err != nil {
		return SignedIn{}, err
	}
	return SignedIn{cookie, end, email}, grant.Record(ctx, tx, audit.Change{
		Action: "signIn", Kind: "session", ID: id, After: map[string]any{"by": how},
	})
}

// byThemselves is the grant of somebody who is not signed in but has shown a password, an issuer's word or a link.
func (s *Service) byThemselves(email string, from browser, c Credential, p Permission) Grant {
	return Grant{service: s, permission: p, actor: &Actor{
		Email: email, Credential: c, Address: from.address, memberships: newMemberships(nil, nil),
	}}
}

// Sessions answers the caller's live sessions, newest first. Problems: Unauthenticated.
func (s *Service) Sessions(ctx context.Context) ([]Session, error) {
	grant, err := s.Self(ctx)
	if err != nil {
		return nil, err
	}
	live, err := s.liveSessions(ctx, s.db, grant.actor.Email, s.db.Now())
	for i := range live {
		live[i].IsCurrent = grant.actor.Credential.Kind == SessionCredential && live[i].ID == grant.actor.Credential.ID
	}
	return live, err
}

func (s *Service) liveSessions(ctx context.Context, q database.Querier, email string, now time.Time) ([]Session, error) {
	live, err := database.Collect(ctx, q, func(row database.Row) (Session, error) {
		var one Session
		var started, expires, used int64
		err := row.Scan(&one.ID, &started, &expires, &used, &one.Address, &one.Agent)
		one.StartedAt, one.ExpiresAt, one.LastUse = database.Time(started), database.Time(expires), database.Time(used)
		return one, err
	}, liveSessions, email, database.Micros(now))
	return live, inRoom("read the sessions of "+email, err)
}

// SignOut ends the session by which the caller came, at once. Problems: Unauthenticated; Denied when it was no session.
func (s *Service) SignOut(ctx context.Context) error {
	grant, err := s.selfBySession(ctx)
	if err != nil {
		return err
	}
	return s.endSessions(ctx, grant, "signOut", func(one Session) bool { return one.ID == grant.actor.Credential.ID })
}

// EndSession ends one of the caller's sessions at once, or with "" all but the current one. It needs a browser's session:
// an API token may not. Problems: Unauthenticated; Denied; NotFound for an id that is none of the caller's live sessions.
func (s *Service) EndSession(ctx context.Context, id string) error {
	grant, err := s.selfBySession(ctx)
	if err != nil {
		return err
	}
	if id == "" {
		return s.endSessions(ctx, grant, "endSession", func(one Session) bool { return one.ID != grant.actor.Credential.ID })
	}
	live, err := s.liveSessions(ctx, s.db, grant.actor.Email, s.db.Now())
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(live, func(one Session) bool { return one.ID == id }) {
		return problem.NotFound("There is no such session; it may have ended.")
	}
	return s.endSessions(ctx, grant, "endSession", func(one Session) bool { return one.ID == id })
}

// endSessions ends some of the sessions of the grant's person.
func (s *Service) endSessions(ctx context.Context, grant Grant, action string, ends func(Session) bool) error {
	email := grant.actor.Email
	return s.db.Write(ctx, func(tx *database.Tx) error {
		live, err := s.liveSessions(ctx, tx, email, tx.Now())
		if err != nil {
			return err
		}
		for _, one := range live {
			if !ends(one) {
				continue
			}
			if _, err := tx.Exec(ctx, deleteSession, email, one.ID); err != nil {
				return inRoom("end a session", err)
			}
			if err := grant.Record(ctx, tx, audit.Change{Action: action, Kind: "session", ID: one.ID}); err != nil {
				return err
			}
		}
		return s.forget(ctx, tx, email)
	})
}

// cut answers at most max bytes of a text, as valid UTF-8 without control characters.
func cut(text string, max int) string {
	return cleanText(text[:min(len(text), max)])
}
