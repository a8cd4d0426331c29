package finding_test

import (
	"context"
	"path/filepath"
	"testing"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/asmtest"
	"asm.example/asm/internal/audit"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/finding"
	"asm.example/asm/internal/group"
	"asm.example/asm/internal/organization"
)

// world is two organizations with a group each, and the services up to findings.
type world struct {
	t        *testing.T
	db       *database.DB
	clock    *asmtest.Clock
	access   *access.Service
	findings *finding.Service
	host     context.Context
	// web is a group of acme, shop one of globex.
	web, shop string
	acme      string
}

func eachWorld(t *testing.T, run func(t *testing.T, w *world)) {
	t.Helper()
	t.Parallel()
	asmtest.EachRawDatabase(t, func(t *testing.T, db *database.DB, clock *asmtest.Clock) {
		run(t, newWorld(t, db, clock))
	})
}

func newWorld(t *testing.T, db *database.DB, clock *asmtest.Clock) *world {
	t.Helper()
	ctx := context.Background()
	accesses, err := access.New(ctx, access.Options{
		DB: db, Log: audit.New(), Random: asmtest.Random(t), KeyFile: filepath.Join(t.TempDir(), "signing.key"),
		URL: "http://asm.test",
	})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{
		t: t, db: db, clock: clock, access: accesses, findings: finding.New(db, accesses),
		host: access.WithActor(ctx, access.HostActor("host")),
	}
	organizations, groups := organization.New(db, accesses), group.New(db, accesses)
	for name, id := range map[string]*string{"acme/web": &w.web, "globex/shop": &w.shop} {
		o, err := organizations.Add(w.host, organization.Addition{Name: filepath.Dir(name)})
		if err != nil {
			t.Fatal(err)
		}
		if *id, err = groups.Add(w.host, group.Addition{Organization: o.ID, Name: filepath.Base(name), Description: "x"}); err != nil {
			t.Fatal(err)
		}
		if o.Name == "acme" {
			w.acme = o.ID
		}
	}
	return w
}

// as answers the context of a person with a role in the group web; "" is a stranger to it.
func (w *world) as(role access.Role) context.Context {
	w.t.Helper()
	email := string(role) + "@acme.test"
	err := w.db.Write(w.host, func(tx *database.Tx) error {
		m := access.Membership{Email: email, OrganizationID: w.acme, GroupID: w.web, Role: role}
		if role == "" {
			m.GroupID, m.Role = "", access.User
		}
		return w.access.AddMembership(w.host, tx, m)
	})
	if err != nil {
		w.t.Fatal(err)
	}
	current, err := w.access.Current(access.WithActor(w.host, &access.Actor{Email: email}))
	if err != nil {
		w.t.Fatal(err)
	}
	return access.WithActor(context.Background(), current)
}

const (
	sqlInjection = "001. SQL injection"
	highVector   = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
)

// weakness is a finding that may be added as it is.
func weakness(title string) finding.Addition {
	w, ok := finding.ByTitle(title)
	if !ok {
		panic("no such title: " + title)
	}
	return finding.Addition{
		Words: finding.Words{
			Title: title, Description: "What is wrong with " + title, AttackVectorDescription: "By the network.",
			Threat: "What may come of " + title, Recommendation: "Mend it.", RequirementIDs: w.Requirements[:1],
		},
		Vector: highVector,
	}
}

// add adds a finding to the group web.
func (w *world) add(n finding.Addition) *finding.Finding {
	w.t.Helper()
	f, err := w.findings.Add(w.host, "web", n)
	if err != nil {
		w.t.Fatal(err)
	}
	return f
}
