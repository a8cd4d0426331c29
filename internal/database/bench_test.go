package database_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"asm.example/asm/internal/asmtest"
	"asm.example/asm/internal/database"
)

// What the room costs over a driver used by hand, under a context that can be cancelled, as a server's is:
//
//	go test ./internal/database -run '^$' -bench . -benchtime 1s

const (
	benchRows  = 10_000
	onePlace   = `SELECT id, title, severity, score, open, note FROM shelf_findings WHERE group_id = $1 AND id = $2`
	fiftyPlace = `SELECT id, title, severity, score, open, note FROM shelf_findings
		WHERE group_id = $1 AND id >= $2 ORDER BY id LIMIT 50`
)

type place struct {
	id, title string
	severity  int64
	score     float64
	open      bool
	note      *string
}

func scanPlace(row database.Row) (place, error) {
	var p place
	err := row.Scan(&p.id, &p.title, &p.severity, &p.score, &p.open, &p.note)
	return p, err
}

func key(i int) string { return fmt.Sprintf("f%05d", i%(benchRows-50)) }

func benchDatabase(b *testing.B, options database.Options) *database.DB {
	b.Helper()
	clock := asmtest.NewClock()
	options.Now, options.Random = clock.Now, asmtest.Random(b)
	db := asmtest.OpenDatabase(b, options)
	fill(b, db)
	ctx := context.Background()
	err := db.Write(ctx, func(tx *database.Tx) error {
		if _, err := tx.Load(ctx, "shelf_findings", shelfColumns, many(benchRows)); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `ANALYZE shelf_findings`)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return db
}

func benchRoom(b *testing.B, db *database.DB) {
	b.Helper()
	ctx := b.Context()
	b.Run("room one row", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			if _, err := database.One(ctx, db, scanPlace, onePlace, "g1", key(i)); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("room fifty rows", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			if all, err := database.Collect(ctx, db, scanPlace, fiftyPlace, "g1", key(i)); err != nil || len(all) != 50 {
				b.Fatal(len(all), err)
			}
		}
	})
	b.Run("room one row in Read", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			err := db.Read(ctx, func(tx *database.Tx) error {
				_, err := database.One(ctx, tx, scanPlace, onePlace, "g1", key(i))
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("room one change", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			err := db.Write(ctx, func(tx *database.Tx) error {
				_, err := tx.Exec(ctx, `UPDATE shelf_findings SET severity = $3 WHERE group_id = $1 AND id = $2`, "g1", key(i), i%100)
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}

// rawRows is what database/sql's and pgx's rows have in common.
type rawRows interface {
	database.Row
	Next() bool
	Err() error
}

func drain(b *testing.B, rows rawRows, err error, want int) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
	var all []place
	for rows.Next() {
		p, err := scanPlace(rows)
		if err != nil {
			b.Fatal(err)
		}
		all = append(all, p)
	}
	if err := rows.Err(); err != nil || len(all) != want {
		b.Fatal(len(all), err)
	}
}

func BenchmarkSQLite(b *testing.B) {
	path := filepath.Join(b.TempDir(), "asm.db")
	benchRoom(b, benchDatabase(b, database.Options{Path: path}))
	ctx := b.Context()
	raw, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = raw.Close() })
	for name, text := range map[string]string{"one row": onePlace, "fifty rows": fiftyPlace} {
		statement, err := raw.PrepareContext(ctx, text)
		if err != nil {
			b.Fatal(err)
		}
		b.Run("database/sql "+name, func(b *testing.B) {
			b.ReportAllocs()
			want := map[string]int{"one row": 1, "fifty rows": 50}[name]
			for i := 0; b.Loop(); i++ {
				rows, err := statement.QueryContext(ctx, "g1", key(i))
				drain(b, rows, err, want)
			}
		})
	}
}

func BenchmarkPostgreSQL(b *testing.B) {
	url := asmtest.NewPostgres(b)
	benchRoom(b, benchDatabase(b, database.Options{URL: url}))
	ctx := b.Context()
	raw, err := pgxpool.New(ctx, url)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(raw.Close)
	for name, text := range map[string]string{"one row": onePlace, "fifty rows": fiftyPlace} {
		b.Run("pgx "+name, func(b *testing.B) {
			b.ReportAllocs()
			want := map[string]int{"one row": 1, "fifty rows": 50}[name]
			for i := 0; b.Loop(); i++ {
				rows, err := raw.Query(ctx, text, "g1", key(i))
				drain(b, rows, err, want)
			}
		})
	}
}
