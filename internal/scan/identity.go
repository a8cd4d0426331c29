package scan

import (
	"cmp"
	"slices"
)

// Outcome is what an import makes of a result.
type Outcome uint8

const (
	Created    Outcome = iota // seen for the first time
	Unchanged                 // known, where it was
	Moved                     // known, on another line or path
	Reopened                  // known and closed before
	Duplicate                 // says again what another result of the scan says
	Suppressed                // neither created nor closed
)

func (o Outcome) String() string {
	return [...]string{"created", "unchanged", "moved", "reopened", "duplicate", "suppressed"}[o]
}

// Known is a location that ASM has of a scope (root, tool and automation id).
type Known struct {
	Keys
	Facts   uint32 // as of the observation that it was last seen as
	Closed  bool   // SAFE
	Rebased bool   // [Rebase] changed its path, which is to be stored whatever the verdict is
}

// Observation is a result of a scan of the scope.
type Observation struct {
	Keys
	Facts      uint32 // digest of what else is kept of a weakness and may change: severity and CWE ids
	Suppressed bool
}

// Verdict is what becomes of one observation.
type Verdict struct {
	Known   int32 // index of the known location that it is; -1 when it is none
	Outcome Outcome
	Refresh bool // the known location's keys or facts differ from the observation's and are to be replaced
}

// Matching is the answer of [Match].
type Matching struct {
	Verdicts []Verdict // aligned with the observations
	Unseen   []int32   // indexes of the known locations that are open and were not seen, rising
}

// Match recognises the known locations of a scope among what a scan observed.
//
// First, observations that agree in everything are one; the others are duplicates. Then locations and observations are
// matched in passes, the most certain first, each among what the passes before left over and within groups that share a
// key:
//
//  1. rule, path and all fingerprints; rule and the full fingerprints, anywhere; rule, path and a single fingerprint
//  2. rule, path and code
//  3. rule and path: by position alone
//  4. rule and fingerprints, or rule and code, on another path: of the same file name first
//
// Inside a group as many pairs are made as there can be, in the order of lines. Equal counts pair one by one; else the
// pairing keeps open locations before closed ones, and of such pairings has the least total distance.
//
// Suppressed observations come last, with what is left of the locations, and by position alone only on the same line: ASM
// does not keep them, so one that was always there must not stand in for a location that went away beside it.
//
// A closed location returns only on its own path, and by position alone only when it never had fingerprint or code that
// could have recognised it; else what stands in its place is new. (A full fingerprint recognises it anywhere.)
//
// The answer does not depend on the order of either list, except for which of equal ones is called the duplicate. It takes
// 17 bytes for each observation and location, and no longer than sorting them and [maxCells] steps for each group.
func Match(known []Known, observed []Observation) Matching {
	m := &matcher{
		known:    known,
		observed: observed,
		seen:     make([]bool, len(known)),
		verdicts: make([]Verdict, len(observed)),
		done:     make([]bool, len(observed)),
	}
	m.markDuplicates()
	for _, p := range passes {
		m.run(p, false)
	}
	for _, p := range suppressedPasses {
		m.run(p, true)
	}
	return m.answer()
}

// pass groups by a key of three parts; a key function answers false for what takes no part.
type pass struct {
	known    func(*Known) (key, bool)
	observed func(*Keys) (key, bool)
}

type key [3]uint64

// The passes, in the order in which they are tried.
var (
	passes           = buildPasses(pass{byPosition, positionKey})
	suppressedPasses = buildPasses(both(lineKey))
)

func buildPasses(position pass) []pass {
	onPath := func(part func(*Keys) uint64) func(*Keys) (key, bool) {
		return func(k *Keys) (key, bool) { v := part(k); return key{k.Rule, k.Path, v}, v != 0 }
	}
	named := func(part func(*Keys) uint64) func(*Keys) (key, bool) {
		return func(k *Keys) (key, bool) { v := part(k); return key{k.Rule, uint64(k.Name), v}, v != 0 }
	}
	anywhere := func(part func(*Keys) uint64) func(*Keys) (key, bool) {
		return func(k *Keys) (key, bool) { v := part(k); return key{k.Rule, v}, v != 0 }
	}
	all := func(k *Keys) uint64 { return k.All }
	distinct := func(k *Keys) uint64 {
		if k.Prints[0] == 0 {
			return 0
		}
		return k.All
	}
	full := func(k *Keys) uint64 { return k.Full }
	snippet := func(k *Keys) uint64 { return k.Snippet }
	print := func(i int) func(*Keys) uint64 { return func(k *Keys) uint64 { return k.Prints[i] } }

	list := []pass{both(onPath(all)), both(named(full)), both(anywhere(full))}
	for i := range len(Keys{}.Prints) {
		for j := range len(Keys{}.Prints) {
			list = append(list, pass{ofKnown(onPath(print(i))), onPath(print(j))})
		}
	}
	list = append(list, both(onPath(snippet)), position)
	for _, elsewhere := range []func(func(*Keys) uint64) func(*Keys) (key, bool){named, anywhere} {
		list = append(list, openOnly(elsewhere(distinct)), openOnly(elsewhere(print(0))), openOnly(elsewhere(snippet)))
	}
	return list
}

func ofKnown(of func(*Keys) (key, bool)) func(*Known) (key, bool) {
	return func(k *Known) (key, bool) { return of(&k.Keys) }
}

