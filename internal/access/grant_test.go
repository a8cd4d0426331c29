package access_test

import (
	"context"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/audit"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/problem"
)

const denied = "Access denied"

func TestUnknownAndForbiddenAreTheSameAnswer(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.member("dev@acme.test", webID, access.User)
		w.must(w.AddStakeholder(w.host, "admin@acme.test", access.Admin))

		for _, who := range []string{"dev@acme.test", "admin@acme.test"} {
			for _, on := range []access.Object{
				access.OnGroup("nowhere"), access.OnGroup("old"), access.OnGroup(oldID), access.OnOrganization("nobody"),
				access.OnOrganization("ORG#0190a5d4-0000-7000-8000-00000000ffff"),
			} {
				_, err := w.RequireMember(w.as(who), on)
				refused(t, who, err, problem.KindDenied, denied)
			}
		}
		_, err := w.RequireMember(w.as("dev@acme.test"), access.OnGroup("api"))
		refused(t, "a group that there is", err, problem.KindDenied, denied)
		_, err = w.Require(w.as("dev@acme.test"), access.GroupStakeholders, access.OnGroup("web"))
		refused(t, "a permission of others", err, problem.KindDenied, denied)
		_, err = w.Require(context.Background(), access.GroupStakeholders, access.OnGroup("web"))
		refused(t, "nobody", err, problem.KindUnauthenticated, "Login required")
	})
}

func TestWhatNoDatabaseTakesIsUnknown(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		for _, key := range []string{"web\x00", "\xff", "ORG#\x00"} {
			for _, on := range []access.Object{access.OnGroup(key), access.OnOrganization(key)} {
				_, err := w.RequireMember(w.host, on)
				refused(t, key, err, problem.KindDenied, denied)
			}
			_, err := w.InviteToGroup(w.host, "web", access.Invite{Email: key + "@acme.test", Role: access.User})
			refused(t, "inviting "+key, err, problem.KindInvalid, "Exception - Invalid email address in form")
			_, err = w.InGroup(w.host, "web", key)
			refused(t, "looking for "+key, err, problem.KindNotFound, "Access denied or stakeholder not found")
			page, err := w.People(w.host, access.PeopleQuery{First: 1, Search: key, After: key})
			if err != nil || len(page.Stakeholders) != 0 {
				t.Errorf("searching %q: %v, %v", key, page, err)
			}
			jobs, err := w.JobsByIDs(w.host, []string{key})
			if err != nil || jobs[0] != nil {
				t.Errorf("job %q: %v, %v", key, jobs, err)
			}
		}
	})
}

func TestAGrantSaysWhereItHolds(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.member("boss@acme.test", webID, access.UserManager)
		w.member("boss@acme.test", "", access.UserManager)
		w.must(w.AddStakeholder(w.host, "admin@acme.test", access.Admin))

		for _, who := range []string{"boss@acme.test", "admin@acme.test"} {
			for _, name := range []string{"web", "WEB", webID, strings.ToUpper(webID)} {
				g, err := w.Require(w.as(who), access.GroupStakeholders, access.OnGroup(name))
				if err != nil {
					t.Fatalf("%s on %s: %v", who, name, err)
				}
				if g.GroupID() != webID || g.GroupName() != "web" || g.OrganizationID() != acmeID || g.OrganizationName() != "acme" {
					t.Errorf("%s on %s: %s %s in %s %s", who, name, g.GroupID(), g.GroupName(), g.OrganizationID(), g.OrganizationName())
				}
			}
			g, err := w.Require(w.as(who), access.OrganizationStakeholders, access.OnOrganization("Acme"))
			if err != nil || g.GroupID() != "" || g.OrganizationID() != acmeID {
				t.Errorf("%s on acme: %s %s, %v", who, g.GroupID(), g.OrganizationID(), err)
			}
		}
	})
}

