// Package sarif reads SARIF 2.1.0, the format in which most scanners write what they found (OASIS, "Static Analysis
// Results Interchange Format").
//
// A file is read as a stream, because it may be larger than memory, and more than once, because what a result refers to
// (its rule, its artifact, its base directory) may stand behind it. [Open] reads the file once and keeps what the runs say
// about themselves, within a bound; [Log.Results] reads it again and hands out one result at a time with its references
// resolved. Nothing of a result is kept.
//
// Three things can be wrong, and they are kept apart: a file that is no SARIF at all, or whose JSON breaks off, is a
// [*Refusal]; one result that is not as it should be is a [*Rejection], and the reading goes on; whatever the disk or the
// context says is passed on as it is.
//
// The package knows SARIF and nothing of ASM: it does not judge paths, severities or identity.
package sarif

import (
	"fmt"
	"io"
	"iter"
)

// Version is the one version of the format that is read.
const Version = "2.1.0"

// Limits bound what a stranger's file may make the reader do. Each is checked while reading, before memory grows.
type Limits struct {
	Bytes    int64 // of the whole file
	Token    int64 // bytes of one text, name or number
	Blanks   int64 // bytes of white space in one run
	Metadata int64 // bytes of texts kept of rules, artifacts and bases of all runs
	Results  int   // results of all runs
	Depth    int   // nested objects and arrays
}

// DefaultLimits fit every scanner known and a machine of 512 MiB.
func DefaultLimits() Limits {
	return Limits{
		Bytes:    4 << 30,
		Token:    16 << 20,
		Blanks:   1 << 20,
		Metadata: 64 << 20,
		Results:  2_000_000,
		Depth:    64,
	}
}

// Log is an opened file: what its runs say about themselves. Its results are read from the file each time.
type Log struct {
	Runs []Run

	source io.ReadSeeker
	limits Limits
	start  int64 // of the JSON text, behind a byte order mark
}

// Run is one execution of a tool, without its results.
type Run struct {
	Tool         string // name of the driver; never empty
	ToolVersion  string // semanticVersion, else version; may be empty
	AutomationID string // automationDetails.id as written; may be empty
	Failed       bool   // an invocation says executionSuccessful: false
	HasResults   bool   // false when results are absent, null or in another file: then nothing is known, not "clean"
	Results      int    // elements of results
	Bases        map[string]Artifact

	driver     component
	extensions []component
	taxonomies []component
	artifacts  []Artifact
}

// Artifact is a URI reference, as written, and the name of the base it is relative to ("" when none).
type Artifact struct {
	URI    string
	BaseID string
}

// Rule is what a tool says about one kind of result. Texts are cleaned and cut to 8 KiB.
type Rule struct {
	ID               string
	Name             string
	Short            string // shortDescription
	Full             string // fullDescription
	Help             string
	HelpURI          string
	Level            string  // of defaultConfiguration; "" when not given
	Rank             float64 // of defaultConfiguration; -1 when not given
	SecuritySeverity string  // properties["security-severity"] as written; "" when not given
	CWEs             []int   // from relationships, properties, tags and the help page, in this order, each once

	messages map[string]string
	taxa     []taxon // until resolved
	weakCWEs []int   // from properties, tags and the help page, added behind the relationships
}

// component is a driver, an extension or a taxonomy: the one that defines rules or taxa.
type component struct {
	name, guid string
	rules      []Rule
	byID       map[string]int
	messages   map[string]string // globalMessageStrings
}

// Result is one result with its references resolved.
type Result struct {
	Run   int   // index in [Log.Runs]
	Index int   // position in the run's results
	At    Place // where it begins in the file

	RuleID           string // of the rule found, else as written; never empty
	Rule             *Rule  // nil when the run does not describe the rule
	Kind             string // "fail" when not given
	Level            string // of the result, else of its rule, else "warning"; "none" when the kind is not "fail"
	Rank             float64
	SecuritySeverity string // of the result, else of its rule; "" when neither says
	Message          string // plain text, placeholders filled
	CWEs             []int  // the result's own, else its rule's
	Location         Location
	Fingerprints     []Fingerprint // sorted by name
	Partial          []Fingerprint // partialFingerprints, sorted by name
	Suppressed       bool          // has suppressions, and none of them was rejected
	Baseline         string        // baselineState as written
}

// Location is where a result was seen: the first of its locations.
type Location struct {
	Artifact
	StartLine   int    // from 1; 0 when the result names no line
	EndLine     int    // 0 when not given
	StartColumn int    // 0 when not given
	Snippet     string // the code as written, control characters included; at most 16 KiB
	SnippetLine int    // number of the snippet's first line; 0 when not given
	Logical     string // fully qualified name of the first logical location, else its name
}

// Fingerprint is a value by which the tool itself recognises a result.
type Fingerprint struct {
	Name, Value string
}

// Place tells where in the file something stands.
type Place struct {
	Pointer string // JSON pointer (RFC 6901)
	Offset  int64  // byte, from 0: where it begins, or right behind it
}

func (p Place) String() string {
	if p.Pointer == "" {
		return fmt.Sprintf("byte %d", p.Offset)
	}
	return fmt.Sprintf("%s (byte %d)", p.Pointer, p.Offset)
}

// Refusal says in a sentence why nothing of a file can be read.
type Refusal struct {
	Reason string
	At     *Place // nil when the file as a whole is meant
}

func (r *Refusal) Error() string {
	if r.At == nil {
		return r.Reason
	}
	return r.Reason + ", at " + r.At.String()
}

// Rejection says why one result cannot be read; the others can.
type Rejection struct {
	Run, Index int
	At         Place
	Reason     string
}

func (r *Rejection) Error() string { return r.Reason + ", at " + r.At.String() }

// Sequence hands out results. An error that is a [*Rejection] takes the place of one result and the sequence goes on;
// any other error is the last element.
type Sequence = iter.Seq2[*Result, error]
