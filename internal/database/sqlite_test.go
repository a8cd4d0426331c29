package database_test

import (
	"context"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"asm.example/asm/internal/asmtest"
	"asm.example/asm/internal/database"
)

func TestSQLiteWaitsForTheDiskAndChecksForeignKeys(t *testing.T) {
	t.Parallel()
	db := newSQLite(t)
	ctx := context.Background()
	const full = 2

	check := func(tx *database.Tx) error {
		if got := integer(t, tx, `PRAGMA synchronous`); got != full {
			t.Errorf("synchronous = %d, want %d (FULL)", got, full)
		}
		if got := integer(t, tx, `PRAGMA foreign_keys`); got != 1 {
			t.Errorf("foreign_keys = %d, want 1", got)
		}
		mode, err := database.One(ctx, tx, database.Value[string], `PRAGMA journal_mode`)
		if mode != "wal" {
			t.Errorf("journal_mode = %s, want wal", mode)
		}
		return err
	}

	if err := errors.Join(db.Write(ctx, check), db.Read(ctx, check)); err != nil {
		t.Fatal(err)
	}
}

func TestTheSQLiteFileIsItsOwnersAlone(t *testing.T) {
	t.Parallel()
	clock := asmtest.NewClock()
	path := filepath.Join(t.TempDir(), "a ? strange #name%20.db")
	asmtest.OpenDatabase(t, database.Options{Path: path, Now: clock.Now, Random: rand.Reader})

	file, err := os.Stat(path)

	if err != nil || file.Mode().Perm() != 0o600 {
		t.Errorf("the file's mode = %v, %v, want 0600", file, err)
	}
}

func TestReadersDoNotWaitForTheSQLiteWriter(t *testing.T) {
	t.Parallel()
	db := newSQLite(t)
	fill(t, db)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()

	err := db.Write(ctx, func(tx *database.Tx) error {
		if _, err := tx.Exec(ctx, raise, "g1", "a"); err != nil {
			return err
		}
		if got := integer(t, db, severityOf, "g1", "a"); got != 90 {
			t.Errorf("severity outside the transaction = %d, want 90", got)
		}
		return nil
	})

	if err != nil {
		t.Fatal(err)
	}
}

func TestAWriterWaitsForItsTurnAsLongAsItsContext(t *testing.T) {
	t.Parallel()
	db := newSQLite(t)
	ctx := context.Background()

	err := db.Write(ctx, func(*database.Tx) error {
		short, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
		defer cancel()
		return db.Write(short, func(*database.Tx) error { return nil })
	})

	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Write within Write = %v, want the context's error", err)
	}
}

func TestAClosedSQLiteDatabaseAnswersAnError(t *testing.T) {
	t.Parallel()
	db := newSQLite(t)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()

	if _, err := db.Query(ctx, "SELECT 1"); err == nil {
		t.Error("a closed database answers queries")
	}
	if err := db.Write(ctx, func(*database.Tx) error { return nil }); err == nil {
		t.Error("a closed database takes writes")
	}
	if err := db.Close(); err != nil {
		t.Errorf("closing again: %v", err)
	}
}
