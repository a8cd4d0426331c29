package scan_test

import (
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"asm.example/asm/internal/scan"
	"asm.example/asm/internal/scan/sarif"
)

// weakness is what a scanner might say, before keys are made of it.
type weakness struct {
	rule, path, snippet, message string
	line, column                 int
	full, partial                string
	suppressed                   bool
}

func (w weakness) observed() scan.Observation {
	result := &sarif.Result{RuleID: w.rule, Message: w.message}
	result.Location.Snippet, result.Location.StartColumn = w.snippet, w.column
	if w.full != "" {
		result.Fingerprints = []sarif.Fingerprint{{Name: "id/v1", Value: w.full}}
	}
	if w.partial != "" {
		result.Partial = []sarif.Fingerprint{{Name: "line", Value: w.partial}}
	}
	place := scan.Place{Type: scan.Lines, Where: w.path, Specific: fmt.Sprint(w.line)}
	return scan.Observation{Keys: scan.KeysOf(result, place), Suppressed: w.suppressed}
}

func observe(all []weakness) []scan.Observation {
	var list []scan.Observation
	for _, w := range all {
		list = append(list, w.observed())
	}
	return list
}

// knownFrom is what ASM knows after a first import.
func knownFrom(all []weakness) []scan.Known {
	observed := observe(all)
	var known []scan.Known
	for i, verdict := range scan.Match(nil, observed).Verdicts {
		if verdict.Outcome == scan.Created {
			known = append(known, scan.Known{Keys: observed[i].Keys})
		}
	}
	return known
}

func count(m scan.Matching, outcome scan.Outcome) int {
	n := 0
	for _, verdict := range m.Verdicts {
		if verdict.Outcome == outcome {
			n++
		}
	}
	return n
}

func TestEachEvidenceRecognisesByItself(t *testing.T) {
	t.Parallel()
	base := weakness{rule: "R", path: "src/a.go", line: 10, snippet: "exec(x)", message: "m", full: "full-print", partial: "partial-print"}
	with := func(change func(*weakness)) weakness { w := base; change(&w); return w }
	tests := []struct {
		name   string
		now    weakness
		closed bool
		want   scan.Outcome
	}{
		{"the same", base, false, scan.Unchanged},
		{"another line", with(func(w *weakness) { w.line = 90 }), false, scan.Moved},
		{"edited code under the same fingerprints", with(func(w *weakness) { w.snippet = "exec(y)" }), false, scan.Unchanged},
		{"spaces in the code", with(func(w *weakness) { w.snippet, w.full, w.partial = "\texec(x) \n", "", "" }), false, scan.Unchanged},
		{"only the place is left", with(func(w *weakness) { w.snippet, w.full, w.partial = "other", "", "" }), false, scan.Unchanged},
		{"renamed, full fingerprint", with(func(w *weakness) { w.path, w.snippet, w.partial = "b.go", "other", "" }), false, scan.Moved},
		{"renamed, code", with(func(w *weakness) { w.path, w.full, w.partial = "b.go", "", "" }), false, scan.Moved},
		{"renamed, nothing else", with(func(w *weakness) { w.path, w.snippet, w.full, w.partial = "b.go", "", "", "" }), false, scan.Created},
		{"another rule", with(func(w *weakness) { w.rule = "S" }), false, scan.Created},
		{"another message", with(func(w *weakness) { w.message = "n" }), false, scan.Unchanged},
		{"a sentence in place of a fingerprint", with(func(w *weakness) { w.path, w.snippet, w.full, w.partial = "b.go", "", "requires login", "" }), false, scan.Created},
		{"back", base, true, scan.Reopened},
		{"back on another line", with(func(w *weakness) { w.line = 30 }), true, scan.Reopened},
		{"other code where a closed one was", with(func(w *weakness) { w.snippet, w.full, w.partial = "other", "", "" }), true, scan.Created},
		{"same code elsewhere as a closed one", with(func(w *weakness) { w.path, w.full, w.partial = "b.go", "", "" }), true, scan.Created},
	}
	for _, test := range tests {
		known := knownFrom([]weakness{base})
		known[0].Closed = test.closed
		m := scan.Match(known, observe([]weakness{test.now}))
		if got := m.Verdicts[0].Outcome; got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
		if gone := len(m.Unseen) == 1; gone != (test.want == scan.Created && !test.closed) {
			t.Errorf("%s: unseen = %v", test.name, m.Unseen)
		}
	}
}

