package database

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	sqlite3 "modernc.org/sqlite/lib"
)

// sqliteRows are the rows of the statement that a connection runs.
type sqliteRows struct {
	ctx        context.Context // of the query, for the reason of an interrupt
	connection *sqliteConnection
	statement  *sqliteStatement
	release    func()
	err        error
	onRow      bool
}

func (r *sqliteRows) Next() bool {
	if r.connection == nil {
		return false
	}
	c := r.connection
	code := sqlite3.Xsqlite3_step(c.tls, r.statement.handle)
	r.onRow = code == sqlite3.SQLITE_ROW
	if r.onRow {
		return true
	}
	if code != sqlite3.SQLITE_DONE {
		r.err = canceled(r.ctx, c.err(code))
	}
	r.Close()
	return false
}

func (r *sqliteRows) Err() error { return r.err }

func (r *sqliteRows) Close() {
	if r.connection == nil {
		return
	}
	c := r.connection
	r.connection, r.onRow = nil, false
	sqlite3.Xsqlite3_reset(c.tls, r.statement.handle)
	c.buffer.shrink(c.tls)
	c.rows = nil
	if r.release != nil {
		r.release()
	}
}

func (r *sqliteRows) Scan(targets ...any) error {
	if !r.onRow {
		return errors.New("scan without a row")
	}
	if len(targets) != r.statement.columns {
		return fmt.Errorf("%d targets for %d columns", len(targets), r.statement.columns)
	}
	for i, target := range targets {
		if err := r.scan(int32(i), target); err != nil {
			return fmt.Errorf("column %d: %w", i+1, err)
		}
	}
	return nil
}

// typeNames name SQLite's storage classes as PostgreSQL's types, for messages.
var typeNames = map[int32]string{
	sqlite3.SQLITE_INTEGER: "an integer",
	sqlite3.SQLITE_FLOAT:   "a float",
	sqlite3.SQLITE_TEXT:    "text",
	sqlite3.SQLITE_BLOB:    "bytes",
	sqlite3.SQLITE_NULL:    "NULL",
}

// scan reads a column into a pointer. It is as strict as pgx, so that what works here works there.
func (r *sqliteRows) scan(column int32, target any) error {
	kind := sqlite3.Xsqlite3_column_type(r.connection.tls, r.statement.handle, column)
	switch t := target.(type) {
	case *string:
		if kind == sqlite3.SQLITE_TEXT {
			*t = string(r.bytes(column, kind))
			return nil
		}
	case *int64:
		if kind == sqlite3.SQLITE_INTEGER {
			*t = r.integer(column)
			return nil
		}
	case *int:
		if kind == sqlite3.SQLITE_INTEGER {
			*t = int(r.integer(column))
			return nil
		}
	case *bool:
		if kind == sqlite3.SQLITE_INTEGER {
			*t = r.integer(column) != 0
			return nil
		}
	case *float64:
		if kind == sqlite3.SQLITE_FLOAT || kind == sqlite3.SQLITE_INTEGER {
			*t = sqlite3.Xsqlite3_column_double(r.connection.tls, r.statement.handle, column)
			return nil
		}
	case *[]byte:
		return r.scanBytes(column, kind, t)
	default:
		return r.scanReflect(column, kind, target)
	}
	return fmt.Errorf("cannot scan %s into %T", typeNames[kind], target)
}

func (r *sqliteRows) integer(column int32) int64 {
	return sqlite3.Xsqlite3_column_int64(r.connection.tls, r.statement.handle, column)
}

// bytes shows a column's text or bytes, until the next step.
func (r *sqliteRows) bytes(column, kind int32) []byte {
	tls, handle := r.connection.tls, r.statement.handle
	var at uintptr
	if kind == sqlite3.SQLITE_TEXT {
		at = sqlite3.Xsqlite3_column_text(tls, handle, column)
	} else {
		at = sqlite3.Xsqlite3_column_blob(tls, handle, column)
	}
	n := int(sqlite3.Xsqlite3_column_bytes(tls, handle, column))
	if at == 0 || n == 0 {
		return []byte{}
	}
	return bytesAt(at, n)
}

func (r *sqliteRows) scanBytes(column, kind int32, target *[]byte) error {
	switch kind {
	case sqlite3.SQLITE_NULL:
		*target = nil
	case sqlite3.SQLITE_TEXT, sqlite3.SQLITE_BLOB:
		*target = append([]byte{}, r.bytes(column, kind)...)
	default:
		return fmt.Errorf("cannot scan %s into %T", typeNames[kind], target)
	}
	return nil
}

// scanReflect scans into pointers to pointers and to named types.
func (r *sqliteRows) scanReflect(column, kind int32, target any) error {
	v := reflect.ValueOf(target)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return fmt.Errorf("cannot scan into %T, which is no pointer", target)
	}
	v = v.Elem()
	switch v.Kind() {
	case reflect.Pointer:
		if kind == sqlite3.SQLITE_NULL {
			v.SetZero()
			return nil
		}
		value := reflect.New(v.Type().Elem())
		v.Set(value)
		return r.scan(column, value.Interface())
	case reflect.String:
		return scanAs(r, column, func(s string) { v.SetString(s) })
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int, reflect.Int64:
		var n int64
		if err := r.scan(column, &n); err != nil {
			return err
		}
		if v.OverflowInt(n) {
			return fmt.Errorf("%d is too large for %T", n, target)
		}
		v.SetInt(n)
		return nil
	case reflect.Bool:
		return scanAs(r, column, func(b bool) { v.SetBool(b) })
	case reflect.Float64, reflect.Float32:
		return scanAs(r, column, func(f float64) { v.SetFloat(f) })
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return scanAs(r, column, func(b []byte) { v.SetBytes(b) })
		}
	}
	return fmt.Errorf("cannot scan %s into %T", typeNames[kind], target)
}

// scanAs scans a plain value and hands it on.
func scanAs[T any](r *sqliteRows, column int32, set func(T)) error {
	var value T
	if err := r.scan(column, &value); err != nil {
		return err
	}
	set(value)
	return nil
}
