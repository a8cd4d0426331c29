package job_test

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"asm.example/asm/internal/asmtest"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/job"
	"asm.example/asm/internal/problem"
)

func newQueue(db *database.DB) *job.Queue {
	return job.NewQueue(db, job.Options{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
}

func enqueue(t *testing.T, db *database.DB, q *job.Queue, n job.New) string {
	t.Helper()
	var id string
	err := db.Write(context.Background(), func(tx *database.Tx) (err error) {
		id, err = q.Enqueue(context.Background(), tx, n)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func read(t *testing.T, q *job.Queue, id string) *job.Job {
	t.Helper()
	jobs, err := q.ByIDs(context.Background(), []string{id})
	if err != nil || jobs[0] == nil {
		t.Fatalf("read job %s: %v", id, err)
	}
	return jobs[0]
}

// replica opens a database a second time, as another process does: with randomness of its own.
func replica(t *testing.T, options database.Options) *database.DB {
	t.Helper()
	options.Random = rand.Reader
	return asmtest.OpenDatabase(t, options)
}

// run runs a queue until the test ends.
func run(t *testing.T, q *job.Queue) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { q.Run(ctx) })
	stop = func() { cancel(); running.Wait() }
	t.Cleanup(stop)
	return stop
}

func soon(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func TestAJobAnswersItsResult(t *testing.T) {
	t.Parallel()
	asmtest.EachRawDatabase(t, func(t *testing.T, db *database.DB, clock *asmtest.Clock) {
		q := newQueue(db)
		q.Register("count", func(_ context.Context, r *job.RunningJob) error {
			var in struct{ Upto int64 }
			if err := r.Input(&in); err != nil {
				return err
			}
			clock.Advance(time.Minute)
			r.Progress(in.Upto, in.Upto)
			return r.Finish(map[string]int64{"counted": in.Upto})
		})
		id := enqueue(t, db, q, job.New{Kind: "count", Owner: "owner@acme.test", Credential: "token", Input: map[string]int{"Upto": 7}})

		if err := q.RunDue(context.Background()); err != nil {
			t.Fatal(err)
		}

		j := read(t, q, id)
		if j.State != job.Done || string(j.Result) != `{"counted":7}` || j.Done != 7 || j.Total != 7 || j.Attempts != 1 {
			t.Errorf("job = %+v", j)
		}
		if j.EndedAt.Sub(j.StartedAt) != time.Minute || j.Owner != "owner@acme.test" || j.Credential != "token" {
			t.Errorf("from %s to %s for %s by %s", j.StartedAt, j.EndedAt, j.Owner, j.Credential)
		}
	})
}

func TestAFailedJobTellsItsOwnerProblemsOnly(t *testing.T) {
	t.Parallel()
	asmtest.EachRawDatabase(t, func(t *testing.T, db *database.DB, _ *asmtest.Clock) {
		q := newQueue(db)
		q.Register("problem", func(context.Context, *job.RunningJob) error { return problem.Invalid("file", "This is no SARIF file.") })
		q.Register("fault", func(context.Context, *job.RunningJob) error { return errors.New("disk sda1 is full") })
		q.Register("panic", func(context.Context, *job.RunningJob) error { panic("index out of range") })

		for kind, want := range map[string]string{
			"problem": "This is no SARIF file.",
			"fault":   "Something went wrong. The server's log says what; its operator can tell.",
			"panic":   "Something went wrong. The server's log says what; its operator can tell.",
		} {
			id := enqueue(t, db, q, job.New{Kind: kind})
			if err := q.RunDue(context.Background()); err != nil {
				t.Fatal(err)
			}
			if j := read(t, q, id); j.State != job.Failed || j.Problem != want || j.Result != nil {
				t.Errorf("%s: %s, %q, want FAILED, %q", kind, j.State, j.Problem, want)
			}
		}
	})
}

func TestWaitAnswersWhenAnotherProcessHasDoneTheJob(t *testing.T) {
	t.Parallel()
	asmtest.EachDatabaseOptions(t, func(t *testing.T, options database.Options, _ *asmtest.Clock) {
		here := asmtest.OpenDatabase(t, options)
		there := here // one process alone on SQLite
		if here.IsPostgreSQL() {
			there = replica(t, options)
		}
		asking, working := newQueue(here), newQueue(there)
		working.Register("greet", func(_ context.Context, r *job.RunningJob) error { return r.Finish("hello") })
		id := enqueue(t, here, asking, job.New{Kind: "greet"})
		run(t, working)

		j, err := asking.Wait(soon(t), id)

		if err != nil || j.State != job.Done || string(j.Result) != `"hello"` {
			t.Errorf("Wait = %+v, %v", j, err)
		}
	})
}

func TestTwoProcessesRunEachJobOnce(t *testing.T) {
	t.Parallel()
	asmtest.EachDatabaseOptions(t, func(t *testing.T, options database.Options, _ *asmtest.Clock) {
		const jobs = 40
		first := asmtest.OpenDatabase(t, options)
		second := first
		if first.IsPostgreSQL() {
			second = replica(t, options)
		}
		var runs sync.Map // id -> *atomic.Int64
		var byQueue [2]atomic.Int64
		queues := []*job.Queue{newQueue(first), newQueue(second)}
		for i, q := range queues {
			q.Register("once", func(_ context.Context, r *job.RunningJob) error {
				n, _ := runs.LoadOrStore(r.Job.ID, new(atomic.Int64))
				n.(*atomic.Int64).Add(1)
				byQueue[i].Add(1)
				return nil
			})
		}
		ids := make([]string, jobs)
		for i := range ids {
			ids[i] = enqueue(t, first, queues[0], job.New{Kind: "once"})
		}
		run(t, queues[0])
		run(t, queues[1])

		for _, id := range ids {
			if j, err := queues[0].Wait(soon(t), id); err != nil || j.State != job.Done {
				t.Fatalf("job %s = %+v, %v", id, j, err)
			}
			if n, _ := runs.Load(id); n.(*atomic.Int64).Load() != 1 {
				t.Errorf("job %s ran %d times", id, n.(*atomic.Int64).Load())
			}
		}
		if sum := byQueue[0].Load() + byQueue[1].Load(); sum != jobs {
			t.Errorf("%d runs for %d jobs", sum, jobs)
		}
	})
}

func TestJobsWithOneKeyRunOneAtATime(t *testing.T) {
	t.Parallel()
	asmtest.EachDatabaseOptions(t, func(t *testing.T, options database.Options, _ *asmtest.Clock) {
		first := asmtest.OpenDatabase(t, options)
		second := first
		if first.IsPostgreSQL() {
			second = replica(t, options)
		}
		var atWork, most atomic.Int64
		queues := []*job.Queue{newQueue(first), newQueue(second)}
		for _, q := range queues {
			q.Register("import", func(context.Context, *job.RunningJob) error {
				if n := atWork.Add(1); n > most.Load() {
					most.Store(n)
				}
				defer atWork.Add(-1)
				time.Sleep(2 * time.Millisecond) // long enough for another to come between
				return nil
			})
		}
		ids := make([]string, 20)
		for i := range ids {
			ids[i] = enqueue(t, first, queues[0], job.New{Kind: "import", Key: "root 1"})
		}
		run(t, queues[0])
		run(t, queues[1])
		for _, id := range ids {
			if j, err := queues[0].Wait(soon(t), id); err != nil || j.State != job.Done {
				t.Fatalf("job %s = %+v, %v", id, j, err)
			}
		}

		if most.Load() != 1 {
			t.Errorf("%d ran at a time, want 1", most.Load())
		}
	})
}

func TestAJobCutByShutdownIsRunAgain(t *testing.T) {
	t.Parallel()
	asmtest.EachRawDatabase(t, func(t *testing.T, db *database.DB, _ *asmtest.Clock) {
		begun := make(chan struct{})
		q := newQueue(db)
		q.Register("long", func(ctx context.Context, r *job.RunningJob) error {
			r.Progress(3, 10)
			close(begun)
			<-ctx.Done()
			if !errors.Is(context.Cause(ctx), job.ErrShutdown) {
				t.Errorf("cause = %v, want that the process ends", context.Cause(ctx))
			}
			return ctx.Err()
		})
		id := enqueue(t, db, q, job.New{Kind: "long", Key: "k"})
		stop := run(t, q)
		<-begun

		stop()

		if j := read(t, q, id); j.State != job.Queued || j.Done != 3 || j.Total != 10 || j.Attempts != 0 {
			t.Errorf("after the shutdown: %+v, want it queued", j)
		}
		next := newQueue(db)
		next.Register("long", func(context.Context, *job.RunningJob) error { return nil })
		if err := next.RunDue(context.Background()); err != nil {
			t.Fatal(err)
		}
		if j := read(t, q, id); j.State != job.Done {
			t.Errorf("after the next start: %s, want DONE", j.State)
		}
	})
}

func TestAJobOfADeadProcessIsTakenOverWhenItsLeaseEnds(t *testing.T) {
	t.Parallel()
	asmtest.EachRawDatabase(t, func(t *testing.T, db *database.DB, clock *asmtest.Clock) {
		begun, release := make(chan struct{}), make(chan struct{})
		dead := newQueue(db)
		dead.Register("import", func(_ context.Context, r *job.RunningJob) error {
			close(begun)
			<-release // as if the process stood still
			return r.Finish("late")
		})
		id := enqueue(t, db, dead, job.New{Kind: "import", Key: "root 1"})
		var working sync.WaitGroup
		working.Go(func() {
			if err := dead.RunDue(context.Background()); err != nil {
				t.Error(err)
			}
		})
		<-begun
		other := newQueue(db)
		other.Register("import", func(_ context.Context, r *job.RunningJob) error { return r.Finish("in time") })

		if err := other.RunDue(context.Background()); err != nil {
			t.Fatal(err)
		}
		if j := read(t, other, id); j.State != job.Running {
			t.Fatalf("within the lease: %s, want RUNNING", j.State)
		}
		clock.Advance(time.Minute)
		if err := other.RunDue(context.Background()); err != nil {
			t.Fatal(err)
		}
		close(release)
		working.Wait()

		if j := read(t, other, id); j.State != job.Done || string(j.Result) != `"in time"` || j.Attempts != 2 {
			t.Errorf("job = %s, result %s, attempts %d, want what the second process answered", j.State, j.Result, j.Attempts)
		}
	})
}

func TestAJobThatKillsItsProcessIsGivenUp(t *testing.T) {
	t.Parallel()
	asmtest.EachRawDatabase(t, func(t *testing.T, db *database.DB, clock *asmtest.Clock) {
		q := newQueue(db)
		id := enqueue(t, db, q, job.New{Kind: "bomb"})
		q.Register("bomb", func(context.Context, *job.RunningJob) error { return nil })
		// What five killed processes leave behind.
		err := db.Write(context.Background(), func(tx *database.Tx) error {
			_, err := tx.Exec(context.Background(), "UPDATE jobs SET state = 'RUNNING', attempts = 5, lease = 'gone', lease_until = $1",
				database.Micros(clock.Now()))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}

		if err := q.RunDue(context.Background()); err != nil {
			t.Fatal(err)
		}

		if j := read(t, q, id); j.State != job.Failed || j.Problem == "" {
			t.Errorf("job = %s, %q, want FAILED with a reason", j.State, j.Problem)
		}
	})
}

func TestACancelledJobIsToldToStop(t *testing.T) {
	t.Parallel()
	asmtest.EachRawDatabase(t, func(t *testing.T, db *database.DB, _ *asmtest.Clock) {
		begun, cause := make(chan struct{}), make(chan error, 1)
		q := newQueue(db)
		q.Register("long", func(ctx context.Context, _ *job.RunningJob) error {
			close(begun)
			<-ctx.Done()
			cause <- context.Cause(ctx)
			return ctx.Err()
		})
		id := enqueue(t, db, q, job.New{Kind: "long"})
		run(t, q)
		<-begun

		cancel := func() error {
			return db.Write(context.Background(), func(tx *database.Tx) error { return q.Cancel(context.Background(), tx, id) })
		}
		if err := cancel(); err != nil {
			t.Fatal(err)
		}

		if err := <-cause; !errors.Is(err, job.ErrLost) {
			t.Errorf("cause = %v, want that the job was lost", err)
		}
		if j := read(t, q, id); j.State != job.Cancelled {
			t.Errorf("job = %s, want CANCELLED", j.State)
		}
		if err := cancel(); !problem.Is(err, problem.KindConflict) {
			t.Errorf("cancelling again = %v, want a conflict", err)
		}
	})
}

func TestAJobOfARolledBackTransactionIsNone(t *testing.T) {
	t.Parallel()
	asmtest.EachRawDatabase(t, func(t *testing.T, db *database.DB, _ *asmtest.Clock) {
		q := newQueue(db)
		_ = db.Write(context.Background(), func(tx *database.Tx) error {
			if _, err := q.Enqueue(context.Background(), tx, job.New{Kind: "x"}); err != nil {
				t.Error(err)
			}
			return errors.New("changed our mind")
		})

		jobs, err := q.List(context.Background(), job.Filter{Limit: 10})

		if err != nil || len(jobs) != 0 {
			t.Errorf("List = %d jobs, %v, want none", len(jobs), err)
		}
	})
}

func TestListAnswersTheNewestFirst(t *testing.T) {
	t.Parallel()
	asmtest.EachRawDatabase(t, func(t *testing.T, db *database.DB, clock *asmtest.Clock) {
		q := newQueue(db)
		var ids []string
		for _, owner := range []string{"a@acme.test", "b@acme.test", "a@acme.test", "a@acme.test"} {
			ids = append(ids, enqueue(t, db, q, job.New{Kind: "x", Owner: owner}))
			clock.Advance(time.Second)
		}

		first, err := q.List(context.Background(), job.Filter{Owner: "a@acme.test", State: job.Queued, Limit: 2})
		if err != nil || len(first) != 2 || first[0].ID != ids[3] || first[1].ID != ids[2] {
			t.Fatalf("first page = %v, %v", first, err)
		}
		second, err := q.List(context.Background(), job.Filter{Owner: "a@acme.test", Limit: 2, Before: first[1].ID})
		if err != nil || len(second) != 1 || second[0].ID != ids[0] {
			t.Errorf("second page = %v, %v", second, err)
		}
	})
}
