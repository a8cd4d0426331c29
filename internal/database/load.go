package database

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"regexp"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
)

// load is a bulk load: columns of a table, the rows' values in the same order, and what to do where a row is there.
type load struct {
	table    string
	columns  []string
	conflict string // ON CONFLICT …, or nothing
	rows     iter.Seq2[[]any, error]
}

// Load inserts many rows, by COPY on PostgreSQL, and answers how many. The rows are read as they are sent; an error of
// theirs ends it. A row that is there already is an error of kind Unique.
func (tx *Tx) Load(ctx context.Context, table string, columns []string, rows iter.Seq2[[]any, error]) (int64, error) {
	return tx.load(ctx, load{table: table, columns: columns, rows: rows})
}

// LoadOnConflict is [Tx.Load] with what to do where a row is there already, such as "ON CONFLICT (group_id, id) DO
// NOTHING". It answers how many rows were inserted or changed. With DO UPDATE no two of the rows may have the same key:
// PostgreSQL refuses to change a row twice.
func (tx *Tx) LoadOnConflict(
	ctx context.Context, table string, columns []string, conflict Piece, rows iter.Seq2[[]any, error],
) (int64, error) {
	return tx.load(ctx, load{table: table, columns: columns, conflict: string(conflict), rows: rows})
}

// RowsOf makes the rows that [Tx.Load] takes of a slice.
func RowsOf[T any](items []T, row func(T) []any) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for _, item := range items {
			if !yield(row(item), nil) {
				return
			}
		}
	}
}

// plainName is a name of ours, which needs no quotes.
var plainName = regexp.MustCompile(`^[a-z_][a-z0-9_]*$`)

func (tx *Tx) load(ctx context.Context, l load) (int64, error) {
	count(ctx)
	for _, name := range append([]string{l.table}, l.columns...) {
		if !plainName.MatchString(name) {
			panic(fmt.Sprintf("database: %q is no name of a table or column", name))
		}
	}
	n, err := tx.transaction.load(ctx, l)
	if err != nil {
		return 0, fmt.Errorf("load %s: %w", l.table, err)
	}
	return n, nil
}

// plainRow checks a row and makes its values plain.
func (l load) plainRow(row []any) ([]any, error) {
	if len(row) != len(l.columns) {
		return nil, fmt.Errorf("%d values for %d columns", len(row), len(l.columns))
	}
	return plainArguments(row)
}

// load inserts row by row with one prepared statement, which on SQLite beats VALUES of many rows.
func (t *sqliteTransaction) load(ctx context.Context, l load) (int64, error) {
	if err := t.check(); err != nil {
		return 0, err
	}
	places := make([]string, len(l.columns))
	for i := range places {
		places[i] = "$" + strconv.Itoa(i+1)
	}
	insert := fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s) %s",
		l.table, strings.Join(l.columns, ", "), strings.Join(places, ", "), l.conflict)
	if release := t.watch(ctx); release != nil {
		defer release()
	}
	total := int64(0)
	for row, err := range l.rows {
		if err != nil {
			return 0, err
		}
		plain, err := l.plainRow(row)
		if err != nil {
			return 0, err
		}
		n, err := t.connection.exec(ctx, insert, plain)
		if err != nil {
			return 0, canceled(ctx, err)
		}
		total += n
	}
	return total, nil
}

// load copies into the table or, where conflicts are minded, into a temporary one first.
func (t *postgresTransaction) load(ctx context.Context, l load) (int64, error) {
	if t.begin != "" {
		if _, err := t.exec(ctx, "SELECT 1", nil); err != nil { // COPY cannot travel with BEGIN
			return 0, err
		}
	}
	if l.conflict == "" {
		return t.copy(ctx, l.table, l)
	}
	columns := strings.Join(l.columns, ", ")
	temporary := "load_" + l.table
	create := fmt.Sprintf("CREATE TEMPORARY TABLE %s ON COMMIT DROP AS SELECT %s FROM %s WITH NO DATA", temporary, columns, l.table)
	if _, err := t.connection.Exec(ctx, create); err != nil {
		return 0, err
	}
	if _, err := t.copy(ctx, temporary, l); err != nil {
		return 0, err
	}
	insert := fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM %s %s", l.table, columns, columns, temporary, l.conflict)
	tag, err := t.connection.Exec(ctx, insert)
	if err != nil {
		return 0, err
	}
	if _, err := t.connection.Exec(ctx, "DROP TABLE "+temporary); err != nil {
		return 0, err
	}
	return tag.RowsAffected(), nil
}

func (t *postgresTransaction) copy(ctx context.Context, table string, l load) (int64, error) {
	next, stop := iter.Pull2(l.rows)
	defer stop()
	var failed error // pgx tells the server why, and makes a text of it on the way
	source := pgx.CopyFromFunc(func() ([]any, error) {
		row, err, ok := next()
		if !ok || err != nil {
			failed = err
			return nil, err
		}
		plain, err := l.plainRow(row)
		failed = err
		return plain, err
	})
	n, err := t.connection.CopyFrom(ctx, pgx.Identifier{table}, l.columns, source)
	if failed != nil && !errors.Is(err, failed) {
		return 0, failed
	}
	return n, err
}
