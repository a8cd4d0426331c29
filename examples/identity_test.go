package examples_test

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"asm.example/asm/examples"
	"asm.example/asm/internal/scan"
	"asm.example/asm/internal/scan/sarif"
)

// locations are what ASM would know of one program by one scanner.
type locations []scan.Known

// take imports a scan as ASM does, without a database, and answers the receipt.
func (l *locations) take(t *testing.T, file string) scan.Receipt {
	t.Helper()
	text, err := examples.FS.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	log, err := sarif.Open(t.Context(), bytes.NewReader(text), sarif.DefaultLimits())
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	survey, err := scan.NewSurvey(t.Context(), log, func(scan.ScopeID) string { return "" })
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	scope := survey.Scopes[0]

	matching := scan.Match(*l, scope.Observations)

	survey.Receipt.CountAll(matching, scope.Complete)
	for _, gone := range matching.Unseen {
		(*l)[gone].Closed = true
	}
	for i, verdict := range matching.Verdicts {
		seen := scan.Known{Keys: scope.Observations[i].Keys}
		switch {
		case verdict.Outcome == scan.Created:
			*l = append(*l, seen)
		case verdict.Known >= 0:
			(*l)[verdict.Known] = seen
		}
	}
	return survey.Receipt
}

func TestTheDocumentedReceiptsAreThoseOfTheScans(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/concepts/vulnerability-identity.md")
	if err != nil {
		t.Fatal(err)
	}

	var bank locations
	for version := 1; version <= 5; version++ {
		r := bank.take(t, fmt.Sprintf("scans/bank-go/v%d/gosec.sarif", version))

		row := fmt.Sprintf("| v%d | %d | %d | %d | %d | %d | %d |\n", version, r.Read, r.Created, r.Unchanged, r.Moved, r.Reopened, r.Closed)
		if !strings.Contains(string(page), row) {
			t.Errorf("docs/concepts/vulnerability-identity.md lacks the row %s", row)
		}
	}
}

func TestEveryScanBalancesAndChangesNothingTheSecondTime(t *testing.T) {
	t.Parallel()
	known := map[string]*locations{}

	for _, s := range manifest(t) {
		of := s.Program + " " + s.Tool
		if known[of] == nil {
			known[of] = &locations{}
		}
		first := known[of].take(t, s.File)
		second := known[of].take(t, s.File)

		if !first.Balanced() || first.Rejected != 0 {
			t.Errorf("%s: %+v does not balance, or rejects", s.File, first)
		}
		if second.Unchanged+second.Duplicate != second.Read || second.Closed != 0 {
			t.Errorf("%s, imported again: %+v, want all unchanged", s.File, second)
		}
	}
}
