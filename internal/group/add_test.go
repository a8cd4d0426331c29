package group_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/group"
	"asm.example/asm/internal/problem"
)

func TestWhoAddsAGroupManagesIt(t *testing.T) {
	eachWorld(t, func(w *world) {
		ana := w.owner("ana@acme.test", "acme")

		g := w.add(ana, "ACME", "Web-Shop")

		if g.Name != "web-shop" || g.OrganizationName != "acme" || g.CreatedBy != "ana@acme.test" || !g.IsActive() {
			w.Errorf("group = %+v", g)
		}
		if !g.HasMachine || !g.HasSquad || g.DeletedBy() != "" || g.Counters != (group.Counters{}) {
			w.Errorf("group = %+v, want every capability and no numbers", g)
		}
		if role := w.role(ana, g.ID); role != access.UserManager {
			w.Errorf("role = %q, want user_manager", role)
		}
		entry := w.last(g.OrganizationID)
		if entry.Action != "addGroup" || entry.Group != g.ID || !strings.Contains(entry.After, `"name":"web-shop"`) {
			w.Errorf("audit tells %+v", entry)
		}
	})
}

func TestCustomerManagersKeepTheirRoleInNewGroups(t *testing.T) {
	eachWorld(t, func(w *world) {
		ana := w.owner("ana@acme.test", "acme")
		eve, mia := w.person("eve@acme.test", access.User), w.person("mia@acme.test", access.User)
		w.join("eve@acme.test", "acme", "", access.CustomerManager)
		w.join("mia@acme.test", "acme", "", access.User)

		byAna, byEve := w.add(ana, "acme", "web"), w.add(eve, "acme", "api")

		for what, row := range map[string]struct{ got, want access.Role }{
			"eve in ana's": {w.role(eve, byAna.ID), access.CustomerManager},
			"eve in hers":  {w.role(eve, byEve.ID), access.CustomerManager},
			"ana in hers":  {w.role(ana, byAna.ID), access.UserManager},
			"ana in eve's": {w.role(ana, byEve.ID), ""},
			"mia in ana's": {w.role(mia, byAna.ID), ""},
		} {
			if row.got != row.want {
				w.Errorf("%s is %q, want %q", what, row.got, row.want)
			}
		}
	})
}

func TestAnAdministratorAddsAGroupWithoutJoiningIt(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.owner("ana@acme.test", "acme")
		for name, ctx := range map[string]context.Context{"web": w.person("root@asm.test", access.Admin), "api": w.host} {
			g := w.add(ctx, "acme", name)

			members, err := w.access.OfGroups(w.host, []string{g.ID})
			if err != nil || len(members[0]) != 0 {
				w.Errorf("%s has members %v, %v, want none", name, members, err)
			}
		}
	})
}

func TestWhoMayNotAddsNoGroup(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.owner("ana@acme.test", "acme")
		member := w.person("mia@acme.test", access.User)
		w.join("mia@acme.test", "acme", "", access.User)
		stranger := w.owner("bob@other.test", "other")

		for what, row := range map[string]struct {
			ctx          context.Context
			organization string
		}{
			"a member without the right": {member, "acme"},
			"a stranger":                 {stranger, "acme"},
			"nowhere":                    {stranger, "nothing"},
			"untold":                     {stranger, ""},
			"the host nowhere":           {w.host, "nothing"},
		} {
			_, err := w.groups.Add(row.ctx, group.Addition{Organization: row.organization, Name: "web", Description: "x"})

			if !problem.Is(err, problem.KindDenied) || err.Error() != "Access denied" {
				w.Errorf("%s: %v, want Access denied", what, err)
			}
		}
	})
}

func TestAGroupsNameIsGivenOnce(t *testing.T) {
	eachWorld(t, func(w *world) {
		ana, bob := w.owner("ana@acme.test", "acme"), w.owner("bob@other.test", "other")
		gone := w.add(ana, "acme", "web")
		if err := w.groups.Remove(ana, "web", group.Removal{Reason: group.Mistake}); err != nil {
			w.Fatal(err)
		}
		w.add(ana, "acme", "api")
		err := w.db.Write(w.Context(), func(tx *database.Tx) error { return group.Erase(w.Context(), tx, gone.ID) })
		if err != nil {
			w.Fatal(err)
		}

		for _, name := range []string{"API", "web"} {
			_, err := w.groups.Add(bob, group.Addition{Organization: "other", Name: name, Description: "x"})

			if !problem.Is(err, problem.KindConflict) || err.Error() != "Exception - Error invalid group name" {
				w.Errorf("%s again: %v", name, err)
			}
		}
	})
}

func TestOfManyAtOnceOneGetsTheName(t *testing.T) {
	eachWorld(t, func(w *world) {
		callers := []context.Context{w.owner("ana@acme.test", "acme"), w.owner("bob@other.test", "other")}
		organizations := []string{"acme", "other"}
		errs := make([]error, 6)
		var all sync.WaitGroup
		for i := range errs {
			all.Go(func() {
				_, errs[i] = w.groups.Add(callers[i%2], group.Addition{
					Organization: organizations[i%2], Name: "web", Description: "x",
				})
			})
		}
		all.Wait()

		added := 0
		for _, err := range errs {
			switch {
			case err == nil:
				added++
			case !problem.Is(err, problem.KindConflict) || err.Error() != "Exception - Error invalid group name":
				w.Errorf("one who came late reads %v", err)
			}
		}
		if added != 1 {
			w.Errorf("%d were added, want 1", added)
		}
	})
}

func TestARefusedGroupLeavesNothing(t *testing.T) {
	eachWorld(t, func(w *world) {
		ana := w.owner("ana@acme.test", "acme")
		_, err := w.groups.Add(ana, group.Addition{Organization: "acme", Name: "web", Description: " "})
		if err == nil || err.Error() != "Exception - Error value is not valid" {
			w.Errorf("a blank description: %v", err)
		}

		w.add(ana, "acme", "web") // its name is still free
	})
}

func TestAddingCostsTheSameForManyManagers(t *testing.T) {
	eachWorld(t, func(w *world) {
		ana := w.owner("ana@acme.test", "acme")
		w.add(ana, "acme", "first") // begins the organization's audit log
		few := w.statements(ana, "web")
		for _, email := range []string{"a@acme.test", "b@acme.test", "c@acme.test"} {
			w.join(email, "acme", "", access.CustomerManager)
		}
		many := w.statements(ana, "api")

		if few != many {
			w.Errorf("%d statements with no manager and %d with three", few, many)
		}
	})
}

func (w *world) statements(ctx context.Context, name string) int {
	w.Helper()
	ctx, count := database.WithStatementCount(ctx)
	_, err := w.groups.Add(ctx, group.Addition{Organization: "acme", Name: name, Description: "x"})
	if err != nil {
		w.Fatal(err)
	}
	return count.Value()
}
