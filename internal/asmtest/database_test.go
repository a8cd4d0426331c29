package asmtest

import (
	"errors"
	"io/fs"
	"net/url"
	"os"
	"testing"
	"time"

	"asm.example/asm/internal/database"
)

func TestTheClockStandsStillUntilItIsMoved(t *testing.T) {
	t.Parallel()
	clock := NewClock()
	if first := clock.Now(); first != Start || clock.Now() != first {
		t.Errorf("it began at %s and went on by itself", first)
	}

	clock.Advance(Day)

	if got, want := clock.Now(), time.Date(2027, time.March, 9, 9, 30, 0, 0, time.UTC); got != want {
		t.Errorf("a day later it is %s, want %s", got, want)
	}
}

func TestEachTestHasADatabaseOfItsOwn(t *testing.T) {
	t.Parallel()
	for range 2 {
		EachRawDatabase(t, func(t *testing.T, db *database.DB, _ *Clock) {
			err := db.Write(t.Context(), func(tx *database.Tx) error {
				// It would be there already in a database that two tests share.
				_, err := tx.Exec(t.Context(), `CREATE TABLE mine (id TEXT NOT NULL PRIMARY KEY)`)
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAClusterGoesWhenItIsNotHeldAnyMore(t *testing.T) {
	t.Parallel()
	root, err := moduleRoot()
	if err != nil {
		t.Fatal(err)
	}
	address, held, err := startCluster(root)
	if err != nil {
		t.Skipf("no cluster could be started: %v", err)
	}
	parsed, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	directory := parsed.Query().Get("host")
	if _, err := os.Stat(directory); err != nil {
		t.Fatalf("the cluster's directory: %v", err)
	}

	// The system closes the pipe likewise when a process is killed.
	if err := held.Close(); err != nil {
		t.Error(err)
	}

	if _, err := os.Stat(directory); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s is still there: %v", directory, err)
	}
}
