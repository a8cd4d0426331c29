package sarif

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Sizes of what is kept of one result, in bytes.
const (
	maxURI          = 8 << 10
	maxSnippet      = 16 << 10
	maxFingerprints = 32
)

// Results reads the file again and hands out the results of all runs in their order. An error that is a [*Rejection]
// stands for one result and the sequence goes on; a [*Refusal] (the file changed or breaks off), an error of the disk or
// of the context is the last element. A result is the caller's to keep.
func (l *Log) Results(ctx context.Context) Sequence {
	return func(yield func(*Result, error) bool) {
		decoder, err := l.newDecoder(ctx)
		if err != nil {
			yield(nil, err)
			return
		}
		p := &parser{
			reader: &reader{Decoder: decoder, start: l.start, depth: l.limits.Depth},
			log:    l,
			yield:  yield,
		}
		if err := p.read(); err != nil && err != errStopped {
			yield(nil, p.refusal(err))
		}
	}
}

// errStopped ends the reading because the caller has enough.
var errStopped = errors.New("the caller has enough")

// parser is the second pass.
type parser struct {
	*reader
	log   *Log
	yield func(*Result, error) bool
	run   int
	index int
}

func (p *parser) read() error {
	return p.object(func(name []byte) error {
		if string(name) != "runs" {
			return p.pass()
		}
		return p.array(func(int) error {
			if p.run >= len(p.log.Runs) {
				return &Refusal{Reason: "The scan changed while it was read"}
			}
			p.index = 0
			err := p.object(func(name []byte) error {
				if string(name) != "results" {
					return p.pass()
				}
				return p.array(func(int) error { return p.next() })
			})
			p.run++
			return err
		})
	})
}

// pass reads over a value of any depth; the first pass judged it.
func (p *parser) pass() error {
	base := p.StackDepth()
	if _, err := p.ReadToken(); err != nil {
		return err
	}
	return p.leave(base)
}

// next hands out one result, or why it is rejected, and stands behind it then.
func (p *parser) next() error {
	base := p.StackDepth()
	result := &Result{Run: p.run, Index: p.index, At: p.nextPlace()}
	p.index++
	err := p.result(result)
	var wrong *mismatch
	if errors.As(err, &wrong) {
		if err := p.leave(base); err != nil {
			return err
		}
		rejection := &Rejection{Run: result.Run, Index: result.Index, At: wrong.at, Reason: wrong.reason}
		return p.hand(nil, rejection)
	}
	if err != nil {
		return err
	}
	return p.hand(result, nil)
}

func (p *parser) hand(result *Result, err error) error {
	if !p.yield(result, err) {
		return errStopped
	}
	return nil
}

// nextPlace is the place of the result about to be read. The offset is that of the byte behind the one before it.
func (p *parser) nextPlace() Place {
	return Place{Pointer: fmt.Sprintf("/runs/%d/results/%d", p.run, p.index), Offset: p.start + p.InputOffset()}
}

// raw is a result as written, before its references are resolved.
type raw struct {
	ruleID        string
	ruleIndex     int
	rule          taxon // reference to the rule: id, index, component
	level         string
	message       message
	artifactIndex int
	suppressions  int
	rejected      int // suppressions whose status is rejected
	taxa          []taxon
	cwes          []int
}

func (p *parser) result(result *Result) error {
	w := raw{ruleIndex: -1, rule: taxon{component: -1, index: -1}, artifactIndex: -1}
	result.Rank = -1
	if err := p.object(func(name []byte) error { return p.member(result, &w, string(name)) }); err != nil {
		return err
	}
	if err := p.resolve(result, &w); err != nil {
		return &mismatch{at: result.At, reason: err.Error()}
	}
	return nil
}

func (p *parser) member(result *Result, w *raw, name string) (err error) {
	switch name {
	case "ruleId":
		w.ruleID, err = p.text(maxName)
	case "ruleIndex":
		w.ruleIndex, err = p.integer(-1)
	case "rule":
		w.rule, err = p.taxon()
	case "kind":
		result.Kind, err = p.text(maxName)
	case "level":
		w.level, err = p.text(maxName)
	case "rank":
		result.Rank, err = p.number()
	case "message":
		w.message, err = p.message()
	case "locations":
		err = p.locations(result, w)
	case "fingerprints":
		result.Fingerprints, err = p.fingerprints()
	case "partialFingerprints":
		result.Partial, err = p.fingerprints()
	case "suppressions":
		err = p.suppressions(w)
	case "baselineState":
		result.Baseline, err = p.text(maxName)
	case "taxa":
		err = p.array(func(i int) error {
			if i >= maxLists {
				return p.skip()
			}
			t, err := p.taxon()
			w.taxa = append(w.taxa, t)
			return err
		})
	case "properties":
		err = p.properties(result, w)
	default:
		err = p.skip()
	}
	return err
}

