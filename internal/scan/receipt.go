package scan

import "asm.example/asm/internal/scan/sarif"

// maxRejections is how many rejections a receipt tells in full; all are counted.
const maxRejections = 100

// Receipt accounts for every result of an imported scan: each one read is in exactly one of the counts below it.
type Receipt struct {
	Read int `json:"read"`

	Created      int `json:"created"`      // seen for the first time
	Unchanged    int `json:"unchanged"`    // known, where it was
	Moved        int `json:"moved"`        // known, on another line or path
	Reopened     int `json:"reopened"`     // known and closed before
	Duplicate    int `json:"duplicate"`    // says again what another result of the scan says
	NotAWeakness int `json:"notAWeakness"` // of another kind than fail, or absent by the scanner's own baseline
	Suppressed   int `json:"suppressed"`   // neither created nor closed
	Rejected     int `json:"rejected"`     // could not be understood

	Closed int `json:"closed"` // locations that the scan no longer has; not among those read

	Notes      []string    `json:"notes"`      // what was done to the whole, in sentences
	Rejections []Rejection `json:"rejections"` // the first hundred
}

// Rejection says which result was not imported and why.
type Rejection struct {
	Place  string `json:"place"` // JSON pointer into the file, and byte
	Reason string `json:"reason"`
}

// NewReceipt answers an empty receipt, whose lists are empty and not null in JSON.
func NewReceipt() Receipt { return Receipt{Notes: []string{}, Rejections: []Rejection{}} }

// Balanced tells whether every result read is accounted for exactly once.
func (r *Receipt) Balanced() bool {
	return r.Read == r.Created+r.Unchanged+r.Moved+r.Reopened+r.Duplicate+r.NotAWeakness+r.Suppressed+r.Rejected
}

// Count adds one result's outcome; the result itself is counted as read when it is read.
func (r *Receipt) Count(outcome Outcome) {
	switch outcome {
	case Created:
		r.Created++
	case Unchanged:
		r.Unchanged++
	case Moved:
		r.Moved++
	case Reopened:
		r.Reopened++
	case Duplicate:
		r.Duplicate++
	case Suppressed:
		r.Suppressed++
	}
}

// CountAll adds the outcomes of a scope's results, and what of the scope would be closed unless it is incomplete.
func (r *Receipt) CountAll(m Matching, complete bool) {
	for _, verdict := range m.Verdicts {
		r.Count(verdict.Outcome)
	}
	if complete {
		r.Closed += len(m.Unseen)
	}
}

// Reject counts a result that could not be understood.
func (r *Receipt) Reject(at sarif.Place, reason string) {
	r.Rejected++
	if len(r.Rejections) < maxRejections {
		r.Rejections = append(r.Rejections, Rejection{Place: at.String(), Reason: sarif.Clean(reason)})
	}
}
