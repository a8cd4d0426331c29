package job

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"asm.example/asm/internal/database"
)

const (
	queuedChannel = "job_queued"
	endedChannel  = "job_ended"
)

const (
	// leaseLife is how long a job belongs to who claimed it, unless the lease is renewed; after a crash it waits this long.
	leaseLife = 30 * time.Second
	// renewEvery is how often leases are renewed and progress is written.
	renewEvery = 5 * time.Second
	// lookEvery is how often workers look without being woken: for leases that ended, and words that were lost.
	lookEvery = 10 * time.Second
	// DefaultWorkers is how many jobs one process runs at a time.
	DefaultWorkers = 2
	// maxAttempts ends a job that takes the process down with it again and again.
	maxAttempts = 5
)

// Work does jobs of a kind. It must be repeatable, and stop when ctx ends: context.Cause then tells why ([ErrShutdown],
// [ErrLost]). An error that is or wraps a problem is shown to the job's owner; another is logged, and the owner reads
// that something went wrong.
type Work func(ctx context.Context, r *RunningJob) error

var (
	// ErrShutdown is the cause when the process ends; the job goes back into the queue.
	ErrShutdown = errors.New("job: the process ends")
	// ErrLost is the cause when the job was cancelled, or another process took it over.
	ErrLost = errors.New("job: the job belongs to another process, or was cancelled")
)

// Queue is this process's way to the jobs. It is safe for concurrent use.
type Queue struct {
	db      *database.DB
	logger  *slog.Logger
	workers int

	mu    sync.Mutex
	works map[string]Work
	kinds []string

	wake    chan struct{}
	running atomic.Int64 // calls of Run
}

// Options of a queue.
type Options struct {
	// Workers is how many jobs this process runs at a time; [DefaultWorkers] when 0.
	Workers int
	// Logger hears of jobs that failed by our fault; nil means slog.Default().
	Logger *slog.Logger
}

// NewQueue makes a queue; nothing runs until [Queue.Run].
func NewQueue(db *database.DB, o Options) *Queue {
	if o.Workers == 0 {
		o.Workers = DefaultWorkers
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	return &Queue{
		db: db, logger: o.Logger, workers: o.Workers,
		works: make(map[string]Work), wake: make(chan struct{}, 1),
	}
}

// Register says what does the jobs of a kind. It is called while the program is wired, once for each kind.
func (q *Queue) Register(kind string, work Work) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.works[kind] != nil {
		panic(fmt.Sprintf("job: the kind %s is registered twice", kind))
	}
	q.works[kind] = work
	q.kinds = append(q.kinds, kind)
}

func (q *Queue) registered() []string {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.kinds[:len(q.kinds):len(q.kinds)]
}

func (q *Queue) work(kind string) Work {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.works[kind]
}

// Run works until ctx ends. Then running jobs are told to stop and put back into the queue, and it returns when all have.
func (q *Queue) Run(ctx context.Context) {
	q.running.Add(1)
	defer q.running.Add(-1)
	if err := q.db.Listen(ctx, queuedChannel, func(string) { q.wakeUp() }); err != nil && ctx.Err() == nil {
		q.logger.ErrorContext(ctx, "new jobs are seen late", "error", err)
	}
	var working sync.WaitGroup
	for range q.workers {
		working.Go(func() { q.workUntil(ctx) })
	}
	working.Wait()
}

// wakeUp has one worker look for jobs; one that finds a job wakes the next.
func (q *Queue) wakeUp() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

func (q *Queue) workUntil(ctx context.Context) {
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for {
		found, err := q.runOne(ctx)
		if err != nil && ctx.Err() == nil {
			q.logger.ErrorContext(ctx, "a job could not be claimed or ended", "error", err)
		}
		if found && ctx.Err() == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-q.wake:
		case <-look.C:
		}
	}
}

// RunDue runs all that is due, one job after the other, in this goroutine. It is for tests and for commands on the host.
func (q *Queue) RunDue(ctx context.Context) error {
	for {
		found, err := q.runOne(ctx)
		if err != nil || !found {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// Wait answers a job when it is over, whichever process runs it. It does not authorize.
func (q *Queue) Wait(ctx context.Context, id string) (*Job, error) {
	listening, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan struct{}, 1)
	err := q.db.Listen(listening, endedChannel, func(payload string) {
		if payload == id || payload == "" {
			select {
			case ended <- struct{}{}:
			default:
			}
		}
	})
	if err != nil {
		return nil, fmt.Errorf("wait for job %s: %w", id, err)
	}
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for {
		j, err := q.one(ctx, id)
		if err != nil || j.State.IsFinal() {
			return j, err
		}
		select {
		case <-ended:
		case <-look.C:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// Complete is [Queue.Wait] for processes that may have no workers, such as commands on the host: while nothing of this
// process runs jobs, it runs what is due itself until the job is over. It does not authorize.
func (q *Queue) Complete(ctx context.Context, id string) (*Job, error) {
	for {
		if q.running.Load() > 0 {
			return q.Wait(ctx, id)
		}
		if err := q.RunDue(ctx); err != nil {
			return nil, err
		}
		// Another process has it, or a job with the same key.
		looking, stop := context.WithTimeout(ctx, lookEvery)
		j, err := q.Wait(looking, id)
		stop()
		if err == nil || ctx.Err() != nil || !errors.Is(err, context.DeadlineExceeded) {
			return j, err
		}
	}
}
