package problem

import "net/http"

// Kind is what a problem means to whoever has to answer it.
type Kind string

// The kinds. The value is only a name for logs and tests; clients see [Kind.Code].
const (
	KindUnauthenticated Kind = "Unauthenticated"
	KindDenied          Kind = "Denied"
	KindNotFound        Kind = "NotFound"
	KindInvalid         Kind = "Invalid"
	KindConflict        Kind = "Conflict"
	KindLimited         Kind = "Limited"
	KindUnavailable     Kind = "Unavailable"
)

// meaning is a kind's row in the one table that maps kinds.
type meaning struct {
	code       string
	httpStatus int
	exitStatus int
}

// fault is what anything that is no problem answers: our fault.
var fault = meaning{"INTERNAL_SERVER_ERROR", http.StatusInternalServerError, 3}

// meanings maps every kind. The exit statuses are the command line's: 1 the answer is no, 2 bad usage or input,
// 3 could not.
var meanings = map[Kind]meaning{
	KindUnauthenticated: {"UNAUTHENTICATED", http.StatusUnauthorized, 3},
	KindDenied:          {"FORBIDDEN", http.StatusForbidden, 3},
	KindNotFound:        {"NOT_FOUND", http.StatusNotFound, 2},
	KindInvalid:         {"BAD_USER_INPUT", http.StatusBadRequest, 2},
	KindConflict:        {"CONFLICT", http.StatusConflict, 3},
	KindLimited:         {"RATE_LIMITED", http.StatusTooManyRequests, 3},
	KindUnavailable:     {"UNAVAILABLE", http.StatusServiceUnavailable, 3},
}

func (k Kind) meaning() meaning {
	if m, ok := meanings[k]; ok {
		return m
	}
	return fault
}

// Code is the value of a GraphQL error's extensions.code.
func (k Kind) Code() string { return k.meaning().code }

// HTTPStatus is the status where HTTP carries the problem itself.
func (k Kind) HTTPStatus() int { return k.meaning().httpStatus }

// ExitStatus is what a command ends with: 2 when other input would help, 3 when the command could not do its work.
func (k Kind) ExitStatus() int { return k.meaning().exitStatus }
