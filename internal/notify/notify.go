// Package notify tells people by mail what happened to what they care about.
//
// What happened is read from the audit log's news: each action that makes a mail stands in one table (notices.go), where it
// says whom the mail is for, by which preference they may switch it off, and what it tells. Making a mail writes a row of
// the outbox in the transaction that passes the news, under a key that makes it unique, so that a mail is made exactly
// once. Sending is apart (sender.go): a worker leases what is due, and whatever a mail server acknowledged is never sent
// again. Failures change nothing for who acted.
//
// A link that opens something is put in when the mail is sent: the outbox, like every other table, holds no secret.
package notify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/mail"
	"strings"
	"time"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/audit"
	"asm.example/asm/internal/database"
)

// consumer is the name under which this room reads the news.
const consumer = "notify"

// Options are what the service needs.
type Options struct {
	// DB, Log and Access are the storeys below. Required.
	DB     *database.DB
	Log    *audit.Log
	Access *access.Service
	// URL is the installation's public address, without a path; links begin with it. Required.
	URL string
	// SMTP is the server that takes the mails; without a host no mail is made.
	SMTP SMTP
	// Random spreads the times of new attempts. Required when SMTP has a host.
	Random io.Reader
	// Logger hears of what goes wrong in the background; nil means slog.Default().
	Logger *slog.Logger
}

// Service makes mails of what happened, sends them, and lists them for administrators. It is safe for concurrent use.
type Service struct {
	db        *database.DB
	log       *audit.Log
	access    *access.Service
	url       string
	from      string
	transport transport
	random    io.Reader
	logger    *slog.Logger
}

// New answers the service, which hears of what happens from now on. Errors name what is wrong with the SMTP settings.
func New(ctx context.Context, o Options) (*Service, error) {
	s := &Service{
		db: o.DB, log: o.Log, access: o.Access, url: strings.TrimSuffix(o.URL, "/"), random: o.Random, logger: o.Logger,
	}
	if s.logger == nil {
		s.logger = slog.Default()
	}
	if o.SMTP.Host != "" {
		dialer, err := newDialer(o.SMTP, s.url)
		if err != nil {
			return nil, err
		}
		s.transport, s.from = dialer, o.SMTP.From
	}
	err := o.DB.Write(ctx, func(tx *database.Tx) error { return o.Log.Join(ctx, tx, consumer) })
	if err != nil {
		return nil, err
	}
	return s, nil
}

// IsConfigured tells whether mails are made and sent.
func (s *Service) IsConfigured() bool { return s.transport != nil }

// checkFrom answers what is wrong with a sender's address.
func checkFrom(from string) error {
	if _, err := mail.ParseAddress(from); err != nil {
		return fmt.Errorf("the sender %q of mails is no mail address, such as asm@acme.example", from)
	}
	return nil
}

const (
	// newsInterval is how often news is read and due mails are sent.
	newsInterval = 2 * time.Second
	// tidyInterval is how often the outbox is tidied and mails are made for what ends soon.
	tidyInterval = 10 * time.Minute
)

// Run reads news and sends mails until the context ends.
func (s *Service) Run(ctx context.Context) {
	news, tidy := time.NewTicker(newsInterval), time.NewTicker(tidyInterval)
	defer news.Stop()
	defer tidy.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case <-news.C:
			err = errors.Join(s.ReadNews(ctx), s.SendDue(ctx))
		case <-tidy.C:
			err = errors.Join(s.Remind(ctx), s.Tidy(ctx))
		}
		if err != nil && ctx.Err() == nil {
			s.logger.ErrorContext(ctx, "mails wait", "error", err)
		}
	}
}

// RunDue does once what Run does again and again: for tests, which move the clock themselves.
func (s *Service) RunDue(ctx context.Context) error {
	return errors.Join(s.ReadNews(ctx), s.Remind(ctx), s.SendDue(ctx), s.Tidy(ctx))
}

// newsAtOnce is how many records one transaction makes mails of.
const newsAtOnce = 50

// ReadNews makes the mails of what happened since the last time. Several replicas may do it at once: the outbox takes a mail
// once. What cannot be told (because what it was about is gone) is passed over and logged, so that nothing behind it waits.
func (s *Service) ReadNews(ctx context.Context) error {
	for {
		read := 0
		err := s.db.Write(ctx, func(tx *database.Tx) error {
			records, err := s.log.News(ctx, tx, consumer, newsAtOnce)
			if err != nil {
				return err
			}
			read = len(records)
			return s.dealWith(ctx, tx, records)
		})
		if err != nil {
			return fmt.Errorf("make mails of the news: %w", err)
		}
		if read < newsAtOnce {
			return nil
		}
	}
}

// dealWith makes the mails of records and passes them.
func (s *Service) dealWith(ctx context.Context, tx *database.Tx, records []audit.Record) error {
	passed := map[string]int64{}
	for _, r := range records {
		if s.IsConfigured() {
			if err := s.tell(ctx, tx, r); err != nil {
				return fmt.Errorf("%s of %s %s: %w", r.Action, r.Kind, r.ID, err)
			}
		}
		passed[r.Chain] = r.Number
	}
	for chain, number := range passed {
		if err := s.log.Pass(ctx, tx, consumer, chain, number); err != nil {
			return err
		}
	}
	if len(records) == 0 {
		return nil
	}
	return s.log.DropSeen(ctx, tx)
}

// tell makes the mails of one record.
func (s *Service) tell(ctx context.Context, tx *database.Tx, r audit.Record) error {
	for _, n := range noticesOf(r.Action) {
		told := &telling{tx: tx, service: s, record: r}
		if err := told.read(ctx); err != nil {
			return err
		}
		l, err := n.compose(ctx, told)
		if errors.Is(err, errNothingToTell) {
			continue
		}
		if err != nil {
			return err
		}
		to, err := told.recipients(ctx, n, l)
		if err != nil {
			return err
		}
		for _, address := range to {
			if err := s.queue(ctx, tx, n, address, l, fmt.Sprintf("%s %s %d", n.kind, r.Chain, r.Number)); err != nil {
				return err
			}
		}
	}
	return nil
}
