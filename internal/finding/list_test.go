package finding_test

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/finding"
	"asm.example/asm/internal/problem"
)

// titles of all findings of a page.
func titles(findings []*finding.Finding) []string {
	all := []string{}
	for _, f := range findings {
		all = append(all, f.Title)
	}
	return all
}

// number sets counters of a finding, as if it had that many locations; the room above makes real ones.
func (w *world) number(f *finding.Finding, set string) {
	w.t.Helper()
	err := w.db.Write(w.host, func(tx *database.Tx) error {
		_, err := tx.Exec(w.host, "UPDATE finding_counters SET "+set+" WHERE group_id = $1 AND finding_id = $2", f.GroupID, f.ID)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func TestPagesOfFindingsComeInEveryOrder(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		for i, set := range []string{
			"open_low = 5, max_open_tenths = 20, exposure_thousandths = 300, oldest_at = 30, newest_at = 40",
			"open_high = 1, max_open_tenths = 80, exposure_thousandths = 900, oldest_at = 10, newest_at = 70",
			"closed = 2, oldest_at = 20, newest_at = 90",
			"submitted = 3",
		} {
			w.number(w.add(weakness(finding.Catalogue()[i].FullTitle())), set)
			w.clock.Advance(time.Second)
		}
		title := func(i int) string { return finding.Catalogue()[i].FullTitle() }
		for _, row := range []struct {
			sort      finding.Sort
			ascending bool
			want      []int
		}{
			{"", false, []int{1, 0, 3, 2}}, // the ids decide between two without open locations
			{finding.SortBySeverity, true, []int{2, 3, 0, 1}},
			{finding.SortByTitle, true, []int{0, 1, 2, 3}},
			{finding.SortByTitle, false, []int{3, 2, 1, 0}},
			{finding.SortByAge, false, []int{1, 2, 0, 3}},
			{finding.SortByExposure, false, []int{1, 0, 3, 2}},
			{finding.SortByReport, false, []int{2, 1, 0, 3}},
			{finding.SortByOpen, false, []int{0, 1, 3, 2}},
		} {
			q := finding.Query{First: 1, Sort: row.sort, Ascending: row.ascending}
			var got []string
			for {
				pages, err := w.findings.PagesOfGroups(w.host, []string{w.web}, q)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, titles(pages[0].Findings)...)
				if !pages[0].HasNext {
					break
				}
				q.After = pages[0].EndCursor()
			}
			want := []string{}
			for _, i := range row.want {
				want = append(want, title(i))
			}
			if !slices.Equal(got, want) {
				t.Errorf("by %q, ascending %v: %q, want %q", row.sort, row.ascending, got, want)
			}
		}
	})
}

func TestPagesOfFindingsAreFilteredAndCounted(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		open, closed := w.add(weakness(sqlInjection)), w.add(weakness(otherTitle))
		w.number(open, "open_low = 1")
		w.number(closed, "closed = 1")
		draft := w.add(weakness(finding.Catalogue()[2].FullTitle()))
		for _, row := range []struct {
			name string
			q    finding.Query
			want []string
		}{
			{"open", finding.Query{Status: finding.Vulnerable}, []string{open.Title}},
			{"closed", finding.Query{Status: finding.Safe}, []string{closed.Title}},
			{"drafts", finding.Query{Status: finding.Draft}, []string{draft.Title}},
			{"words in any case", finding.Query{Search: "INJECT sql 001"}, []string{open.Title}},
			{"percent is a letter", finding.Query{Search: "%"}, []string{}},
		} {
			row.q.First, row.q.Sort, row.q.Ascending = 50, finding.SortByTitle, true

			pages, err := w.findings.PagesOfGroups(w.host, []string{w.shop, w.web}, row.q)
			if err != nil {
				t.Fatal(err)
			}
			totals, err := w.findings.TotalsOfGroups(w.host, []string{w.shop, w.web}, row.q)
			if err != nil {
				t.Fatal(err)
			}

			if got := titles(pages[1].Findings); !slices.Equal(got, row.want) || totals[1] != int64(len(row.want)) {
				t.Errorf("%s: %q, total %d, want %q", row.name, got, totals[1], row.want)
			}
			if len(pages[0].Findings) != 0 || totals[0] != 0 || pages[0].EndCursor() != "" {
				t.Errorf("%s: the empty group has %+v, total %d", row.name, pages[0], totals[0])
			}
		}
	})
}

