package search_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/asmtest/world"
	"asm.example/asm/internal/problem"
	"asm.example/asm/internal/search"
)

// oneResult is a scan with one result.
const oneResult = `{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "probe", "rules": [{"id": "sql", "properties": {"tags": ["CWE-89"], "security-severity": "9.1"}}]}},
  "results": [{"ruleId": "sql", "message": {"text": "query from input"}, "locations": [{"physicalLocation": {"artifactLocation": {"uri": "login.go"}, "region": {"startLine": 41, "snippet": {"text": "db.Query(input)"}}}}]}]}]}`

// town makes two organizations with a group each, and a person in the first.
func town(t *testing.T, w *world.World) context.Context {
	t.Helper()
	w.Organization("acme")
	w.Organization("globex")
	for organization, name := range map[string]string{"acme": "sqlite-shop", "globex": "crm"} {
		w.Group(organization, name)
		w.GitRoot(name, "shop-"+name)
		w.Import(w.Host(), name, "shop-"+name, oneResult)
	}
	w.Person("dev@acme.test", access.User)
	w.JoinGroup("dev@acme.test", "sqlite-shop", access.User)
	return w.As("dev@acme.test")
}

// brief writes results as "KIND title in group".
func brief(results []search.Result) []string {
	written := make([]string, len(results))
	for i, r := range results {
		written[i] = fmt.Sprintf("%s %s in %s", r.Kind, r.Title, r.GroupName)
	}
	return written
}

func TestWordsFindWhatTheCallerMaySee(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		dev := town(t, w)
		for _, row := range []struct {
			who  context.Context
			text string
			want []string
		}{
			{dev, "sql", []string{"GROUP sqlite-shop in sqlite-shop", "FINDING 001. SQL injection in sqlite-shop", "ROOT shop-sqlite-shop in sqlite-shop"}},
			{dev, "shop", []string{"ROOT shop-sqlite-shop in sqlite-shop", "GROUP sqlite-shop in sqlite-shop"}},
			{dev, "INJECTION sql", []string{"FINDING 001. SQL injection in sqlite-shop"}},
			{dev, "crm", nil},
			{dev, "injection crm", nil},
			{dev, "%", nil},
			{dev, "_", nil},
			{dev, `\`, nil},
			{dev, "' OR 1=1 --", nil},
			{w.Host(), "crm", []string{"GROUP crm in crm", "ROOT shop-crm in crm"}},
			{w.Host(), "injection", []string{"FINDING 001. SQL injection in crm", "FINDING 001. SQL injection in sqlite-shop"}},
		} {
			found, err := w.Search.Find(row.who, row.text, 10)
			got := brief(found)
			if row.text == "injection" {
				slices.Sort(got) // equal in severity and title: by id
			}
			if err != nil || !slices.Equal(got, row.want) {
				t.Errorf("%q: %q, %v; want %q", row.text, got, err, row.want)
			}
		}
	})
}

func TestASearchIsBounded(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		dev := town(t, w)
		for _, row := range []struct {
			what  string
			ctx   context.Context
			text  string
			first int
			want  problem.Kind
		}{
			{"nobody", context.Background(), "sql", 10, problem.KindUnauthenticated},
			{"nothing to look for", dev, " \t", 10, problem.KindInvalid},
			{"a long text", dev, strings.Repeat("x", 201), 10, problem.KindInvalid},
			{"none wanted", dev, "sql", 0, problem.KindInvalid},
		} {
			if found, err := w.Search.Find(row.ctx, row.text, row.first); !problem.Is(err, row.want) {
				t.Errorf("%s: %v, %v; want %s", row.what, found, err, row.want)
			}
		}
		if found, err := w.Search.Find(dev, "sql", 1); err != nil || len(found) != 1 {
			t.Errorf("one: %v, %v", found, err)
		}
		if found, err := w.Search.Find(dev, strings.Repeat("shop ", 40), 1000); err != nil || len(found) != 2 {
			t.Errorf("forty words: %v, %v", brief(found), err)
		}
	})
}
