package examples_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"asm.example/asm/examples"
)

// log is what the tests read of a SARIF file.
type log struct {
	Version string
	Runs    []struct {
		Tool    struct{ Driver struct{ Name string } }
		Results []result
	}
}

type result struct {
	RuleID    string
	Locations []struct {
		PhysicalLocation struct {
			ArtifactLocation struct{ URI string }
			Region           struct{ StartLine int }
		}
	}
}

// place is the rule, file and line of a result's first location.
func (r result) place() (rule, file string, line int) {
	l := r.Locations[0].PhysicalLocation
	return r.RuleID, l.ArtifactLocation.URI, l.Region.StartLine
}

func manifest(t *testing.T) []examples.Scan {
	t.Helper()
	scans, err := examples.Manifest()
	if err != nil {
		t.Fatal(err)
	}
	return scans
}

func read(t *testing.T, file string) log {
	t.Helper()
	text, err := examples.FS.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var l log
	if err := json.Unmarshal(text, &l); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return l
}

func TestTheManifestTellsThreeMonthsInOrder(t *testing.T) {
	t.Parallel()

	scans := manifest(t)

	newest := map[string]string{}
	daysAgo := 90
	for _, s := range scans {
		if s.DaysAgo > daysAgo || s.DaysAgo < 1 {
			t.Errorf("%s was scanned %d days ago, after one of %d days ago; want the oldest first, 90 to 1", s.File, s.DaysAgo, daysAgo)
		}
		daysAgo = s.DaysAgo
		if s.File != path.Join("scans", s.Program, s.Version, s.Tool+".sarif") {
			t.Errorf("%s %s by %s lies in %s", s.Program, s.Version, s.Tool, s.File)
		}
		if key := s.Program + " " + s.Tool; s.Version <= newest[key] {
			t.Errorf("%s is scanned after %s", s.File, newest[key])
		} else {
			newest[key] = s.Version
		}
		if !strings.HasPrefix(s.Repository, "https://git.example/") || s.Branch == "" {
			t.Errorf("%s: repository %q, branch %q", s.File, s.Repository, s.Branch)
		}
	}
	if len(newest) != 5 {
		t.Errorf("programs and their scanners: %v, want five", newest)
	}
}

func TestEveryEmbeddedScanIsInTheManifest(t *testing.T) {
	t.Parallel()
	listed := []string{"scans/manifest.json"}
	for _, s := range manifest(t) {
		listed = append(listed, s.File)
	}

	err := fs.WalkDir(examples.FS, "scans", func(file string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && !slices.Contains(listed, file) {
			t.Errorf("%s is not in the manifest", file)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestEveryResultIsAtALineOfTheVersionThatWasScanned(t *testing.T) {
	t.Parallel()

	for _, s := range manifest(t) {
		results := read(t, s.File).Runs[0].Results
		if len(results) == 0 {
			t.Errorf("%s found nothing", s.File)
		}
		for _, r := range results {
			rule, file, line := r.place()
			source, err := os.ReadFile(path.Join(s.Program, s.Version, file))
			if err != nil {
				t.Errorf("%s: %s: %v", s.File, rule, err)
				continue
			}
			if lines := strings.Count(string(source), "\n"); line < 1 || line > lines {
				t.Errorf("%s: %s at line %d of %s, which has %d; run scripts/make-example-scans.sh", s.File, rule, line, file, lines)
			}
		}
	}
}

func TestScansAreLongEnoughToPage(t *testing.T) {
	t.Parallel()
	open := 0

	for _, file := range []string{
		"scans/bank-go/v5/gosec.sarif", "scans/bank-go/v5/staticcheck.sarif",
		"scans/mailer-go/v4/gosec.sarif", "scans/mailer-go/v4/staticcheck.sarif", "scans/shop-web/v5/eslint.sarif",
	} {
		open += len(read(t, file).Runs[0].Results)
	}

	if open < 120 || open > 250 {
		t.Errorf("the newest scans have %d results, want 120 to 250", open)
	}
}

func TestTheStoryShowsWhatIdentityHasToRecognise(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		what, program, tool, rule string
		places                    map[string]string // by version, sorted; none: not found
	}{
		{"lines move, one is new, the old one is fixed", "bank-go", "gosec", "G202", map[string]string{
			"v1": "accounts/store.go:44",
			"v2": "accounts/store.go:49 accounts/store.go:68",
			"v3": "accounts/store.go:49 accounts/store.go:68",
			"v4": "accounts/store.go:49 accounts/store.go:68",
			"v5": "accounts/store.go:68",
		}},
		{"a file is renamed", "bank-go", "gosec", "G306", map[string]string{
			"v1": "statement/export.go:40",
			"v2": "statement/export.go:40",
			"v3": "statement/files.go:40",
			"v4": "statement/files.go:40",
			"v5": "statement/files.go:40",
		}},
		{"fixed, then back at another line", "bank-go", "gosec", "G401", map[string]string{
			"v1": "session/session.go:29",
			"v4": "session/session.go:40",
			"v5": "session/session.go:40 statement/sign.go:17",
		}},
		{"fixed for good", "bank-go", "gosec", "G402", map[string]string{
			"v1": "gateway/rates.go:11",
			"v2": "gateway/rates.go:11",
			"v3": "gateway/rates.go:11",
			"v4": "gateway/rates.go:11",
		}},
		{"a password comes back", "mailer-go", "gosec", "G101", map[string]string{
			"v1": "outbox/queue.go:12",
			"v2": "outbox/queue.go:12",
			"v4": "outbox/queue.go:12",
		}},
		{"code moves to a new file", "mailer-go", "staticcheck", "S1003", map[string]string{
			"v1": "inbox/inbox.go:39",
			"v2": "inbox/bounce.go:20",
			"v3": "inbox/bounce.go:20",
			"v4": "inbox/bounce.go:20",
		}},
		{"evaluation comes back lower in the file", "shop-web", "eslint", "no-eval", map[string]string{
			"v1": "src/admin.js:13",
			"v2": "src/admin.js:13",
			"v4": "src/admin.js:19",
			"v5": "src/admin.js:19",
		}},
	} {
		for _, s := range manifest(t) {
			if s.Program != row.program || s.Tool != row.tool {
				continue
			}
			if got := places(read(t, s.File), row.rule); got != row.places[s.Version] {
				t.Errorf("%s: %s in %s at %q, want %q", row.what, row.rule, s.File, got, row.places[s.Version])
			}
		}
	}
}

// places are where a rule found something, as file:line, sorted.
func places(l log, rule string) string {
	var found []string
	for _, r := range l.Runs[0].Results {
		if at, file, line := r.place(); at == rule {
			found = append(found, fmt.Sprintf("%s:%d", file, line))
		}
	}
	slices.Sort(found)
	return strings.Join(found, " ")
}
