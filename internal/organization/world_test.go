package organization_test

import (
	"context"
	"path/filepath"
	"testing"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/asmtest"
	"asm.example/asm/internal/audit"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/job"
	"asm.example/asm/internal/organization"
)

// world is the rooms up to this one, on a database.
type world struct {
	*testing.T
	db            *database.DB
	log           *audit.Log
	access        *access.Service
	organizations *organization.Service
	host          context.Context
}

// eachWorld runs a test on both databases.
func eachWorld(t *testing.T, run func(w *world)) {
	t.Parallel()
	asmtest.EachRawDatabase(t, func(t *testing.T, db *database.DB, _ *asmtest.Clock) {
		w := &world{T: t, db: db, log: audit.New(), host: access.WithActor(t.Context(), access.HostActor("host"))}
		var err error
		w.access, err = access.New(t.Context(), access.Options{
			DB: db, Log: w.log, Random: asmtest.Random(t), KeyFile: filepath.Join(t.TempDir(), "signing.key"),
			URL: "http://127.0.0.1:8000",
		})
		if err != nil {
			t.Fatal(err)
		}
		w.organizations = organization.New(db, w.access)
		run(w)
	})
}

// person makes a person with a role at user level, and answers a context in which they call.
func (w *world) person(email string, role access.Role) context.Context {
	w.Helper()
	if err := w.access.AddStakeholder(w.host, email, role); err != nil {
		w.Fatal(err)
	}
	ctx, err := w.access.ForJob(w.Context(), job.Job{ID: "test", Owner: email})
	if err != nil {
		w.Fatal(err)
	}
	return ctx
}

// add makes an organization.
func (w *world) add(ctx context.Context, name string) *organization.Organization {
	w.Helper()
	o, err := w.organizations.Add(ctx, organization.Addition{Name: name})
	if err != nil {
		w.Fatal(err)
	}
	return o
}

// actions are what the audit log tells of a chain, in order.
func (w *world) actions(chain string) []string {
	w.Helper()
	records, err := w.log.After(w.Context(), w.db, chain, 0, 1000)
	if err != nil {
		w.Fatal(err)
	}
	var actions []string
	for _, r := range records {
		actions = append(actions, r.Action)
	}
	return actions
}
