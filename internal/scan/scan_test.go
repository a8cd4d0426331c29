package scan_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"asm.example/asm/internal/scan"
	"asm.example/asm/internal/scan/sarif"
)

var update = flag.Bool("update", false, "write the golden files anew")

// samples answers the project's own scans, and those in the folder that $ASM_SCANS names.
func samples(t testing.TB) (own, further []string) {
	t.Helper()
	own, err := filepath.Glob("testdata/*.sarif")
	if err != nil || len(own) == 0 {
		t.Fatal("no samples", err)
	}
	folder := os.Getenv("ASM_SCANS")
	if folder == "" {
		t.Log("ASM_SCANS names no folder of further scans: only the project's own are read")
		return own, nil
	}
	err = filepath.WalkDir(folder, func(path string, _ os.DirEntry, err error) error {
		if filepath.Ext(path) == ".sarif" {
			further = append(further, path)
		}
		return err
	})
	if err != nil || len(further) == 0 {
		t.Fatalf("ASM_SCANS names %s, where no scans are: %v", folder, err)
	}
	return own, further
}

func TestReceiptsOfScans(t *testing.T) {
	t.Parallel()
	own, further := samples(t)
	for golden, files := range map[string][]string{"testdata/receipts.golden": own, "testdata/receipts-further.golden": further} {
		var got []string
		for _, file := range files {
			got = append(got, filepath.Base(file)+"\n"+summary(t, file)+"\n")
		}
		if *update && files != nil {
			if err := os.WriteFile(golden, []byte(strings.Join(got, "\n")), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range got {
			// A further folder may hold scans that the golden file does not know: of them only the balance is asked.
			name, _, _ := strings.Cut(block, "\n")
			known := golden == "testdata/receipts.golden" || strings.Contains("\n"+string(want), "\n"+name+"\n")
			if known && !strings.Contains("\n"+string(want), "\n"+block) {
				t.Errorf("%s differs; -update writes it anew\n%s", golden, block)
			}
		}
	}
}

func TestACommonDirectoryThatGrowsShorterMovesPathsAlong(t *testing.T) {
	t.Parallel()
	file, err := os.ReadFile("testdata/absolute.sarif")
	if err != nil {
		t.Fatal(err)
	}
	inSource := parseDocument(t, file)
	inSource.remove(0, func(_ int, result map[string]any) bool {
		return strings.Contains(fmt.Sprint(dig(result, "locations", 0, "physicalLocation", "artifactLocation", "uri")), "/src/")
	})
	s := newShelf()
	s.load(t, inSource.bytes(t))

	whole, _, _ := s.load(t, file)
	if whole.Moved != 2 || whole.Created != 2 || whole.Closed > 0 {
		t.Errorf("whole tree after src alone: %+v", whole)
	}
	part, closed, _ := s.load(t, inSource.bytes(t))
	if part.Unchanged != 2 || part.Created > 0 || len(closed) != 2 {
		t.Errorf("src alone again: %+v", part)
	}
	if got := s.scopes[scan.ScopeID{Tool: "Probe"}].locations[0].place.Where; got != "src/a.go" {
		t.Errorf("where = %q, want src/a.go", got)
	}
}

// summary is a file's receipt, the severities and types of place in it, or why it is refused.
func summary(t *testing.T, name string) string {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	log, err := sarif.Open(t.Context(), file, sarif.DefaultLimits())
	var refusal *sarif.Refusal
	if errors.As(err, &refusal) {
		return "  refused: " + refusal.Error()
	}
	if err != nil {
		t.Fatal(err)
	}
	survey, err := scan.NewSurvey(t.Context(), log, noDirectory)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	receipt := survey.Receipt
	for _, scope := range survey.Scopes {
		receipt.CountAll(scan.Match(nil, scope.Observations), scope.Complete)
		fmt.Fprintf(&b, "  %s %s %q complete=%t\n", scope.Tool, scope.ToolVersion, scope.AutomationID, scope.Complete)
	}
	if !receipt.Balanced() {
		t.Errorf("%s: receipt is not balanced", name)
	}
	text, err := json.Marshal(receipt)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(&b, "  %s\n", text)
	counts := map[string]int{}
	first := ""
	for item, err := range survey.Items(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		counts[fmt.Sprintf("%s by %s %s", item.Severity.Vector, item.Severity.Origin, item.Severity.Own)]++
		if first == "" {
			first = fmt.Sprintf("%s %s (%s) CWE %v: %s", item.Place.Type, item.Place.Where, item.Place.Specific, item.Result.CWEs, item.Result.RuleID)
		}
	}
	var lines []string
	for line, count := range counts {
		lines = append(lines, fmt.Sprintf("  %d × %s\n", count, line))
	}
	slices.Sort(lines)
	return b.String() + strings.Join(lines, "") + "  first: " + first
}

func noDirectory(scan.ScopeID) string { return "" }

// importable answers the samples that are not refused, as runs that succeeded.
func importable(t *testing.T) map[string][]byte {
	t.Helper()
	own, further := samples(t)
	files := map[string][]byte{}
	for _, name := range append(own, further...) {
		file, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if log, err := sarif.Open(t.Context(), bytes.NewReader(file), sarif.DefaultLimits()); err != nil || log == nil {
			continue
		}
		document := parseDocument(t, file)
		document.succeed()
		files[filepath.Base(name)] = document.bytes(t)
	}
	return files
}

func TestImportingAgainChangesNothing(t *testing.T) {
	t.Parallel()
	for name, file := range importable(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShelf()
			first, _, _ := s.load(t, file)
			shuffled, moved := parseDocument(t, file), parseDocument(t, file)
			shuffled.shuffle(1)
			moved.shuffle(2)
			moved.shift(7)

			for what, again := range map[string][]byte{"as it is": file, "shuffled": shuffled.bytes(t)} {
				got, _, _ := s.load(t, again)
				if got.Unchanged != first.Created || got.Moved+got.Created+got.Closed+got.Reopened > 0 {
					t.Errorf("%s: created %d, then %+v", what, first.Created, got)
				}
			}
			got, _, _ := s.load(t, moved.bytes(t))
			if got.Unchanged+got.Moved != first.Created || got.Created+got.Closed+got.Reopened > 0 {
				t.Errorf("moved by 7 lines: created %d, then %+v", first.Created, got)
			}
			for id, scope := range s.scopes {
				checkLinesFollow(t, id, scope, moved)
			}
		})
	}
}

