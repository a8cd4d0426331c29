package database

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
	sqlite3 "modernc.org/sqlite/lib"
)

// ErrorKind is what an error of the database means, whichever database it is.
type ErrorKind int

// The kinds of error.
const (
	// Other is anything else, and no error.
	Other ErrorKind = iota
	// Unique says that a row with that key is there.
	Unique
	// ForeignKey says that a row that is referred to is missing, or that a row is still referred to.
	ForeignKey
	// Check says that a value breaks a CHECK or a NOT NULL.
	Check
	// Busy says that two transactions collided, and that doing it again is right; [DB.Write] does.
	Busy
)

// String names the kind, for logs.
func (k ErrorKind) String() string {
	return [...]string{"other", "unique", "foreign key", "check", "busy"}[k]
}

// sqlStates are PostgreSQL's codes of the kinds (its manual, appendix A).
var sqlStates = map[string]ErrorKind{
	"23505": Unique,
	"23503": ForeignKey,
	"23001": ForeignKey, // restrict_violation
	"23514": Check,
	"23502": Check, // not_null_violation
	"40001": Busy,  // serialization_failure
	"40P01": Busy,  // deadlock_detected
}

// sqliteCodes are SQLite's extended result codes of the kinds (sqlite.org/rescode.html). The primary codes BUSY and
// LOCKED stand for all of theirs.
var sqliteCodes = map[int32]ErrorKind{
	sqlite3.SQLITE_CONSTRAINT_UNIQUE:     Unique,
	sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY: Unique,
	sqlite3.SQLITE_CONSTRAINT_ROWID:      Unique,
	sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY: ForeignKey,
	sqlite3.SQLITE_CONSTRAINT_TRIGGER:    ForeignKey, // ON DELETE RESTRICT
	sqlite3.SQLITE_CONSTRAINT_CHECK:      Check,
	sqlite3.SQLITE_CONSTRAINT_NOTNULL:    Check,
	sqlite3.SQLITE_BUSY:                  Busy,
	sqlite3.SQLITE_LOCKED:                Busy,
}

// KindOf tells what an error that came from the database means.
func KindOf(err error) ErrorKind {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return sqlStates[pg.Code]
	}
	if lite, ok := errors.AsType[*sqliteError](err); ok {
		if kind, ok := sqliteCodes[lite.code]; ok {
			return kind
		}
		return sqliteCodes[lite.code&0xff]
	}
	return Other
}

// sqliteError is an error of SQLite: its extended result code and its words.
type sqliteError struct {
	code    int32
	message string
}

func (e *sqliteError) Error() string {
	return "sqlite: " + e.message
}

// canceled answers why ctx ended when SQLite was interrupted because of it, else err.
func canceled(ctx context.Context, err error) error {
	if lite, ok := errors.AsType[*sqliteError](err); ok && lite.code == sqlite3.SQLITE_INTERRUPT && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}
