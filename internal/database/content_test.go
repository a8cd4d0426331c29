package database_test

import (
	"context"
	"iter"
	"path/filepath"
	"slices"
	"testing"

	"asm.example/asm/internal/asmtest"
	"asm.example/asm/internal/database"
)

func TestTheContentOfADatabaseCanBeCopiedIntoAnother(t *testing.T) {
	t.Parallel()
	tables, err := database.Tables()
	if err != nil {
		t.Fatal(err)
	}
	asmtest.EachRawDatabase(t, func(t *testing.T, from *database.DB, clock *asmtest.Clock) {
		ctx := context.Background()
		write(t, from, `INSERT INTO organizations (id, name, state, country, created_at, created_by) VALUES ('ORG#1', 'acme', 'ACTIVE', 'Ö "x" \', 5, 'ana')`)
		write(t, from, `INSERT INTO audit_heads (chain, number, hash) VALUES ('ORG#1', 7, $1)`, []byte{0, 1, 254, 255})
		to := asmtest.OpenDatabase(t, database.Options{Path: filepath.Join(t.TempDir(), "copy.db"), Now: clock.Now, Random: asmtest.Random(t)})

		copied := map[string]int64{}
		err := from.Read(ctx, func(reading *database.Tx) error {
			return to.Write(ctx, func(tx *database.Tx) error {
				if err := tx.Empty(ctx); err != nil {
					return err
				}
				for _, table := range tables {
					n, err := table.Fill(ctx, tx, table.Rows(ctx, reading))
					if err != nil {
						return err
					}
					copied[table.Name] = n
				}
				return nil
			})
		})
		if err != nil {
			t.Fatal(err)
		}

		for _, table := range tables {
			if want := lines(t, table.Rows(ctx, from)); !slices.Equal(lines(t, table.Rows(ctx, to)), want) || copied[table.Name] != int64(len(want)) {
				t.Errorf("%s: the copy has %v, want %v", table.Name, lines(t, table.Rows(ctx, to)), want)
			}
		}
		if copied["organizations"] != 1 || copied["database_installation"] != 1 {
			t.Errorf("copied = %v", copied)
		}
	})
}

func write(t *testing.T, db *database.DB, statement string, arguments ...any) {
	t.Helper()
	err := db.Write(context.Background(), func(tx *database.Tx) error {
		_, err := tx.Exec(context.Background(), statement, arguments...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func lines(t *testing.T, rows iter.Seq2[[]byte, error]) []string {
	t.Helper()
	var all []string
	for line, err := range rows {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, string(line))
	}
	slices.Sort(all)
	return all
}

func TestTablesStandBehindThoseThatTheyReferTo(t *testing.T) {
	t.Parallel()

	tables, err := database.Tables()
	if err != nil {
		t.Fatal(err)
	}

	position := func(name string) int {
		return slices.IndexFunc(tables, func(t database.Table) bool { return t.Name == name })
	}
	for _, pair := range [][2]string{{"organizations", "groups"}, {"groups", "roots"}, {"findings", "finding_counters"}, {"access_stakeholders", "access_sessions"}} {
		if before, after := position(pair[0]), position(pair[1]); before < 0 || after < before {
			t.Errorf("%s stands at %d, %s at %d", pair[0], before, pair[1], after)
		}
	}
}
