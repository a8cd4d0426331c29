// Package job runs background work that outlives the process which began it.
//
// A job is a row. Any process that serves the database claims it by a lease, renews the lease while it works, and
// writes progress and the result into the row. When a process ends in good order, its jobs go back into the queue; when it
// is killed, the lease ends and another process takes them over. So a job may be begun more than once, and what it does
// must be repeatable; it is never run by two at a time, as long as its clock and theirs agree within the lease.
//
// This package does not know what jobs do or who may see them: rooms above register a function for each kind, and
// access authorizes (access.Service.Jobs).
package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"asm.example/asm/internal/database"
	"asm.example/asm/internal/problem"
)

// State is how far a job is.
type State string

// The states. A job begins Queued; Done, Failed and Cancelled are final; a Running one may become Queued again.
const (
	Queued    State = "QUEUED"
	Running   State = "RUNNING"
	Done      State = "DONE"
	Failed    State = "FAILED"
	Cancelled State = "CANCELLED"
)

// IsFinal tells whether nothing more will happen to a job.
func (s State) IsFinal() bool { return s == Done || s == Failed || s == Cancelled }

// Job is a piece of work as it was when it was read.
type Job struct {
	// ID names it, Kind is what is to be done.
	ID, Kind string
	// Owner is who asked for it, a mail address or the name of a host command; Credential is the kind of credential by which
	// they did.
	Owner, Credential string
	// GroupID is the group that it is about; "" when it is about none.
	GroupID string
	// Key names what it must have for itself: of the jobs with one key, one runs at a time. "" is no such limit.
	Key string
	// State is how far it is.
	State State
	// Done of Total units are done; Total is 0 while it is unknown.
	Done, Total int64
	// Input is what it was given and Result what it answered, as JSON; Result is nil until it is done.
	Input, Result []byte
	// Problem is why it failed, a sentence for its owner; "" otherwise.
	Problem string
	// Attempts is how often it was begun.
	Attempts int64
	// CreatedAt, StartedAt (the first time) and EndedAt are UTC; zero until then.
	CreatedAt, StartedAt, EndedAt time.Time

	lease string
}

// New is a job to be done.
type New struct {
	// Kind is what is to be done; some process must have registered it, or the job waits.
	Kind string
	// Owner and Credential tell who asks: the Actor's mail address and the kind of its credential.
	Owner, Credential string
	// GroupID is the group that it is about; "" when it is about none.
	GroupID string
	// Key names what it must have for itself; "" when nothing.
	Key string
	// Input becomes JSON.
	Input any
}

const (
	jobColumns = `
	SELECT id, kind, owner, credential, group_id, key, state, done, total, input, result, problem, attempts, lease,
	       created_at, started_at, ended_at
	  FROM jobs`

	jobsByIDs = jobColumns + `
	 WHERE id = ANY($1)`

	insertJob = `
	INSERT INTO jobs (id, kind, owner, credential, group_id, key, state, done, total, input, result, problem, attempts,
	       lease, lease_until, created_at, started_at, ended_at)
	VALUES ($1, $2, $3, $4, $5, $6, 'QUEUED', 0, 0, $7, '', '', 0, '', 0, $8, 0, 0)`

	cancelJob = `
	UPDATE jobs
	   SET state = 'CANCELLED',
	       ended_at = $2,
	       lease = '',
	       lease_until = 0
	 WHERE id = $1
	   AND state IN ('QUEUED', 'RUNNING')`
)

func scanJob(row database.Row) (*Job, error) {
	var j Job
	var input, result string
	var created, started, ended int64
	err := row.Scan(&j.ID, &j.Kind, &j.Owner, &j.Credential, &j.GroupID, &j.Key, &j.State, &j.Done, &j.Total, &input,
		&result, &j.Problem, &j.Attempts, &j.lease, &created, &started, &ended)
	j.Input = []byte(input)
	if result != "" {
		j.Result = []byte(result)
	}
	j.CreatedAt, j.StartedAt, j.EndedAt = database.Time(created), database.Time(started), database.Time(ended)
	return &j, err
}

// Enqueue makes a job in the transaction of whoever asks for it, so that there is no job for what was rolled back. Workers
// wake when it commits. It does not authorize.
func (q *Queue) Enqueue(ctx context.Context, tx *database.Tx, n New) (id string, err error) {
	input, err := json.Marshal(n.Input)
	if err != nil {
		return "", fmt.Errorf("encode the input of a job %s: %w", n.Kind, err)
	}
	id = tx.NewID()
	if _, err := tx.Exec(ctx, insertJob, id, n.Kind, n.Owner, n.Credential, n.GroupID, n.Key, string(input),
		database.Micros(tx.Now())); err != nil {
		return "", fmt.Errorf("enqueue a job %s: %w", n.Kind, err)
	}
	return id, tx.Notify(ctx, queuedChannel, id)
}

// Cancel ends a job that is not over; one that runs is told to stop. It does not authorize. Problems: Conflict when the job
// is unknown or over.
func (q *Queue) Cancel(ctx context.Context, tx *database.Tx, id string) error {
	changed, err := tx.Exec(ctx, cancelJob, id, database.Micros(tx.Now()))
	if err != nil {
		return fmt.Errorf("cancel job %s: %w", id, err)
	}
	if changed == 0 {
		return problem.Conflict("The job is over.")
	}
	return tx.Notify(ctx, endedChannel, id)
}

// ByIDs answers jobs, aligned with ids; nil for the unknown. It does not authorize.
func (q *Queue) ByIDs(ctx context.Context, ids []string) ([]*Job, error) {
	found, err := database.Collect(ctx, q.db, scanJob, jobsByIDs, ids)
	if err != nil {
		return nil, fmt.Errorf("read jobs: %w", err)
	}
	byID := make(map[string]*Job, len(found))
	for _, j := range found {
		byID[j.ID] = j
	}
	jobs := make([]*Job, len(ids))
	for i, id := range ids {
		jobs[i] = byID[id]
	}
	return jobs, nil
}

// Filter says which jobs a list has. Zero values mean any.
type Filter struct {
	// Owner, GroupID, Kind and State are compared as they are.
	Owner, GroupID, Kind string
	State                State
	// Before is the id of the last job of the page before; "" is the start.
	Before string
	// Limit is how many at most.
	Limit int
}

// List answers jobs, the newest first. It does not authorize.
func (q *Queue) List(ctx context.Context, f Filter) ([]*Job, error) {
	var w database.Where
	for _, equal := range []struct {
		condition database.Piece
		value     string
	}{
		{"owner = ?", f.Owner}, {"group_id = ?", f.GroupID}, {"kind = ?", f.Kind}, {"state = ?", string(f.State)},
		{"id < ?", f.Before},
	} {
		if equal.value != "" {
			w.And(equal.condition, equal.value)
		}
	}
	statement := jobColumns + " " + w.String() + " ORDER BY id DESC LIMIT " + w.Argument(f.Limit)
	jobs, err := database.Collect(ctx, q.db, scanJob, statement, w.Arguments()...)
	if err != nil {
		return nil, fmt.Errorf("list jobs: %w", err)
	}
	return jobs, nil
}

// errUnknownJob is what Wait answers for an id that there is not.
var errUnknownJob = errors.New("job: no such job")

// one answers a job.
func (q *Queue) one(ctx context.Context, id string) (*Job, error) {
	jobs, err := q.ByIDs(ctx, []string{id})
	if err != nil {
		return nil, err
	}
	if jobs[0] == nil {
		return nil, fmt.Errorf("%w: %s", errUnknownJob, id)
	}
	return jobs[0], nil
}