func TestWhatEveryResultSaysRecognisesNone(t *testing.T) {
	t.Parallel()
	for _, print := range []string{"requires login", "4"} {
		gone := weakness{rule: "R", path: "a.go", line: 3, full: print, partial: print}
		appeared := weakness{rule: "R", path: "b.go", line: 3, full: print, partial: print}

		m := scan.Match(knownFrom([]weakness{gone}), observe([]weakness{appeared}))

		if count(m, scan.Created) != 1 || len(m.Unseen) != 1 {
			t.Errorf("%q: verdicts %+v, unseen %v", print, m.Verdicts, m.Unseen)
		}
	}
}

func TestADuplicateSaysTheSameAtTheSamePlace(t *testing.T) {
	t.Parallel()
	w := weakness{rule: "R", path: "go.mod", line: 1, message: "lodash is old"}
	other := w
	other.message = "lodash-es is old"

	m := scan.Match(nil, observe([]weakness{w, other, w}))

	got := []scan.Outcome{m.Verdicts[0].Outcome, m.Verdicts[1].Outcome, m.Verdicts[2].Outcome}
	if want := []scan.Outcome{scan.Created, scan.Created, scan.Duplicate}; !slices.Equal(got, want) {
		t.Errorf("outcomes = %v, want %v", got, want)
	}
}

func TestASuppressedResultNeitherCreatesNorCloses(t *testing.T) {
	t.Parallel()
	one, two := weakness{rule: "R", path: "a", line: 1}, weakness{rule: "R", path: "b", line: 1}
	observed := observe([]weakness{one, two, two})
	observed[0].Suppressed, observed[1].Suppressed = true, true

	m := scan.Match(knownFrom([]weakness{one}), observed)

	got := []scan.Verdict{m.Verdicts[0], m.Verdicts[1], m.Verdicts[2]}
	want := []scan.Verdict{{Known: 0, Outcome: scan.Suppressed}, {Known: -1, Outcome: scan.Suppressed}, {Known: -1, Outcome: scan.Created}}
	if !slices.Equal(got, want) || len(m.Unseen) > 0 {
		t.Errorf("verdicts = %+v, unseen %v", got, m.Unseen)
	}
}

func TestUnequalCountsPairByLeastDistanceOpenOnesFirst(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		known  []int // lines; below zero when closed
		now    []int
		paired []int32 // index of the known one for each of now
	}{
		{"the nearest", []int{10, 50, 90}, []int{52, 91}, []int32{1, 2}},
		{"in order, not each to its nearest", []int{10, 20}, []int{19, 21, 300}, []int32{0, 1, -1}},
		{"a new one between", []int{10, 90}, []int{12, 50, 93}, []int32{0, -1, 1}},
		{"open before nearer closed", []int{-10, 20}, []int{13}, []int32{1}},
		{"closed when there are enough", []int{-10, 20}, []int{17, 27}, []int32{0, 1}},
		{"the nearest closed", []int{-10, 20, -30}, []int{20, 31}, []int32{1, 2}},
	}
	for _, test := range tests {
		var known []scan.Known
		for _, line := range test.known {
			w := weakness{rule: "R", path: "a", line: max(line, -line)}
			known = append(known, scan.Known{Keys: w.observed().Keys, Closed: line < 0})
		}
		var now []weakness
		for _, line := range test.now {
			now = append(now, weakness{rule: "R", path: "a", line: line})
		}
		var got []int32
		for _, verdict := range scan.Match(known, observe(now)).Verdicts {
			got = append(got, verdict.Known)
		}
		if !slices.Equal(got, test.paired) {
			t.Errorf("%s: %v, want %v", test.name, got, test.paired)
		}
	}
}

