package notify

import (
	"context"
	"fmt"
	"strings"
	"time"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/problem"
)

// State is where a mail stands.
type State string

// The states: queued ones are tried until they are sent, or refused for good; obsolete is what carries a link that was used,
// replaced or has ended before the mail was sent.
const (
	Queued   State = "QUEUED"
	Sent     State = "SENT"
	Failed   State = "FAILED"
	Obsolete State = "OBSOLETE"
)

// Mail is one mail to one person, as administrators see it: what it says stays between it and its recipient.
type Mail struct {
	// ID is a UUID; mails are listed by it, the newest first.
	ID string
	// Kind is the notice, such as root_added.
	Kind string
	// Recipient is the mail address; Subject the whole subject line.
	Recipient, Subject string
	State              State
	// Attempts is how often it was tried; LastProblem why the last did not succeed, "" otherwise.
	Attempts    int64
	LastProblem string
	// CreatedAt is when it was made; NextTryAt when it is due, zero once it is settled; SettledAt when it was sent or given
	// up, zero before. UTC.
	CreatedAt, NextTryAt, SettledAt time.Time
}

const (
	insertMail = `
	INSERT INTO notify_mails (id, once, kind, recipient, subject, plain_text, html_text, link_id, link_number, switchable,
	       state, attempts, next_try_at, last_problem, created_at, settled_at)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'QUEUED', 0, $11, '', $11, 0)
	    ON CONFLICT (once) DO NOTHING`

	// Who claims at the same moment skips the rows.
	dueMails = `
	SELECT id, recipient, subject, plain_text, html_text, link_id, link_number, switchable, attempts, created_at
	  FROM notify_mails
	 WHERE state = 'QUEUED'
	   AND next_try_at <= $1
	 ORDER BY next_try_at, id
	 LIMIT $2
	   FOR UPDATE SKIP LOCKED`

	leaseMails = `
	UPDATE notify_mails
	   SET attempts = attempts + 1,
	       next_try_at = $2
	 WHERE id = ANY($1)`

	// The number of attempts fences off who held the lease before.
	settleMail = `
	UPDATE notify_mails
	   SET state = $3,
	       next_try_at = $4,
	       last_problem = $5,
	       settled_at = $6,
	       plain_text = CASE WHEN $3 = 'QUEUED' THEN plain_text ELSE '' END,
	       html_text = CASE WHEN $3 = 'QUEUED' THEN html_text ELSE '' END
	 WHERE id = $1
	   AND attempts = $2
	   AND state = 'QUEUED'`

	dropSettled = `
	DELETE FROM notify_mails
	 WHERE settled_at > 0
	   AND settled_at <= $1`
)

// queue makes a mail, unless it was made before: once and the recipient tell it from all others.
func (s *Service) queue(ctx context.Context, tx *database.Tx, n notice, recipient string, l letter, once string) error {
	l.Switchable, l.Settings = n.preference != "", s.settings()
	text, html, err := l.render()
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, insertMail, tx.NewID(), once+" "+recipient, n.kind, recipient, l.subjectLine(), text, html,
		l.link.ID, l.link.Number, l.Switchable, database.Micros(tx.Now()))
	if err != nil {
		return fmt.Errorf("queue %s: %w", n.kind, err)
	}
	return nil
}

// settings is where a person chooses their mails.
func (s *Service) settings() string { return s.url + "/user/notifications" }

// queued is a mail to be sent.
type queued struct {
	id, recipient, subject, text, html string
	link                               access.MailedLink
	isSwitchable                       bool
	attempts                           int64 // with this one
	createdAt                          time.Time
}

func scanQueued(row database.Row) (*queued, error) {
	var m queued
	var created int64
	err := row.Scan(&m.id, &m.recipient, &m.subject, &m.text, &m.html, &m.link.ID, &m.link.Number, &m.isSwitchable, &m.attempts, &created)
	m.attempts++
	m.createdAt = database.Time(created)
	return &m, err
}

