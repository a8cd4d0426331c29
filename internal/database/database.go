// Package database is the one way to SQLite and PostgreSQL: it opens and migrates them, runs transactions, and holds
// whatever the two do differently, so that every other room writes one SQL.
//
// Statements are PostgreSQL text with $1, $2, …, and run unchanged there; for SQLite [rewrite] changes the few forms
// that differ, once for each text that a connection prepares. A room reads by [Collect] and [One], changes by
// [DB.Write], and never learns which database it is on. What both must agree on is enforced on both: rows are read to
// the end or closed before the next statement of a transaction, text is UTF-8 without NUL, NULL goes into pointers
// only, a statement takes exactly the arguments that it names.
//
// PostgreSQL is reached by pgx's native pool. SQLite is reached through the C interface that modernc.org/sqlite
// exports (its package lib), not through its database/sql driver. Measured with 20,000 rows of eight columns on two
// cores, one row by key and fifty rows by range: database/sql 9.0 and 91 µs, the driver's connection 6.3 and 75 µs,
// the C interface 4.3 and 33 µs. Under a context that can be cancelled, which a server's always is, the first two
// start a goroutine for each statement and take 15 and 110, 9.5 and 96 µs; here one watch serves a transaction. What
// it costs is sqlite_connection.go, the one file that touches memory outside Go's. The migrations need a *sql.DB and
// go through database/sql: the same library, so that one process never opens a file with two.
package database

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// Options say which database to open, and where its time and randomness come from.
type Options struct {
	// Path is the SQLite file, used when URL is empty. It is made when missing; its directory must exist.
	Path string
	// URL is a PostgreSQL connection string, postgres://…, as pgx understands it: several hosts, pool_max_conns and
	// so on are fine.
	URL string
	// Now is the clock. Required.
	Now func() time.Time
	// Random is where ids, secrets and jitter come from. Required; it is read by one goroutine at a time.
	Random io.Reader
}

// DB is an open database. It is safe for concurrent use.
type DB struct {
	engine engine
	now    func() time.Time
	random *random
	news   *news
}

// engine is what SQLite and PostgreSQL each do in their own way.
type engine interface {
	// query runs one statement that only reads, outside any transaction.
	query(ctx context.Context, statement string, arguments []any) (Rows, error)
	// begin starts a transaction; ctx ends it wherever it stands.
	begin(ctx context.Context, mode mode) (transaction, error)
	// lock waits for the lock of this name, one holder among all who have the database open.
	lock(ctx context.Context, name string) (unlock func(), err error)
	// notify sends a message to whoever listens, here and in other processes where they can be reached.
	notify(ctx context.Context, message message) error
	// listen hands on messages until ctx is done, and calls ready once it hears.
	listen(ctx context.Context, deliver func(message), ready func())
	migrate(ctx context.Context) error
	isPostgreSQL() bool
	close() error
}

// transaction is an engine's side of a [Tx]. One goroutine uses it.
type transaction interface {
	query(ctx context.Context, statement string, arguments []any) (Rows, error)
	exec(ctx context.Context, statement string, arguments []any) (affected int64, err error)
	load(ctx context.Context, load load) (int64, error)
	sequential(ctx context.Context) error
	// commit and rollback end it; after either, the connection is clean or gone.
	commit(ctx context.Context) error
	rollback()
}

type mode int

const (
	readOnly mode = iota
	readWrite
)

// Open opens the database and brings its schema up to date; several processes may do so at once. It answers
// [ErrNewerSchema] when the schema was made by a newer program.
func Open(ctx context.Context, options Options) (*DB, error) {
	db := &DB{now: options.Now, random: &random{reader: options.Random}, news: newNews()}
	var err error
	if options.URL != "" {
		db.engine, err = openPostgres(ctx, options.URL)
	} else {
		db.engine, err = openSQLite(options.Path)
	}
	if err != nil {
		return nil, err
	}
	if err := db.prepare(ctx); err != nil {
		return nil, errors.Join(err, db.engine.close())
	}
	return db, nil
}

// prepare migrates under the lock that keeps replicas that start together apart, and names the installation.
func (db *DB) prepare(ctx context.Context) error {
	unlock, err := db.Lock(ctx, "migrations")
	if err != nil {
		return err
	}
	defer unlock()
	if err := db.engine.migrate(ctx); err != nil {
		return err
	}
	return db.install(ctx)
}

// Close ends listening and closes all connections; whatever still runs ends first or fails.
func (db *DB) Close() error {
	db.news.close()
	return db.engine.close()
}

// IsPostgreSQL tells which database it is, for what cannot be shared, such as full text. Business rules never ask.
func (db *DB) IsPostgreSQL() bool {
	return db.engine.isPostgreSQL()
}

// Now is the clock's time, UTC, in whole microseconds, so that it comes back from the database as it went in.
func (db *DB) Now() time.Time {
	return db.now().UTC().Truncate(time.Microsecond)
}

// Lock waits for the named lock, which one holder has among all processes that have this database open, and answers
// the function that gives it back. ctx ends the waiting, not the holding. On PostgreSQL the lock is a session's and
// is lost with it, so work under a lock must be safe to repeat.
func (db *DB) Lock(ctx context.Context, name string) (unlock func(), err error) {
	unlock, err = db.engine.lock(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("wait for the lock %s: %w", name, err)
	}
	return sync.OnceFunc(unlock), nil
}

// lockKey makes a name the 64-bit number that advisory locks go by.
func lockKey(name string) int64 {
	sum := sha256.Sum256([]byte("asm lock " + name))
	return int64(binary.BigEndian.Uint64(sum[:8]))
}