// weaknesses draws scans with few rules, files and texts, so that much coincides.
func weaknesses() *rapid.Generator[[]weakness] {
	one := rapid.Custom(func(t *rapid.T) weakness {
		return weakness{
			rule:    rapid.SampledFrom([]string{"R", "S"}).Draw(t, "rule"),
			path:    rapid.SampledFrom([]string{"a.go", "b.go", "lib/a.go"}).Draw(t, "path"),
			line:    rapid.IntRange(0, 30).Draw(t, "line"),
			column:  rapid.IntRange(0, 1).Draw(t, "column"),
			message: rapid.SampledFrom([]string{"m", "n"}).Draw(t, "message"),
			snippet: rapid.SampledFrom([]string{"", "x()", "y()"}).Draw(t, "snippet"),
			full:    rapid.SampledFrom([]string{"", "", "11111111"}).Draw(t, "full"),
			partial: rapid.SampledFrom([]string{"", "22222222", "33333333"}).Draw(t, "partial"),
		}
	})
	return rapid.SliceOfN(one, 1, 40)
}

// moved is the scan in another order, each line by as many further.
func moved(t *rapid.T, all []weakness, by int) []weakness {
	other := rapid.Permutation(all).Draw(t, "order")
	for i := range other {
		other[i].line += by
	}
	return other
}

func TestTheSameScanShuffledAndMovedChangesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		all := weaknesses().Draw(t, "scan")
		for i := range all {
			all[i].suppressed = rapid.IntRange(0, 4).Draw(t, "suppressed") == 0
		}
		known := knownFrom(all)
		again := moved(t, all, rapid.SampledFrom([]int{0, 7}).Draw(t, "by"))

		m := scan.Match(known, observe(again))

		if count(m, scan.Created)+count(m, scan.Reopened)+len(m.Unseen) > 0 {
			t.Fatalf("verdicts %+v, unseen %v", m.Verdicts, m.Unseen)
		}
	})
}

func TestOneMissingClosesItAndItsReturnReopensIt(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		all := weaknesses().Draw(t, "scan")
		known := knownFrom(all)
		gone := rapid.SampledFrom(all).Draw(t, "gone")
		left := slices.DeleteFunc(slices.Clone(all), func(w weakness) bool { return w == gone })

		m := scan.Match(known, observe(moved(t, left, 0)))

		if len(m.Unseen) != 1 || known[m.Unseen[0]].Keys != gone.observed().Keys || count(m, scan.Created)+count(m, scan.Moved) > 0 {
			t.Fatalf("verdicts %+v, unseen %v", m.Verdicts, m.Unseen)
		}
		known[m.Unseen[0]].Closed = true
		back := observe(moved(t, all, rapid.SampledFrom([]int{0, 7}).Draw(t, "by")))
		again := scan.Match(known, back)
		for _, verdict := range again.Verdicts {
			if verdict.Outcome == scan.Reopened && verdict.Known != m.Unseen[0] {
				t.Fatalf("reopened %d, want %d", verdict.Known, m.Unseen[0])
			}
		}
		if count(again, scan.Reopened) != 1 || count(again, scan.Created)+len(again.Unseen) > 0 {
			t.Fatalf("returned: verdicts %+v, unseen %v", again.Verdicts, again.Unseen)
		}
	})
}

func TestARenamedFileKeepsItsLocations(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		all := weaknesses().Draw(t, "scan")
		for i := range all {
			if all[i].snippet == "" {
				all[i].snippet = "z()"
			}
		}
		known := knownFrom(all)
		name := rapid.SampledFrom([]string{"new.go", "moved/a.go"}).Draw(t, "name")
		renamed := moved(t, all, 0)
		for i := range renamed {
			if renamed[i].path == "a.go" {
				renamed[i].path = name
			}
		}

		m := scan.Match(known, observe(renamed))

		if count(m, scan.Created)+count(m, scan.Reopened)+len(m.Unseen) > 0 {
			t.Fatalf("verdicts %+v, unseen %v", m.Verdicts, m.Unseen)
		}
	})
}

func TestMatchingIsOneToOneAndBlindToOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		known := knownFrom(weaknesses().Draw(t, "before"))
		for i := range known {
			known[i].Closed = rapid.Bool().Draw(t, "closed")
		}
		now := weaknesses().Draw(t, "now")

		pairs := pairsOf(t, known, observe(now))

		other := pairsOf(t, rapid.Permutation(known).Draw(t, "known order"), observe(rapid.Permutation(now).Draw(t, "order")))
		if !slices.Equal(pairs, other) {
			t.Fatalf("another order, other pairs\n%v\n%v", pairs, other)
		}
	})
}