// locations keeps the first one; a result may have many, which SARIF calls alternatives that must all be changed.
func (p *parser) locations(result *Result, w *raw) error {
	return p.array(func(i int) error {
		if i > 0 {
			return p.skip()
		}
		result.Location, w.artifactIndex = Location{}, -1
		return p.object(func(name []byte) error {
			switch string(name) {
			case "physicalLocation":
				return p.physical(&result.Location, w)
			case "logicalLocations":
				return p.array(func(i int) error {
					if i > 0 {
						return p.skip()
					}
					return p.logical(&result.Location)
				})
			}
			return p.skip()
		})
	})
}

func (p *parser) physical(location *Location, w *raw) error {
	var context string
	var contextLine int
	err := p.object(func(name []byte) error {
		switch string(name) {
		case "artifactLocation":
			return p.object(func(name []byte) (err error) {
				switch string(name) {
				case "uri":
					location.URI, err = p.text(maxURI)
				case "uriBaseId":
					location.BaseID, err = p.text(maxName)
				case "index":
					w.artifactIndex, err = p.integer(-1)
				default:
					err = p.skip()
				}
				return err
			})
		case "region":
			return p.region(location)
		case "contextRegion":
			return p.object(func(name []byte) (err error) {
				switch string(name) {
				case "snippet":
					context, err = p.snippet()
				case "startLine":
					contextLine, err = p.integer(0)
				default:
					err = p.skip()
				}
				return err
			})
		}
		return p.skip()
	})
	location.SnippetLine = location.StartLine
	if location.Snippet == "" {
		location.Snippet, location.SnippetLine = context, contextLine
	}
	return err
}

func (p *parser) region(location *Location) error {
	return p.object(func(name []byte) (err error) {
		switch string(name) {
		case "startLine":
			location.StartLine, err = p.integer(0)
		case "endLine":
			location.EndLine, err = p.integer(0)
		case "startColumn":
			location.StartColumn, err = p.integer(0)
		case "snippet":
			location.Snippet, err = p.snippet()
		default:
			err = p.skip()
		}
		return err
	})
}

func (p *parser) snippet() (text string, err error) {
	err = p.object(func(name []byte) (err error) {
		if string(name) != "text" {
			return p.skip()
		}
		text, err = p.text(maxSnippet)
		return err
	})
	return text, err
}

func (p *parser) logical(location *Location) error {
	var short, full string
	err := p.object(func(name []byte) (err error) {
		switch string(name) {
		case "name":
			short, err = p.text(maxName)
		case "fullyQualifiedName":
			full, err = p.text(maxName)
		default:
			err = p.skip()
		}
		return err
	})
	location.Logical = full
	if full == "" {
		location.Logical = short
	}
	return err
}

// fingerprints reads them sorted by name; of names given twice the last counts, and values that are no text are left out.
func (p *parser) fingerprints() ([]Fingerprint, error) {
	var all []Fingerprint
	err := p.object(func(member []byte) error {
		name := string(member)
		value, err := p.scalar(maxName)
		if err != nil || value == "" {
			return err
		}
		all = slices.DeleteFunc(all, func(f Fingerprint) bool { return f.Name == name })
		if len(all) < maxFingerprints {
			all = append(all, Fingerprint{cut(name, maxName), value})
		}
		return nil
	})
	slices.SortFunc(all, func(a, b Fingerprint) int { return strings.Compare(a.Name, b.Name) })
	return all, err
}

func (p *parser) suppressions(w *raw) error {
	return p.array(func(int) error {
		w.suppressions++
		return p.object(func(name []byte) error {
			if string(name) != "status" {
				return p.skip()
			}
			status, err := p.text(maxName)
			if status == "rejected" {
				w.rejected++
			}
			return err
		})
	})
}

func (p *parser) properties(result *Result, w *raw) error {
	return p.object(func(name []byte) (err error) {
		switch string(name) {
		case "security-severity":
			result.SecuritySeverity, err = p.scalar(maxName)
		case "cwe", "cwes", "CWE", "tags":
			err = p.texts(maxLists, maxName, func(text string) { w.cwes = append(w.cwes, CWE(text)) })
		default:
			err = p.skip()
		}
		return err
	})
}
