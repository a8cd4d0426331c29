package root_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/asmtest"
	"asm.example/asm/internal/audit"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/group"
	"asm.example/asm/internal/job"
	"asm.example/asm/internal/organization"
	"asm.example/asm/internal/root"
)

// world is the rooms up to this one, on a database, with two organizations: acme, where ana owns web and api, and other,
// where bob owns his.
type world struct {
	*testing.T
	db            *database.DB
	clock         *asmtest.Clock
	log           *audit.Log
	access        *access.Service
	organizations *organization.Service
	groups        *group.Service
	roots         *root.Service
	host          context.Context
	ana, bob      context.Context
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
		w.organizations, w.groups, w.roots = organization.New(db, w.access), group.New(db, w.access), root.New(db, w.access)
		w.ana = w.owner("ana@acme.test", "acme", "web", "api")
		w.bob = w.owner("bob@other.test", "other", "his")
		run(w)
	})
}

// owner makes a person with an organization and groups, and answers a context in which they call.
func (w *world) owner(email, organizationName string, groupNames ...string) context.Context {
	w.Helper()
	ctx := w.person(email, "", "")
	if _, err := w.organizations.Add(ctx, organization.Addition{Name: organizationName}); err != nil {
		w.Fatal(err)
	}
	for _, name := range groupNames {
		w.addGroup(ctx, organizationName, name, group.Continuous)
	}
	return w.as(email)
}

func (w *world) addGroup(ctx context.Context, organizationName, name string, s group.Subscription) {
	w.Helper()
	_, err := w.groups.Add(ctx, group.Addition{
		Organization: organizationName, Name: name, Description: "x", Subscription: s,
	})
	if err != nil {
		w.Fatal(err)
	}
}

// person makes a person, with a role in a group if one is named, and answers a context in which they call.
func (w *world) person(email, groupName string, role access.Role) context.Context {
	w.Helper()
	if err := w.access.AddStakeholder(w.host, email, access.User); err != nil {
		w.Fatal(err)
	}
	if groupName != "" {
		g, err := w.groups.Identified(w.host, groupName)
		if err != nil {
			w.Fatal(err)
		}
		err = w.db.Write(w.Context(), func(tx *database.Tx) error {
			return w.access.AddMembership(w.Context(), tx, access.Membership{
				Email: email, OrganizationID: g.OrganizationID, GroupID: g.ID, Role: role,
			})
		})
		if err != nil {
			w.Fatal(err)
		}
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

// git adds a git root and answers it.
func (w *world) git(ctx context.Context, groupName, url, branch string) *root.GitRoot {
	w.Helper()
	id, err := w.roots.AddGit(ctx, groupName, root.GitSettings{URL: url, Branch: branch, Environment: "production"})
	if err != nil {
		w.Fatal(err)
	}
	return w.read(ctx, groupName, id).(*root.GitRoot)
}

// read answers a root.
func (w *world) read(ctx context.Context, groupName, id string) root.Root {
	w.Helper()
	found, err := w.roots.ByIDs(ctx, groupName, []string{id})
	if err != nil {
		w.Fatal(err)
	}
	return found[0]
}

// deactivate takes a root out of assessment, as the room of vulnerabilities does.
func (w *world) deactivate(key root.Key, d root.Deactivation) error {
	return w.db.Write(w.Context(), func(tx *database.Tx) error {
		r, err := root.Locked(w.Context(), tx, key)
		if err != nil {
			return err
		}
		_, err = root.Deactivate(w.Context(), tx, r, d, "ana@acme.test")
		return err
	})
}

// history is the states of a root's history, in order.
func (w *world) history(key root.Key) []string {
	w.Helper()
	states, err := database.Collect(w.Context(), w.db, func(row database.Row) (string, error) {
		var state, reason, nickname string
		err := row.Scan(&state, &reason, &nickname)
		return state + " " + reason + " " + nickname, err
	}, `
	SELECT state, reason, nickname
	  FROM root_states
	 WHERE group_id = $1
	   AND root_id = $2
	 ORDER BY number`, key.GroupID, key.ID)
	if err != nil {
		w.Fatal(err)
	}
	return states
}

// last is the newest entry of the audit log of a group's organization.
func (w *world) last(groupName string) audit.Record {
	w.Helper()
	g, err := w.groups.Identified(w.host, groupName)
	if err != nil {
		w.Fatal(err)
	}
	records, err := w.log.After(w.Context(), w.db, g.OrganizationID, 0, 1000)
	if err != nil || len(records) == 0 {
		w.Fatalf("%d entries, %v", len(records), err)
	}
	return records[len(records)-1]
}

// insertInto puts a row into a table of a room above, which cannot be asked to: what is not given is nothing of its type.
func (w *world) insertInto(tx *database.Tx, table string, given map[string]any) {
	w.Helper()
	statement := `SELECT name, type FROM pragma_table_info($1)`
	if w.db.IsPostgreSQL() {
		statement = `SELECT column_name::text, data_type::text FROM information_schema.columns WHERE table_name = $1`
	}
	nothing := map[string]any{
		"TEXT": "", "BIGINT": 0, "INT": 0, "BOOLEAN": false, "BYTEA": []byte{}, "BLOB": []byte{},
	}
	var names, places []string
	var values []any
	_, err := database.Collect(w.Context(), tx, func(row database.Row) (none struct{}, err error) {
		var name, kind string
		err = row.Scan(&name, &kind)
		value, ok := given[name]
		if !ok {
			value = nothing[strings.ToUpper(kind)]
		}
		names, values = append(names, name), append(values, value)
		places = append(places, fmt.Sprint("$", len(values)))
		return none, err
	}, statement, table)
	if err == nil {
		_, err = tx.Exec(w.Context(), "INSERT INTO "+table+" ("+strings.Join(names, ", ")+") VALUES ("+
			strings.Join(places, ", ")+")", values...)
	}
	if err != nil {
		w.Fatal(err)
	}
}