// pairsOf answers, in words and sorted, which observation is which location; it checks that nothing is counted twice.
func pairsOf(t *rapid.T, known []scan.Known, observed []scan.Observation) []string {
	m := scan.Match(known, observed)
	seen := map[int32]bool{}
	var pairs []string
	for i, verdict := range m.Verdicts {
		if verdict.Known < 0 {
			pairs = append(pairs, fmt.Sprintf("%v %v", verdict.Outcome, observed[i].Keys))
			continue
		}
		if seen[verdict.Known] {
			t.Fatalf("location %d is matched twice", verdict.Known)
		}
		seen[verdict.Known] = true
		pairs = append(pairs, fmt.Sprintf("%v %v %v", verdict.Outcome, observed[i].Keys, known[verdict.Known]))
	}
	unseen := 0
	for i := range known {
		if !known[i].Closed && !seen[int32(i)] {
			unseen++
		}
	}
	if unseen != len(m.Unseen) {
		t.Fatalf("%d unseen, want %d", len(m.Unseen), unseen)
	}
	slices.Sort(pairs)
	return pairs
}

func TestThePairingHasTheLeastTotalDistance(t *testing.T) {
	t.Parallel()
	lines := rapid.SliceOfNDistinct(rapid.IntRange(1, 60), 1, 7, rapid.ID)
	rapid.Check(t, func(t *rapid.T) {
		before, now := lines.Draw(t, "before"), lines.Draw(t, "now")
		var known []scan.Known
		for _, line := range before {
			known = append(known, scan.Known{Keys: weakness{rule: "R", path: "a", line: line}.observed().Keys})
		}
		var seen []weakness
		for _, line := range now {
			seen = append(seen, weakness{rule: "R", path: "a", line: line})
		}

		got, pairs := 0, 0
		for i, verdict := range scan.Match(known, observe(seen)).Verdicts {
			if verdict.Known >= 0 {
				pairs++
				got += distance(before[verdict.Known], now[i])
			}
		}

		slices.Sort(before)
		slices.Sort(now)
		if want := leastDistance(before, now); got != want || pairs != min(len(before), len(now)) {
			t.Fatalf("%v and %v: %d pairs of total distance %d, want %d", before, now, pairs, got, want)
		}
	})
}

func distance(a, b int) int { return max(a-b, b-a) }

// leastDistance tries every order-keeping pairing that pairs all of the shorter list.
func leastDistance(a, b []int) int {
	switch {
	case len(a) > len(b):
		return leastDistance(b, a)
	case len(a) == 0:
		return 0
	case len(a) == len(b):
		return distance(a[0], b[0]) + leastDistance(a[1:], b[1:])
	}
	return min(leastDistance(a, b[1:]), distance(a[0], b[0])+leastDistance(a[1:], b[1:]))
}

func TestManyResultsOfOneRuleInOneFileStayQuick(t *testing.T) {
	const n = 100_000
	lines := func(from, to, step int) []scan.Observation {
		var list []scan.Observation
		base := weakness{rule: "R", path: "big.c"}.observed()
		for line := from; line < to; line += step {
			base.Line = int32(line)
			list = append(list, base)
		}
		return list
	}
	known := make([]scan.Known, n)
	for i, o := range lines(0, n, 1) {
		known[i].Keys = o.Keys
	}
	tests := []struct {
		name          string
		now           []scan.Observation
		gone, created int
	}{
		{"one less", lines(1, n, 1), 1, 0},
		{"all moved", lines(7, n+7, 1), 0, 0},
		{"half of them", lines(0, n, 2), n / 2, 0},
		{"half of them, moved", lines(n, 2*n, 2), n / 2, 0},
		{"twice as many", append(lines(0, n, 1), lines(2*n, 3*n, 1)...), 0, n},
	}
	for _, test := range tests {
		began := time.Now()
		m := scan.Match(known, test.now)
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%s: took %v", test.name, took)
		}
		if len(m.Unseen) != test.gone || count(m, scan.Created) != test.created {
			t.Errorf("%s: %d gone and %d created, want %d and %d", test.name, len(m.Unseen), count(m, scan.Created), test.gone, test.created)
		}
	}
}

