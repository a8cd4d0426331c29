package access

import (
	"context"
	"errors"
	"strings"
	"unicode"

	"asm.example/asm/internal/audit"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/problem"
)

const (
	errSignIn       = "The mail address or the password is not right."
	errOldPassword  = "The current password is not right."
	maxEmail        = 254 // octets, RFC 5321 section 4.5.3.1.3 and its erratum 1690
	errEmailAddress = "Exception - Invalid email address in form"
)

// SignIn is what somebody signs in with.
type SignIn struct {
	// Email is taken in any case.
	Email string
	// Password is as it was typed.
	Password string
	// Address is the network address of the browser, without port.
	Address string
	// Agent is what the browser calls itself.
	Agent string
}

// account is what signing in needs to know of somebody.
type account struct {
	hash       string // "" without a password
	unverified bool
}

// Index: primary keys.
const activeAccount = `
	SELECT coalesce(p.hash, ''), s.unverified
	  FROM access_stakeholders s
	  LEFT JOIN access_passwords p ON p.email = s.email
	 WHERE s.email = $1
	   AND s.disabled_at = 0`

const replaceHash = `
	UPDATE access_passwords
	   SET hash = $2
	 WHERE email = $1
	   AND hash = $3`

// SignIn makes a session for a mail address and a password. Whether the address is known, disabled or has no password
// cannot be told from the answer or from the time that it takes. Problems: Limited after too much guessing;
// Unauthenticated; Unavailable when too many sign in at once.
func (s *Service) SignIn(ctx context.Context, in SignIn) (SignedIn, error) {
	email := foldEmail(in.Email)
	if len(email) > maxEmail {
		return SignedIn{}, problem.Unauthenticated(errSignIn)
	}
	attempt, err := s.guesses.take(email, in.Address, s.db.Now())
	if err != nil {
		return SignedIn{}, err
	}
	known, err := s.account(ctx, email)
	if err != nil {
		return SignedIn{}, err
	}
	matches, err := s.passwords.matches(ctx, in.Password, known.hash)
	if err != nil {
		return SignedIn{}, err
	}
	if !matches {
		return SignedIn{}, problem.Unauthenticated(errSignIn)
	}
	attempt.right()
	renewed, err := s.renewedHash(ctx, in.Password, known.hash)
	if err != nil {
		return SignedIn{}, err
	}
	var signedIn SignedIn
	err = s.db.Write(ctx, func(tx *database.Tx) error {
		if err := s.stillActive(ctx, tx, email, known.hash); err != nil {
			return err
		}
		if renewed != known.hash {
			if _, err := tx.Exec(ctx, replaceHash, email, renewed, known.hash); err != nil {
				return inRoom("renew a password's hash", err)
			}
		}
		signedIn, err = s.startSession(ctx, tx, email, browser{in.Address, in.Agent}, "password")
		return err
	})
	return signedIn, err
}

// account reads somebody active; the zero account for everybody else.
func (s *Service) account(ctx context.Context, email string) (account, error) {
	if email == "" || checkEmail(email) != nil {
		return account{}, nil
	}
	return readAccount(ctx, s.db, email)
}

func readAccount(ctx context.Context, q database.Querier, email string) (account, error) {
	known, err := database.One(ctx, q, func(row database.Row) (account, error) {
		var a account
		err := row.Scan(&a.hash, &a.unverified)
		return a, err
	}, activeAccount, email)
	if errors.Is(err, database.ErrNoRow) {
		return account{}, nil
	}
	return known, inRoom("look up an account", err)
}

// stillActive makes sure that nobody was disabled and no password changed while it was being hashed.
func (s *Service) stillActive(ctx context.Context, tx *database.Tx, email, hash string) error {
	if err := s.lockOwner(ctx, tx, email); err != nil {
		return err
	}
	known, err := readAccount(ctx, tx, email)
	if err != nil {
		return err
	}
	if hash == "" || known.hash != hash {
		return problem.Unauthenticated(errSignIn)
	}
	return nil
}

