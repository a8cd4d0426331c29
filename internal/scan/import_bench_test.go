package scan_test

import (
	"context"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"asm.example/asm/internal/asmtest"
	"asm.example/asm/internal/database"
)

// BenchmarkImport imports a file into an empty root, imports it again, and then has the database insert the rows that the
// import made from copies of their tables, a thousand locations at a time, which is the least that an import could cost.
// "longest-ms" is the longest that somebody else had to wait for writing one row meanwhile.
//
//	ASM_SCANS=… go test ./internal/scan -run '^$' -bench Import -benchtime 1x
func BenchmarkImport(b *testing.B) {
	files := map[string][]byte{"generated": generated(b, 100_000, nil)}
	if folder := os.Getenv("ASM_SCANS"); folder != "" {
		file, err := os.ReadFile(filepath.Join(folder, "semgrepowasp-benchmark-sample.sarif"))
		if err != nil {
			b.Fatal(err)
		}
		files["semgrep"] = file
	} else {
		b.Log("ASM_SCANS names no folder of further scans: only a generated one is imported")
	}
	for name, file := range files {
		b.Run(name+"/SQLite", func(b *testing.B) {
			benchmarkImport(b, file, database.Options{Path: filepath.Join(b.TempDir(), "asm.db")})
		})
		b.Run(name+"/PostgreSQL", func(b *testing.B) {
			benchmarkImport(b, file, database.Options{URL: asmtest.NewPostgres(b)})
		})
	}
}

func benchmarkImport(b *testing.B, file []byte, options database.Options) {
	options.Now, options.Random = time.Now, asmtest.Random(b)
	w := newWorld(b, asmtest.OpenDatabase(b, options))
	load := func() {
		if _, err := w.tryImport(w.host, file); err != nil {
			b.Fatal(err)
		}
	}
	longest := waitingMeanwhile(b, w, func() {
		started := time.Now()
		load()
		report(b, w, "first/s", started)
	})
	b.ReportMetric(float64(longest.Milliseconds()), "longest-ms")
	started := time.Now()
	load()
	report(b, w, "again/s", started)
	insertBare(b, w)
}

func report(b *testing.B, w *world, unit string, started time.Time) {
	elapsed := time.Since(started).Seconds()
	b.ReportMetric(float64(w.rows()["locations"])/elapsed, unit)
}

// waitingMeanwhile writes again and again while work goes on, and answers the longest that a write took.
func waitingMeanwhile(b *testing.B, w *world, work func()) (longest time.Duration) {
	var over atomic.Bool
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for !over.Load() {
			started := time.Now()
			err := w.db.Write(w.host, func(tx *database.Tx) error {
				_, err := tx.Exec(w.host, "UPDATE groups SET description = 'y' WHERE id = $1", w.shop)
				return err
			})
			if err != nil {
				b.Error(err)
				return
			}
			longest = max(longest, time.Since(started))
			time.Sleep(5 * time.Millisecond)
		}
	}()
	work()
	over.Store(true)
	<-ended
	return longest
}

func insertBare(b *testing.B, w *world) {
	write := func(statement string, arguments ...any) {
		err := w.db.Write(context.Background(), func(tx *database.Tx) error {
			_, err := tx.Exec(w.host, statement, arguments...)
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	ids, err := database.Collect(w.host, w.db, database.Value[string], "SELECT id FROM vulnerabilities ORDER BY id")
	if err != nil {
		b.Fatal(err)
	}
	write("CREATE TABLE spare_locations AS SELECT * FROM vulnerabilities")
	write("CREATE TABLE spare_history AS SELECT * FROM vulnerability_history")
	write("CREATE TABLE spare_keys AS SELECT * FROM vulnerability_keys")
	write("CREATE INDEX spare_locations_id ON spare_locations (id)")
	write("CREATE INDEX spare_history_id ON spare_history (vulnerability_id)")
	write("CREATE INDEX spare_keys_id ON spare_keys (vulnerability_id)")
	write("DELETE FROM vulnerabilities")
	started := time.Now()
	for from := 0; from < len(ids); from += 1000 {
		first, last := ids[from], ids[min(from+999, len(ids)-1)]
		err := w.db.Write(w.host, func(tx *database.Tx) error {
			for _, statement := range []string{
				"INSERT INTO vulnerabilities SELECT * FROM spare_locations WHERE id BETWEEN $1 AND $2",
				"INSERT INTO vulnerability_history SELECT * FROM spare_history WHERE vulnerability_id BETWEEN $1 AND $2",
				"INSERT INTO vulnerability_keys SELECT * FROM spare_keys WHERE vulnerability_id BETWEEN $1 AND $2",
			} {
				if _, err := tx.Exec(w.host, statement, first, last); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	report(b, w, "bare/s", started)
}
