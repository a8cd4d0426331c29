package notify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"asm.example/asm/internal/access"
)

const (
	// conversationLife is the most that one conversation with the mail server lasts, leaseLife how long its mails are kept
	// from others: longer, so that two never send the same.
	conversationLife = 2 * time.Minute
	leaseLife        = 5 * time.Minute
	// mailsAtOnce is how many mails one conversation sends.
	mailsAtOnce = 20
)

// pauses are how long a mail waits after each failed attempt; after the last it is given up, some three days old.
var pauses = [...]time.Duration{
	time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour,
	24 * time.Hour,
}

// pauseAfter answers how long to wait after so many failed attempts, up to a tenth longer by chance, so that what failed
// together does not come back together; false when enough was tried.
func pauseAfter(attempts int64, random io.Reader) (time.Duration, bool) {
	if attempts < 1 || attempts > int64(len(pauses)) {
		return 0, false
	}
	pause := pauses[attempts-1]
	var chance [1]byte
	if _, err := io.ReadFull(random, chance[:]); err != nil {
		return pause, true // nothing hangs on it
	}
	return pause + pause*time.Duration(chance[0])/(10*256), true
}

// transport opens conversations with a mail server.
type transport interface {
	// open answers a conversation, which the caller closes.
	open(ctx context.Context) (conversation, error)
}

// conversation sends mails one after the other. After an error that is not [errRefused] nothing more is sent by it.
type conversation interface {
	// send answers nil once the server has acknowledged the mail, whatever happened afterwards.
	send(m *queued, from string) error
	close()
}

// errRefused is what a server answers to one mail while it would take others; a refusal for good is a permanent one.
type errRefused struct {
	reason      string
	isPermanent bool
}

func (e *errRefused) Error() string { return e.reason }

// SendDue sends what is due. Several replicas may do it at once.
//
// What a server acknowledged is never sent again. A mail whose acknowledgement was lost on the way is sent again, as RFC
// 5321, 4.2.5 asks, under the same Message-ID, by which the receiving side can tell.
func (s *Service) SendDue(ctx context.Context) error {
	if s.transport == nil {
		return nil
	}
	for {
		leased, err := s.lease(ctx, mailsAtOnce)
		if err != nil || len(leased) == 0 {
			return err
		}
		if err := s.deliver(ctx, leased); err != nil {
			return err
		}
	}
}

// deliver sends leased mails in one conversation and settles each.
func (s *Service) deliver(ctx context.Context, leased []*queued) error {
	limited, cancel := context.WithTimeout(ctx, conversationLife)
	defer cancel()
	talk, broken := s.transport.open(limited)
	if broken == nil {
		defer talk.close()
	}
	var faults error
	for _, m := range leased {
		o, err := s.fillIn(ctx, m)
		switch {
		case err != nil:
			o = outcome{Queued, "Its link could not be looked up."}
			faults = errors.Join(faults, err)
		case o.state != "":
		case broken != nil:
			o = outcome{Queued, explain(broken)}
		case limited.Err() != nil:
			o = outcome{Queued, "The mail server took too long."}
		default:
			o, broken = attempt(talk, m, s.from)
		}
		faults = errors.Join(faults, s.settleSurely(ctx, m, o))
	}
	if broken != nil {
		s.logger.WarnContext(ctx, "mail server does not take mails; they are tried again", "error", broken)
	}
	return faults
}

// fillIn puts the address of its link into a mail; a mail whose link is no good any more is obsolete.
func (s *Service) fillIn(ctx context.Context, m *queued) (outcome, error) {
	if m.link == (access.MailedLink{}) {
		return outcome{}, nil
	}
	address, rejection, live, err := s.access.AddressOf(ctx, s.db, m.link)
	if err != nil {
		return outcome{}, err
	}
	if !live {
		return outcome{Obsolete, "Its link was used, replaced or has ended."}, nil
	}
	addresses := strings.NewReplacer(acceptAddress, address, rejectAddress, rejection)
	m.text, m.html = addresses.Replace(m.text), addresses.Replace(m.html)
	return outcome{}, nil
}

// attempt sends one mail; broken says that the conversation is over.
func attempt(talk conversation, m *queued, from string) (o outcome, broken error) {
	err := talk.send(m, from)
	var refused *errRefused
	switch {
	case err == nil:
		return outcome{state: Sent}, nil
	case errors.As(err, &refused) && refused.isPermanent:
		return outcome{Failed, explain(err)}, nil
	case refused != nil:
		return outcome{Queued, explain(err)}, nil
	}
	return outcome{Queued, explain(err)}, err
}

// settleSurely settles although the context has ended: what was sent must not be sent again at the next start.
func (s *Service) settleSurely(ctx context.Context, m *queued, o outcome) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaseLife-conversationLife)
	defer cancel()
	return s.settle(ctx, m, o)
}

// explain answers an error as administrators read it, in one line.
func explain(err error) string {
	const most = 500
	text := []rune(strings.ToValidUTF8(strings.Join(strings.Fields(fmt.Sprint(err)), " "), "?"))
	return strings.ReplaceAll(string(text[:min(len(text), most)]), "\x00", "")
}
