package graphql

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// Codes that the engine gives its own errors as extensions.code.
const (
	CodeSyntax  = "GRAPHQL_PARSE_FAILED"      // the document does not parse
	CodeInvalid = "GRAPHQL_VALIDATION_FAILED" // it does not fit the schema
	CodeLimit   = "LIMIT_EXCEEDED"            // it, or its answer, is more than allowed
	CodeInput   = "BAD_USER_INPUT"            // a variable or argument does not fit
	CodeFault   = "INTERNAL_SERVER_ERROR"     // a fault of the program, as presented without Options.Present
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
	var texts []string
	for _, i := range slices.Sorted(maps.Keys(e)) {
		texts = append(texts, fmt.Sprintf("%d: %v", i, e[i]))
	}
	return strings.Join(texts, "; ")
}

// Unwrap answers the single errors, for errors.Is and errors.As.
func (e Each) Unwrap() []error {
	return slices.Collect(maps.Values(e))
}

// Fault is a fault of the program that the engine noticed while it executed: a panic, a null where the schema allows
// none, a value outside an enum or a number outside its range.
type Fault struct {
	Reason string // for the operator
	Stack  []byte // of a panic, else nil
}

func (f *Fault) Error() string { return f.Reason }

func faultf(reason string, values ...any) *Fault {
	return &Fault{Reason: fmt.Sprintf(reason, values...)}
}

func isFault(err error) bool {
	var fault *Fault
	return errors.As(err, &fault)
}

// guard turns a panic of bound code into a Fault.
func guard(call func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &Fault{Reason: fmt.Sprintf("panic: %v", p), Stack: debug.Stack()}
		}
	}()
	return call()
}

// present is the presentation of errors without Options.Present.
func present(_ context.Context, err error) *Error {
	if isFault(err) {
		return &Error{Message: "Internal error", Extensions: map[string]any{"code": CodeFault}}
	}
	return &Error{Message: err.Error()}
}

func problem(code string, at *ast.Position, message string) *Error {
	e := &Error{Message: message, Extensions: map[string]any{"code": code}}
	if at != nil {
		e.Locations = []Location{{at.Line, at.Column}}
	}
	return e
}

func inputProblem(at *ast.Position, message string) *Error {
	return problem(CodeInput, at, message)
}
