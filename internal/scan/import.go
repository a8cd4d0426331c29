package scan

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/audit"
	"asm.example/asm/internal/blob"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/job"
	"asm.example/asm/internal/problem"
	"asm.example/asm/internal/root"
	"asm.example/asm/internal/scan/sarif"
)

// MaxBytes is the size of the largest file that is imported.
const MaxBytes = 256 << 20

// maxFileName is the most characters that are kept of a file's name.
const maxFileName = 255

// answerBefore is how long before the end of a request an import is no longer waited for, so that there is an answer.
const answerBefore = time.Second

// errInactive is the contract's answer to what only an active root allows.
const errInactive = "Exception - The root is not active"

// Upload is a file as it was sent.
type Upload struct {
	// Name is the file's, perhaps with a path before it.
	Name string
	// Size is its length in bytes.
	Size int64
	// Content is read several times, each time from its start. It is the caller's to close.
	Content io.ReadSeeker
}

// Import says what is to be imported, and how.
type Import struct {
	// GroupName is a group's name or id; RootNickname names one of its active roots.
	GroupName, RootNickname string
	// File is SARIF 2.1.0, at most MaxBytes long.
	File *Upload
	// DryRun only tells what would happen. Nothing is kept, not even the file.
	DryRun bool
	// Wait waits for the end of the import; else it is only begun. A dry run is always waited for.
	Wait bool
}

// Imported is what became of an import.
type Imported struct {
	// Job is the work; nil for a dry run.
	Job *job.Job
	// Receipt is nil while the import goes on.
	Receipt *Receipt
}

// input is what an import's job is given.
type input struct {
	RootID   string      `json:"rootId"`
	Digest   blob.Digest `json:"digest"`
	FileName string      `json:"fileName"`
	Size     int64       `json:"size"`
}

// Import brings a scanner's file into a root: what was seen before is recognised, what is new becomes a location, and what
// the same scanner no longer reports is closed. The work is a durable job, one at a time on a root; a file that cannot be
// imported is refused before. The same file twice changes nothing.
//
// An import that is still going on when the request nearly ends is answered like one that is not waited for.
//
// Needs ImportScan on the group. Problems: Denied; NotFound (the root); Conflict (the root is inactive; the import was
// cancelled, or failed); Invalid (file, place: it is no scan, with what and where).
func (s *Service) Import(ctx context.Context, im Import) (Imported, error) {
	grant, err := s.access.Require(ctx, access.ImportScan, access.OnGroup(im.GroupName))
	if err != nil {
		return Imported{}, err
	}
	on, err := root.ByNickname(ctx, s.db, grant.GroupID(), im.RootNickname)
	if err != nil {
		return Imported{}, err
	}
	if !on.Common().IsActive() {
		return Imported{}, problem.Conflict(errInactive)
	}
	log, err := open(ctx, im.File)
	if err != nil {
		return Imported{}, err
	}
	if im.DryRun {
		return s.tryOut(ctx, log, on.Common().Key())
	}
	id, err := s.begin(ctx, grant, on, im.File)
	if err != nil {
		return Imported{}, err
	}
	return s.answer(ctx, id, im.Wait)
}

// tryOut answers what an import would do.
func (s *Service) tryOut(ctx context.Context, log *sarif.Log, on root.Key) (Imported, error) {
	survey, lost, err := s.survey(ctx, log, on)
	if err != nil {
		return Imported{}, refused(err)
	}
	p, err := s.plan(ctx, survey, lost, on)
	if err != nil {
		return Imported{}, err
	}
	return Imported{Receipt: &p.Receipt}, nil
}

// open reads a file through once, to refuse what is no scan.
func open(ctx context.Context, file *Upload) (*sarif.Log, error) {
	if file == nil || file.Content == nil {
		return nil, problem.Invalid("file", "A file is needed: what a scanner wrote, as SARIF 2.1.0.")
	}
	log, err := sarif.Open(ctx, file.Content, limits())
	if err != nil {
		return nil, refused(err)
	}
	return log, nil
}

func limits() sarif.Limits {
	l := sarif.DefaultLimits()
	l.Bytes = MaxBytes
	return l
}

// refused makes a problem of a refusal; other errors are passed on.
func refused(err error) error {
	var refusal *sarif.Refusal
	if !errors.As(err, &refusal) {
		return fmt.Errorf("read a scan: %w", err)
	}
	p := problem.Invalid("file", refusal.Error()+".")
	if refusal.At != nil {
		p = p.With("place", refusal.At.String())
	}
	return p
}

// begin keeps the file and enqueues the job.
func (s *Service) begin(ctx context.Context, grant access.Grant, on root.Root, file *Upload) (jobID string, err error) {
	if _, err := file.Content.Seek(0, io.SeekStart); err != nil {
		return "", fmt.Errorf("read a scan: %w", err)
	}
	in := input{RootID: on.Common().ID, FileName: fileName(file.Name)}
	if in.Digest, in.Size, err = s.files.Put(ctx, file.Content, MaxBytes); err != nil {
		return "", fmt.Errorf("keep a scan: %w", err)
	}
	err = s.db.Write(ctx, func(tx *database.Tx) error {
		jobID, err = s.jobs.Enqueue(ctx, tx, job.New{
			Kind: ImportJob, Owner: grant.Actor().Email, Credential: string(grant.Actor().Credential.Kind),
			GroupID: grant.GroupID(), Key: in.RootID, Input: in,
		})
		if err != nil {
			return err
		}
		return grant.Record(ctx, tx, audit.Change{
			Action: "importScan", Kind: "root", ID: in.RootID,
			After: map[string]any{"job": jobID, "digest": in.Digest, "fileName": in.FileName, "sizeBytes": in.Size},
		})
	})
	return jobID, err
}

// fileName is the last segment of a path, fit to be kept and shown.
func fileName(name string) string {
	name = path.Base(strings.ReplaceAll(sarif.Clean(name), `\`, "/"))
	if name == "." || name == "/" {
		return ""
	}
	return cutText(strings.Join(strings.Fields(name), " "), maxFileName)
}

// answer answers with the job as it is, or when it is over.
func (s *Service) answer(ctx context.Context, jobID string, wait bool) (Imported, error) {
	if wait {
		waiting, cancel := ctx, context.CancelFunc(func() {})
		if deadline, ok := ctx.Deadline(); ok {
			waiting, cancel = context.WithDeadline(ctx, deadline.Add(-answerBefore))
		}
		j, err := s.jobs.Complete(waiting, jobID)
		cancel()
		if err == nil {
			return outcome(j)
		}
		if ctx.Err() != nil || waiting.Err() == nil {
			return Imported{}, err
		}
	}
	jobs, err := s.jobs.ByIDs(ctx, []string{jobID})
	if err != nil {
		return Imported{}, err
	}
	return Imported{Job: jobs[0]}, nil
}

// outcome answers an import that is over.
func outcome(j *job.Job) (Imported, error) {
	switch j.State {
	case job.Failed:
		return Imported{}, problem.Conflict(j.Problem).With("job", j.ID)
	case job.Cancelled:
		return Imported{}, problem.Conflict("The import was cancelled.").With("job", j.ID)
	}
	receipt := NewReceipt()
	if err := json.Unmarshal(j.Result, &receipt); err != nil {
		return Imported{}, fmt.Errorf("read the receipt of job %s: %w", j.ID, err)
	}
	return Imported{Job: j, Receipt: &receipt}, nil
}
