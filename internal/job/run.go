package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"asm.example/asm/internal/database"
	"asm.example/asm/internal/problem"
)

const (
	// The oldest that may run: not begun, or begun by a process that is gone; nothing else with its key runs. Another who
	// claims at the same moment skips the row; for two rows of one key the unique index jobs_running_key decides.
	dueJob = jobColumns + `
	 WHERE kind = ANY($1)
	   AND (state = 'QUEUED' OR state = 'RUNNING' AND lease_until <= $2)
	   AND NOT EXISTS (
	       SELECT 1
	         FROM jobs other
	        WHERE other.key = jobs.key
	          AND other.key <> ''
	          AND other.state = 'RUNNING'
	          AND other.id <> jobs.id)
	 ORDER BY created_at, id
	 LIMIT 1
	   FOR UPDATE SKIP LOCKED`

	claimJob = `
	UPDATE jobs
	   SET state = 'RUNNING',
	       attempts = attempts + 1,
	       lease = $2,
	       lease_until = $3,
	       started_at = CASE WHEN started_at = 0 THEN $4 ELSE started_at END
	 WHERE id = $1`

	renewLease = `
	UPDATE jobs
	   SET lease_until = $3,
	       done = $4,
	       total = $5
	 WHERE id = $1
	   AND lease = $2
	   AND state = 'RUNNING'`

	// A run that was cut in good order does not count as an attempt.
	endJob = `
	UPDATE jobs
	   SET state = $3,
	       attempts = attempts - CASE WHEN $9 THEN 1 ELSE 0 END,
	       done = $4,
	       total = $5,
	       result = $6,
	       problem = $7,
	       ended_at = $8,
	       lease = '',
	       lease_until = 0
	 WHERE id = $1
	   AND lease = $2
	   AND state = 'RUNNING'`
)

// Texts for a job's owner.
const (
	errFault    = "Something went wrong. The server's log says what; its operator can tell."
	errAttempts = "It was begun several times and never came to an end."
)

// RunningJob is a job at work. Its methods may be called by several goroutines.
type RunningJob struct {
	// Job is the job as it was claimed.
	Job Job

	mu          sync.Mutex
	done, total int64
	result      []byte
}

// Progress says that done of total units are done; it is written within a few seconds.
func (r *RunningJob) Progress(done, total int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done, r.total = done, total
}

