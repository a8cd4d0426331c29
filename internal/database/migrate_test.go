package database_test

import (
	"context"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"asm.example/asm/internal/asmtest"
	"asm.example/asm/internal/database"
)

func TestADatabaseNewerThanTheProgramIsRefused(t *testing.T) {
	t.Parallel()
	asmtest.EachDatabaseOptions(t, func(t *testing.T, options database.Options, _ *asmtest.Clock) {
		ctx := context.Background()
		db := asmtest.OpenDatabase(t, options)
		err := db.Write(ctx, func(tx *database.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, $1)`, true)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}

		again, err := database.Open(ctx, options)

		if !errors.Is(err, database.ErrNewerSchema) || again != nil {
			t.Errorf("Open = %v, %v, want ErrNewerSchema", again, err)
		}
	})
}

func TestReplicasMayStartAtOnceOnAnEmptyDatabase(t *testing.T) {
	t.Parallel()
	asmtest.EachDatabaseOptions(t, func(t *testing.T, options database.Options, _ *asmtest.Clock) {
		ctx := context.Background()
		if options.URL == "" {
			options.Path = filepath.Join(t.TempDir(), "new.db")
		} else {
			empty(t, options)
		}
		options.Random = rand.Reader

		ids := make([]string, 4)
		var replicas sync.WaitGroup
		for i := range ids {
			replicas.Go(func() {
				db, err := database.Open(ctx, options)
				if err != nil {
					t.Error(err)
					return
				}
				installation, err := database.InstallationOf(ctx, db)
				if err != nil {
					t.Error(err)
				}
				ids[i] = installation.ID
				if err := db.Close(); err != nil {
					t.Error(err)
				}
			})
		}
		replicas.Wait()

		if ids[0] == "" || ids[0] != ids[1] || ids[1] != ids[2] || ids[2] != ids[3] {
			t.Errorf("the installation's ids are %v, want one for all", ids)
		}
	})
}

// empty takes everything out of a PostgreSQL database.
func empty(t *testing.T, options database.Options) {
	t.Helper()
	ctx := context.Background()
	db, err := database.Open(ctx, options)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Write(ctx, func(tx *database.Tx) error {
		for _, statement := range []string{"DROP SCHEMA public CASCADE", "CREATE SCHEMA public"} {
			if _, err := tx.Exec(ctx, statement); err != nil {
				return err
			}
		}
		return nil
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestTheInstallationKeepsItsNameAndKey(t *testing.T) {
	t.Parallel()
	asmtest.EachDatabaseOptions(t, func(t *testing.T, options database.Options, clock *asmtest.Clock) {
		ctx := context.Background()
		db := asmtest.OpenDatabase(t, options)
		first, err := database.InstallationOf(ctx, db)
		if err != nil {
			t.Fatal(err)
		}
		if len(first.ID) != 36 || first.CreatedAt != asmtest.Start || first.SigningKeyThumbprint != "" {
			t.Errorf("a new installation is %+v", first)
		}

		err = db.Write(ctx, func(tx *database.Tx) error { return tx.SetSigningKey(ctx, "thumb") })
		if err != nil {
			t.Fatal(err)
		}
		clock.Advance(asmtest.Day)
		again, err := database.InstallationOf(ctx, asmtest.OpenDatabase(t, options))

		want := database.Installation{ID: first.ID, CreatedAt: asmtest.Start, SigningKeyThumbprint: "thumb"}
		if err != nil || again != want {
			t.Errorf("opened again it is %+v, %v, want %+v", again, err, want)
		}
	})
}

func TestEveryMigrationIsOneThatWasNumberedOnce(t *testing.T) {
	t.Parallel()
	files, err := os.ReadDir("migrations")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	for _, file := range files {
		name := file.Name()
		if len(name) < 10 || name[4] != '_' || filepath.Ext(name) != ".sql" {
			t.Errorf("%s: a migration is named NNNN_word.sql", name)
			continue
		}
		if other, taken := seen[name[:4]]; taken {
			t.Errorf("%s has the number of %s: give it the next free one", name, other)
		}
		seen[name[:4]] = name
	}
}
