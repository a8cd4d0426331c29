package group_test

import (
	"context"
	"path/filepath"
	"testing"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/asmtest"
	"asm.example/asm/internal/audit"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/group"
	"asm.example/asm/internal/job"
	"asm.example/asm/internal/organization"
)

// world is the rooms up to this one, on a database.
type world struct {
	*testing.T
	db            *database.DB
	clock         *asmtest.Clock
	log           *audit.Log
	access        *access.Service
	organizations *organization.Service
	groups        *group.Service
	host          context.Context
}

// eachWorld runs a test on both databases.
func eachWorld(t *testing.T, run func(w *world)) {
	t.Parallel()
	asmtest.EachRawDatabase(t, func(t *testing.T, db *database.DB, clock *asmtest.Clock) {
		w := &world{
			T: t, db: db, clock: clock, log: audit.New(),
			host: access.WithActor(t.Context(), access.HostActor("host")),
		}
		var err error
		w.access, err = access.New(t.Context(), access.Options{
			DB: db, Log: w.log, Random: asmtest.Random(t), KeyFile: filepath.Join(t.TempDir(), "signing.key"),
			URL: "http://127.0.0.1:8000",
		})
		if err != nil {
			t.Fatal(err)
		}
		w.organizations = organization.New(db, w.access)
		w.groups = group.New(db, w.access)
		run(w)
	})
}

// person makes a person with a role at user level, and answers a context in which they call.
func (w *world) person(email string, role access.Role) context.Context {
	w.Helper()
	if err := w.access.AddStakeholder(w.host, email, role); err != nil {
		w.Fatal(err)
	}
	return w.as(email)
}

// as answers a context in which a person calls, with the roles of this moment.
func (w *world) as(email string) context.Context {
	w.Helper()
	ctx, err := w.access.ForJob(w.Context(), job.Job{ID: "test", Owner: email})
	if err != nil {
		w.Fatal(err)
	}
	return ctx
}

// owner makes a person and an organization of theirs, and answers a context in which they call.
func (w *world) owner(email, organizationName string) context.Context {
	w.Helper()
	ctx := w.person(email, access.User)
	if _, err := w.organizations.Add(ctx, organization.Addition{Name: organizationName}); err != nil {
		w.Fatal(err)
	}
	return w.as(email)
}

// join gives a person a role in an organization, or in one of its groups when that is named.
func (w *world) join(email, organizationName, groupName string, role access.Role) {
	w.Helper()
	o, err := w.organizations.Identified(w.host, organizationName)
	if err != nil {
		w.Fatal(err)
	}
	m := access.Membership{Email: email, OrganizationID: o.ID, Role: role}
	if groupName != "" {
		m.GroupID = w.read(w.host, groupName).ID
	}
	err = w.db.Write(w.Context(), func(tx *database.Tx) error { return w.access.AddMembership(w.Context(), tx, m) })
	if err != nil {
		w.Fatal(err)
	}
}

// add makes a group.
func (w *world) add(ctx context.Context, organizationName, name string) *group.Group {
	w.Helper()
	id, err := w.groups.Add(ctx, group.Addition{Organization: organizationName, Name: name, Description: "About " + name})
	if err != nil {
		w.Fatal(err)
	}
	return w.read(ctx, id)
}

// read answers a group.
func (w *world) read(ctx context.Context, nameOrID string) *group.Group {
	w.Helper()
	g, err := w.groups.Identified(ctx, nameOrID)
	if err != nil {
		w.Fatal(err)
	}
	return g
}

// role is somebody's role in a group at this moment.
func (w *world) role(ctx context.Context, groupID string) access.Role {
	w.Helper()
	actor, err := w.access.Current(ctx)
	if err != nil {
		w.Fatal(err)
	}
	return actor.GroupRole(groupID)
}

// last is the newest entry of an organization's audit log.
func (w *world) last(organizationID string) audit.Record {
	w.Helper()
	records, err := w.log.After(w.Context(), w.db, organizationID, 0, 1000)
	if err != nil || len(records) == 0 {
		w.Fatalf("%d entries, %v", len(records), err)
	}
	return records[len(records)-1]
}

// names of groups, for comparing.
func names(groups []*group.Group, err error) []string {
	if err != nil {
		return []string{err.Error()}
	}
	var all []string
	for _, g := range groups {
		all = append(all, g.Name)
	}
	return all
}
