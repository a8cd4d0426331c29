package access

import (
	"context"

	"asm.example/asm/internal/audit"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/problem"
)

// PeopleQuery says which page of the people is wanted.
type PeopleQuery struct {
	// Search is a part of a mail address or name, in any case; "" is everybody.
	Search string
	// After is the mail address of the last one before; "" is the start.
	After string
	// First is how many at most; above 1,000 it is 1,000.
	First int
}

// PeoplePage is a page of the people.
type PeoplePage struct {
	// Stakeholders are ordered by mail address.
	Stakeholders []*Stakeholder
	// HasNext tells that more follow.
	HasNext bool
}

const maxPage = 1000

func (q PeopleQuery) where() *database.Where {
	w := &database.Where{}
	if q.Search != "" {
		w.And(`s.searched LIKE ? ESCAPE '\'`, "%"+database.EscapeLike(database.Fold(askable(q.Search)))+"%")
	}
	return w
}

// People answers a page of everybody whom the installation knows. Needs QueryStakeholders at user level, which
// administrators have. Problems: Denied; Invalid (first).
func (s *Service) People(ctx context.Context, q PeopleQuery) (PeoplePage, error) {
	if _, err := s.Require(ctx, QueryStakeholders, OnUser()); err != nil {
		return PeoplePage{}, err
	}
	if q.First < 1 {
		return PeoplePage{}, problem.Invalid("first", "Exception - The argument must be a positive integer: first")
	}
	first := min(q.First, maxPage)
	w := q.where()
	if q.After != "" {
		w.And("s.email > ?", askable(q.After))
	}
	statement := stakeholderColumns + "\n  FROM access_stakeholders s " + w.String() + " ORDER BY s.email LIMIT " + w.Argument(first+1)
	people, err := database.Collect(ctx, s.db, scanStakeholder, statement, w.Arguments()...)
	if err != nil {
		return PeoplePage{}, inRoom("list the people", err)
	}
	page := PeoplePage{Stakeholders: people[:min(first, len(people))], HasNext: len(people) > first}
	return page, nil
}

// CountPeople answers how many there are on all pages together. Needs QueryStakeholders at user level. Problems: Denied.
func (s *Service) CountPeople(ctx context.Context, search string) (int, error) {
	if _, err := s.Require(ctx, QueryStakeholders, OnUser()); err != nil {
		return 0, err
	}
	w := PeopleQuery{Search: search}.where()
	n, err := database.One(ctx, s.db, database.Value[int],
		"SELECT count(*) FROM access_stakeholders s "+w.String(), w.Arguments()...)
	return n, inRoom("count the people", err)
}

// NewPerson is somebody whom a command on the host adds.
type NewPerson struct {
	// Email is taken in any case.
	Email string
	// FirstName and LastName may be empty.
	FirstName, LastName string
	// Role is the user-level role; User when "".
	Role Role
}

// AddPerson makes a person, or gives a known one another user-level role, and answers a link for choosing a password,
// valid 24 hours. For commands on the host. Problems: Denied; Invalid (email, role).
func (s *Service) AddPerson(ctx context.Context, n NewPerson) (passwordURL string, err error) {
	grant, err := s.requireHost(ctx)
	if err != nil {
		return "", err
	}
	email := foldEmail(n.Email)
	if n.Role == "" {
		n.Role = User
	}
	if err := s.checkRole(grant, UserLevel, n.Role); err != nil {
		return "", err
	}
	if err := checkEmail(email); err != nil {
		return "", err
	}
	err = s.db.Write(ctx, func(tx *database.Tx) error {
		person := newStakeholder{email: email, firstName: n.FirstName, lastName: n.LastName, role: n.Role}
		if err := s.addStakeholder(ctx, tx, grant, person); err != nil {
			return err
		}
		l, err := s.newLink(ctx, tx, passwordLink, email, place{}, passwordLife)
		passwordURL = s.url(l)
		return err
	})
	return passwordURL, err
}

const (
	markVerified = `
	UPDATE access_stakeholders
	   SET unverified = false
	 WHERE email = $1
	   AND unverified`

	deletePassword = `
	DELETE FROM access_passwords
	 WHERE email = $1`
)

// verifyAddress says that an address was proven to be its owner's. Whoever had the account before may have been somebody
// else: password, sessions and tokens of before go. It changes nothing for an account that is verified.
func (s *Service) verifyAddress(ctx context.Context, tx *database.Tx, grant Grant, email string) error {
	changed, err := tx.Exec(ctx, markVerified, email)
	if err != nil {
		return inRoom("mark an address as proven", err)
	}
	if changed == 0 {
		return nil
	}
	for _, statement := range []string{deletePassword, deleteTokens} {
		if _, err := tx.Exec(ctx, statement, email); err != nil {
			return inRoom("end what an unproven account had", err)
		}
	}
	if _, err := tx.Exec(ctx, deleteOtherSessions, email, ""); err != nil {
		return inRoom("end sessions", err)
	}
	if err := s.forget(ctx, tx, email); err != nil {
		return err
	}
	return grant.Record(ctx, tx, audit.Change{Action: "verifyAddress", Kind: "stakeholder", ID: email})
}

// ResetPassword answers a new link for choosing a password, valid 24 hours; the password of before stays good until then.
// An account whose address nobody has proven becomes a proven one and loses what it had, for the operator hands the link
// to its owner. For commands on the host. Problems: Denied; NotFound.
func (s *Service) ResetPassword(ctx context.Context, email string) (passwordURL string, err error) {
	grant, err := s.requireHost(ctx)
	if err != nil {
		return "", err
	}
	email = foldEmail(email)
	err = s.db.Write(ctx, func(tx *database.Tx) error {
		if _, err := lockStakeholder(ctx, tx, email); err != nil {
			return err
		}
		if err := s.verifyAddress(ctx, tx, grant, email); err != nil {
			return err
		}
		l, err := s.newLink(ctx, tx, passwordLink, email, place{}, passwordLife)
		if err != nil {
			return err
		}
		passwordURL = s.url(l)
		return grant.Record(ctx, tx, audit.Change{Action: "resetPassword", Kind: "stakeholder", ID: email})
	})
	return passwordURL, err
}

const (
	anyRegistered = `
	SELECT count(*)
	  FROM access_stakeholders
	 WHERE registered_at > 0
	    OR email <> $1`
)

// FirstAdministrator makes the first administrator of an empty database and answers the link for choosing a password, valid
// 24 hours. Until somebody has signed in it answers a new link each time; afterwards, and when there are other people, "".
// For the start of the server. Problems: Denied; Invalid (email).
func (s *Service) FirstAdministrator(ctx context.Context, email string) (passwordURL string, err error) {
	if _, err := s.requireHost(ctx); err != nil {
		return "", err
	}
	others, err := database.One(ctx, s.db, database.Value[int], anyRegistered, foldEmail(email))
	if err != nil {
		return "", inRoom("look for people", err)
	}
	if others > 0 {
		return "", nil
	}
	return s.AddPerson(ctx, NewPerson{Email: email, Role: Admin})
}
