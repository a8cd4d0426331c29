package database

import (
	"context"
	"errors"
	"testing"
	"time"

	sqlite3 "modernc.org/sqlite/lib"

	"asm.example/asm/internal/problem"
)

// busyEngine never lets a transaction begin.
type busyEngine struct {
	engine
	begun int
}

func (e *busyEngine) begin(context.Context, mode) (transaction, error) {
	e.begun++
	return nil, &sqliteError{sqlite3.SQLITE_BUSY_SNAPSHOT, "database is locked"}
}

// always is randomness that is always the same byte.
type always byte

func (a always) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(a)
	}
	return len(p), nil
}

func TestWriteGivesUpWhenTheDatabaseStaysBusy(t *testing.T) {
	t.Parallel()
	busy := &busyEngine{}
	db := &DB{engine: busy, now: time.Now, random: &random{reader: always(0)}} // which waits for no time

	err := db.Write(t.Context(), func(*Tx) error { return nil })

	if !problem.Is(err, problem.KindUnavailable) || KindOf(err) != Busy {
		t.Errorf("Write = %v, want an Unavailable problem that tells of Busy", err)
	}
	if busy.begun != 12 {
		t.Errorf("it was tried %d times, want 12", busy.begun)
	}
}

func TestWriteStopsTryingWhenItsContextEnds(t *testing.T) {
	t.Parallel()
	busy := &busyEngine{}
	db := &DB{engine: busy, now: time.Now, random: &random{reader: always(0xff)}}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()

	err := db.Write(ctx, func(*Tx) error { return nil })

	if !errors.Is(err, context.DeadlineExceeded) || busy.begun > 6 {
		t.Errorf("Write = %v after %d attempts, want the context's error within some", err, busy.begun)
	}
}
