package scan

import "cmp"

// maxCells bounds the table of one group's pairing: 4 MB and some 20 ms.
const maxCells = 4 << 20

// openWorth outweighs any distance within a group: an open location is left unpaired only when it must be.
const openWorth = int64(1) << 40

// pair pairs a group, both sides in the order of places, as [Match] tells.
func (m *matcher) pair(known, observed []int32) {
	small, extra := min(len(known), len(observed)), max(len(known), len(observed))-min(len(known), len(observed))
	switch {
	case small == 0:
	case extra == 0:
		for i := range known {
			m.match(known[i], observed[i])
		}
	case small*(extra+1) <= maxCells:
		m.pairNearest(known, observed)
	default:
		m.pairLarge(known, observed)
	}
}

// cost of a pair: lines apart; of as many, what else differs, the rarer to differ by chance the less; less for an open
// location. In groups across paths lines of different files are compared, for want of anything better.
func (m *matcher) cost(known, observed int32) int64 {
	k, o := &m.known[known], &m.observed[observed]
	apart := int64(k.Line) - int64(o.Line)
	cost := max(apart, -apart) << 4
	if k.Column != o.Column {
		cost += 8
	}
	if k.Message != o.Message {
		cost += 4
	}
	if k.Snippet != o.Snippet {
		cost += 2
	}
	if k.All != o.All {
		cost++
	}
	if !k.Closed {
		cost -= openWorth
	}
	return cost
}

// pairNearest pairs all of the smaller side, keeping the order, at the least total cost.
//
// Dynamic programming over (i, d): the i-th of the smaller side is paired with the (i+e)-th of the larger for some e ≤ d,
// which can be at most the difference of their lengths. A row needs the row before it only; one bit of each cell is kept to
// find the way back.
func (m *matcher) pairNearest(known, observed []int32) {
	knownIsSmall := len(known) < len(observed)
	small, large := known, observed
	if !knownIsSmall {
		small, large = observed, known
	}
	costOf := func(i, j int) int64 {
		if knownIsSmall {
			return m.cost(small[i], large[j])
		}
		return m.cost(large[j], small[i])
	}
	width := len(large) - len(small) + 1
	row := make([]int64, width)
	taken := make([]bool, len(small)*width)
	for i := range small {
		for d := range width {
			here := row[d] + costOf(i, i+d)
			if d == 0 || here < row[d-1] {
				row[d], taken[i*width+d] = here, true
			} else {
				row[d] = row[d-1]
			}
		}
	}
	for i, d := len(small)-1, width-1; i >= 0; {
		if !taken[i*width+d] {
			d--
			continue
		}
		if knownIsSmall {
			m.match(small[i], large[i+d])
		} else {
			m.match(large[i+d], small[i])
		}
		i--
	}
}

// pairLarge is for groups whose table would be too large: tens of thousands of results of one rule in one file, with as
// many come or gone. Places that did not change pair first; what is between two such pairs is a group of its own, and if
// that is still too large its pairs are made in order from its beginning.
func (m *matcher) pairLarge(known, observed []int32) {
	known = m.dropClosed(known, len(observed))
	from, to := 0, 0 // the gap's beginning on both sides
	anchored := false
	for i, j := 0, 0; i < len(known) && j < len(observed); {
		k, o := &m.known[known[i]], &m.observed[observed[j]]
		switch cmp.Or(cmp.Compare(k.Path, o.Path), cmp.Compare(k.Line, o.Line), cmp.Compare(k.Column, o.Column)) {
		case -1:
			i++
		case 1:
			j++
		default:
			m.pair(known[from:i], observed[to:j])
			m.match(known[i], observed[j])
			i, j, anchored = i+1, j+1, true
			from, to = i, j
		}
	}
	if anchored {
		m.pair(known[from:], observed[to:])
		return
	}
	for i := range min(len(known), len(observed)) {
		m.match(known[i], observed[i])
	}
}

// dropClosed leaves out closed locations, the last ones first, while there are more locations than want.
func (m *matcher) dropClosed(known []int32, want int) []int32 {
	drop := len(known) - want
	kept := make([]int32, 0, len(known))
	for i := len(known) - 1; i >= 0; i-- {
		if drop > 0 && m.known[known[i]].Closed {
			drop--
			continue
		}
		kept = append(kept, known[i])
	}
	for i, j := 0, len(kept)-1; i < j; i, j = i+1, j-1 {
		kept[i], kept[j] = kept[j], kept[i]
	}
	return kept
}
