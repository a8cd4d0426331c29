package database

import (
	"context"
	"sync/atomic"
)

// StatementCount counts the statements that were run under a context.
type StatementCount struct{ n atomic.Int64 }

// Value is the number of statements so far. Begin and commit are none, retried statements are.
func (c *StatementCount) Value() int {
	return int(c.n.Load())
}

type statementCountKey struct{}

// WithStatementCount answers a context whose statements are counted: a test's way to prove that a page of a thousand
// costs as many statements as one of ten. [Tx.Load] counts as one.
func WithStatementCount(ctx context.Context) (context.Context, *StatementCount) {
	c := new(StatementCount)
	return context.WithValue(ctx, statementCountKey{}, c), c
}

func count(ctx context.Context) {
	if c, ok := ctx.Value(statementCountKey{}).(*StatementCount); ok {
		c.n.Add(1)
	}
}
