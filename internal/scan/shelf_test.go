package scan_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"

	"asm.example/asm/internal/scan"
	"asm.example/asm/internal/scan/sarif"
)

// shelf keeps the locations of one root as an import with a database would: keys encoded, places as text.
type shelf struct {
	scopes map[scan.ScopeID]*shelfScope
	lastID int
}

type shelfScope struct {
	directory string
	locations []*location
}

type location struct {
	id     int
	keys   []byte
	place  scan.Place
	closed bool
}

func newShelf() *shelf { return &shelf{scopes: map[scan.ScopeID]*shelfScope{}} }

// load imports a file and answers its receipt, and the ids that were closed and reopened.
func (s *shelf) load(t testing.TB, file []byte) (receipt scan.Receipt, closed, reopened []int) {
	t.Helper()
	ctx := context.Background()
	log, err := sarif.Open(ctx, bytes.NewReader(file), sarif.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	survey, err := scan.NewSurvey(ctx, log, func(id scan.ScopeID) string {
		if known := s.scopes[id]; known != nil {
			return known.directory
		}
		return ""
	})
	if err != nil {
		t.Fatal(err)
	}
	places := make([][]scan.Place, len(survey.Scopes))
	for item, err := range survey.Items(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		if item.Observation != len(places[item.Scope]) {
			t.Fatalf("item %d stands in place of observation %d", len(places[item.Scope]), item.Observation)
		}
		places[item.Scope] = append(places[item.Scope], item.Place)
	}
	receipt = survey.Receipt
	for i := range survey.Scopes {
		c, r := s.apply(t, &survey.Scopes[i], places[i], &receipt)
		closed, reopened = append(closed, c...), append(reopened, r...)
	}
	if !receipt.Balanced() {
		t.Fatalf("receipt is not balanced: %+v", receipt)
	}
	return receipt, closed, reopened
}

func (s *shelf) apply(t testing.TB, scope *scan.Scope, places []scan.Place, receipt *scan.Receipt) (closed, reopened []int) {
	id := scan.ScopeID{Tool: scope.Tool, AutomationID: scope.AutomationID}
	kept := s.scopes[id]
	if kept == nil {
		kept = &shelfScope{}
		s.scopes[id] = kept
	}
	known := make([]scan.Known, len(kept.locations))
	for i, at := range kept.locations {
		keys, err := scan.DecodeKeys(at.keys)
		if err != nil {
			t.Fatal(err)
		}
		before := at.place.Where
		at.place.Where = scan.Rebase(before, kept.directory, scope.Directory)
		known[i] = scan.Known{Keys: keys.At(at.place), Closed: at.closed, Rebased: at.place.Where != before}
	}
	kept.directory = scope.Directory
	matching := scan.Match(known, scope.Observations)
	receipt.CountAll(matching, scope.Complete)
	for i, verdict := range matching.Verdicts {
		keys := scope.Observations[i].Encode()
		switch verdict.Outcome {
		case scan.Created:
			s.lastID++
			kept.locations = append(kept.locations, &location{id: s.lastID, keys: keys, place: places[i]})
		case scan.Unchanged, scan.Moved, scan.Reopened:
			at := kept.locations[verdict.Known]
			at.keys, at.place, at.closed = keys, places[i], false
			if verdict.Outcome == scan.Reopened {
				reopened = append(reopened, at.id)
			}
		}
	}
	if scope.Complete {
		for _, i := range matching.Unseen {
			kept.locations[i].closed = true
			closed = append(closed, kept.locations[i].id)
		}
	}
	return closed, reopened
}

// document is a scan file that tests change.
type document map[string]any

func parseDocument(t testing.TB, file []byte) document {
	t.Helper()
	var d document
	if err := json.Unmarshal(bytes.TrimPrefix(file, []byte("\xef\xbb\xbf")), &d); err != nil {
		t.Fatal(err)
	}
	return d
}

func (d document) bytes(t testing.TB) []byte {
	t.Helper()
	file, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func (d document) runs() []map[string]any {
	var runs []map[string]any
	for _, run := range d["runs"].([]any) {
		runs = append(runs, run.(map[string]any))
	}
	return runs
}

func resultsOf(run map[string]any) []any {
	results, _ := run["results"].([]any)
	return results
}

// shuffle puts the results of each run in another order.
func (d document) shuffle(seed uint64) {
	random := rand.New(rand.NewPCG(seed, 0))
	for _, run := range d.runs() {
		results := resultsOf(run)
		random.Shuffle(len(results), func(i, j int) { results[i], results[j] = results[j], results[i] })
	}
}

// shift moves every result that names a line down.
func (d document) shift(lines float64) {
	for _, run := range d.runs() {
		for _, result := range resultsOf(run) {
			region, ok := dig(result, "locations", 0, "physicalLocation", "region").(map[string]any)
			if start, has := region["startLine"].(float64); ok && has {
				region["startLine"] = start + lines
				if end, has := region["endLine"].(float64); has {
					region["endLine"] = end + lines
				}
			}
		}
	}
}

// succeed makes every run one that succeeded, so that what is missing is closed.
func (d document) succeed() {
	for _, run := range d.runs() {
		delete(run, "invocations")
		run["tool"].(map[string]any)["driver"].(map[string]any)["semanticVersion"] = "99.1"
	}
}

// remove takes out the results of a run that keep says no to.
func (d document) remove(run int, keep func(i int, result map[string]any) bool) {
	kept := []any{} // null would say that nothing is known
	for i, result := range resultsOf(d.runs()[run]) {
		object, _ := result.(map[string]any)
		if keep(i, object) {
			kept = append(kept, result)
		}
	}
	d.runs()[run]["results"] = kept
}

func dig(value any, path ...any) any {
	for _, step := range path {
		switch step := step.(type) {
		case string:
			object, _ := value.(map[string]any)
			value = object[step]
		case int:
			array, _ := value.([]any)
			if step >= len(array) {
				return nil
			}
			value = array[step]
		}
	}
	return value
}

// same tells results that differ in nothing that identity looks at.
func same(a, b map[string]any) bool {
	essence := func(result map[string]any) string {
		physical := dig(result, "locations", 0, "physicalLocation")
		text, err := json.Marshal([]any{
			result["ruleId"], result["message"], result["fingerprints"], result["partialFingerprints"],
			dig(physical, "artifactLocation", "uri"), dig(physical, "region", "startLine"), dig(physical, "region", "startColumn"),
			dig(physical, "region", "snippet"), dig(physical, "contextRegion", "snippet"),
		})
		if err != nil {
			panic(fmt.Sprint("a decoded document encodes: ", err))
		}
		return string(text)
	}
	return essence(a) == essence(b)
}