func TestALargeGroupPairsBetweenWhatDidNotMove(t *testing.T) {
	t.Parallel()
	const n, more = 5_000, 3_000
	at := func(line int) scan.Observation {
		o := weakness{rule: "R", path: "big.c"}.observed()
		o.Line = int32(line)
		return o
	}
	var known []scan.Known
	var now []scan.Observation
	for i := range n {
		known = append(known, scan.Known{Keys: at(10 * i).Keys})
		now = append(now, at(10*i+i%2)) // every second one moved
	}
	for i := range more {
		now = append(now, at(100*n+i))
	}

	m := scan.Match(known, now)

	if count(m, scan.Unchanged) != n/2 || count(m, scan.Moved) != n/2 || count(m, scan.Created) != more || len(m.Unseen) > 0 {
		t.Errorf("%d unchanged, %d moved, %d created, %d unseen", count(m, scan.Unchanged), count(m, scan.Moved), count(m, scan.Created), len(m.Unseen))
	}
}

func TestALargeGroupPairsOpenOnesFirst(t *testing.T) {
	t.Parallel()
	const n = 3_000
	var known []scan.Known
	var now []scan.Observation
	for i := range n {
		k := scan.Known{Keys: weakness{rule: "R", path: "big.c"}.observed().Keys, Closed: true}
		k.Line = int32(10 * i)
		open := k
		open.Line, open.Closed = k.Line+1, false
		known = append(known, k, open)
		moved := scan.Observation{Keys: k.Keys}
		moved.Line += 5
		now = append(now, moved)
	}

	m := scan.Match(known, now)

	if count(m, scan.Moved) != n || len(m.Unseen) > 0 {
		t.Errorf("%d moved, %d reopened, %d unseen", count(m, scan.Moved), count(m, scan.Reopened), len(m.Unseen))
	}
}

func TestKeysKeepTheirForm(t *testing.T) {
	t.Parallel()
	w := weakness{rule: "R", path: "src/a.go", line: 10, column: 2, snippet: "x()", message: "m", full: "11111111", partial: "22222222"}
	keys := w.observed().Keys

	stored := keys.Encode()

	const want = "01" +
		"cda735240bc766fb" + "6fd184a11ea37e10" + "d5e8020b78f7cfc6" + "a6b7f2b4ca0141a2" + "ef05d3ff387cf5dd" +
		"a998a5821c418910" + "85f56681c2bf18be" + "21c453b5" + "e070a4f9" + "0000000a" + "00000002"
	if got, err := scan.DecodeKeys(stored); err != nil || got != keys {
		t.Errorf("decoded %+v, %v; want %+v", got, err, keys)
	}
	if got := fmt.Sprintf("%x", stored); got != want {
		t.Errorf("stored form changed, and with it the identity of every imported location\n got %s\nwant %s", got, want)
	}
	for _, bad := range [][]byte{nil, {1, 2}, append([]byte{9}, stored[1:]...)} {
		if _, err := scan.DecodeKeys(bad); err == nil {
			t.Errorf("%x was decoded", bad)
		}
	}
}

// heapGrowth answers how many bytes more are in use while what work answers is kept.
func heapGrowth(work func() any) int {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	kept := work()
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(kept)
	return int(after.HeapAlloc) - int(before.HeapAlloc)
}

func BenchmarkMatch(b *testing.B) {
	const n = 100_000
	observed := make([]scan.Observation, n)
	known := make([]scan.Known, n)
	for i := range n {
		w := weakness{rule: fmt.Sprint("R", i%40), path: fmt.Sprint("src/f", i%5000), line: i + 1, snippet: fmt.Sprint("call", i%1000)}
		known[i].Keys = w.observed().Keys
		w.line += 7
		observed[i] = w.observed()
	}
	for b.Loop() {
		if m := scan.Match(known, observed); len(m.Unseen) > 0 {
			b.Fatal("unseen", len(m.Unseen))
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/result")
}
