package access

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"asm.example/asm/internal/audit"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/problem"
)

// maxPreferences is how much the web app may keep for a person, in bytes.
const maxPreferences = 64 * 1024

const errPreferences = "Preferences are a JSON object of at most 64 KiB."

// Settings are what a person's own choices are.
type Settings struct {
	// IsConcurrentSession tells that another session lived at sign-in, until it is acknowledged.
	IsConcurrentSession bool
	// Remember tells that the legal notice is not to be shown again.
	Remember bool
	// Preferences are the web app's: the text of a JSON object.
	Preferences string
}

const (
	settings = `
	SELECT is_concurrent, remember, preferences
	  FROM access_stakeholders
	 WHERE email = $1`

	setRemember = `
	UPDATE access_stakeholders
	   SET remember = $2
	 WHERE email = $1`

	acknowledge = `
	UPDATE access_stakeholders
	   SET is_concurrent = false
	 WHERE email = $1`

	setPreferences = `
	UPDATE access_stakeholders
	   SET preferences = $2
	 WHERE email = $1`
)

// Settings answers the caller's own. Problems: Unauthenticated.
func (s *Service) Settings(ctx context.Context) (Settings, error) {
	grant, err := s.Self(ctx)
	if err != nil {
		return Settings{}, err
	}
	found, err := database.Collect(ctx, s.db, func(row database.Row) (Settings, error) {
		var set Settings
		err := row.Scan(&set.IsConcurrentSession, &set.Remember, &set.Preferences)
		return set, err
	}, settings, grant.actor.Email)
	if err != nil {
		return Settings{}, inRoom("read settings", err)
	}
	if len(found) == 0 { // the host has none
		return Settings{Preferences: "{}"}, nil
	}
	return found[0], nil
}

// AcceptLegal remembers whether the legal notice is to be shown again. Problems: Unauthenticated.
func (s *Service) AcceptLegal(ctx context.Context, remember bool) error {
	return s.set(ctx, "acceptLegal", map[string]any{"remember": remember}, setRemember, remember)
}

// AcknowledgeConcurrentSession says that the notice about another session was seen. Problems: Unauthenticated.
func (s *Service) AcknowledgeConcurrentSession(ctx context.Context) error {
	return s.set(ctx, "acknowledgeConcurrentSession", nil, acknowledge)
}

// UpdatePreferences replaces what the web app keeps for the caller. Problems: Unauthenticated; Invalid (preferences).
func (s *Service) UpdatePreferences(ctx context.Context, text string) error {
	var object map[string]json.RawMessage
	if len(text) > maxPreferences || !utf8.ValidString(text) || json.Unmarshal([]byte(text), &object) != nil || object == nil {
		return problem.Invalid("preferences", errPreferences).With("maxBytes", maxPreferences)
	}
	return s.set(ctx, "updatePreferences", nil, setPreferences, text)
}

// set changes one of the caller's own settings.
func (s *Service) set(ctx context.Context, action string, after any, statement string, values ...any) error {
	grant, err := s.Self(ctx)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *database.Tx) error {
		if _, err := tx.Exec(ctx, statement, append([]any{grant.actor.Email}, values...)...); err != nil {
			return inRoom(action, err)
		}
		return grant.Record(ctx, tx, audit.Change{Action: action, Kind: "stakeholder", ID: grant.actor.Email, After: after})
	})
}

// LegacyToken is the text of the deprecated field Me.accessToken, which existing clients compare: JSON as Python writes it,
// about the token made last.
func LegacyToken(live []Token) string {
	if len(live) == 0 {
		return `{"hasAccessToken": false, "issuedAt": "", "lastAccessTokenUse": null}`
	}
	last := live[len(live)-1]
	used := "null"
	if !last.LastUse.IsZero() {
		used = strconv.Quote(last.LastUse.UTC().Format("2006-01-02T15:04:05") + "+00:00")
	}
	return fmt.Sprintf(`{"hasAccessToken": true, "issuedAt": "%d", "lastAccessTokenUse": %s}`, last.IssuedAt.Unix(), used)
}

// SessionEnd is when the credential of the caller ends, UTC; zero for the host and for jobs. Problems: Unauthenticated.
func (s *Service) SessionEnd(ctx context.Context) (time.Time, error) {
	grant, err := s.Self(ctx)
	if err != nil {
		return time.Time{}, err
	}
	return grant.actor.Credential.ExpiresAt, nil
}