func TestRequireCostsMembersNoStatement(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.member("boss@acme.test", webID, access.UserManager)
		w.must(w.AddStakeholder(w.host, "admin@acme.test", access.Admin))
		boss, admin := w.as("boss@acme.test"), w.as("admin@acme.test")

		ctx, count := database.WithStatementCount(boss)
		for range 10 {
			_, err := w.Require(ctx, access.GroupStakeholders, access.OnGroup("web"))
			w.must(err)
		}
		if count.Value() != 0 {
			t.Errorf("%d statements for a member, want 0", count.Value())
		}
		ctx, count = database.WithStatementCount(admin)
		for range 10 {
			_, err := w.Require(ctx, access.GroupStakeholders, access.OnGroup("web"))
			w.must(err)
		}
		if count.Value() != 1 {
			t.Errorf("%d statements for an administrator, want 1 a second", count.Value())
		}
	})
}

func TestARoleGivenInTheSameRequestCounts(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.member("boss@acme.test", webID, access.UserManager)
		ctx := w.as("boss@acme.test") // made before
		w.member("boss@acme.test", apiID, access.UserManager)

		_, err := w.Require(ctx, access.GroupStakeholders, access.OnGroup("api"))
		if err != nil {
			t.Errorf("Require = %v, want the grant", err)
		}
		now, err := w.Current(ctx)
		if err != nil || now.GroupRole("api") != access.UserManager {
			t.Errorf("Current = %+v, %v, want the new role", now, err)
		}
	})
}

func TestARoleTakenIsGoneAtOnceInThisProcess(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.member("dev@acme.test", webID, access.User)
		w.as("dev@acme.test") // remembered
		w.must(w.RemoveFromGroup(w.host, "web", "dev@acme.test"))

		_, err := w.RequireMember(w.as("dev@acme.test"), access.OnGroup("web"))
		refused(t, "Require", err, problem.KindDenied, denied)
	})
}

func TestARoleTakenElsewhereIsGoneAfterASecond(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.member("dev@acme.test", webID, access.User)
		w.as("dev@acme.test") // remembered
		other := w.open(w.options)
		w.must(other.RemoveFromGroup(w.host, "web", "dev@acme.test"))

		w.clock.Advance(999e6)
		if _, err := w.RequireMember(w.as("dev@acme.test"), access.OnGroup("web")); err != nil {
			t.Errorf("within the second: %v; the memory is not used", err)
		}
		w.clock.Advance(1e6)
		_, err := w.RequireMember(w.as("dev@acme.test"), access.OnGroup("web"))
		refused(t, "after it", err, problem.KindDenied, denied)
	})
}

func TestAPendingInvitationGivesNoRights(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.must(w.AddStakeholder(w.host, "dev@acme.test", access.User))
		_, err := w.InviteToGroup(w.host, "web", access.Invite{Email: "dev@acme.test", Role: access.UserManager})
		w.must(err)

		_, err = w.RequireMember(w.as("dev@acme.test"), access.OnGroup("web"))
		refused(t, "Require", err, problem.KindDenied, denied)
		seen, err := w.VisibleGroups(w.as("dev@acme.test"))
		if err != nil || seen.All || len(seen.GroupIDs) != 0 {
			t.Errorf("VisibleGroups = %+v, %v, want none", seen, err)
		}
	})
}

func TestVisibleGroupsAreTheActiveOnesOfOnesOwn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		for _, id := range []string{webID, oldID} {
			w.member("dev@acme.test", id, access.User)
		}
		w.must(w.AddStakeholder(w.host, "admin@acme.test", access.Admin))

		seen, err := w.VisibleGroups(w.as("dev@acme.test"))
		if err != nil || seen.All || !slices.Equal(seen.GroupIDs, []string{webID}) {
			t.Errorf("a member sees %+v, %v, want web", seen, err)
		}
		seen, err = w.VisibleGroups(w.as("admin@acme.test"))
		if err != nil || !seen.All {
			t.Errorf("an administrator sees %+v, %v, want all", seen, err)
		}
	})
}

