package lifecycle_test

import (
	"context"
	"testing"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/asmtest/world"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/group"
	"asm.example/asm/internal/problem"
)

// belowGroups are the tables whose rows go with their group.
var belowGroups = []string{"groups", "group_counters", "roots", "findings", "finding_counters", "vulnerabilities", "vulnerability_history", "vulnerability_keys", "scans"}

// count answers how many rows a table has.
func count(t *testing.T, w *world.World, table string) int64 {
	t.Helper()
	number, err := database.One(context.Background(), w.Database, database.Value[int64], "SELECT count(*) FROM "+table)
	if err != nil {
		t.Fatalf("%s: %v", table, err)
	}
	return number
}

func TestARemovedGroupIsClosedAtOnceAndErasedByAJob(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		w.Organization("acme")
		w.Group("acme", "web")
		w.GitRoot("web", "shop")
		w.Import(w.Host(), "web", "shop", oneResult)
		w.Person("boss@acme.test", access.User)
		w.JoinGroup("boss@acme.test", "web", access.UserManager)
		boss := w.As("boss@acme.test")
		for _, table := range belowGroups {
			if count(t, w, table) == 0 {
				t.Fatalf("the world has nothing in %s", table)
			}
		}

		if err := w.Lifecycle.RemoveGroup(boss, "web", group.Removal{Reason: group.Mistake, Comments: "never ours"}); err != nil {
			t.Fatal(err)
		}

		if _, err := w.Groups.Identified(w.As("boss@acme.test"), "web"); !problem.Is(err, problem.KindDenied) {
			t.Errorf("its user_manager still reads it: %v", err)
		}
		if page, err := w.Groups.Page(w.Host(), group.Query{}, 10, ""); err != nil || len(page.Groups) != 0 {
			t.Errorf("the list of groups still has it: %v %v", page.Groups, err)
		}
		if err := w.Lifecycle.RemoveGroup(boss, "web", group.Removal{Reason: group.Mistake}); !problem.Is(err, problem.KindConflict) {
			t.Errorf("removed again: %v, want a conflict", err)
		}
		if err := w.Jobs.RunDue(context.Background()); err != nil {
			t.Fatal(err)
		}
		for _, table := range append(belowGroups, "access_memberships WHERE group_id <> ''") {
			if left := count(t, w, table); left != 0 {
				t.Errorf("%d rows of %s are left", left, table)
			}
		}
		if _, err := w.Groups.Add(w.Host(), group.Addition{Organization: "acme", Name: "web", Description: "another"}); !problem.Is(err, problem.KindConflict) && !problem.Is(err, problem.KindInvalid) {
			t.Errorf("its name is free again: %v", err)
		}
	})
}

func TestOnlyWhoMayRemovesAGroup(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		w.Organization("acme")
		w.Group("acme", "web")
		w.Person("dev@acme.test", access.User)
		w.JoinGroup("dev@acme.test", "web", access.User)
		long := string(make([]byte, 251))
		for _, row := range []struct {
			ctx     context.Context
			name    string
			removal group.Removal
			want    problem.Kind
		}{
			{w.As("dev@acme.test"), "web", group.Removal{Reason: group.Mistake}, problem.KindDenied},
			{w.As("dev@acme.test"), "nothing", group.Removal{Reason: group.Mistake}, problem.KindDenied},
			{w.Host(), "web", group.Removal{Reason: group.Mistake, Comments: long}, problem.KindInvalid},
			{context.Background(), "web", group.Removal{Reason: group.Mistake}, problem.KindUnauthenticated},
		} {
			if err := w.Lifecycle.RemoveGroup(row.ctx, row.name, row.removal); !problem.Is(err, row.want) {
				t.Errorf("%s: %v, want %s", row.name, err, row.want)
			}
		}
		if err := w.Jobs.RunDue(context.Background()); err != nil {
			t.Fatal(err)
		}
		if left := count(t, w, "groups"); left != 1 {
			t.Errorf("%d groups, want 1", left)
		}
	})
}
