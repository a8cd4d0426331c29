package lifecycle_test

import (
	"context"
	"testing"
	"time"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/asmtest/world"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/problem"
)

// oneResult is a scan with one result.
const oneResult = `{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "probe", "rules": [{"id": "sql", "properties": {"tags": ["CWE-89"], "security-severity": "9.1"}}]}},
  "results": [{"ruleId": "sql", "message": {"text": "query from input"}, "locations": [{"physicalLocation": {"artifactLocation": {"uri": "login.go"}, "region": {"startLine": 41, "snippet": {"text": "db.Query(input)"}}}}]}]}]}`

// assigned makes the group web of acme with one location that dev@acme.test works on.
func assigned(t *testing.T, w *world.World) {
	t.Helper()
	w.Organization("acme")
	w.Group("acme", "web")
	w.Person("dev@acme.test", access.User)
	w.JoinGroup("dev@acme.test", "web", access.VulnerabilityManager)
	w.GitRoot("web", "shop")
	w.Import(w.Host(), "web", "shop", oneResult)
	err := w.Database.Write(context.Background(), func(tx *database.Tx) error {
		_, err := tx.Exec(context.Background(), "UPDATE vulnerabilities SET treatment = 'IN_PROGRESS', assigned = 'dev@acme.test'")
		return err
	})
	if err == nil {
		err = w.Database.Write(context.Background(), func(tx *database.Tx) error {
			_, err := tx.Exec(context.Background(), "UPDATE finding_counters SET in_progress = 1, untreated = 0")
			return err
		})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// one answers the only value of a statement.
func one(t *testing.T, w *world.World, statement string) string {
	t.Helper()
	value, err := database.One(context.Background(), w.Database, database.Value[string], statement)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func expectUnassigned(t *testing.T, w *world.World, action string) {
	t.Helper()
	if got := one(t, w, "SELECT assigned || '/' || treatment FROM vulnerabilities"); got != "/IN_PROGRESS" {
		t.Errorf("assigned and treatment afterwards = %q, want nobody and as it was", got)
	}
	if got := one(t, w, "SELECT action FROM vulnerability_history ORDER BY number DESC LIMIT 1"); got != action {
		t.Errorf("the last row of its history = %q, want %q", got, action)
	}
}

func TestWhoLeavesAGroupIsAssignedNothingThere(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		assigned(t, w)

		if err := w.Lifecycle.LeaveGroup(w.As("dev@acme.test"), "web"); err != nil {
			t.Fatal(err)
		}

		expectUnassigned(t, w, "unsubscribeFromGroup")
		if err := w.Lifecycle.LeaveGroup(w.As("dev@acme.test"), "web"); !problem.Is(err, problem.KindDenied) {
			t.Errorf("leaving twice: %v", err)
		}
	})
}

func TestWhoIsRemovedFromAnOrganizationIsAssignedNothingThere(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		assigned(t, w)

		if err := w.Lifecycle.RemoveFromOrganization(w.Host(), "acme", "Dev@acme.test"); err != nil {
			t.Fatal(err)
		}

		expectUnassigned(t, w, "removeStakeholderOrganizationAccess")
	})
}

func TestAnAccountEndsWhenItsDeletionLinkIsConfirmedAndNotBefore(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		assigned(t, w)
		token := w.Token("dev@acme.test")

		if err := w.Access.RequestRemoval(w.As("dev@acme.test")); err != nil {
			t.Fatal(err)
		}
		if err := w.Access.RequestRemoval(w.As("dev@acme.test")); !problem.Is(err, problem.KindLimited) {
			t.Errorf("asking twice within a minute: %v", err)
		}
		link := deletionLink(t, w)
		if removal, err := w.Access.DescribeRemoval(context.Background(), link); err != nil || removal.Email != "dev@acme.test" {
			t.Fatalf("the link describes %+v, %v", removal, err)
		}
		if _, err := w.Access.Authenticate(context.Background(), []string{"Bearer " + token}, "", ""); err != nil {
			t.Errorf("the account ended before it was confirmed: %v", err)
		}
		w.Advance(time.Minute)
		if err := w.Access.RequestRemoval(w.As("dev@acme.test")); err != nil {
			t.Fatal(err)
		}
		if err := w.Lifecycle.ConfirmRemoval(context.Background(), link, ""); !problem.Is(err, problem.KindNotFound) {
			t.Errorf("a replaced link: %v", err)
		}
		if err := w.Lifecycle.ConfirmRemoval(context.Background(), deletionLink(t, w), ""); err != nil {
			t.Fatal(err)
		}

		expectUnassigned(t, w, "confirmDeletion")
		if _, err := w.Access.Authenticate(context.Background(), []string{"Bearer " + token}, "", ""); !problem.Is(err, problem.KindUnauthenticated) {
			t.Errorf("a token of the ended account: %v", err)
		}
		if got := one(t, w, "SELECT CAST(count(*) AS TEXT) FROM access_memberships WHERE email = 'dev@acme.test'"); got != "0" {
			t.Errorf("%s memberships are left", got)
		}
	})
}

// deletionLink is the token of the link that would be mailed.
func deletionLink(t *testing.T, w *world.World) string {
	t.Helper()
	link, err := database.One(context.Background(), w.Database, func(row database.Row) (l access.MailedLink, err error) {
		return l, row.Scan(&l.ID, &l.Number)
	}, "SELECT id, number FROM access_links WHERE kind = 'DELETION'")
	if err != nil {
		t.Fatal(err)
	}
	address, _, live, err := w.Access.AddressOf(context.Background(), w.Database, link)
	if err != nil || !live {
		t.Fatalf("the link is no good: %v", err)
	}
	const path = "http://asm.test/confirm_deletion/"
	if len(address) < len(path) || address[:len(path)] != path {
		t.Fatalf("the link is %s", address)
	}
	return address[len(path):]
}
