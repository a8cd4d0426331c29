package database

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"regexp"
	"slices"
	"strings"
)

// The schema as text, which a test keeps equal to where the migrations lead.
//
//go:embed schema.sql
var schemaText string

// Table is a table as a whole, for copying a database's content into another, be it of the other kind.
type Table struct {
	// Name is the table's.
	Name string
	// Columns are all of its columns.
	Columns []Column
	// refersTo are the tables that its rows refer to.
	refersTo []string
}

// Column is a column of a [Table].
type Column struct {
	// Name is the column's.
	Name string
	// Type is TEXT, BIGINT, BOOLEAN or BYTEA.
	Type string
}

var (
	tableStart   = regexp.MustCompile(`^CREATE TABLE ([a-z_0-9]+) \($`)
	columnLine   = regexp.MustCompile(`^\s+"?([a-z_0-9]+)"? +(TEXT|BIGINT|BOOLEAN|BYTEA|SMALLINT|INTEGER)\b`)
	referenceTo  = regexp.MustCompile(`\bREFERENCES ([a-z_0-9]+)\b`)
	errNoColumns = errors.New("database: schema.sql could not be understood")
)

// Tables answers every table of this program's schema, those that are referred to before those that refer to them.
func Tables() ([]Table, error) {
	var tables []Table
	inside := false
	for line := range strings.Lines(schemaText) {
		line = strings.TrimSuffix(line, "\n")
		code, _, _ := strings.Cut(line, " --")
		switch match := tableStart.FindStringSubmatch(line); {
		case match != nil:
			tables, inside = append(tables, Table{Name: match[1]}), true
		case line == ");":
			inside = false
		case inside:
			last := &tables[len(tables)-1]
			if column := columnLine.FindStringSubmatch(code); column != nil {
				last.Columns = append(last.Columns, Column{column[1], normalType(column[2])})
			}
			if reference := referenceTo.FindStringSubmatch(code); reference != nil && reference[1] != last.Name {
				last.refersTo = append(last.refersTo, reference[1])
			}
		}
	}
	return inOrder(tables)
}

func normalType(name string) string {
	if name == "SMALLINT" || name == "INTEGER" {
		return "BIGINT"
	}
	return name
}

// inOrder sorts tables so that each stands behind those that it refers to.
func inOrder(tables []Table) ([]Table, error) {
	if len(tables) == 0 || slices.ContainsFunc(tables, func(t Table) bool { return len(t.Columns) == 0 }) {
		return nil, errNoColumns
	}
	var sorted []Table
	placed := map[string]bool{}
	for len(sorted) < len(tables) {
		before := len(sorted)
		for _, t := range tables {
			if !placed[t.Name] && !slices.ContainsFunc(t.refersTo, func(name string) bool { return !placed[name] }) {
				sorted, placed[t.Name] = append(sorted, t), true
			}
		}
		if len(sorted) == before {
			return nil, errNoColumns
		}
	}
	return sorted, nil
}

// names are the columns' names, in order.
func (t Table) names() []string {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = c.Name
	}
	return names
}

// Rows reads all rows of the table, each as a JSON array of its columns' values; bytes are base64. Reading them of a
// [Tx] of [DB.Read] gives every table as of one moment.
func (t Table) Rows(ctx context.Context, q Querier) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		rows, err := q.Query(ctx, "SELECT "+strings.Join(t.names(), ", ")+" FROM "+t.Name)
		if err != nil {
			yield(nil, fmt.Errorf("read %s: %w", t.Name, err))
			return
		}
		defer rows.Close()
		values, targets := t.targets()
		for rows.Next() {
			err := rows.Scan(targets...)
			var line []byte
			if err == nil {
				line, err = json.Marshal(values)
			}
			if !yield(line, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(nil, fmt.Errorf("read %s: %w", t.Name, err))
		}
	}
}

// targets makes a place for each column; values shows them, NULL as nil.
func (t Table) targets() (values, targets []any) {
	for _, c := range t.Columns {
		var target any
		switch c.Type {
		case "BIGINT":
			target = new(*int64)
		case "BOOLEAN":
			target = new(*bool)
		case "BYTEA":
			target = new([]byte)
		default:
			target = new(*string)
		}
		targets = append(targets, target)
	}
	return targets, targets
}

// Count answers how many rows the table has.
func (t Table) Count(ctx context.Context, q Querier) (int64, error) {
	return One(ctx, q, Value[int64], "SELECT count(*) FROM "+t.Name)
}

// Fill loads rows that [Table.Rows] wrote into the table. A row that is there already is an error of kind Unique.
func (t Table) Fill(ctx context.Context, tx *Tx, lines iter.Seq2[[]byte, error]) (int64, error) {
	return tx.Load(ctx, t.Name, t.names(), func(yield func([]any, error) bool) {
		for line, err := range lines {
			var row []any
			if err == nil {
				row, err = t.parse(line)
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	})
}

// parse reads the values of one row.
func (t Table) parse(line []byte) ([]any, error) {
	values, targets := t.targets()
	if err := json.Unmarshal(line, &targets); err != nil {
		return nil, fmt.Errorf("a row of %s is not what was written: %w", t.Name, err)
	}
	if len(targets) != len(values) {
		return nil, fmt.Errorf("a row of %s has %d values for %d columns", t.Name, len(targets), len(values))
	}
	row := make([]any, len(values))
	for i, value := range values {
		switch v := value.(type) {
		case **int64:
			row[i] = orNil(*v)
		case **bool:
			row[i] = orNil(*v)
		case **string:
			row[i] = orNil(*v)
		case *[]byte:
			if *v != nil {
				row[i] = *v
			}
		}
	}
	return row, nil
}

func orNil[T any](pointer *T) any {
	if pointer == nil {
		return nil
	}
	return *pointer
}

// Empty deletes the row that [Open] makes of an installation's own, so that a backup's takes its place. It is for a
// database that nobody uses yet.
func (tx *Tx) Empty(ctx context.Context) error {
	_, err := tx.Exec(ctx, `DELETE FROM database_installation`)
	return err
}
