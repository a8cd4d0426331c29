package scan_test

import (
	"context"
	"maps"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"asm.example/asm/internal/asmtest"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/job"
	"asm.example/asm/internal/scan"
)

// countedMoments is a clock that calls a function each time it is read: once for each transaction, at its beginning.
type countedMoments struct {
	clock *asmtest.Clock
	left  atomic.Int64
	then  func()
}

func (c *countedMoments) Now() time.Time {
	if c.then != nil && c.left.Add(-1) == 0 {
		c.then()
	}
	return c.clock.Now()
}

// Three thousand results become other ones: a third each is moved, gone and new, and what was closed before reopens.
func beforeAndAfter(t *testing.T) (first, second, third []byte) {
	const n = 3000
	part := func(keep func(i int) bool, lower int) []byte {
		return generated(t, n, func(i int, result map[string]any) map[string]any {
			if !keep(i) {
				return nil
			}
			if lower > 0 && i%5 == 0 {
				region := dig(result, "locations", 0, "physicalLocation", "region").(map[string]any)
				region["startLine"] = region["startLine"].(int) + lower
			}
			return result
		})
	}
	first = part(func(i int) bool { return i%3 != 0 }, 0)
	second = part(func(i int) bool { return i%3 == 1 }, 0)
	third = part(func(i int) bool { return i%3 != 2 || i%2 == 0 }, 100)
	return first, second, third
}

func TestAnImportCutAnywhereEndsAsIfItHadNotBeen(t *testing.T) {
	t.Parallel()
	first, second, third := beforeAndAfter(t)
	asmtest.EachDatabaseOptions(t, func(t *testing.T, options database.Options, clock *asmtest.Clock) {
		moments := &countedMoments{clock: clock}
		options.Now = moments.Now
		w := newWorld(t, asmtest.OpenDatabase(t, options))
		w.load(first)
		w.load(second)
		jobID := w.begin(third)

		cuts := 0
		for transactions := int64(2); ; transactions++ {
			ctx, cancel := context.WithCancel(w.host)
			moments.left.Store(transactions + 1)
			moments.then = cancel
			err := w.jobs.RunDue(ctx)
			moments.then = nil
			cut := ctx.Err() != nil
			cancel()
			if err != nil && !cut {
				t.Fatal(err)
			}
			if cut && transactions%2 == 0 {
				w.kill(jobID)
				clock.Advance(time.Minute)
			}
			if jobs, err := w.jobs.ByIDs(w.host, []string{jobID}); err != nil || jobs[0].State.IsFinal() {
				break
			}
			cuts++
			if cuts > 20 {
				t.Fatal("the import does not come to an end")
			}
		}

		if cuts < 3 {
			t.Fatalf("the import was cut %d times, want more", cuts)
		}
		r := w.receiptOf(jobID)
		w.check(r)
		// Results i of 3000: i%3 == 1 were open, i%3 == 2 closed (half of them return), i%3 == 0 are new.
		if r.Created != 1000 || r.Unchanged+r.Moved != 1000 || r.Moved != 200 || r.Reopened != 500 || r.Closed != 0 {
			t.Errorf("receipt = %+v", r)
		}
		if w.open() != 2500 || w.closed() != 500 || w.rows()["plans"] != 0 {
			t.Errorf("%d open, %d closed, %d plans", w.open(), w.closed(), w.rows()["plans"])
		}
		before := w.rows()
		w.load(third)
		if after := w.rows(); after["history"] != before["history"] || after["locations"] != before["locations"] {
			t.Errorf("the same file again: rows %v became %v", before, after)
		}
	})
}

