package access

import (
	"context"
	"errors"
	"time"

	"asm.example/asm/internal/audit"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/problem"
)

// InvitationState tells how far a person's coming to a group or an organization is.
type InvitationState string

// The states.
const (
	// Pending: invited, not answered yet.
	Pending InvitationState = "PENDING"
	// Registered: a member who has signed in once.
	Registered InvitationState = "REGISTERED"
	// Unregistered: a member who never signed in.
	Unregistered InvitationState = "UNREGISTERED"
)

// Stakeholder is a person, seen from a group, an organization or the installation.
type Stakeholder struct {
	// Email identifies the person, in lower case.
	Email string
	// FirstName and LastName may be empty.
	FirstName, LastName string
	// UserRole is the role at user level; "" for who is invited and has no account.
	UserRole Role
	// FirstLogin is the first sign-in and LastLogin the last, UTC; zero before. Use of tokens does not count.
	FirstLogin, LastLogin time.Time
	// IsActive is false for who was disabled.
	IsActive bool
	// IsUnverified tells that nobody has proven that the address is the person's.
	IsUnverified bool

	// State, Role and Responsibility are the person's in the group or organization through which this was reached; of a
	// pending invitation what it offers. Elsewhere State is "" and Role the user-level role. Responsibility is "" outside
	// of groups.
	State          InvitationState
	Role           Role
	Responsibility string
	// InvitationURL is the link of a pending invitation, for callers who may invite there; "" otherwise.
	InvitationURL string

	groupID, organizationID string // where it was reached
}

// errUnknownStakeholder is fixed by the contract.
const errUnknownStakeholder = "Access denied or stakeholder not found"

// newStakeholder is somebody to be made.
type newStakeholder struct {
	email, firstName, lastName string
	role                       Role
	unverified                 bool
}

const (
	insertStakeholder = `
	INSERT INTO access_stakeholders (email, first_name, last_name, searched, user_role, created_at, registered_at,
	       last_login_at, disabled_at, unverified, is_concurrent, remember, preferences)
	VALUES ($1, $2, $3, $4, $5, $6, 0, 0, 0, $7, false, false, '{}')
	    ON CONFLICT (email) DO NOTHING`

	setUserRole = `
	UPDATE access_stakeholders
	   SET user_role = $2
	 WHERE email = $1`
)

// ensureStakeholder makes somebody who is unknown; whoever is known stays as they are.
func (s *Service) ensureStakeholder(ctx context.Context, tx *database.Tx, n newStakeholder) error {
	_, err := s.makeStakeholder(ctx, tx, n)
	return err
}

// makeStakeholder makes somebody who is unknown, and tells whether it did.
func (s *Service) makeStakeholder(ctx context.Context, tx *database.Tx, n newStakeholder) (bool, error) {
	n.firstName, n.lastName = cutName(n.firstName), cutName(n.lastName)
	made, err := tx.Exec(ctx, insertStakeholder, n.email, n.firstName, n.lastName,
		database.Fold(n.email+" "+n.firstName+" "+n.lastName), n.role, database.Micros(tx.Now()), n.unverified)
	return made > 0, inRoom("make the stakeholder "+n.email, err)
}

// ensureInvited makes the account of somebody who accepts an invitation and is unknown, and tells whether it did.
func (s *Service) ensureInvited(ctx context.Context, tx *database.Tx, email string) (bool, error) {
	return s.makeStakeholder(ctx, tx, newStakeholder{email: email, role: User, unverified: true})
}

// maxName is how long a first or last name may be, in characters; longer ones are cut.
const maxName = 29

func cutName(name string) string {
	runes := []rune(cleanText(name))
	return string(runes[:min(len(runes), maxName)])
}

// AddStakeholder makes a person without access to anything, or gives a known one another user-level role. Needs
// AddStakeholder at user level. Problems: Denied; Invalid (role, email).
func (s *Service) AddStakeholder(ctx context.Context, email string, role Role) error {
	grant, err := s.Require(ctx, AddStakeholder, OnUser())
	if err != nil {
		return err
	}
	email = foldEmail(email)
	if err := s.checkRole(grant, UserLevel, role); err != nil {
		return err
	}
	if err := checkEmail(email); err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *database.Tx) error {
		return s.addStakeholder(ctx, tx, grant, newStakeholder{email: email, role: role})
	})
}

func (s *Service) addStakeholder(ctx context.Context, tx *database.Tx, grant Grant, n newStakeholder) error {
	made, err := s.makeStakeholder(ctx, tx, n)
	if err != nil {
		return err
	}
	if !made {
		if _, err := tx.Exec(ctx, setUserRole, n.email, n.role); err != nil {
			return inRoom("set a user-level role", err)
		}
	}
	if err := s.forget(ctx, tx, n.email); err != nil {
		return err
	}
	return grant.Record(ctx, tx, audit.Change{
		Action: "addStakeholder", Kind: "stakeholder", ID: n.email, After: map[string]any{"role": n.role, "new": made},
	})
}

const (
	disableStakeholder = `
	UPDATE access_stakeholders
	   SET disabled_at = $2
	 WHERE email = $1
	   AND disabled_at = 0`

	enableStakeholder = `
	UPDATE access_stakeholders
	   SET disabled_at = 0
	 WHERE email = $1
	   AND disabled_at <> 0`

	stakeholderExists = `
	SELECT disabled_at
	  FROM access_stakeholders
	 WHERE email = $1
	   FOR UPDATE`
)

// SetActive disables a person, whose sessions end and whose tokens answer "Login required" from then on, or enables them
// again. Needs AddStakeholder at user level. Problems: Denied; NotFound; Conflict for oneself.
func (s *Service) SetActive(ctx context.Context, email string, active bool) error {
	grant, err := s.Require(ctx, AddStakeholder, OnUser())
	if err != nil {
		return err
	}
	email = foldEmail(email)
	if email == grant.actor.Email {
		return problem.Conflict("Nobody can disable or enable themselves.")
	}
	return s.db.Write(ctx, func(tx *database.Tx) error {
		if _, err := lockStakeholder(ctx, tx, email); err != nil {
			return err
		}
		statement, action, arguments := enableStakeholder, "enableStakeholder", []any{email}
		if !active {
			statement, action, arguments = disableStakeholder, "disableStakeholder", []any{email, database.Micros(tx.Now())}
		}
		changed, err := tx.Exec(ctx, statement, arguments...)
		if err != nil || changed == 0 {
			return inRoom(action, err)
		}
		if _, err := tx.Exec(ctx, deleteOtherSessions, email, ""); err != nil {
			return inRoom("end sessions", err)
		}
		if err := s.forget(ctx, tx, email); err != nil {
			return err
		}
		return grant.Record(ctx, tx, audit.Change{Action: action, Kind: "stakeholder", ID: email})
	})
}

// lockStakeholder makes sure that somebody exists, and tells whether they are active. Problems: NotFound.
func lockStakeholder(ctx context.Context, tx *database.Tx, email string) (isActive bool, err error) {
	disabledAt, err := database.One(ctx, tx, database.Value[int64], stakeholderExists, email)
	if errors.Is(err, database.ErrNoRow) {
		return false, problem.NotFound(errUnknownStakeholder)
	}
	return disabledAt == 0, inRoom("look up a stakeholder", err)
}
