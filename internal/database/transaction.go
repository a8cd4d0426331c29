package database

import (
	"context"
	"errors"
	"fmt"
	"time"

	"asm.example/asm/internal/problem"
)

// Tx is a transaction. It has one time and one source of ids, belongs to one goroutine, and is of no use after the
// function that it was handed to has returned.
type Tx struct {
	db          *DB
	transaction transaction
	now         time.Time
	ids         int
	onCommit    []func()
}

// How often a transaction that collided is tried again, and how long it waits before: twice as long each time, times
// a random number, so that those who collided do not meet again. All in all some three seconds.
const (
	maxAttempts  = 12
	firstBackoff = 4 * time.Millisecond
	maxBackoff   = 800 * time.Millisecond
)

// Write runs work in one read-write transaction and commits when it answers nil. When the database says that two
// transactions collided (SQLSTATE 40001 and 40P01, SQLITE_BUSY), all of it runs again, so work must change nothing but
// the database and variables that it sets anew. After maxAttempts that is an Unavailable problem.
//
// SQLite has one writer: work waits for its turn, and must not call Write of the same database itself.
func (db *DB) Write(ctx context.Context, work func(tx *Tx) error) error {
	return db.run(ctx, readWrite, work)
}

// Read runs work on one consistent snapshot; statements that change something fail.
func (db *DB) Read(ctx context.Context, work func(tx *Tx) error) error {
	return db.run(ctx, readOnly, work)
}

func (db *DB) run(ctx context.Context, mode mode, work func(tx *Tx) error) error {
	backoff := firstBackoff
	for attempt := 1; ; attempt++ {
		err := db.attempt(ctx, mode, work)
		if err == nil || KindOf(err) != Busy {
			return err
		}
		if attempt == maxAttempts {
			return fmt.Errorf("%w: after %d attempts: %w",
				problem.Unavailable("The database is busy. Try again in a moment."), attempt, err)
		}
		if err := pause(ctx, time.Duration(db.random.fraction()*float64(backoff))); err != nil {
			return err
		}
		backoff = min(2*backoff, maxBackoff)
	}
}

// pause waits, or answers why ctx ended.
func pause(ctx context.Context, wait time.Duration) error {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (db *DB) attempt(ctx context.Context, mode mode, work func(tx *Tx) error) error {
	t, err := db.engine.begin(ctx, mode)
	if err != nil {
		return fmt.Errorf("begin a transaction: %w", err)
	}
	tx := &Tx{db: db, transaction: t, now: db.Now()}
	ended := false
	defer func() {
		if !ended { // work failed or panicked
			t.rollback()
		}
	}()
	if err := work(tx); err != nil {
		return err
	}
	ended = true
	if err := t.commit(ctx); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	for _, do := range tx.onCommit {
		do()
	}
	return nil
}

// Query runs a statement that answers rows. They must be read to the end or closed before the next statement.
func (tx *Tx) Query(ctx context.Context, statement string, arguments ...any) (Rows, error) {
	count(ctx)
	arguments, err := plainArguments(arguments)
	if err != nil {
		return nil, inStatement(statement, err)
	}
	rows, err := tx.transaction.query(ctx, statement, arguments)
	return rows, inStatement(statement, err)
}

// Exec runs a statement that answers no rows, and tells how many it changed.
func (tx *Tx) Exec(ctx context.Context, statement string, arguments ...any) (affected int64, err error) {
	count(ctx)
	arguments, err = plainArguments(arguments)
	if err != nil {
		return 0, inStatement(statement, err)
	}
	affected, err = tx.transaction.exec(ctx, statement, arguments)
	return affected, inStatement(statement, err)
}

// Now is the transaction's time: one for all that it does, UTC, in whole microseconds.
func (tx *Tx) Now() time.Time {
	return tx.now
}

// NewID makes a UUIDv7 of the transaction's time; those of one transaction sort as they were made.
func (tx *Tx) NewID() string {
	id := newID(tx.now.Add(time.Duration(tx.ids/(maxSequence+1))*time.Microsecond), tx.ids, tx.db.random)
	tx.ids++
	return id
}

// NewSecret makes 256 random bits, for sessions and links.
func (tx *Tx) NewSecret() [32]byte {
	var secret [32]byte
	tx.db.random.fill(secret[:])
	return secret
}

// OnCommit has do called once the transaction is committed, in the order asked, before Write returns: to drop what
// was cached, never to write.
func (tx *Tx) OnCommit(do func()) {
	tx.onCommit = append(tx.onCommit, do)
}

// Sequential prepares a transaction that changes rows of several groups and a table that every node has a copy of:
// Citus refuses that in parallel (citus.multi_shard_modify_mode). It comes before the first change; without Citus it
// does nothing.
func (tx *Tx) Sequential(ctx context.Context) error {
	return tx.transaction.sequential(ctx)
}

// errRowsOpen tells a programmer what would work on one database only.
var errRowsOpen = errors.New("the rows of the statement before are still open: read them to the end or close them")

// errRolledBack is what a transaction answers after an error that it went on from.
var errRolledBack = errors.New("the transaction was rolled back by an error before")
