package finding_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	gocvss31 "github.com/pandatix/go-cvss/31"

	"asm.example/asm/internal/finding"
)

func TestCodesAreUniqueAndSorted(t *testing.T) {
	t.Parallel()
	code := regexp.MustCompile(`^\d{3}$`)

	before := "000"
	for _, w := range finding.Catalogue() {
		if !code.MatchString(w.Code) || w.Code <= before {
			t.Errorf("code %q after %q: want three digits, ascending", w.Code, before)
		}
		before = w.Code
	}

	if got := len(finding.Catalogue()); got < 120 {
		t.Errorf("the catalogue has %d weaknesses, want at least 120", got)
	}
}

func TestEveryWeaknessIsFoundByItsFullTitleOnly(t *testing.T) {
	t.Parallel()

	for _, w := range finding.Catalogue() {
		if got, ok := finding.ByTitle(w.FullTitle()); !ok || got.Code != w.Code {
			t.Errorf("ByTitle(%q) = %q, %v", w.FullTitle(), got.Code, ok)
		}
	}

	for _, title := range []string{"", "SQL injection", "001. sql injection", "001. SQL injection ", "000. SQL injection"} {
		if got, ok := finding.ByTitle(title); ok {
			t.Errorf("ByTitle(%q) = %q, want none", title, got.FullTitle())
		}
	}
}

func TestVectorsAreCanonicalAndScoreAboveZero(t *testing.T) {
	t.Parallel()

	for _, w := range finding.Catalogue() {
		vector, err := gocvss31.ParseVector(w.Vector)
		if err != nil {
			t.Errorf("%s: vector %q: %v", w.FullTitle(), w.Vector, err)
			continue
		}
		if vector.Vector() != w.Vector {
			t.Errorf("%s: vector %q, canonical is %q", w.FullTitle(), w.Vector, vector.Vector())
		}
		if vector.TemporalScore() == 0 {
			t.Errorf("%s: score of %q is zero; such a finding cannot be added", w.FullTitle(), w.Vector)
		}
	}
}

func TestEveryRequirementExistsAndIsUsed(t *testing.T) {
	t.Parallel()

	used := map[string]bool{}
	for _, w := range finding.Catalogue() {
		if len(w.Requirements) == 0 || !slices.IsSorted(w.Requirements) || len(slices.Compact(slices.Clone(w.Requirements))) != len(w.Requirements) {
			t.Errorf("%s: requirements %v, want at least one, sorted, none twice", w.FullTitle(), w.Requirements)
		}
		for _, id := range w.Requirements {
			if _, ok := finding.RequirementByID(id); !ok {
				t.Errorf("%s: requirement %q does not exist", w.FullTitle(), id)
			}
			used[id] = true
		}
	}

	before := ""
	for _, r := range finding.Requirements() {
		if !used[r.ID] {
			t.Errorf("requirement %s %q belongs to no weakness", r.ID, r.Title)
		}
		if r.ID <= before {
			t.Errorf("requirement %q after %q: want ascending ids", r.ID, before)
		}
		before = r.ID
	}
	if _, ok := finding.RequirementByID("R000"); ok {
		t.Error("R000 is a requirement")
	}
}

func TestEveryCWEOfAnEntryLeadsToThatEntry(t *testing.T) {
	t.Parallel()

	for _, w := range finding.Catalogue() {
		if len(w.CWE) == 0 {
			t.Errorf("%s answers for no CWE", w.FullTitle())
		}
		for _, cwe := range w.CWE {
			if got, ok := finding.ByCWE(cwe); !ok || got.Code != w.Code {
				t.Errorf("CWE-%d of %q leads to %q: it stands in both", cwe, w.FullTitle(), got.FullTitle())
			}
		}
	}
}

func TestACWELeadsToTheNearestWeakness(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		rule string
		cwe  int
		want string
	}{
		{"listed", 89, "SQL injection"},
		{"listed beside a more general one", 77, "OS command injection"},
		{"listed although its parent is too", 916, "Weak password hashing"},
		{"one level below", 81, "Cross-site scripting"},
		{"one level below, absolute path", 37, "Path traversal"},
		{"three levels below", 232, "Improper handling of errors"},
		{"an old category", 818, "Cleartext transmission"},
		{"as general as can be", 664, "Resource leak"},
		{"hardware", 1191, ""},
		{"zero", 0, ""},
		{"negative", -89, ""},
		{"unknown", 99999, ""},
	} {
		if got, ok := finding.ByCWE(row.cwe); got.Title != row.want || ok != (row.want != "") {
			t.Errorf("%s: ByCWE(%d) = %q, %v, want %q", row.rule, row.cwe, got.Title, ok, row.want)
		}
	}
}

