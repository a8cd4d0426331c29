package scan_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/job"
	"asm.example/asm/internal/problem"
	"asm.example/asm/internal/root"
	"asm.example/asm/internal/scan"
	"asm.example/asm/internal/vulnerability"
)

// generated is a scan of n results in files of ten, twelve rules; change may alter each, or leave it out by answering nil.
func generated(t testing.TB, n int, change func(i int, result map[string]any) map[string]any) []byte {
	t.Helper()
	results := []any{}
	for i := range n {
		result := map[string]any{
			"ruleId": fmt.Sprintf("R%02d", i%12), "level": "warning",
			"message": map[string]any{"text": fmt.Sprintf("value %d is used unchecked", i)},
			"locations": []any{map[string]any{"physicalLocation": map[string]any{
				"artifactLocation": map[string]any{"uri": fmt.Sprintf("src/f%d.go", i/10)},
				"region": map[string]any{
					"startLine": 10 + 3*(i%10), "snippet": map[string]any{"text": fmt.Sprintf("use(v%d)", i)},
				},
			}}},
		}
		if change != nil {
			if result = change(i, result); result == nil {
				continue
			}
		}
		results = append(results, result)
	}
	file, err := json.Marshal(map[string]any{"version": "2.1.0", "runs": []any{map[string]any{
		"tool":    map[string]any{"driver": map[string]any{"name": "Prober", "version": "1.0"}},
		"results": results,
	}}})
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// without leaves one result out.
func without(left int) func(int, map[string]any) map[string]any {
	return func(i int, result map[string]any) map[string]any {
		if i == left {
			return nil
		}
		return result
	}
}

func TestEveryScanIsImportedOrRefusedInWords(t *testing.T) {
	own, further := samples(t)
	for _, name := range append(own, further...) {
		t.Run(filepath.Base(name), func(t *testing.T) {
			file, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			eachWorld(t, func(t *testing.T, w *world) {
				first, err := w.tryImport(w.host, file)
				if p, ok := problem.As(err); ok {
					if p.Kind != problem.KindInvalid || p.Field != "file" || !strings.HasSuffix(p.Message, ".") {
						t.Errorf("refused by %+v", p)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				w.check(*first.Receipt)
				if first.Receipt.Created != int(w.open()) || first.Receipt.Moved+first.Receipt.Reopened+first.Receipt.Closed > 0 {
					t.Fatalf("first import: %+v, %d open", first.Receipt, w.open())
				}
				w.unchangedBy("imported again", file, *first.Receipt)
				d := parseDocument(t, file)
				d.shuffle(7)
				w.unchangedBy("in another order", d.bytes(t), *first.Receipt)
				d.shift(7)
				r := w.load(d.bytes(t))
				if r.Created+r.Reopened+r.Closed > 0 || r.Unchanged+r.Moved != first.Receipt.Created {
					t.Errorf("seven lines further down: %+v", r)
				}
			})
		})
	}
}

// unchangedBy imports what says the same as before, and wants nothing to be written below the group.
func (w *world) unchangedBy(how string, file []byte, first scan.Receipt) {
	w.t.Helper()
	before := w.rows()
	r := w.load(file)
	if r.Unchanged != first.Created || r.Created+r.Moved+r.Reopened+r.Closed > 0 {
		w.t.Errorf("%s: %+v, want %d unchanged", how, r, first.Created)
	}
	after := w.rows()
	for _, table := range []string{"findings", "locations", "versions", "history", "keys", "plans"} {
		if after[table] != before[table] {
			w.t.Errorf("%s: %d rows of %s became %d", how, before[table], table, after[table])
		}
	}
}

func TestWhatIsMissingIsClosedAndReopensWhenItReturns(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.load(generated(t, 40, nil))
		before := w.locations()

		r := w.load(generated(t, 40, without(13)))
		if r.Closed != 1 || r.Unchanged != 39 || w.open() != 39 || w.closed() != 1 {
			t.Fatalf("one missing: %+v, %d open, %d closed", r, w.open(), w.closed())
		}
		for id, place := range w.locations() {
			if strings.HasSuffix(place, "SAFE") && before[id] != "R01 src/f1.go:19 VULNERABLE" {
				t.Errorf("%s was closed, it was %s", place, before[id])
			}
		}
		r = w.load(generated(t, 40, nil))
		if r.Reopened != 1 || r.Created > 0 || !maps.Equal(w.locations(), before) {
			t.Errorf("it returns: %+v", r)
		}
	})
}

func TestAFailedRunClosesNothing(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.load(generated(t, 20, nil))
		d := parseDocument(t, generated(t, 5, nil))
		d.runs()[0]["invocations"] = []any{map[string]any{"executionSuccessful": false}}

		r := w.load(d.bytes(t))

		if r.Closed > 0 || r.Unchanged != 5 || w.open() != 20 {
			t.Errorf("receipt %+v, %d open", r, w.open())
		}
	})
}

