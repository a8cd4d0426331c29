// Package problem holds the few kinds of error that are meant for a caller.
//
// An error is either a problem, whose message is a sentence for a person and whose kind decides how each way in
// answers it, or a fault of ours, which is logged and shown to nobody. A kind is mapped once, in this package, to the
// GraphQL code, the HTTP status and the exit status, so that an interface never decides for itself what "not allowed"
// means. Rooms make problems where they arise and pass them on; wrapping one with fmt.Errorf keeps it a problem.
package problem

import (
	"errors"
	"maps"
	"time"
)

// Problem is an error for the caller. Once made it does not change; [Problem.With] answers a changed copy.
type Problem struct {
	// Kind decides how the problem is answered.
	Kind Kind
	// Message is a sentence for a person: what was wrong, where, what is allowed.
	Message string
	// Field names the argument that an Invalid problem is about; empty when it is about none.
	Field string
	// Extensions carry what a program may want to know, such as the allowed range; nil when there is nothing.
	Extensions map[string]any
	// RetryAfter says how long to wait before asking again; only Limited problems have it, others 0.
	RetryAfter time.Duration
}

// Unauthenticated says that the caller is not known; the message tells how the credential fell short.
func Unauthenticated(message string) *Problem {
	return &Problem{Kind: KindUnauthenticated, Message: message}
}

// Denied says that the caller may not, or must not learn whether the object exists. Its text is always the same, so
// that it tells nothing.
func Denied() *Problem {
	return &Problem{Kind: KindDenied, Message: "Access denied"}
}

// NotFound says that something is missing inside what the caller may see.
func NotFound(message string) *Problem {
	return &Problem{Kind: KindNotFound, Message: message}
}

// Invalid says that an argument is not allowed, and names it.
func Invalid(field, message string) *Problem {
	return &Problem{Kind: KindInvalid, Message: message, Field: field}
}

// Conflict says that the request is right in itself, but not in the state that things are in.
func Conflict(message string) *Problem {
	return &Problem{Kind: KindConflict, Message: message}
}

// Limited says that the caller has asked too often and may come again after a while.
func Limited(message string, retryAfter time.Duration) *Problem {
	return &Problem{Kind: KindLimited, Message: message, RetryAfter: retryAfter}
}

// Unavailable says that something needed is not there now, and that trying later is right.
func Unavailable(message string) *Problem {
	return &Problem{Kind: KindUnavailable, Message: message}
}

// Error answers the message.
func (p *Problem) Error() string {
	return p.Message
}

// With answers a copy that also carries key in its extensions; a key already there is replaced.
func (p *Problem) With(key string, value any) *Problem {
	changed := *p
	changed.Extensions = make(map[string]any, len(p.Extensions)+1)
	maps.Copy(changed.Extensions, p.Extensions)
	changed.Extensions[key] = value
	return &changed
}

// As answers the problem that err is or wraps.
func As(err error) (*Problem, bool) {
	return errors.AsType[*Problem](err)
}

// Is tells whether err is or wraps a problem of this kind.
func Is(err error, kind Kind) bool {
	p, ok := As(err)
	return ok && p.Kind == kind
}