func TestCommonTypesHaveAWeakness(t *testing.T) {
	t.Parallel()
	for _, list := range []struct {
		name string
		cwes []int
	}{
		{"CWE Top 25 of 2023, 2024 and 2025", []int{
			20, 22, 77, 78, 79, 89, 94, 119, 120, 121, 122, 125, 190, 200, 269, 276, 284, 287, 306, 352, 362, 400, 416, 434, 476, 502,
			639, 770, 787, 798, 862, 863, 918,
		}},
		{"OWASP Top 10 of 2021, A01 to A05", []int{
			2, 11, 13, 15, 16, 20, 22, 23, 35, 59, 73, 74, 75, 77, 78, 79, 80, 83, 87, 88, 89, 90, 91, 93, 94, 95, 96, 97, 98, 99, 100, 113, 116,
			138, 183, 184, 200, 201, 209, 213, 219, 235, 256, 257, 260, 261, 264, 266, 269, 275, 276, 280, 284, 285, 296, 310, 311, 312,
			313, 315, 316, 319, 321, 322, 323, 324, 325, 326, 327, 328, 329, 330, 331, 335, 336, 337, 338, 340, 347, 352, 359, 377, 402,
			419, 425, 430, 434, 441, 444, 451, 470, 471, 472, 497, 501, 520, 522, 523, 525, 526, 537, 538, 539, 540, 541, 547, 548, 552,
			564, 566, 579, 598, 601, 602, 610, 611, 614, 639, 642, 643, 644, 646, 650, 651, 652, 653, 656, 657, 668, 706, 720, 756, 757, 759,
			760, 776, 780, 799, 807, 818, 840, 841, 862, 863, 913, 916, 917, 922, 927, 942, 1004, 1021, 1032, 1173, 1174, 1275,
		}},
		{"OWASP Top 10 of 2021, A06 to A10", []int{
			117, 223, 255, 259, 287, 288, 290, 294, 295, 297, 300, 302, 304, 306, 307, 345, 346, 353, 384, 426, 494, 502, 521, 532, 565, 613,
			620, 640, 778, 784, 798, 829, 830, 915, 918, 937, 940, 1035, 1104, 1216,
		}},
		{"rules of gosec", []int{
			22, 59, 78, 79, 88, 89, 93, 94, 117, 118, 190, 200, 242, 276, 287, 295, 310, 322, 326, 327, 328, 338, 346, 367, 377, 400, 409,
			444, 499, 502, 601, 614, 676, 703, 798, 838, 918, 1204,
		}},
		{"rules of CodeQL, flawfinder, Semgrep and others in sample scans", []int{
			20, 22, 23, 36, 73, 78, 79, 88, 89, 94, 95, 99, 116, 119, 120, 126, 134, 190, 200, 209, 215, 259, 295, 312, 315, 321, 326, 327, 359,
			377, 390, 396, 477, 480, 489, 497, 502, 561, 563, 570, 571, 581, 584, 601, 628, 665, 670, 685, 687, 732, 772, 798, 916, 1022,
		}},
	} {
		for _, cwe := range list.cwes {
			if _, ok := finding.ByCWE(cwe); !ok {
				t.Errorf("%s: no weakness for CWE-%d", list.name, cwe)
			}
		}
	}
}

func TestTextsAreSentencesAndNoneIsWrittenTwice(t *testing.T) {
	t.Parallel()
	sentence := regexp.MustCompile(`[^.]\.( |$)`)
	seen := map[string]string{}
	check := func(of, text string, sentences, most int) {
		t.Helper()
		if !strings.HasSuffix(text, ".") || text != strings.TrimSpace(text) || strings.Contains(text, "  ") {
			t.Errorf("%s: %q: want sentences with a full stop, without spare blanks", of, text)
		}
		if got := len(sentence.FindAllString(text, -1)); got < sentences {
			t.Errorf("%s: %q has %d sentences, want at least %d", of, text, got, sentences)
		}
		if got := utf8.RuneCountInString(text); got > most {
			t.Errorf("%s: %d characters, a finding takes %d", of, got, most)
		}
		if other, ok := seen[text]; ok {
			t.Errorf("%s and %s share the text %q", of, other, text)
		}
		seen[text] = of
	}

	for _, w := range finding.Catalogue() {
		check(w.FullTitle()+", description", w.Description, 2, 1000)
		check(w.FullTitle()+", threat", w.Threat, 2, 650)
		check(w.FullTitle()+", recommendation", w.Recommendation, 2, 500)
		if other, ok := seen[w.Title]; ok {
			t.Errorf("title %q stands at %s too", w.Title, other)
		}
		seen[w.Title] = w.Code
	}
	for _, r := range finding.Requirements() {
		check(r.ID, r.Description, 1, 300)
		if other, ok := seen[r.Title]; ok {
			t.Errorf("title %q stands at %s too", r.Title, other)
		}
		seen[r.Title] = r.ID
	}
}

// A circle among the more general types would never end, and a dead end would answer for fewer.
func TestEveryMoreSpecificTypeReachesAWeakness(t *testing.T) {
	t.Parallel()

	answered := 0
	for cwe := range 1500 {
		if _, ok := finding.ByCWE(cwe); ok {
			answered++
		}
	}

	if answered != 768 {
		t.Errorf("%d CWE types have an answer, want 768: the types listed and all of moreSpecific", answered)
	}
}