func TestLocationsKeepWhatTheScannerSaid(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		file := generated(t, 1, func(_ int, result map[string]any) map[string]any {
			result["ruleId"] = "G404"
			result["properties"] = map[string]any{"security-severity": "9.1"}
			return result
		})
		d := parseDocument(t, file)
		d.runs()[0]["tool"].(map[string]any)["driver"].(map[string]any)["name"] = "gosec"
		w.load(d.bytes(t))

		found, err := w.vulnerabilities.PagesOfGroups(w.host, []string{w.web}, vulnerability.Query{First: 2})
		if err != nil || len(found[0].Vulnerabilities) != 1 {
			t.Fatalf("found %+v, %v", found, err)
		}
		v := found[0].Vulnerabilities[0]
		if v.Tool != "gosec" || v.ToolVersion != "1.0" || v.RuleID != "G404" || v.Message != "value 0 is used unchecked" ||
			v.Place != "src/f0.go" || v.Specific != "10" || v.Snippet != (vulnerability.Snippet{Text: "use(v0)", Line: 10}) ||
			v.ScannerSeverity != "9.1" || v.ScannerSeverityOrigin != "security-severity" || v.SeverityTenths != 91 ||
			v.Source != vulnerability.Machine || v.Technique != vulnerability.SAST || v.State != vulnerability.Vulnerable {
			t.Errorf("location = %+v", v)
		}
		title, err := database.One(w.host, w.db, database.Value[string], "SELECT title FROM findings WHERE id = $1", v.FindingID)
		if err != nil || title != "076. Insecure randomness" {
			t.Errorf("title = %q, %v, want the catalogue's", title, err)
		}
		history, err := w.vulnerabilities.History(w.host, []vulnerability.Key{v.Key()})
		if err != nil || len(history[0]) != 1 || history[0][0].Action != "importScan" ||
			history[0][0].By.Email != "host" || !strings.HasPrefix(history[0][0].By.Credential, "job ") {
			t.Errorf("history = %+v, %v", history, err)
		}
	})
}

func TestAScannersNewSeverityIsTakenOver(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		scored := func(score string) []byte {
			return generated(t, 3, func(_ int, result map[string]any) map[string]any {
				result["properties"] = map[string]any{"security-severity": score}
				return result
			})
		}
		w.load(scored("9.8"))

		r := w.load(scored("5.3"))

		if c := w.counters(); r.Unchanged != 3 || c.Open.Medium != 3 || c.Open.Critical != 0 {
			t.Errorf("receipt %+v, counters %+v", r, c)
		}
	})
}

func TestARuleWithoutCWENamesItsFinding(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		d := parseDocument(t, generated(t, 2, nil))
		d.runs()[0]["tool"].(map[string]any)["driver"].(map[string]any)["rules"] = []any{map[string]any{
			"id": "R00", "shortDescription": map[string]any{"text": "Values are\n  used unchecked. "},
		}}
		w.load(d.bytes(t))

		titles, err := database.Collect(w.host, w.db, database.Value[string], "SELECT title FROM findings ORDER BY title")

		if want := []string{"000. R01", "000. Values are used unchecked"}; err != nil || !slices.Equal(titles, want) {
			t.Errorf("titles = %q, %v, want %q", titles, err, want)
		}
	})
}

func TestADryRunWritesNothing(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.load(generated(t, 30, nil))
		before, places := w.rows(), w.locations()

		for _, wait := range []bool{true, false} {
			imported, err := w.scans.Import(w.host, scan.Import{
				GroupName: "web", RootNickname: "code", DryRun: true, Wait: wait, File: upload(generated(t, 33, without(4))),
			})
			if err != nil || imported.Job != nil || imported.Receipt == nil {
				t.Fatalf("Import = %+v, %v", imported, err)
			}
			if r := imported.Receipt; r.Created != 3 || r.Closed != 1 || r.Unchanged != 29 || !r.Balanced() {
				t.Errorf("receipt = %+v", r)
			}
		}

		if after := w.rows(); !maps.Equal(after, before) || !maps.Equal(w.locations(), places) {
			t.Errorf("rows %v became %v", before, after)
		}
	})
}

