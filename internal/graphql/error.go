package graphql

import (
	"fmt"
	"slices"
	"strings"
)

// Error is an error of the answer (section 7.1.2).
type Error struct {
	Message    string
	Locations  []Location
	Path       []any // strings (response names) and ints (positions in lists)
	Extensions map[string]any
}

// Location is a place in the document, both counted from 1.
type Location struct {
	Line   int
	Column int
}

func (e *Error) Error() string { return e.Message }

// Each is an error of a Level for single parents, by position; the others' answers are delivered.
type Each map[int]error

func (e Each) Error() string {
	positions := make([]int, 0, len(e))
	for i := range e {
		positions = append(positions, i)
	}
	slices.Sort(positions)
	texts := make([]string, len(positions))
	for n, i := range positions {
		texts[n] = fmt.Sprintf("%d: %v", i, e[i])
	}
	return strings.Join(texts, "; ")
}

// Unwrap answers the single errors, for errors.Is and errors.As.
func (e Each) Unwrap() []error {
	all := make([]error, 0, len(e))
	for _, err := range e {
		all = append(all, err)
	}
	return all
}

// Fault is a fault of the program that the engine noticed while it executed: a panic, a null where the schema allows
// none, a value outside an enum or a number outside its range.
type Fault struct {
	Reason string // for the operator
	Stack  []byte // of a panic, else nil
}

func (f *Fault) Error() string { return f.Reason }
