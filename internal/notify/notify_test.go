package notify_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/asm"
	"asm.example/asm/internal/asmtest"
	"asm.example/asm/internal/asmtest/world"
	"asm.example/asm/internal/audit"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/group"
	"asm.example/asm/internal/notify"
	"asm.example/asm/internal/problem"
)

// postOffice is a mail server on loopback that keeps what it acknowledged.
type postOffice struct {
	address string

	mu       sync.Mutex
	accepted []received
	// refuse answers what to say to a recipient; hangUp drops the connection behind the next DATA, keeping the mail or not.
	refuse func(to string) error
	hangUp int
}

// received is a mail as it arrived.
type received struct {
	to, raw string
}

func (m received) parts(t *testing.T) (header mail.Header, text, html string) {
	t.Helper()
	message, err := mail.ReadMessage(strings.NewReader(m.raw))
	if err != nil {
		t.Fatal(err)
	}
	_, parameters, err := mime.ParseMediaType(message.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	reader := multipart.NewReader(message.Body, parameters["boundary"])
	for {
		part, err := reader.NextRawPart()
		if errors.Is(err, io.EOF) {
			return message.Header, text, html
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(quotedprintable.NewReader(part))
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(part.Header.Get("Content-Type"), "text/plain") {
			text = string(content)
		} else {
			html = string(content)
		}
	}
}

func (m received) subject(t *testing.T) string {
	t.Helper()
	header, _, _ := m.parts(t)
	subject, err := new(mime.WordDecoder).DecodeHeader(header.Get("Subject"))
	if err != nil {
		t.Fatal(err)
	}
	return subject
}

// openPostOffice starts a mail server that ends with the test.
func openPostOffice(t *testing.T) *postOffice {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	office := &postOffice{address: listener.Addr().String()}
	server := smtp.NewServer(office)
	server.Domain, server.ErrorLog = "localhost", quiet{}
	go server.Serve(listener) //nolint:errcheck // ends by Close
	t.Cleanup(func() { server.Close() })
	return office
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

func (o *postOffice) NewSession(c *smtp.Conn) (smtp.Session, error) {
	return &session{office: o, conn: c}, nil
}

type session struct {
	office *postOffice
	conn   *smtp.Conn
	to     string
}

func (s *session) Reset()                               {}
func (s *session) Logout() error                        { return nil }
func (s *session) Mail(string, *smtp.MailOptions) error { return nil }
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.office.mu.Lock()
	defer s.office.mu.Unlock()
	s.to = to
	if s.office.refuse != nil {
		return s.office.refuse(to)
	}
	return nil
}

func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(bufio.NewReader(r))
	if err != nil {
		return err
	}
	s.office.mu.Lock()
	defer s.office.mu.Unlock()
	if s.office.hangUp > 0 {
		s.office.hangUp--
		s.conn.Conn().Close()
		return errors.New("gone")
	}
	s.office.accepted = append(s.office.accepted, received{s.to, string(raw)})
	return nil
}

// take answers what arrived since the last time, by recipient.
func (o *postOffice) take() []received {
	o.mu.Lock()
	defer o.mu.Unlock()
	taken := o.accepted
	o.accepted = nil
	slices.SortFunc(taken, func(a, b received) int { return strings.Compare(a.to, b.to) })
	return taken
}

func recipients(mails []received) string {
	var all []string
	for _, m := range mails {
		all = append(all, m.to)
	}
	return strings.Join(all, " ")
}

// eachWithMail runs a test in worlds whose mails go to a post office.
func eachWithMail(t *testing.T, run func(t *testing.T, w *world.World, office *postOffice)) {
	t.Helper()
	asmtest.EachDatabaseOptions(t, func(t *testing.T, options database.Options, clock *asmtest.Clock) {
		office := openPostOffice(t)
		run(t, world.New(t, options, clock, office.settings), office)
	})
}

func (o *postOffice) settings(c *asm.Config) {
	host, port, _ := net.SplitHostPort(o.address)
	number, _ := net.LookupPort("tcp", port)
	c.SMTP = notify.SMTP{Host: host, Port: number, Security: notify.NoSecurity, From: "ASM <asm@asm.test>"}
}

func runDue(t *testing.T, w *world.World) {
	t.Helper()
	if err := w.Notices.RunDue(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// acme makes an organization with the group web, its manager and its hacker.
func acme(t *testing.T, w *world.World, office *postOffice) {
	t.Helper()
	w.Organization("acme")
	w.Group("acme", "web")
	w.Person("manager@acme.test", access.User)
	w.Person("hacker@acme.test", access.User)
	w.JoinGroup("manager@acme.test", "web", access.UserManager)
	w.JoinGroup("hacker@acme.test", "web", access.Hacker)
	runDue(t, w)
	office.take()
}

// record leaves an audit entry as the action of a room would, on a group.
func record(t *testing.T, w *world.World, groupName string, change audit.Change) {
	t.Helper()
	grant, err := w.Access.Require(w.Host(), access.QueryGroup, access.OnGroup(groupName))
	if err != nil {
		t.Fatal(err)
	}
	err = w.Database.Write(context.Background(), func(tx *database.Tx) error { return grant.Record(context.Background(), tx, change) })
	if err != nil {
		t.Fatal(err)
	}
}

func TestAnInvitationIsMailedWithBothLinksAndWithoutMarkup(t *testing.T) {
	t.Parallel()
	eachWithMail(t, func(t *testing.T, w *world.World, office *postOffice) {
		acme(t, w, office)

		invited, err := w.Access.InviteToGroup(w.Host(), "web", access.Invite{
			Email: "new@acme.test", Role: access.Hacker, Responsibility: `<b onclick="x()">& breaks things`,
		})
		if err != nil {
			t.Fatal(err)
		}
		runDue(t, w)

		mails := office.take()
		if got := recipients(mails); got != "new@acme.test" {
			t.Fatalf("mails went to %q", got)
		}
		header, text, html := mails[0].parts(t)
		rejection := strings.Replace(invited.InvitationURL, "/confirm_access/", "/reject_access/", 1)
		for name, body := range map[string]string{"text": text, "HTML": html} {
			if !strings.Contains(body, invited.InvitationURL) || !strings.Contains(body, rejection) {
				t.Errorf("the %s lacks a link:\n%s", name, body)
			}
		}
		if strings.Contains(html, "<b onclick") || !strings.Contains(html, "&lt;b onclick") {
			t.Errorf("the HTML has markup of a person's:\n%s", html)
		}
		if !strings.Contains(text, `<b onclick="x()">& breaks things`) {
			t.Errorf("the text does not say what was written:\n%s", text)
		}
		if got := header.Get("List-Unsubscribe"); got != "" {
			t.Errorf("an invitation cannot be switched off, but says %s", got)
		}
		if got, want := header.Get("Auto-Submitted"), "auto-generated"; got != want {
			t.Errorf("Auto-Submitted = %q, want %q", got, want)
		}
	})
}

func TestTheOutboxHoldsNoLinkAndAReplacedOneIsNotSent(t *testing.T) {
	t.Parallel()
	eachWithMail(t, func(t *testing.T, w *world.World, office *postOffice) {
		acme(t, w, office)
		office.refuse = func(string) error { return &smtp.SMTPError{Code: 451, Message: "later"} }

		invite := func() string {
			invited, err := w.Access.InviteToGroup(w.Host(), "web", access.Invite{Email: "new@acme.test", Role: access.Hacker})
			if err != nil {
				t.Fatal(err)
			}
			return invited.InvitationURL
		}
		first := invite()
		runDue(t, w)
		stored, err := database.Collect(context.Background(), w.Database, database.Value[string],
			"SELECT plain_text || html_text FROM notify_mails WHERE recipient = 'new@acme.test'")
		if err != nil {
			t.Fatal(err)
		}
		if secret := filepath.Base(first); len(stored) != 1 || strings.Contains(stored[0], secret) {
			t.Errorf("the outbox holds the secret of a link: %v", stored)
		}
		w.Advance(2 * time.Minute)
		second := invite()
		office.refuse = nil
		runDue(t, w)

		mails := office.take()
		if len(mails) != 1 {
			t.Fatalf("%d mails, want the one of the second link", len(mails))
		}
		if _, text, _ := mails[0].parts(t); !strings.Contains(text, second) || strings.Contains(text, first) {
			t.Errorf("the mail has not the second link:\n%s", text)
		}
	})
}

func TestARootsMailsGoByRoleAndPreference(t *testing.T) {
	t.Parallel()
	eachWithMail(t, func(t *testing.T, w *world.World, office *postOffice) {
		acme(t, w, office)

		w.GitRoot("web", "shop")
		runDue(t, w)
		mails := office.take()
		if got := recipients(mails); got != "manager@acme.test" {
			t.Fatalf("mails of a root went to %q, want the manager alone", got)
		}
		header, text, _ := mails[0].parts(t)
		if got, want := mails[0].subject(t), "ASM [web]: A root was added"; got != want {
			t.Errorf("subject = %q, want %q", got, want)
		}
		if got, want := header.Get("List-Unsubscribe"), "<http://asm.test/user/notifications>"; got != want {
			t.Errorf("List-Unsubscribe = %q, want %q", got, want)
		}
		if !strings.Contains(text, "https://git.example/web/shop.git") {
			t.Errorf("the text does not name the repository:\n%s", text)
		}

		err := w.Access.UpdateMailChoices(w.As("manager@acme.test"), []access.Notification{access.NotifyNewComment}, nil)
		if err != nil {
			t.Fatal(err)
		}
		w.GitRoot("web", "bank")
		runDue(t, w)
		if got := recipients(office.take()); got != "" {
			t.Errorf("mails went to %q, who switched them off", got)
		}
	})
}

func TestWhatWasAcknowledgedIsNeverSentAgain(t *testing.T) {
	t.Parallel()
	eachWithMail(t, func(t *testing.T, w *world.World, office *postOffice) {
		acme(t, w, office)
		w.GitRoot("web", "shop")

		runDue(t, w)
		for range 3 {
			w.Advance(24 * time.Hour)
			runDue(t, w)
		}

		if got := recipients(office.take()); got != "manager@acme.test" {
			t.Errorf("mails went to %q, want one", got)
		}
	})
}

func TestSeveralReplicasMakeAndSendAMailOnce(t *testing.T) {
	t.Parallel()
	eachWithMail(t, func(t *testing.T, w *world.World, office *postOffice) {
		acme(t, w, office)
		for _, nickname := range []string{"a", "b", "c", "d", "e"} {
			w.GitRoot("web", nickname)
		}

		var replicas sync.WaitGroup
		for range 4 {
			replicas.Go(func() {
				if err := w.Notices.RunDue(context.Background()); err != nil {
					t.Error(err)
				}
			})
		}
		replicas.Wait()

		if got := len(office.take()); got != 5 {
			t.Errorf("%d mails of five roots", got)
		}
	})
}

func TestFailuresAreTriedAgainOrGivenUp(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name       string
		breaks     func(*postOffice)
		state      notify.State // after the first attempt
		arriveNext int          // after a minute or two, when all is well again
	}{
		{"refused for now", func(o *postOffice) {
			o.refuse = func(string) error { return &smtp.SMTPError{Code: 450, Message: "mailbox busy"} }
		}, notify.Queued, 1},
		{"refused for good", func(o *postOffice) {
			o.refuse = func(string) error { return &smtp.SMTPError{Code: 550, Message: "no such user"} }
		}, notify.Failed, 0},
		{"dropped behind DATA", func(o *postOffice) { o.hangUp = 1 }, notify.Queued, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			eachWithMail(t, func(t *testing.T, w *world.World, office *postOffice) {
				acme(t, w, office)
				c.breaks(office)
				w.GitRoot("web", "shop")
				runDue(t, w)

				page, err := w.Notices.Page(w.Host(), notify.Query{First: 1})
				if err != nil {
					t.Fatal(err)
				}
				m := page.Mails[0]
				if m.State != c.state || m.Attempts != 1 || m.LastProblem == "" {
					t.Errorf("after the failure: %+v", m)
				}
				office.refuse = nil
				runDue(t, w)
				if got := len(office.take()); got != 0 {
					t.Errorf("%d mails before their time", got)
				}
				w.Advance(2 * time.Minute)
				runDue(t, w)
				if got := len(office.take()); got != c.arriveNext {
					t.Errorf("%d mails arrived later, want %d", got, c.arriveNext)
				}
			})
		})
	}
}

func TestAMailThatNobodyTakesIsGivenUpAfterSomeDays(t *testing.T) {
	t.Parallel()
	eachWithMail(t, func(t *testing.T, w *world.World, office *postOffice) {
		acme(t, w, office)
		office.refuse = func(string) error { return &smtp.SMTPError{Code: 450, Message: "mailbox busy"} }
		w.GitRoot("web", "shop")

		for range 12 {
			runDue(t, w)
			w.Advance(27 * time.Hour)
		}

		page, err := w.Notices.Page(w.Host(), notify.Query{First: 1, State: notify.Failed})
		if err != nil {
			t.Fatal(err)
		}
		if len(page.Mails) != 1 || page.Mails[0].Attempts != 10 {
			t.Errorf("given up: %+v", page.Mails)
		}
	})
}

func TestVulnerabilityReportsObeyEachPersonsLeastSeverity(t *testing.T) {
	t.Parallel()
	eachWithMail(t, func(t *testing.T, w *world.World, office *postOffice) {
		acme(t, w, office)
		w.GitRoot("web", "shop")
		w.Import(w.Host(), "web", "shop", oneResult)
		findingID, err := database.One(context.Background(), w.Database, database.Value[string], "SELECT id FROM findings")
		if err != nil {
			t.Fatal(err)
		}
		runDue(t, w)
		office.take()
		most, least := 9.9, 9.0
		for email, from := range map[string]*float64{"manager@acme.test": &most, "hacker@acme.test": &least} {
			if err := w.Access.UpdateMailChoices(w.As(email), access.Notifications(), from); err != nil {
				t.Fatal(err)
			}
		}

		record(t, w, "web", audit.Change{Action: "sendVulnerabilityNotification", Kind: "finding", ID: findingID})
		runDue(t, w)

		mails := office.take()
		if got := recipients(mails); got != "hacker@acme.test" {
			t.Fatalf("the report went to %q, want to whom 9.1 is severe enough", got)
		}
		if _, text, _ := mails[0].parts(t); !strings.Contains(text, "- shop/login.go (41)") || !strings.Contains(text, "Highest severity: 9.") {
			t.Errorf("the text:\n%s", text)
		}
	})
}

func TestARemovedGroupsManagersAreToldAlthoughTheyAreNoMembersAnyMore(t *testing.T) {
	t.Parallel()
	eachWithMail(t, func(t *testing.T, w *world.World, office *postOffice) {
		acme(t, w, office)

		if err := w.Lifecycle.RemoveGroup(w.Host(), "web", group.Removal{Reason: "OTHER", Comments: "over"}); err != nil {
			t.Fatal(err)
		}
		if err := w.Jobs.RunDue(context.Background()); err != nil { // nothing of the group is left when the news is read
			t.Fatal(err)
		}
		runDue(t, w)

		mails := office.take()
		if got := recipients(mails); got != "manager@acme.test" {
			t.Fatalf("the alert went to %q", got)
		}
		if got, want := mails[0].subject(t), "ASM [web]: The group was removed"; got != want {
			t.Errorf("subject = %q, want %q", got, want)
		}
	})
}

func TestOnlyAdministratorsListMails(t *testing.T) {
	t.Parallel()
	eachWithMail(t, func(t *testing.T, w *world.World, office *postOffice) {
		acme(t, w, office)

		if _, err := w.Notices.Page(w.As("manager@acme.test"), notify.Query{First: 1}); !problem.Is(err, problem.KindDenied) {
			t.Errorf("a manager lists mails: %v", err)
		}
		if _, err := w.Notices.Total(w.As("manager@acme.test"), notify.Query{}); !problem.Is(err, problem.KindDenied) {
			t.Errorf("a manager counts mails: %v", err)
		}
	})
}

// oneResult is a scan with one result of severity 9.1.
const oneResult = `{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "probe", "rules": [{"id": "sql", "properties": {"tags": ["CWE-89"], "security-severity": "9.1"}}]}},
  "results": [{"ruleId": "sql", "message": {"text": "query from input"}, "locations": [{"physicalLocation": {"artifactLocation": {"uri": "login.go"}, "region": {"startLine": 41, "snippet": {"text": "db.Query(input)"}}}}]}]}]}`