func TestWhoMayImport(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		file := generated(t, 1, nil)
		allowed := []access.Role{
			access.Admin, access.Architect, access.CustomerManager, access.Hacker, access.Reattacker, access.Resourcer,
			access.ServiceForces, access.UserManager, access.VulnerabilityManager,
		}
		for _, role := range append(allowed, access.Reviewer, access.User, "") {
			if role == access.Admin {
				continue // a role at user level: the host has its rights
			}
			_, err := w.tryImport(w.as(role), file)
			if slices.Contains(allowed, role) {
				if err != nil {
					t.Errorf("%s: %v", role, err)
				}
				continue
			}
			wantProblem(t, err, problem.KindDenied, "Access denied")
		}
		_, err := w.tryImport(context.Background(), file)
		wantProblem(t, err, problem.KindUnauthenticated, "Login required")
	})
}

func TestImportsStayInTheirGroup(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		ci := w.as(access.ServiceForces)
		file := generated(t, 1, nil)
		for name, c := range map[string]struct {
			im      scan.Import
			kind    problem.Kind
			message string
		}{
			"another organization's group": {scan.Import{GroupName: "shop", RootNickname: "till"}, problem.KindDenied, "Access denied"},
			"another organization's id":    {scan.Import{GroupName: w.shop, RootNickname: "till"}, problem.KindDenied, "Access denied"},
			"no such group":                {scan.Import{GroupName: "none", RootNickname: "code"}, problem.KindDenied, "Access denied"},
			"root of another group": {scan.Import{GroupName: "web", RootNickname: "till"}, problem.KindNotFound,
				"Exception - Access denied or root not found"},
		} {
			c.im.File, c.im.Wait = upload(file), true
			_, err := w.scans.Import(ci, c.im)
			if p, ok := problem.As(err); !ok || p.Kind != c.kind || p.Message != c.message {
				t.Errorf("%s: %v", name, err)
			}
		}
		for name, ask := range map[string]func() error{
			"pages":  func() error { _, err := w.scans.PagesOfGroups(ci, []string{w.web, w.shop}, 5, ""); return err },
			"totals": func() error { _, err := w.scans.TotalsOfGroups(ci, []string{w.shop}); return err },
			"last": func() error {
				_, err := w.scans.LastOfRoots(ci, []root.Key{{GroupID: w.shop, ID: w.code}})
				return err
			},
		} {
			if err := ask(); !problem.Is(err, problem.KindDenied) {
				t.Errorf("%s of another organization: %v", name, err)
			}
		}
		if n := w.rows()["locations"]; n != 0 {
			t.Errorf("%d locations were made", n)
		}
	})
}

func TestWhatIsNoScanIsRefusedWithItsPlace(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		before := w.rows()

		for name, file := range map[string]*scan.Upload{
			"no file": nil, "empty": upload(nil), "broken off": upload(generated(t, 3, nil)[:300]),
		} {
			_, err := w.scans.Import(w.host, scan.Import{GroupName: "web", RootNickname: "code", File: file, Wait: true})
			p, ok := problem.As(err)
			if !ok || p.Kind != problem.KindInvalid || p.Field != "file" {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if name == "broken off" && p.Extensions["place"] == nil {
				t.Errorf("%s: no place in %+v", name, p)
			}
		}

		if after := w.rows(); !maps.Equal(after, before) {
			t.Errorf("rows %v became %v", before, after)
		}
	})
}

func TestAnInactiveRootTakesNoScan(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		waiting := w.begin(generated(t, 5, nil))
		_, err := w.vulnerabilities.DeactivateRoot(w.host, "web", w.code, root.Deactivation{Reason: "OUT_OF_SCOPE"})
		if err != nil {
			t.Fatal(err)
		}

		_, err = w.tryImport(w.host, generated(t, 5, nil))
		wantProblem(t, err, problem.KindConflict, "Exception - The root is not active")
		if err := w.jobs.RunDue(w.host); err != nil {
			t.Fatal(err)
		}

		jobs, err := w.jobs.ByIDs(w.host, []string{waiting})
		if err != nil || jobs[0].State != job.Failed || jobs[0].Problem != "Exception - The root is not active" {
			t.Errorf("the import that waited: %+v, %v", jobs[0], err)
		}
		if rows := w.rows(); rows["locations"] != 0 || rows["plans"] != 0 {
			t.Errorf("rows %v", rows)
		}
	})
}