// checkLinesFollow tells that the kept lines are those of the document.
func checkLinesFollow(t *testing.T, id scan.ScopeID, scope *shelfScope, d document) {
	t.Helper()
	lines := map[string]bool{}
	for _, run := range d.runs() {
		for _, result := range resultsOf(run) {
			lines[fmt.Sprint(dig(result, "locations", 0, "physicalLocation", "region", "startLine"))] = true
		}
	}
	for _, at := range scope.locations {
		if at.place.Type == scan.Lines && at.place.Specific != "0" && !lines[at.place.Specific] {
			t.Errorf("%v: line %s of %s is not in the scan", id, at.place.Specific, at.place.Where)
		}
	}
}

func TestAMissingResultClosesThatOneAndReturningReopensIt(t *testing.T) {
	t.Parallel()
	for name, file := range importable(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			whole := parseDocument(t, file)
			for run := range whole.runs() {
				results := resultsOf(whole.runs()[run])
				for i := 0; i < len(results); i += max(1, len(results)/12) {
					removeAndReturn(t, file, run, results[i].(map[string]any))
				}
			}
		})
	}
}

// removeAndReturn imports a file, again without one result and what is the same, and whole again.
func removeAndReturn(t *testing.T, file []byte, run int, gone map[string]any) {
	t.Helper()
	s := newShelf()
	first, _, _ := s.load(t, file)
	places := map[int]scan.Place{}
	for _, scope := range s.scopes {
		for _, at := range scope.locations {
			places[at.id] = at.place
		}
	}
	counts := 0 // what the result was in the first import
	if first.Created > 0 {
		alone := newShelf()
		only := parseDocument(t, file)
		for other := range only.runs() {
			only.remove(other, func(_ int, result map[string]any) bool { return other == run && same(result, gone) })
		}
		receipt, _, _ := alone.load(t, only.bytes(t))
		counts = receipt.Created
	}
	without := parseDocument(t, file)
	without.remove(run, func(_ int, result map[string]any) bool { return !same(result, gone) })

	receipt, closed, _ := s.load(t, without.bytes(t))
	if receipt.Created+receipt.Reopened+receipt.Moved > 0 || len(closed) != counts {
		t.Errorf("without %v: closed %v, want %d; %+v", gone["message"], closed, counts, receipt)
		return
	}
	for _, id := range closed {
		line := fmt.Sprint(dig(gone, "locations", 0, "physicalLocation", "region", "startLine"))
		if places[id].Specific != line && line != "<nil>" {
			t.Errorf("closed %+v, want line %s", places[id], line)
		}
	}
	receipt, _, reopened := s.load(t, file)
	if receipt.Created+receipt.Closed+receipt.Moved > 0 || !slices.Equal(reopened, closed) {
		t.Errorf("returned: reopened %v, want %v; %+v", reopened, closed, receipt)
	}
}

func TestSurveyTakesNoMoreThanTwoHundredBytesAResult(t *testing.T) {
	const results = 100_000
	var b strings.Builder
	b.WriteString(`{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"Probe"}},"results":[`)
	for i := range results {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"ruleId":"R%d","message":{"text":"m%d"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"src/f%d.go"},`+
			`"region":{"startLine":%d,"snippet":{"text":"call(%d)"}}}}]}`, i%40, i, i%5000, i+1, i)
	}
	b.WriteString(`]}]}`)
	log, err := sarif.Open(context.Background(), strings.NewReader(b.String()), sarif.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}

	grown := heapGrowth(func() any {
		survey, err := scan.NewSurvey(context.Background(), log, noDirectory)
		if err != nil {
			t.Fatal(err)
		}
		observations := survey.Scopes[0].Observations
		known := make([]scan.Known, len(observations))
		for i, o := range observations {
			known[i] = scan.Known{Keys: o.Keys}
		}
		return []any{survey, known, scan.Match(known, observations)}
	})

	t.Logf("%d bytes a result, observed and known", grown/results)
	if grown/results > 200 {
		t.Errorf("%d bytes a result, want at most 200", grown/results)
	}
}