// Finish says what the job answers; it is kept when the work returns without error. The last call counts.
func (r *RunningJob) Finish(result any) error {
	text, err := json.Marshal(result)
	if err != nil {
		return fmt.Errorf("encode the result of job %s: %w", r.Job.ID, err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.result = text
	return nil
}

// Input reads the job's input.
func (r *RunningJob) Input(into any) error {
	if err := json.Unmarshal(r.Job.Input, into); err != nil {
		return fmt.Errorf("read the input of job %s: %w", r.Job.ID, err)
	}
	return nil
}

func (r *RunningJob) progress() (done, total int64, result []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.done, r.total, r.result
}

// runOne claims a job and runs it to its end; false when none is due.
func (q *Queue) runOne(ctx context.Context) (found bool, err error) {
	j, err := q.claim(ctx)
	if err != nil || j == nil {
		return false, err
	}
	q.wakeUp() // where there is one, there may be another for the next worker
	if j.Attempts > maxAttempts {
		return true, q.end(ctx, &RunningJob{Job: *j}, Failed, errAttempts)
	}
	r := &RunningJob{Job: *j, done: j.Done, total: j.Total}
	working, stop := context.WithCancelCause(context.WithoutCancel(ctx))
	defer stop(nil)
	stopWithProcess := context.AfterFunc(ctx, func() { stop(ErrShutdown) })
	defer stopWithProcess()

	var renewing sync.WaitGroup
	renewing.Go(func() { q.renewUntil(working, r, stop) })
	workErr := q.do(working, r)
	cause := context.Cause(working)
	stop(nil)
	renewing.Wait()

	// What is to be kept is written even when the process ends.
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	switch {
	case errors.Is(cause, ErrLost):
		return true, nil
	case workErr == nil:
		return true, q.end(last, r, Done, "")
	case errors.Is(cause, ErrShutdown):
		return true, q.end(last, r, Queued, "")
	}
	text := errFault
	if p, ok := problem.As(workErr); ok {
		text = p.Message
	} else {
		q.logger.ErrorContext(ctx, "a job failed", "job", j.ID, "kind", j.Kind, "error", workErr)
	}
	return true, q.end(last, r, Failed, text)
}

// do calls the work; a panic is an error.
func (q *Queue) do(ctx context.Context, r *RunningJob) (err error) {
	defer func() {
		if panicked := recover(); panicked != nil {
			err = fmt.Errorf("panic: %v\n%s", panicked, debug.Stack())
		}
	}()
	return q.work(r.Job.Kind)(ctx, r)
}

// claim takes the oldest job that is due; nil when there is none.
func (q *Queue) claim(ctx context.Context) (*Job, error) {
	for {
		var claimed *Job
		err := q.db.Write(ctx, func(tx *database.Tx) error {
			due, err := database.Collect(ctx, tx, scanJob, dueJob, q.registered(), database.Micros(tx.Now()))
			claimed = nil
			if err != nil || len(due) == 0 {
				return err
			}
			j := due[0]
			j.lease, j.State = tx.NewID(), Running
			j.Attempts++
			claimed = j
			_, err = tx.Exec(ctx, claimJob, j.ID, j.lease, database.Micros(tx.Now().Add(leaseLife)), database.Micros(tx.Now()))
			return err
		})
		if database.KindOf(err) == database.Unique {
			continue // another process began a job with this key at the same moment
		}
		if err != nil {
			return nil, fmt.Errorf("claim a job: %w", err)
		}
		return claimed, nil
	}
}

// renewUntil renews a job's lease and writes its progress until ctx ends; when the job was lost it stops the work.
func (q *Queue) renewUntil(ctx context.Context, r *RunningJob, stop context.CancelCauseFunc) {
	renew := time.NewTicker(renewEvery)
	defer renew.Stop()
	// A cancelled job is over at once; what else ends has another id.
	if err := q.db.Listen(ctx, endedChannel, func(id string) {
		if id == r.Job.ID || id == "" {
			q.renew(ctx, r, stop)
		}
	}); err != nil && ctx.Err() == nil {
		q.logger.ErrorContext(ctx, "a cancelled job is seen late", "job", r.Job.ID, "error", err)
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-renew.C:
			q.renew(ctx, r, stop)
		}
	}
}

func (q *Queue) renew(ctx context.Context, r *RunningJob, stop context.CancelCauseFunc) {
	done, total, _ := r.progress()
	var kept int64
	err := q.db.Write(ctx, func(tx *database.Tx) (err error) {
		kept, err = tx.Exec(ctx, renewLease, r.Job.ID, r.Job.lease, database.Micros(tx.Now().Add(leaseLife)), done, total)
		return err
	})
	switch {
	case err != nil && ctx.Err() == nil: // the lease may still be renewed next time
		q.logger.ErrorContext(ctx, "a lease could not be renewed", "job", r.Job.ID, "error", err)
	case err == nil && kept == 0:
		stop(ErrLost)
	}
}

// end writes how a run ended, unless the job is no longer this run's.
func (q *Queue) end(ctx context.Context, r *RunningJob, state State, text string) error {
	done, total, result := r.progress()
	if state != Done {
		result = nil
	}
	err := q.db.Write(ctx, func(tx *database.Tx) error {
		ended := int64(0)
		channel := queuedChannel
		if state.IsFinal() {
			ended, channel = database.Micros(tx.Now()), endedChannel
		}
		changed, err := tx.Exec(ctx, endJob, r.Job.ID, r.Job.lease, state, done, total, string(result), text, ended,
			state == Queued)
		if err != nil || changed == 0 {
			return err
		}
		if err := tx.Notify(ctx, channel, r.Job.ID); err != nil {
			return err
		}
		if r.Job.Key == "" || !state.IsFinal() {
			return nil
		}
		return tx.Notify(ctx, queuedChannel, r.Job.ID) // the next with this key may begin
	})
	if err != nil {
		return fmt.Errorf("end job %s: %w", r.Job.ID, err)
	}
	return nil
}