// renewedHash answers the hash to keep: the one there is, or a new one when parameters have changed.
func (s *Service) renewedHash(ctx context.Context, password, hash string) (string, error) {
	if !isOld(hash) {
		return hash, nil
	}
	return s.passwords.hash(ctx, password)
}

const (
	keepPassword = `
	INSERT INTO access_passwords (email, hash, changed_at)
	VALUES ($1, $2, $3)
	    ON CONFLICT (email) DO UPDATE
	   SET hash = excluded.hash,
	       changed_at = excluded.changed_at`
)

// ChangePassword replaces the caller's password and ends the other sessions. It needs a browser's session. Problems:
// Unauthenticated; Denied for a token; Invalid (currentPassword, password); Limited after too much guessing.
func (s *Service) ChangePassword(ctx context.Context, current, next string) error {
	grant, err := s.selfBySession(ctx)
	if err != nil {
		return err
	}
	email := grant.actor.Email
	attempt, err := s.guesses.take(email, grant.actor.Address, s.db.Now())
	if err != nil {
		return err
	}
	known, err := s.account(ctx, email)
	if err != nil {
		return err
	}
	matches, err := s.passwords.matches(ctx, current, known.hash)
	if err != nil {
		return err
	}
	if !matches {
		return problem.Invalid("currentPassword", errOldPassword)
	}
	attempt.right()
	if err := checkPassword(next); err != nil {
		return err
	}
	hash, err := s.passwords.hash(ctx, next)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *database.Tx) error {
		if err := s.stillActive(ctx, tx, email, known.hash); err != nil {
			return err
		}
		if err := s.keepPassword(ctx, tx, email, hash, grant.actor.Credential.ID); err != nil {
			return err
		}
		return grant.Record(ctx, tx, audit.Change{Action: "changePassword", Kind: "stakeholder", ID: email})
	})
}

// keepPassword stores a password's hash and ends every session but one ("" for none).
func (s *Service) keepPassword(ctx context.Context, tx *database.Tx, email, hash, keptSession string) error {
	if _, err := tx.Exec(ctx, keepPassword, email, hash, database.Micros(tx.Now())); err != nil {
		return inRoom("keep a password", err)
	}
	if _, err := tx.Exec(ctx, deleteOtherSessions, email, keptSession); err != nil {
		return inRoom("end sessions", err)
	}
	return s.forget(ctx, tx, email)
}

// foldEmail answers a mail address as it is stored and compared: trimmed, in lower case.
func foldEmail(address string) string {
	return strings.ToLower(askable(strings.TrimSpace(address)))
}

// askable answers a key that a database can be asked for: what no database takes becomes a blank, which stands in no key,
// so that the answer is the same as for anything unknown.
func askable(key string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(key, " "), "\x00", " ")
}

// checkEmail judges a folded mail address by the form that the standards give it (RFC 5321 section 4.1.2, RFC 6531), but
// for quoted local parts and address literals, which name no person.
func checkEmail(address string) error {
	invalid := problem.Invalid("email", errEmailAddress)
	local, domain, ok := strings.Cut(address, "@")
	if !ok || len(address) > maxEmail || len(local) == 0 || len(local) > 64 || checkText("email", address) != nil {
		return invalid
	}
	for atom := range strings.SplitSeq(local, ".") {
		if atom == "" || strings.ContainsFunc(atom, isNoAtom) {
			return invalid
		}
	}
	labels := strings.Split(domain, ".")
	if len(labels) < 2 {
		return invalid
	}
	for _, label := range labels {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' ||
			strings.ContainsFunc(label, isNoLabel) {
			return invalid
		}
	}
	return nil
}

func isNoAtom(r rune) bool {
	return r < 0x80 && !isAlphanumeric(r) && !strings.ContainsRune("!#$%&'*+-/=?^_`{|}~", r) || unicode.IsSpace(r)
}

func isNoLabel(r rune) bool {
	return r < 0x80 && !isAlphanumeric(r) && r != '-' || r >= 0x80 && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
}

func isAlphanumeric(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}

// cleanText answers a text that can be stored: valid UTF-8 without control characters.
func cleanText(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
}