// lease takes what is due, for as long as one conversation with the mail server may last.
func (s *Service) lease(ctx context.Context, most int) ([]*queued, error) {
	var leased []*queued
	err := s.db.Write(ctx, func(tx *database.Tx) (err error) {
		leased, err = database.Collect(ctx, tx, scanQueued, dueMails, database.Micros(tx.Now()), most)
		if err != nil || len(leased) == 0 {
			return err
		}
		ids := make([]string, len(leased))
		for i, m := range leased {
			ids[i] = m.id
		}
		_, err = tx.Exec(ctx, leaseMails, ids, database.Micros(tx.Now().Add(leaseLife)))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("lease mails: %w", err)
	}
	return leased, nil
}

// outcome is what became of an attempt.
type outcome struct {
	state   State
	problem string
}

// settle writes what became of an attempt.
func (s *Service) settle(ctx context.Context, m *queued, o outcome) error {
	err := s.db.Write(ctx, func(tx *database.Tx) error {
		now := tx.Now()
		next, settled := int64(0), database.Micros(now)
		if o.state == Queued {
			pause, ok := pauseAfter(m.attempts, s.random)
			if ok {
				next, settled = database.Micros(now.Add(pause)), 0
			} else {
				o.state = Failed
			}
		}
		_, err := tx.Exec(ctx, settleMail, m.id, m.attempts, o.state, next, o.problem, settled)
		return err
	})
	if err != nil {
		return fmt.Errorf("settle mail %s: %w", m.id, err)
	}
	return nil
}

// keptMails is how long the list remembers mails.
const keptMails = 90 * 24 * time.Hour

// Tidy forgets mails settled 90 days ago.
func (s *Service) Tidy(ctx context.Context) error {
	err := s.db.Write(ctx, func(tx *database.Tx) error {
		_, err := tx.Exec(ctx, dropSettled, database.Micros(tx.Now().Add(-keptMails)))
		return err
	})
	if err != nil {
		return fmt.Errorf("forget old mails: %w", err)
	}
	return nil
}

// Query says which page of the mails is wanted.
type Query struct {
	// State is the one that mails must have, or empty.
	State State
	// First is how many, at least 1; above 1,000 it is 1,000. After is the id of the mail before; "" is the start.
	First int
	After string
}

// Page is a page of the mails, the newest first.
type Page struct {
	Mails   []*Mail
	HasNext bool
}

func (q Query) where() *database.Where {
	w := &database.Where{}
	if q.State != "" {
		w.And("state = ?", q.State)
	}
	return w
}

const mostMails = 1000

// Page lists mails. Needs QueryMails at user level, which administrators have. Problems: Denied; Invalid (first, after).
func (s *Service) Page(ctx context.Context, q Query) (Page, error) {
	if _, err := s.access.Require(ctx, access.QueryMails, access.OnUser()); err != nil {
		return Page{}, err
	}
	if q.First < 1 {
		return Page{}, problem.Invalid("first", "Exception - The argument must be a positive integer: first")
	}
	first := min(q.First, mostMails)
	w := q.where()
	if q.After != "" {
		if strings.Trim(q.After, "0123456789abcdef-") != "" {
			return Page{}, problem.Invalid("after", "Exception - The cursor is invalid with a filter")
		}
		w.And("id < ?", q.After)
	}
	read, err := database.Collect(ctx, s.db, scanMail, `
	SELECT id, kind, recipient, subject, state, attempts, last_problem, created_at, next_try_at, settled_at
	  FROM notify_mails `+w.String()+" ORDER BY id DESC LIMIT "+w.Argument(first+1), w.Arguments()...)
	if err != nil {
		return Page{}, fmt.Errorf("list mails: %w", err)
	}
	return Page{read[:min(first, len(read))], len(read) > first}, nil
}

// Total counts the mails of all pages. Needs QueryMails at user level. Problems: Denied.
func (s *Service) Total(ctx context.Context, q Query) (int64, error) {
	if _, err := s.access.Require(ctx, access.QueryMails, access.OnUser()); err != nil {
		return 0, err
	}
	w := q.where()
	return database.One(ctx, s.db, database.Value[int64], "SELECT count(*) FROM notify_mails "+w.String(), w.Arguments()...)
}

func scanMail(row database.Row) (*Mail, error) {
	var m Mail
	var created, next, settled int64
	err := row.Scan(&m.ID, &m.Kind, &m.Recipient, &m.Subject, &m.State, &m.Attempts, &m.LastProblem, &created, &next, &settled)
	m.CreatedAt, m.NextTryAt, m.SettledAt = database.Time(created), database.Time(next), database.Time(settled)
	return &m, err
}
