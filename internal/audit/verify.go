package audit

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"asm.example/asm/internal/database"
)

// Verifier reads a log entry by entry, in memory that does not grow with it, and finds what does not fit: an entry that was
// changed, removed, put in or swapped is named once, and what follows it is judged by itself. It asks no database.
type Verifier struct {
	chains map[string]*chainRead
	saved  map[string][]SignedHead
	keys   map[string]bool
	breaks []Break
	more   int
}

// chainRead is how far a chain was read.
type chainRead struct {
	last   Head
	signed *SignedHead
}

// Break is a place where a log is not what was written.
type Break struct {
	// Chain is the chain; empty when a line could not be read at all.
	Chain string
	// Number is the entry's.
	Number int64
	// Reason says in words what does not fit, with chain and number.
	Reason string
}

// mostBreaks are named one by one; the rest is counted.
const mostBreaks = 100

// Report is what a [Verifier] found.
type Report struct {
	// Heads are where the chains end, by chain.
	Heads []Head
	// Signed are the signed heads that the log came with, by chain.
	Signed []SignedHead
	// Entries is how many there were.
	Entries int64
	// Breaks are the places that do not fit, in the order in which they were met, the first 100 of them.
	Breaks []Break
	// MoreBreaks is how many more there are.
	MoreBreaks int
}

// IsWhole tells that nothing was found.
func (r Report) IsWhole() bool { return len(r.Breaks) == 0 }

// NewVerifier makes a verifier that also compares the log with heads saved before, and believes the signatures of the keys
// with the thumbprints in keys alone; without keys it believes those that signed the saved heads, and without either any.
func NewVerifier(saved []SignedHead, keys []string) *Verifier {
	v := &Verifier{chains: map[string]*chainRead{}, saved: map[string][]SignedHead{}, keys: map[string]bool{}}
	for _, key := range keys {
		v.keys[key] = true
	}
	for _, h := range saved {
		if !h.IsGenuine() {
			v.found(h.Chain, h.Number, "the saved head %d of chain %s has a wrong signature", h.Number, h.Chain)
			continue
		}
		if len(keys) == 0 {
			v.keys[h.Thumbprint()] = true
		} else if !v.keys[h.Thumbprint()] {
			v.found(h.Chain, h.Number, "the saved head %d of chain %s is signed by the key %s, which is not one that is believed", h.Number, h.Chain, h.Thumbprint())
		}
		v.saved[h.Chain] = append(v.saved[h.Chain], h)
	}
	return v
}

func (v *Verifier) found(chain string, number int64, format string, arguments ...any) {
	if len(v.breaks) == mostBreaks {
		v.more++
		return
	}
	v.breaks = append(v.breaks, Break{chain, number, fmt.Sprintf(format, arguments...)})
}

func (v *Verifier) chain(name string) *chainRead {
	c := v.chains[name]
	if c == nil {
		c = &chainRead{last: Head{Chain: name}}
		v.chains[name] = c
	}
	return c
}

// Record takes the next entry of its chain, from the chain's first on.
func (v *Verifier) Record(r Record) {
	c := v.chain(r.Chain)
	if err := follow(c.last, r); err != nil {
		v.found(r.Chain, r.Number, "%s", err)
	}
	for _, s := range v.saved[r.Chain] {
		if s.Number == r.Number && s.Hash != r.Hash {
			v.found(r.Chain, r.Number, "chain %s: entry %d is not the one that the head saved on %s was signed for",
				r.Chain, r.Number, s.At.Format(time.DateTime))
		}
	}
	// What the entry says of itself is taken, so that one changed entry is told once.
	c.last.Number, c.last.Hash = r.Number, r.Hash
}

// Head takes the signed head that stands at the end of its chain.
func (v *Verifier) Head(h SignedHead) {
	c := v.chain(h.Chain)
	switch {
	case !h.IsGenuine():
		v.found(h.Chain, h.Number, "chain %s: the signature of the head %d is wrong", h.Chain, h.Number)
	case len(v.keys) > 0 && !v.keys[h.Thumbprint()]:
		v.found(h.Chain, h.Number, "chain %s: the head %d is signed by the key %s, which is not one that is believed; if the installation changed its key, name it",
			h.Chain, h.Number, h.Thumbprint())
	case h.Head != c.last:
		v.found(h.Chain, h.Number, "chain %s ends at entry %d, and its head was signed for another entry, %d", h.Chain, c.last.Number, h.Number)
	default:
		c.signed = &h
	}
}

