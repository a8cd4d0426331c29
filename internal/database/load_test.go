package database_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"testing"

	"asm.example/asm/internal/asmtest"
	"asm.example/asm/internal/database"
)

type shelfFinding struct {
	id       string
	severity int
	note     *string
}

func many(n int) iter.Seq2[[]any, error] {
	findings := make([]shelfFinding, n)
	for i := range findings {
		findings[i] = shelfFinding{id: fmt.Sprintf("f%05d", i), severity: i % 100}
	}
	return database.RowsOf(findings, func(f shelfFinding) []any {
		return []any{"g1", f.id, "title " + f.id, f.severity, true, f.note}
	})
}

var shelfColumns = []string{"group_id", "id", "title", "severity", "open", "note"}

func TestLoadInsertsManyRowsInOneStatement(t *testing.T) {
	t.Parallel()
	asmtest.EachRawDatabase(t, func(t *testing.T, db *database.DB, _ *asmtest.Clock) {
		fill(t, db)
		ctx, count := database.WithStatementCount(context.Background())

		err := db.Write(ctx, func(tx *database.Tx) error {
			n, err := tx.Load(ctx, "shelf_findings", shelfColumns, many(5000))
			if n != 5000 {
				t.Errorf("loaded %d, want 5000", n)
			}
			return err
		})

		if err != nil || count.Value() != 1 {
			t.Errorf("Load = %v in %d statements", err, count.Value())
		}
		if got := integer(t, db, `SELECT count(*) FROM shelf_findings WHERE title LIKE 'title f0%' AND note IS NULL`); got != 5000 {
			t.Errorf("%d rows are there, want 5000", got)
		}
	})
}

func TestLoadOfARowThatIsThereIsAUniqueError(t *testing.T) {
	t.Parallel()
	asmtest.EachRawDatabase(t, func(t *testing.T, db *database.DB, _ *asmtest.Clock) {
		fill(t, db)
		ctx := context.Background()

		err := db.Write(ctx, func(tx *database.Tx) error {
			_, err := tx.Load(ctx, "shelf_groups", []string{"id", "name"},
				database.RowsOf([]string{"new", "g1"}, func(id string) []any { return []any{id, id} }))
			return err
		})

		if database.KindOf(err) != database.Unique {
			t.Errorf("Load = %v, want a unique error", err)
		}
		if got := integer(t, db, `SELECT count(*) FROM shelf_groups`); got != 2 {
			t.Errorf("%d groups, want the 2 from before", got)
		}
	})
}

func TestLoadOnConflictDoesWhatItSays(t *testing.T) {
	t.Parallel()
	asmtest.EachRawDatabase(t, func(t *testing.T, db *database.DB, _ *asmtest.Clock) {
		fill(t, db)
		ctx := context.Background()
		load := func(tx *database.Tx, conflict database.Piece) int64 {
			n, err := tx.LoadOnConflict(ctx, "shelf_groups", []string{"id", "name"}, conflict,
				database.RowsOf([]string{"g1", "g2", "g3"}, func(id string) []any { return []any{id, "name of " + id} }))
			if err != nil {
				t.Fatal(err)
			}
			return n
		}

		err := db.Write(ctx, func(tx *database.Tx) error {
			if n := load(tx, "ON CONFLICT (id) DO NOTHING"); n != 1 {
				t.Errorf("DO NOTHING inserted %d, want 1", n)
			}
			if n := load(tx, "ON CONFLICT (id) DO UPDATE SET name = excluded.name"); n != 3 {
				t.Errorf("DO UPDATE changed %d, want 3", n)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}

		got, err := rows(ctx, db, "s", `SELECT name FROM shelf_groups ORDER BY id`)
		if want := "name of g1|name of g2|name of g3"; got != want || err != nil {
			t.Errorf("names = %s, %v, want %s", got, err, want)
		}
	})
}

func TestLoadEndsWithAnErrorOfItsRows(t *testing.T) {
	t.Parallel()
	asmtest.EachRawDatabase(t, func(t *testing.T, db *database.DB, _ *asmtest.Clock) {
		fill(t, db)
		ctx := context.Background()
		errRead := errors.New("the file ends too early")
		for name, source := range map[string]iter.Seq2[[]any, error]{
			"an error":      func(yield func([]any, error) bool) { _ = yield([]any{"x", "x"}, nil) && yield(nil, errRead) },
			"a short row":   func(yield func([]any, error) bool) { yield([]any{"x"}, nil) },
			"a broken text": func(yield func([]any, error) bool) { yield([]any{"x", "\x00"}, nil) },
		} {
			err := db.Write(ctx, func(tx *database.Tx) error {
				_, err := tx.Load(ctx, "shelf_groups", []string{"id", "name"}, source)
				return err
			})

			if err == nil || name == "an error" && !errors.Is(err, errRead) {
				t.Errorf("%s: Load = %v", name, err)
			}
		}
		if got := integer(t, db, `SELECT count(*) FROM shelf_groups`); got != 2 {
			t.Errorf("%d groups, want the 2 from before", got)
		}
	})
}
