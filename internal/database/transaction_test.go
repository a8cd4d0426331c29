package database_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"asm.example/asm/internal/asmtest"
	"asm.example/asm/internal/database"
)

// errUndo rolls a test's transaction back.
var errUndo = errors.New("undo")

func integer(t testing.TB, q database.Querier, statement string, arguments ...any) int64 {
	t.Helper()
	n, err := database.One(context.Background(), q, database.Value[int64], statement, arguments...)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

const (
	raise       = `UPDATE shelf_findings SET severity = severity + 1 WHERE group_id = $1 AND id = $2`
	severityOf  = `SELECT severity FROM shelf_findings WHERE group_id = $1 AND id = $2`
	lockFinding = severityOf + ` FOR UPDATE`
)

func TestWriteCommitsWhenWorkSucceeds(t *testing.T) {
	t.Parallel()
	asmtest.EachRawDatabase(t, func(t *testing.T, db *database.DB, _ *asmtest.Clock) {
		fill(t, db)
		ctx := context.Background()

		committed := false
		err := db.Write(ctx, func(tx *database.Tx) error {
			tx.OnCommit(func() { committed = true })
			n, err := tx.Exec(ctx, `UPDATE shelf_findings SET severity = 33 WHERE group_id = 'g1'`)
			if n != 3 {
				t.Errorf("changed %d rows, want 3", n)
			}
			return err
		})

		if err != nil || !committed {
			t.Errorf("Write = %v, OnCommit called: %v", err, committed)
		}
		if got := integer(t, db, severityOf, "g1", "a"); got != 33 {
			t.Errorf("severity = %d, want 33", got)
		}
	})
}

func TestWriteRollsBackWhenWorkFailsOrPanics(t *testing.T) {
	t.Parallel()
	asmtest.EachRawDatabase(t, func(t *testing.T, db *database.DB, _ *asmtest.Clock) {
		fill(t, db)
		ctx := context.Background()
		for name, end := range map[string]func() error{
			"fails":  func() error { return errUndo },
			"panics": func() error { panic(errUndo) },
		} {
			var err error
			var recovered any
			func() {
				defer func() { recovered = recover() }()
				err = db.Write(ctx, func(tx *database.Tx) error {
					tx.OnCommit(func() { t.Errorf("%s: OnCommit was called", name) })
					if _, err := tx.Exec(ctx, raise, "g1", "a"); err != nil {
						return err
					}
					return end()
				})
			}()

			if err != errUndo && recovered != errUndo {
				t.Errorf("%s: answered %v, panicked with %v", name, err, recovered)
			}
			if got := integer(t, db, severityOf, "g1", "a"); got != 90 {
				t.Errorf("%s: severity = %d, want 90 as before", name, got)
			}
		}
	})
}

func TestRowsThatAreStillOpenWhenWorkEndsDoNoHarm(t *testing.T) {
	t.Parallel()
	asmtest.EachRawDatabase(t, func(t *testing.T, db *database.DB, _ *asmtest.Clock) {
		fill(t, db)
		ctx := context.Background()

		err := db.Write(ctx, func(tx *database.Tx) error {
			rows, err := tx.Query(ctx, `SELECT id FROM shelf_findings`)
			if err != nil || !rows.Next() {
				t.Fatalf("Query = %v", err)
			}
			return errUndo
		})

		if err != errUndo {
			t.Errorf("Write = %v, want what work answered", err)
		}
		if got := integer(t, db, `SELECT count(*) FROM shelf_findings`); got != 4 {
			t.Errorf("afterwards %d rows, want 4", got)
		}
	})
}

func TestAStatementWhileRowsAreOpenIsRefused(t *testing.T) {
	t.Parallel()
	asmtest.EachRawDatabase(t, func(t *testing.T, db *database.DB, _ *asmtest.Clock) {
		fill(t, db)
		ctx := context.Background()

		_ = db.Write(ctx, func(tx *database.Tx) error {
			rows, err := tx.Query(ctx, `SELECT id FROM shelf_findings`)
			if err != nil || !rows.Next() {
				t.Fatalf("Query = %v", err)
			}
			if _, err := tx.Exec(ctx, raise, "g1", "a"); err == nil {
				t.Error("a second statement ran while rows were open")
			}
			rows.Close()
			rows.Close()
			if _, err := tx.Exec(ctx, raise, "g1", "a"); err != nil {
				t.Errorf("after Close: %v", err)
			}
			return errUndo
		})
	})
}

func TestTwoWritersOfOneRowLoseNothing(t *testing.T) {
	t.Parallel()
	asmtest.EachDatabaseOptions(t, func(t *testing.T, options database.Options, _ *asmtest.Clock) {
		db := asmtest.OpenDatabase(t, options)
		replica := asmtest.OpenDatabase(t, options)
		fill(t, db)
		ctx := context.Background()

		var writers sync.WaitGroup
		for _, db := range []*database.DB{db, replica, db, replica} {
			writers.Go(func() {
				for range 5 {
					err := db.Write(ctx, func(tx *database.Tx) error {
						severity, err := database.One(ctx, tx, database.Value[int64], lockFinding, "g1", "c")
						if err != nil {
							return err
						}
						_, err = tx.Exec(ctx, `UPDATE shelf_findings SET severity = $1 WHERE group_id = 'g1' AND id = 'c'`, severity+1)
						return err
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		writers.Wait()

		if got := integer(t, db, severityOf, "g1", "c"); got != 30 {
			t.Errorf("severity = %d after 20 raises from 10, want 30", got)
		}
	})
}

func TestWriteRunsAgainWhenTransactionsDeadlock(t *testing.T) {
	t.Parallel()
	asmtest.EachRawDatabase(t, func(t *testing.T, db *database.DB, _ *asmtest.Clock) {
		fill(t, db)
		ctx := context.Background()
		var attempts atomic.Int32
		var hasFirst [2]chan struct{}
		for i := range hasFirst {
			hasFirst[i] = make(chan struct{})
		}

		// Each locks its first row, waits at its first attempt for the other to have its own, and then wants that one.
		opposite := func(i int, first, second string) error {
			meet := sync.OnceFunc(func() {
				close(hasFirst[i])
				<-hasFirst[1-i]
			})
			return db.Write(ctx, func(tx *database.Tx) error {
				attempts.Add(1)
				if _, err := tx.Exec(ctx, raise, "g1", first); err != nil {
					return err
				}
				if db.IsPostgreSQL() { // on SQLite the other waits for us to end
					meet()
				}
				_, err := tx.Exec(ctx, raise, "g1", second)
				return err
			})
		}
		var writers sync.WaitGroup
		for i, order := range [][2]string{{"b", "c"}, {"c", "b"}} {
			writers.Go(func() {
				if err := opposite(i, order[0], order[1]); err != nil {
					t.Error(err)
				}
			})
		}
		writers.Wait()

		if b, c := integer(t, db, severityOf, "g1", "b"), integer(t, db, severityOf, "g1", "c"); b != 52 || c != 12 {
			t.Errorf("severities = %d and %d, want 52 and 12", b, c)
		}
		if db.IsPostgreSQL() && attempts.Load() < 3 {
			t.Errorf("%d attempts, want one more than the two that collided", attempts.Load())
		}
	})
}

func TestReadSeesOneSnapshotAndChangesNothing(t *testing.T) {
	t.Parallel()
	asmtest.EachRawDatabase(t, func(t *testing.T, db *database.DB, _ *asmtest.Clock) {
		fill(t, db)
		ctx := context.Background()

		err := db.Read(ctx, func(tx *database.Tx) error {
			before := integer(t, tx, severityOf, "g1", "a")
			err := db.Write(ctx, func(tx *database.Tx) error {
				_, err := tx.Exec(ctx, raise, "g1", "a")
				return err
			})
			if err != nil {
				return err
			}
			if after := integer(t, tx, severityOf, "g1", "a"); before != 90 || after != 90 {
				t.Errorf("severity = %d, then %d within one snapshot, want 90 twice", before, after)
			}
			_, err = tx.Exec(ctx, raise, "g1", "a")
			return err
		})

		if err == nil {
			t.Error("a statement that changes something ran in Read")
		}
		if got := integer(t, db, severityOf, "g1", "a"); got != 91 {
			t.Errorf("severity = %d, want 91", got)
		}
	})
}

const endless = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000) SELECT count(*) FROM n`

func TestACancelledStatementLeavesTheDatabaseUsable(t *testing.T) {
	t.Parallel()
	asmtest.EachRawDatabase(t, func(t *testing.T, db *database.DB, _ *asmtest.Clock) {
		fill(t, db)
		background := context.Background()
		for name, run := range map[string]func(ctx context.Context) error{
			"in a query": func(ctx context.Context) error {
				_, err := database.One(ctx, db, database.Value[int64], endless)
				return err
			},
			"in a transaction": func(ctx context.Context) error {
				return db.Write(ctx, func(tx *database.Tx) error {
					if _, err := tx.Exec(ctx, raise, "g1", "a"); err != nil {
						return err
					}
					_, err := database.One(ctx, tx, database.Value[int64], endless)
					return err
				})
			},
			"in a statement of its own context": func(ctx context.Context) error {
				return db.Write(background, func(tx *database.Tx) error {
					if _, err := tx.Exec(background, raise, "g1", "a"); err != nil {
						return err
					}
					_, err := tx.Exec(ctx, endless)
					return err
				})
			},
			"before it began": func(ctx context.Context) error {
				<-ctx.Done()
				return db.Write(ctx, func(tx *database.Tx) error { return nil })
			},
			"before the commit": func(ctx context.Context) error {
				return db.Write(ctx, func(tx *database.Tx) error {
					_, err := tx.Exec(ctx, raise, "g1", "a")
					<-ctx.Done()
					return err
				})
			},
		} {
			ctx, cancel := context.WithTimeout(background, 50*time.Millisecond)
			err := run(ctx)
			cancel()

			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: answered %v, want the context's error", name, err)
			}
			if got := integer(t, db, severityOf, "g1", "a"); got != 90 {
				t.Errorf("%s: severity = %d, want 90 as before", name, got)
			}
			if err := db.Write(background, func(tx *database.Tx) error {
				if got := integer(t, tx, `SELECT count(*) FROM shelf_findings`); got != 4 {
					t.Errorf("%s: %d rows afterwards, want 4", name, got)
				}
				return nil
			}); err != nil {
				t.Errorf("%s: afterwards: %v", name, err)
			}
		}
	})
}

func TestATransactionHasOneTimeAndIDsInOrder(t *testing.T) {
	t.Parallel()
	asmtest.EachRawDatabase(t, func(t *testing.T, db *database.DB, clock *asmtest.Clock) {
		err := db.Write(context.Background(), func(tx *database.Tx) error {
			before := tx.Now()
			last := tx.NewID()
			clock.Advance(time.Second)
			for range 20_000 {
				id := tx.NewID()
				if id <= last || len(id) != 36 || id[14] != '7' {
					t.Fatalf("id %s after %s", id, last)
				}
				last = id
			}
			if !tx.Now().Equal(before) || before != asmtest.Start {
				t.Errorf("time moved from %s to %s, want %s", before, tx.Now(), asmtest.Start)
			}
			if one, other := tx.NewSecret(), tx.NewSecret(); one == other {
				t.Error("two secrets are the same")
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestStatementsAreCounted(t *testing.T) {
	t.Parallel()
	asmtest.EachRawDatabase(t, func(t *testing.T, db *database.DB, _ *asmtest.Clock) {
		fill(t, db)
		ctx, count := database.WithStatementCount(context.Background())

		err := db.Write(ctx, func(tx *database.Tx) error {
			if _, err := tx.Exec(ctx, raise, "g1", "a"); err != nil {
				return err
			}
			_, err := rows(ctx, tx, "s", `SELECT id FROM shelf_findings`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := rows(ctx, db, "s", `SELECT id FROM shelf_groups`); err != nil {
			t.Fatal(err)
		}

		if got := count.Value(); got != 3 {
			t.Errorf("%d statements, want 3", got)
		}
	})
}