// Close says that the log is at its end, and answers what was found. wantSigned finds a chain that has no signed head: what
// was cut off at its end could not be told.
func (v *Verifier) Close(wantSigned bool) Report {
	for _, chain := range slices.Sorted(maps.Keys(v.saved)) {
		end := v.chain(chain).last.Number
		for _, s := range v.saved[chain] {
			if s.Number > end {
				v.found(chain, s.Number, "chain %s ends at entry %d, before the head %d saved on %s", chain, end, s.Number, s.At.Format(time.DateTime))
			}
		}
	}
	var report Report
	for _, chain := range slices.Sorted(maps.Keys(v.chains)) {
		c := v.chains[chain]
		report.Heads = append(report.Heads, c.last)
		report.Entries += c.last.Number
		if c.signed != nil {
			report.Signed = append(report.Signed, *c.signed)
		} else if wantSigned && !v.isBroken(chain) {
			v.found(chain, c.last.Number, "chain %s has no signed head behind entry %d: what was cut off there cannot be told", chain, c.last.Number)
		}
	}
	report.Breaks, report.MoreBreaks = v.breaks, v.more
	return report
}

func (v *Verifier) isBroken(chain string) bool {
	return slices.ContainsFunc(v.breaks, func(b Break) bool { return b.Chain == chain })
}

// longestLine bounds one line of an export, in bytes.
const longestLine = 64 << 20

// Lines takes an export, line by line. An error means that it could not be read; what is wrong in it is in the report.
func (v *Verifier) Lines(from io.Reader) error {
	lines := bufio.NewScanner(from)
	lines.Buffer(make([]byte, 1<<16), longestLine)
	for n := 1; lines.Scan(); n++ {
		line := lines.Bytes()
		if bytes.HasPrefix(line, headMark) {
			h, err := readHead(line)
			if err != nil {
				v.found("", 0, "line %d is no signed head: %s", n, err)
				continue
			}
			v.Head(h)
			continue
		}
		r, err := readRecord(line)
		if err != nil {
			v.found(r.Chain, r.Number, "line %d is no entry of an audit log: %s", n, err)
			continue
		}
		v.Record(r)
	}
	return inExport(lines.Err())
}

// ReadHeads reads the signed heads in an export, or in a file of heads alone. Problems: an error when it holds none.
func ReadHeads(from io.Reader) ([]SignedHead, error) {
	var heads []SignedHead
	lines := bufio.NewScanner(from)
	lines.Buffer(make([]byte, 1<<16), longestLine)
	for n := 1; lines.Scan(); n++ {
		if !bytes.HasPrefix(lines.Bytes(), headMark) {
			continue
		}
		h, err := readHead(lines.Bytes())
		if err != nil {
			return nil, fmt.Errorf("line %d is no signed head: %w", n, err)
		}
		heads = append(heads, h)
	}
	if err := lines.Err(); err != nil {
		return nil, inExport(err)
	}
	if len(heads) == 0 {
		return nil, errors.New("there is no signed head in it")
	}
	return heads, nil
}

func inExport(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("read an export of the audit log: %w", err)
}

const allChains = `
	SELECT chain
	  FROM audit_heads
	 UNION
	SELECT chain
	  FROM audit_entries
	 UNION
	SELECT chain
	  FROM audit_signed_heads
	 ORDER BY chain`

// Chains answers the names of all chains, in order. It does not authorize.
func (l *Log) Chains(ctx context.Context, q database.Querier) ([]string, error) {
	chains, err := database.Collect(ctx, q, database.Value[string], allChains)
	if err != nil {
		return nil, fmt.Errorf("list the audit chains: %w", err)
	}
	return chains, nil
}

// Check has a verifier read every chain of the database, and compares where each ends with the head that the database
// keeps; snapshot is one moment of it ([database.DB.Read]). It does not authorize.
func (l *Log) Check(ctx context.Context, snapshot *database.Tx, v *Verifier) error {
	q := snapshot
	heads, err := l.Heads(ctx, q)
	if err != nil {
		return err
	}
	chains, err := l.Chains(ctx, q)
	if err != nil {
		return err
	}
	for _, chain := range chains {
		head := Head{Chain: chain}
		if i := slices.IndexFunc(heads, func(h Head) bool { return h.Chain == chain }); i >= 0 {
			head = heads[i]
		}
		err := l.each(ctx, q, chain, func(r Record) error { v.Record(r); return nil })
		if err != nil {
			return err
		}
		if last := v.chain(chain).last; last != head {
			v.found(chain, last.Number, "chain %s ends at entry %d, and its head says %d, or another entry", chain, last.Number, head.Number)
		}
	}
	return nil
}
