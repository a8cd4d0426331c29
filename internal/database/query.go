package database

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Querier is what reads: a [DB], for a single statement, or a [Tx].
type Querier interface {
	// Query runs a statement that answers rows; the caller closes them.
	Query(ctx context.Context, statement string, arguments ...any) (Rows, error)
}

// Row is one row of an answer.
//
// Targets are pointers to string, bool, integers, float64, []byte, and to types made of these; a column that may be
// NULL needs a pointer to a pointer (or a []byte, which becomes nil). Anything else, and a value that the target
// cannot hold, is an error.
type Row interface {
	Scan(targets ...any) error
}

// Rows are an answer's rows, read one after the other: Next before each Row, then Err. Reading to the end closes
// them; Close may be called at any time and more than once.
type Rows interface {
	Row
	Next() bool
	Err() error
	Close()
}

// ErrNoRow is what [One] answers when there is none.
var ErrNoRow = errors.New("database: no row")

// Query runs a single statement that only reads, outside any transaction.
func (db *DB) Query(ctx context.Context, statement string, arguments ...any) (Rows, error) {
	count(ctx)
	arguments, err := plainArguments(arguments)
	if err != nil {
		return nil, inStatement(statement, err)
	}
	rows, err := db.engine.query(ctx, statement, arguments)
	return rows, inStatement(statement, err)
}

// Collect answers all rows, each as scan reads it; nil when there is none.
func Collect[T any](
	ctx context.Context, q Querier, scan func(Row) (T, error), statement string, arguments ...any,
) ([]T, error) {
	rows, err := q.Query(ctx, statement, arguments...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, inStatement(statement, err)
		}
		all = append(all, one)
	}
	return all, inStatement(statement, rows.Err())
}

// One answers the only row, or [ErrNoRow]; a second row is a mistake in the statement and an error.
func One[T any](
	ctx context.Context, q Querier, scan func(Row) (T, error), statement string, arguments ...any,
) (T, error) {
	var none T
	rows, err := q.Query(ctx, statement, arguments...)
	if err != nil {
		return none, err
	}
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return none, inStatement(statement, err)
		}
		return none, ErrNoRow
	}
	one, err := scan(rows)
	if err != nil {
		return none, inStatement(statement, err)
	}
	if rows.Next() {
		return none, inStatement(statement, errors.New("more than one row"))
	}
	return one, inStatement(statement, rows.Err())
}

// Value scans a row of one column, for [Collect] and [One].
func Value[T any](row Row) (T, error) {
	var value T
	err := row.Scan(&value)
	return value, err
}

// inStatement says in which statement an error arose, by its beginning.
func inStatement(statement string, err error) error {
	if err == nil {
		return nil
	}
	const maxWords = 12
	words := strings.Fields(statement)
	if len(words) > maxWords {
		words = append(words[:maxWords:maxWords], "…")
	}
	return fmt.Errorf("%w, in %q", err, strings.Join(words, " "))
}
