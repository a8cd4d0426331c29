package api

import (
	"context"
	"errors"
	"log/slog"
	"maps"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/graphql"
	"asm.example/asm/internal/problem"
)

// presenter answers what the engine does with a resolver's error.
func presenter(log *slog.Logger) func(context.Context, error) *graphql.Error {
	return func(ctx context.Context, err error) *graphql.Error { return Present(ctx, log, err) }
}

// Present turns an error into what the client reads: a problem as it is, with its code, the argument it is about and what
// else it carries; anything else is logged whole, once, and answered by the id of the request alone.
func Present(ctx context.Context, log *slog.Logger, err error) *graphql.Error {
	if p, ok := problem.As(err); ok {
		extensions := maps.Clone(p.Extensions)
		if extensions == nil {
			extensions = map[string]any{}
		}
		extensions["code"] = p.Kind.Code()
		if p.Field != "" {
			extensions["field"] = p.Field
		}
		return &graphql.Error{Message: p.Message, Extensions: extensions}
	}
	if own := new(graphql.Error); errors.As(err, &own) {
		return own
	}
	requestID := access.RequestIDOf(ctx)
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		log.InfoContext(ctx, "request given up", "request", requestID)
		return &graphql.Error{Message: "The request was given up before it was answered.", Extensions: map[string]any{"code": "CANCELLED", "requestId": requestID}}
	}
	attributes := []any{"error", err, "request", requestID}
	if fault := new(graphql.Fault); errors.As(err, &fault) && fault.Stack != nil {
		attributes = append(attributes, "stack", string(fault.Stack))
	}
	log.ErrorContext(ctx, "operation failed", attributes...)
	return &graphql.Error{Message: "Internal error", Extensions: map[string]any{"code": problem.Kind("").Code(), "requestId": requestID}}
}