func both(of func(*Keys) (key, bool)) pass { return pass{ofKnown(of), of} }

func openOnly(of func(*Keys) (key, bool)) pass {
	return pass{
		func(k *Known) (key, bool) { v, ok := of(&k.Keys); return v, ok && !k.Closed },
		of,
	}
}

func positionKey(k *Keys) (key, bool) { return key{k.Rule, k.Path}, true }

func lineKey(k *Keys) (key, bool) { return key{k.Rule, k.Path, uint64(k.Line)}, true }

func byPosition(k *Known) (key, bool) {
	v, _ := positionKey(&k.Keys)
	return v, !k.Closed || !k.hasContent()
}

type matcher struct {
	known    []Known
	observed []Observation
	seen     []bool // known locations that are matched
	done     []bool // observations that are matched, or duplicates
	verdicts []Verdict

	left, right []int32 // of the pass: known locations and observations that take part
}

// compare is the order of places; what it calls equal is equal in everything.
func (k *Keys) compare(other *Keys) int {
	return cmp.Or(
		cmp.Compare(k.Path, other.Path),
		cmp.Compare(k.Line, other.Line),
		cmp.Compare(k.Column, other.Column),
		cmp.Compare(k.Message, other.Message),
		cmp.Compare(k.Snippet, other.Snippet),
		cmp.Compare(k.All, other.All),
		cmp.Compare(k.Rule, other.Rule),
	)
}

// markDuplicates keeps one of observations that agree in everything; one that is not suppressed stands for the others.
func (m *matcher) markDuplicates() {
	order := make([]int32, len(m.observed))
	for i := range order {
		order[i] = int32(i)
		m.verdicts[i].Known = -1
	}
	slices.SortFunc(order, func(a, b int32) int {
		return cmp.Or(
			m.observed[a].compare(&m.observed[b].Keys),
			compareBool(m.observed[a].Suppressed, m.observed[b].Suppressed),
			cmp.Compare(a, b),
		)
	})
	for i, at := range order {
		o := &m.observed[at]
		if o.Suppressed {
			m.verdicts[at].Outcome = Suppressed
		}
		if i == 0 || o.compare(&m.observed[order[i-1]].Keys) != 0 {
			continue
		}
		m.done[at] = true
		if !o.Suppressed {
			m.verdicts[at].Outcome = Duplicate
		}
	}
	m.right = order[:0]
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// run does one pass over observations that are suppressed or not: what is left over takes part, sorted by key and place;
// equal keys make a group.
func (m *matcher) run(p pass, suppressed bool) {
	knownKey := func(i int32) key { k, _ := p.known(&m.known[i]); return k }
	observedKey := func(i int32) key { k, _ := p.observed(&m.observed[i].Keys); return k }
	m.left, m.right = m.left[:0], m.right[:0]
	for i := range m.known {
		if _, takesPart := p.known(&m.known[i]); takesPart && !m.seen[i] {
			m.left = append(m.left, int32(i))
		}
	}
	if len(m.left) == 0 {
		return
	}
	for i := range m.observed {
		if m.done[i] || m.observed[i].Suppressed != suppressed {
			continue
		}
		if _, takesPart := p.observed(&m.observed[i].Keys); takesPart {
			m.right = append(m.right, int32(i))
		}
	}
	slices.SortFunc(m.left, func(a, b int32) int {
		ka, kb := knownKey(a), knownKey(b)
		return cmp.Or(slices.Compare(ka[:], kb[:]), m.known[a].compare(&m.known[b].Keys), compareBool(m.known[a].Closed, m.known[b].Closed))
	})
	slices.SortFunc(m.right, func(a, b int32) int {
		ka, kb := observedKey(a), observedKey(b)
		return cmp.Or(slices.Compare(ka[:], kb[:]), m.observed[a].compare(&m.observed[b].Keys))
	})
	left, right := m.left, m.right
	for len(left) > 0 && len(right) > 0 {
		first, other := knownKey(left[0]), observedKey(right[0])
		switch slices.Compare(first[:], other[:]) {
		case -1:
			left = left[1:]
		case 1:
			right = right[1:]
		default:
			l := groupLength(left, first, knownKey)
			r := groupLength(right, first, observedKey)
			m.pair(left[:l], right[:r])
			left, right = left[l:], right[r:]
		}
	}
}

func groupLength(list []int32, first key, of func(int32) key) int {
	n := 1
	for n < len(list) && of(list[n]) == first {
		n++
	}
	return n
}

func (m *matcher) match(known, observed int32) {
	k, o := &m.known[known], &m.observed[observed]
	m.seen[known], m.done[observed] = true, true
	verdict := Verdict{Known: known, Outcome: Unchanged, Refresh: k.Rebased || k.Keys != o.Keys || k.Facts != o.Facts}
	switch {
	case o.Suppressed:
		verdict.Outcome, verdict.Refresh = Suppressed, false
	case k.Closed:
		verdict.Outcome = Reopened
	case k.Path != o.Path || k.Line != o.Line || k.Rebased:
		verdict.Outcome = Moved
	}
	m.verdicts[observed] = verdict
}

func (m *matcher) answer() Matching {
	var unseen []int32
	for i, seen := range m.seen {
		if !seen && !m.known[i].Closed {
			unseen = append(unseen, int32(i))
		}
	}
	return Matching{Verdicts: m.verdicts, Unseen: unseen}
}