func TestAnAdministratorPassesOnlyListsWithAdmin(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.must(w.AddStakeholder(w.host, "admin@acme.test", access.Admin))
		admin := w.as("admin@acme.test")

		_, err := w.Require(admin, access.ImportScan, access.OnGroup("web"))
		w.must(err)
		_, err = w.Require(admin, access.AddForcesExecution, access.OnGroup("web")) // the pipelines' own
		refused(t, "Require", err, problem.KindDenied, denied)
		actor, _ := access.ActorOf(admin)
		if actor.GroupRole("web") != access.Admin || len(actor.Groups()) != 0 {
			t.Errorf("role %q in %d groups, want admin in none", actor.GroupRole("web"), len(actor.Groups()))
		}
	})
}

func TestAGrantRecordsWhoAndWhere(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.member("boss@acme.test", webID, access.UserManager)
		ctx := access.WithRequestID(w.as("boss@acme.test"), "request 7")
		grant, err := w.Require(ctx, access.GroupStakeholders, access.OnGroup("web"))
		w.must(err)

		w.write(func(_ context.Context, tx *database.Tx) error {
			return grant.Record(ctx, tx, audit.Change{Action: "addRoot", Kind: "root", ID: "r1"})
		})

		records, err := audit.New().After(ctx, w.db, acmeID, 0, 10)
		w.must(err)
		r := records[len(records)-1]
		if r.Actor != "boss@acme.test" || r.Group != webID || r.Permission != "api_resolvers_group_stakeholders_resolve" ||
			r.RequestID != "request 7" || r.CredentialKind != "job" {
			t.Errorf("record = %+v", r)
		}
		w.write(func(_ context.Context, tx *database.Tx) error {
			if (access.Grant{}).Record(ctx, tx, audit.Change{Action: "x"}) == nil {
				t.Error("the zero Grant records")
			}
			return nil
		})
	})
}

func TestEveryPermissionHasAConstantAndEveryConstantIsInTheTable(t *testing.T) {
	t.Parallel()
	inTable := map[string]bool{}
	for _, file := range []string{"permissions.json", "permissions_own.json"} {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var table map[string]map[string][]string
		if err := json.Unmarshal(content, &table); err != nil {
			t.Fatal(err)
		}
		for _, names := range table {
			for name := range names {
				if !strings.HasPrefix(name, "grant_") { // made by GrantRole
					inTable[name] = true
				}
			}
		}
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), "permission.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(parsed, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok {
			name, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil || !inTable[name] {
				t.Errorf("%s = %s is in no table, or there twice", spec.Names[0], name)
			}
			delete(inTable, name)
		}
		return true
	})
	for name := range inTable {
		t.Errorf("%s has no constant in permission.go", name)
	}
}

func TestPermissionsAnswerNamesInForceSorted(t *testing.T) {
	t.Parallel()
	host := access.HostActor("host")
	got := host.Permissions(access.UserLevel, access.User)
	if len(got) != 15+4 || !slices.IsSorted(got) { // all that admin has at user level, ours too
		t.Errorf("%d names %v", len(got), got)
	}
	each(t, func(t *testing.T, w *world) {
		w.member("dev@acme.test", webID, access.User)
		actor, _ := access.ActorOf(w.as("dev@acme.test"))

		if got := actor.Permissions(access.UserLevel, access.User); !slices.Equal(got, []string{"api_mutations_add_organization_mutate"}) {
			t.Errorf("user level: %v", got)
		}
		atGroup := actor.Permissions(access.GroupLevel, actor.GroupRole("web"))
		if !slices.Contains(atGroup, "valid_assigned") || slices.Contains(atGroup, "see_internal_toe") {
			t.Errorf("group level: %v", atGroup)
		}
		if got := actor.Permissions(access.OrganizationLevel, ""); got == nil || len(got) != 0 {
			t.Errorf("no role: %v, want an empty list", got)
		}
	})
}

func BenchmarkMay(b *testing.B) {
	actor, on := access.MemberForTest("web", access.UserManager), access.OnGroup("web")
	for b.Loop() {
		if !actor.May(access.ImportScan, on) {
			b.Fatal("may not")
		}
	}
}