// kill leaves a job as a process that was killed does: running, until its lease ends.
func (w *world) kill(jobID string) {
	w.t.Helper()
	err := w.db.Write(w.host, func(tx *database.Tx) error {
		_, err := tx.Exec(w.host, "UPDATE jobs SET state = 'RUNNING', lease = 'gone', lease_until = $2 WHERE id = $1 AND state = 'QUEUED'",
			jobID, database.Micros(tx.Now()))
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func TestClosingIsCutAndGoesOn(t *testing.T) {
	t.Parallel()
	asmtest.EachDatabaseOptions(t, func(t *testing.T, options database.Options, clock *asmtest.Clock) {
		moments := &countedMoments{clock: clock}
		options.Now = moments.Now
		w := newWorld(t, asmtest.OpenDatabase(t, options))
		w.load(generated(t, 2500, nil))
		jobID := w.begin(generated(t, 100, nil))
		for cut := true; cut; {
			ctx, cancel := context.WithCancel(w.host)
			moments.left.Store(5) // claim, plan, first thousand, second thousand
			moments.then = cancel
			_ = w.jobs.RunDue(ctx)
			moments.then = nil
			cut = ctx.Err() != nil
			cancel()
			if closed := w.closed(); cut && closed%1000 != 0 && closed != 2400 {
				t.Fatalf("%d are closed", closed)
			}
		}

		if r := w.receiptOf(jobID); r.Closed != 2400 || r.Unchanged != 100 || w.closed() != 2400 || w.open() != 100 {
			t.Errorf("receipt = %+v, %d closed", r, w.closed())
		}
	})
}

func TestAJobThatDiedBehindItsLastTransactionAnswersItsReceipt(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		jobID := w.begin(generated(t, 12, nil))
		if err := w.jobs.RunDue(w.host); err != nil {
			t.Fatal(err)
		}
		err := w.db.Write(w.host, func(tx *database.Tx) error {
			_, err := tx.Exec(w.host, "UPDATE jobs SET state = 'QUEUED', result = ''")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		before := w.rows()

		if err := w.jobs.RunDue(w.host); err != nil {
			t.Fatal(err)
		}

		jobs, err := w.jobs.ByIDs(w.host, []string{jobID})
		if err != nil || jobs[0].State != job.Done || !maps.Equal(before, w.rows()) {
			t.Fatalf("job = %+v, %v", jobs[0], err)
		}
		if r := w.receiptOf(jobID); r.Created != 12 {
			t.Errorf("receipt = %+v", r)
		}
	})
}

func TestImportsOfManyProcessesOnOneRootDoNotMeet(t *testing.T) {
	t.Parallel()
	asmtest.EachDatabaseOptions(t, func(t *testing.T, options database.Options, _ *asmtest.Clock) {
		folder := t.TempDir()
		here := asmtest.OpenDatabase(t, options)
		there := here
		if here.IsPostgreSQL() {
			there = asmtest.OpenDatabase(t, options)
		}
		first := newServices(t, here, folder)
		first.furnish()
		second := newServices(t, there, folder)
		second.web = first.web
		file := generated(t, 1500, nil)

		var importing sync.WaitGroup
		receipts := make([]scan.Receipt, 4)
		for i, w := range []*world{first, second, first, second} {
			importing.Go(func() {
				imported, err := w.tryImport(w.host, file)
				if err != nil {
					t.Error(err)
					return
				}
				receipts[i] = *imported.Receipt
			})
		}
		importing.Wait()

		created, unchanged := 0, 0
		for _, r := range receipts {
			created, unchanged = created+r.Created, unchanged+r.Unchanged
		}
		if created != 1500 || unchanged != 4500 || first.open() != 1500 {
			t.Errorf("%d created, %d unchanged, %d open", created, unchanged, first.open())
		}
		first.check(receipts[0])
	})
}

func TestTwoRootsOfAGroupAreImportedAtOnce(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.addRoot("web", "other")
		ctx, stop := context.WithCancel(w.host)
		ended := make(chan struct{})
		go func() { w.jobs.Run(ctx); close(ended) }()
		defer func() { stop(); <-ended }()

		var importing sync.WaitGroup
		for _, nickname := range []string{"code", "other"} {
			importing.Go(func() {
				_, err := w.scans.Import(w.host, scan.Import{
					GroupName: "web", RootNickname: nickname, Wait: true, File: upload(generated(t, 1200, nil)),
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		importing.Wait()

		if w.open() != 2400 || w.rows()["findings"] != 12 {
			t.Errorf("%d open in %d findings, want 2400 in 12", w.open(), w.rows()["findings"])
		}
		w.check(scan.NewReceipt())
	})
}
