package access_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/asmtest"
	"asm.example/asm/internal/audit"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/job"
	"asm.example/asm/internal/problem"
)

const (
	acmeID = "ORG#0190a5d4-0000-7000-8000-0000000000a1"
	webID  = "0190a5d4-0000-7000-8000-0000000000b1"
	apiID  = "0190a5d4-0000-7000-8000-0000000000b2"
	oldID  = "0190a5d4-0000-7000-8000-0000000000b3"
	evilID = "ORG#0190a5d4-0000-7000-8000-0000000000a2"

	goodPassword = "correct horse battery"
)

// world is an installation with two organizations: acme, with the groups web and api and a removed one, and evil.
type world struct {
	*access.Service
	t       *testing.T
	db      *database.DB
	clock   *asmtest.Clock
	jobs    *job.Queue
	options access.Options
	host    context.Context
}

// each runs a test in a world of its own, on both databases.
func each(t *testing.T, run func(t *testing.T, w *world)) {
	t.Helper()
	eachWith(t, access.Options{}, run)
}

func eachWith(t *testing.T, o access.Options, run func(t *testing.T, w *world)) {
	t.Helper()
	asmtest.EachRawDatabase(t, func(t *testing.T, db *database.DB, clock *asmtest.Clock) {
		run(t, newWorld(t, db, clock, o))
	})
}

func newWorld(t *testing.T, db *database.DB, clock *asmtest.Clock, o access.Options) *world {
	t.Helper()
	w := &world{
		t: t, db: db, clock: clock, jobs: job.NewQueue(db, job.Options{}),
		host: access.WithActor(context.Background(), access.HostActor("host")),
	}
	o.DB, o.Log, o.Jobs, o.Random = db, audit.New(), w.jobs, asmtest.Random(t)
	if o.KeyFile == "" {
		o.KeyFile = filepath.Join(t.TempDir(), "signing.key")
	}
	o.URL = "https://asm.example"
	w.options = o
	w.Service = w.open(o)
	w.write(func(ctx context.Context, tx *database.Tx) error {
		for _, organization := range [][2]string{{acmeID, "acme"}, {evilID, "evil"}} {
			if _, err := tx.Exec(ctx, "INSERT INTO organizations (id, name, country, state, created_at, created_by) VALUES ($1, $2, '', 'ACTIVE', 0, '')",
				organization[0], organization[1]); err != nil {
				return err
			}
		}
		for _, group := range [][3]string{{webID, "web", "ACTIVE"}, {apiID, "api", "ACTIVE"}, {oldID, "old", "DELETED"}} {
			if _, err := tx.Exec(ctx, insertGroup, group[0], group[1], group[2], acmeID); err != nil {
				return err
			}
		}
		return nil
	})
	return w
}

const insertGroup = `
	INSERT INTO groups (id, name, organization_id, state, state_reason, state_comments, state_changed_at, state_changed_by,
	       description, searched, language, subscription, service, tier, has_machine, has_squad, business_id, business_name,
	       sprint_weeks, sprint_start, created_at, created_by)
	VALUES ($1, $2, $4, $3, '', '', 0, '', '', '', 'EN', 'CONTINUOUS', 'WHITE', 'FREE', true, true, '', '', 1, 0, 0, '')`

func (w *world) open(o access.Options) *access.Service {
	w.t.Helper()
	s, err := access.New(context.Background(), o)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

func (w *world) write(work func(ctx context.Context, tx *database.Tx) error) {
	w.t.Helper()
	ctx := context.Background()
	if err := w.db.Write(ctx, func(tx *database.Tx) error { return work(ctx, tx) }); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// member gives a person a role in a group or, with groupID "", in acme.
func (w *world) member(email, groupID string, role access.Role) {
	w.t.Helper()
	w.write(func(ctx context.Context, tx *database.Tx) error {
		return w.AddMembership(ctx, tx, access.Membership{Email: email, OrganizationID: acmeID, GroupID: groupID, Role: role})
	})
}

// account makes a person with a password.
func (w *world) account(email string, role access.Role) {
	w.t.Helper()
	link, err := w.AddPerson(w.host, access.NewPerson{Email: email, Role: role})
	w.must(err)
	_, err = w.SetPassword(context.Background(), tokenOf(link), goodPassword, "192.0.2.1", "test")
	w.must(err)
}

// signIn answers the context of a browser in which somebody has signed in, and the cookie.
func (w *world) signIn(email string) (context.Context, string) {
	w.t.Helper()
	in, err := w.SignIn(context.Background(), access.SignIn{Email: email, Password: goodPassword, Address: "192.0.2.1", Agent: "Firefox"})
	w.must(err)
	return w.byCookie(in.Cookie), in.Cookie
}

func (w *world) byCookie(cookie string) context.Context {
	w.t.Helper()
	actor, err := w.Authenticate(context.Background(), nil, cookie, "192.0.2.1")
	w.must(err)
	return access.WithActor(context.Background(), actor)
}

// as answers the context of somebody whose roles are those of now; the person is made when unknown.
func (w *world) as(email string) context.Context {
	w.t.Helper()
	ctx, err := w.ForJob(context.Background(), job.Job{Owner: email, ID: "test"})
	w.must(err)
	return ctx
}

// token makes an API token that lives an hour.
func (w *world) token(ctx context.Context, name string) string {
	w.t.Helper()
	token, err := w.AddToken(ctx, name, w.clock.Now().Add(time.Hour))
	w.must(err)
	return token
}

func (w *world) byToken(token string) (*access.Actor, error) {
	return w.Authenticate(context.Background(), []string{"Bearer " + token}, "", "198.51.100.9")
}

// actions answers what the audit log of a chain says, and proves that it holds.
func (w *world) actions(chain string) string {
	w.t.Helper()
	records, err := audit.New().After(context.Background(), w.db, chain, 0, 10_000)
	w.must(err)
	if _, err := audit.Verify(audit.Head{}, records); err != nil {
		w.t.Error(err)
	}
	var told []string
	for _, r := range records {
		told = append(told, r.Action)
	}
	return strings.Join(told, " ")
}

// tokenOf answers what stands last in a link.
func tokenOf(link string) string {
	return link[strings.LastIndex(link, "/")+1:]
}

// refused checks an error's kind and text.
func refused(t *testing.T, what string, err error, kind problem.Kind, text string) {
	t.Helper()
	p, ok := problem.As(err)
	if !ok || p.Kind != kind || p.Message != text {
		t.Errorf("%s = %v, want %s %q", what, err, kind, text)
	}
}

func (w *world) removeMemberships(on access.Object) {
	w.t.Helper()
	w.write(func(ctx context.Context, tx *database.Tx) error { return w.RemoveMemberships(ctx, tx, on) })
}

// tokenFor makes a token where time is the real one.
func (w *world) tokenFor(ctx context.Context) string {
	w.t.Helper()
	token, err := w.AddToken(ctx, "x", w.db.Now().Add(time.Hour))
	w.must(err)
	return token
}