func TestAnImportThatIsNotWaitedForIsAJob(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		owner := w.as(access.UserManager)
		imported, err := w.scans.Import(owner, scan.Import{GroupName: "web", RootNickname: "code", File: upload(generated(t, 7, nil))})
		if err != nil || imported.Receipt != nil || imported.Job == nil || imported.Job.State != job.Queued {
			t.Fatalf("Import = %+v, %v", imported, err)
		}

		if err := w.jobs.RunDue(w.host); err != nil {
			t.Fatal(err)
		}

		jobs, err := w.access.JobsByIDs(owner, []string{imported.Job.ID})
		if err != nil || jobs[0] == nil || jobs[0].State != job.Done || jobs[0].Done != 7 || jobs[0].Total != 7 {
			t.Fatalf("job = %+v, %v", jobs, err)
		}
		var receipt scan.Receipt
		if err := json.Unmarshal(jobs[0].Result, &receipt); err != nil || receipt.Created != 7 {
			t.Errorf("result %s, %v", jobs[0].Result, err)
		}
	})
}

func TestAWorkerDoesWhatIsWaitedFor(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		ctx, stop := context.WithCancel(w.host)
		ended := make(chan struct{})
		go func() { w.jobs.Run(ctx); close(ended) }()
		defer func() { stop(); <-ended }()

		if r := w.load(generated(t, 9, nil)); r.Created != 9 {
			t.Errorf("receipt %+v", r)
		}
	})
}

func TestScansAreListedTheLatestFirst(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.load(generated(t, 3, nil))
		w.clock.Advance(time.Minute)
		w.load(generated(t, 4, nil))
		w.clock.Advance(time.Minute)
		w.load(generated(t, 4, without(1)))

		first, err := w.scans.PagesOfGroups(w.host, []string{w.shop, w.web}, 2, "")
		if err != nil || len(first[0].Scans) != 0 || len(first[1].Scans) != 2 || !first[1].HasNext {
			t.Fatalf("first page = %+v, %v", first, err)
		}
		latest := first[1].Scans[0]
		if latest.Receipt.Closed != 1 || latest.RootNickname != "code" || latest.FileName != "report.sarif" ||
			latest.ImportedBy != "host" || !slices.Equal(latest.Tools, []string{"Prober"}) || len(latest.Digest) != 64 || latest.SizeBytes == 0 {
			t.Errorf("latest = %+v", latest)
		}
		second, err := w.scans.PagesOfGroups(w.host, []string{w.web}, 2, first[1].Cursors[1])
		if err != nil || len(second[0].Scans) != 1 || second[0].HasNext || second[0].Scans[0].Receipt.Created != 3 {
			t.Errorf("second page = %+v, %v", second, err)
		}
		totals, err := w.scans.TotalsOfGroups(w.host, []string{w.shop, w.web})
		if err != nil || !slices.Equal(totals, []int64{0, 3}) {
			t.Errorf("totals = %v, %v", totals, err)
		}
		last, err := w.scans.LastOfRoots(w.host, []root.Key{{GroupID: w.web, ID: w.code}, {GroupID: w.web, ID: "none"}})
		if err != nil || !last[0].Equal(latest.ImportedAt) || !last[1].IsZero() || !w.counters().LastScanAt.Equal(last[0]) {
			t.Errorf("last = %v, %v, of the group %s", last, err, w.counters().LastScanAt)
		}
		_, err = w.scans.PagesOfGroups(w.host, []string{w.web}, 0, "")
		wantProblem(t, err, problem.KindInvalid, "Exception - The argument must be a positive integer: first")
		_, err = w.scans.PagesOfGroups(w.host, []string{w.web}, 2, "x")
		wantProblem(t, err, problem.KindInvalid, "Exception - The cursor is invalid with a filter")
	})
}

func TestStatementsOfAnImportDoNotGrowWithItsResults(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		statements := func(file []byte) int {
			jobID := w.begin(file)
			ctx, counter := database.WithStatementCount(w.host)
			if err := w.jobs.RunDue(ctx); err != nil {
				t.Fatal(err)
			}
			w.check(w.receiptOf(jobID))
			return int(counter.Value())
		}

		few, many := statements(generated(t, 100, nil)), statements(generated(t, 900, nil))

		if many > few+5 || few > 80 {
			t.Errorf("%d statements for 100 results, %d for 800 more in one transaction", few, many)
		}
	})
}

func TestEveryRuleOfTheTableLeadsToTheCatalogue(t *testing.T) {
	t.Parallel()
	for tool, cwe := range scan.CWEOfRules() {
		if _, known := scan.Weakness(cwe); !known {
			t.Errorf("%s leads to CWE-%d, which the catalogue does not know", tool, cwe)
		}
	}
}
