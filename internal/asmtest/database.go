package asmtest

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"asm.example/asm/internal/database"
)

// EachRawDatabase runs a test on SQLite and on PostgreSQL, in parallel, each with a new and migrated database of its
// own. It is for the rooms below internal/asm, which have no services yet; the others have a world.
func EachRawDatabase(t *testing.T, run func(t *testing.T, db *database.DB, clock *Clock)) {
	t.Helper()
	EachDatabaseOptions(t, func(t *testing.T, options database.Options, clock *Clock) {
		run(t, OpenDatabase(t, options), clock)
	})
}

// EachDatabaseOptions is [EachRawDatabase] for who opens the database himself: options name one that is new, migrated,
// and removed when the test ends. Opening it twice is how a test makes two replicas.
//
// PostgreSQL is the cluster that ASM_TEST_POSTGRES names, else one that is started for this package. Where neither can
// be had, its half of the test is skipped, with one line that says so; where CI or ASM_TEST_POSTGRES is set it fails.
func EachDatabaseOptions(t *testing.T, run func(t *testing.T, options database.Options, clock *Clock)) {
	t.Helper()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		clock := NewClock()
		run(t, database.Options{Path: newSQLite(t), Now: clock.Now, Random: Random(t)}, clock)
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		clock := NewClock()
		run(t, database.Options{URL: NewPostgres(t), Now: clock.Now, Random: Random(t)}, clock)
	})
}

// OpenDatabase opens a database for as long as the test lasts.
func OpenDatabase(t testing.TB, options database.Options) *database.DB {
	t.Helper()
	db, err := database.Open(context.Background(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close the database: %v", err)
		}
	})
	return db
}

// Random is randomness that is the same whenever the test of this name runs.
func Random(t testing.TB) *rand.ChaCha8 {
	name := fnv.New64a()
	_, _ = name.Write([]byte(t.Name()))
	var seed [32]byte
	copy(seed[:], fmt.Sprintf("%032x", name.Sum64()))
	return rand.NewChaCha8(seed)
}

// sqliteTemplate is the content of a migrated file. It is kept in memory, so that no file is left behind.
var sqliteTemplate = sync.OnceValues(func() (content []byte, err error) {
	directory, err := os.MkdirTemp("", "asm-template-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(directory) }()
	path := filepath.Join(directory, "asm.db")
	if err := migrateTemplate(database.Options{Path: path}); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// migrateTemplate makes the database that tests get copies of.
func migrateTemplate(options database.Options) error {
	clock := NewClock()
	options.Now, options.Random = clock.Now, rand.NewChaCha8([32]byte{})
	db, err := database.Open(context.Background(), options)
	if err != nil {
		return err
	}
	return db.Close()
}

// newSQLite answers the path of a migrated file.
func newSQLite(t testing.TB) string {
	t.Helper()
	content, err := sqliteTemplate()
	if err != nil {
		t.Fatalf("make the template: %v", err)
	}
	path := filepath.Join(t.TempDir(), "asm.db")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