func TestDraftsAreHiddenFromWhoMayNotSeeThem(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		draft, released := w.add(weakness(sqlInjection)), w.add(weakness(otherTitle))
		w.number(released, "open_low = 1")
		user, hacker := w.as(access.User), w.as(access.Hacker)

		if _, err := w.findings.Identified(user, draft.ID); !problem.Is(err, problem.KindDenied) {
			t.Errorf("a user reads a draft: %v, want Access denied", err)
		}
		if _, err := w.findings.Identified(user, released.ID); err != nil {
			t.Errorf("a user reads a released one: %v", err)
		}
		seen, err := w.findings.OfGroups(user, []string{w.web}, finding.Filters{})
		if err != nil || !slices.Equal(titles(seen[0]), []string{otherTitle}) {
			t.Errorf("a user's list = %q, %v, want the released one", titles(seen[0]), err)
		}
		seen, err = w.findings.OfGroups(hacker, []string{w.web}, finding.Filters{})
		if err != nil || !slices.Equal(titles(seen[0]), []string{sqlInjection, otherTitle}) {
			t.Errorf("a hacker's list = %q, %v, want both by title", titles(seen[0]), err)
		}
		if pages, err := w.findings.PagesOfGroups(user, []string{w.web}, finding.Query{First: 9}); err != nil || len(pages[0].Findings) != 1 {
			t.Errorf("a user's page = %v, %v, want the released one", pages, err)
		}
		both := []*finding.Finding{draft, released}
		if _, err := w.findings.Submitted(user, both); !problem.Is(err, problem.KindDenied) {
			t.Errorf("a user reads the number of drafts: %v, want Access denied", err)
		}
		if _, err := w.findings.Rejected(user, both); !problem.Is(err, problem.KindDenied) {
			t.Errorf("a user reads the number of rejected ones: %v, want Access denied", err)
		}
		if _, err := w.findings.Hackers(user, both); !problem.Is(err, problem.KindDenied) {
			t.Errorf("a user reads who made it: %v, want Access denied", err)
		}
		if who, err := w.findings.Hackers(hacker, both); err != nil || !slices.Equal(who, []string{"host", "host"}) {
			t.Errorf("a hacker reads %q, %v, want host twice", who, err)
		}
	})
}

func TestPagesWantAFirstAndACursorOfTheirOwn(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.add(weakness(sqlInjection))
		pages, err := w.findings.PagesOfGroups(w.host, []string{w.web}, finding.Query{First: 5000})
		if err != nil || len(pages[0].Findings) != 1 || pages[0].HasNext {
			t.Errorf("first 5000 = %+v, %v, want one and no next", pages, err)
		}
		for name, row := range map[string]struct {
			q    finding.Query
			want string
		}{
			"first 0":          {finding.Query{}, "Exception - The argument must be a positive integer: first"},
			"a broken cursor":  {finding.Query{First: 1, After: "x"}, "Exception - The cursor is invalid with a filter"},
			"of another order": {finding.Query{First: 1, After: pages[0].EndCursor(), Ascending: true}, "Exception - The cursor is invalid with a filter"},
		} {
			_, err := w.findings.PagesOfGroups(w.host, []string{w.web}, row.q)
			if !problem.Is(err, problem.KindInvalid) || err.Error() != row.want {
				t.Errorf("%s: %v, want %q", name, err, row.want)
			}
		}
	})
}

func TestFiltersOfThePlainListAreRead(t *testing.T) {
	t.Parallel()
	parsed, err := finding.ParseFilters(map[string]any{"root": "shop/src", "verified": "False"})
	if err != nil || parsed.Root != "shop/src" || parsed.Verified == nil || *parsed.Verified {
		t.Errorf("filters = %+v, %v, want the root and verified false", parsed, err)
	}
	for _, filters := range []map[string]any{{"colour": "red"}, {"verified": 3}} {
		_, err := finding.ParseFilters(filters)
		if !problem.Is(err, problem.KindInvalid) || err.Error()[:37] != "Exception - The filter is not support" {
			t.Errorf("%v: %v, want that the filter is not supported", filters, err)
		}
	}
}

func TestManyGroupsTakeAsManyStatementsAsOne(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.number(w.add(weakness(sqlInjection)), "open_high = 1, max_open_tenths = 80")
		statements := func(groups ...string) int {
			ctx, count := database.WithStatementCount(w.host)
			if _, err := w.findings.PagesOfGroups(ctx, groups, finding.Query{First: 10, Search: "sql"}); err != nil {
				t.Fatal(err)
			}
			worst, err := w.findings.WorstOfGroups(ctx, groups)
			if err != nil || worst[0] == nil || worst[0].Title != sqlInjection {
				t.Fatalf("the worst = %v, %v", worst, err)
			}
			return count.Value()
		}
		statements(w.web, w.shop) // where the groups are is remembered for a second

		if one, two := statements(w.web), statements(w.web, w.shop); one != two {
			t.Errorf("%d statements for one group, %d for two", one, two)
		}
	})
}

// What is read from a cursor goes into statements, so it must be text that a database takes.
func FuzzCursorsAreReadWholeOrRefused(f *testing.F) {
	f.Add(finding.Cursor{Order: "TITLE ASC", Text: "001. SQL injection", ID: "1"}.String())
	f.Add(base64.RawURLEncoding.EncodeToString([]byte(`{"o":"TITLE ASC","i":"\u0000"}`)))
	f.Add("x")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := finding.ReadCursor(text, "TITLE ASC")
		if err != nil {
			if !problem.Is(err, problem.KindInvalid) {
				t.Fatalf("%q: %v is no Invalid problem", text, err)
			}
			return
		}
		if strings.ContainsRune(c.ID+c.Text, 0) || !utf8.ValidString(c.ID+c.Text) || c.ID == "" {
			t.Fatalf("%q is read as %+v", text, c)
		}
		if again, err := finding.ReadCursor(c.String(), "TITLE ASC"); err != nil || again != c {
			t.Fatalf("%+v is written and read as %+v, %v", c, again, err)
		}
	})
}
