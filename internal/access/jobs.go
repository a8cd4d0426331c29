package access

import (
	"context"

	"asm.example/asm/internal/audit"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/job"
	"asm.example/asm/internal/problem"
)

// JobsByIDs answers jobs aligned with ids, nil for those that are unknown or that the caller may not see: one sees one's own
// jobs, and administrators all. Problems: Unauthenticated.
func (s *Service) JobsByIDs(ctx context.Context, ids []string) ([]*job.Job, error) {
	mayAll, grant, err := s.maySeeJobs(ctx)
	if err != nil {
		return nil, err
	}
	asked := make([]string, len(ids))
	for i, id := range ids {
		asked[i] = askable(id)
	}
	jobs, err := s.jobs.ByIDs(ctx, asked)
	if err != nil {
		return nil, err
	}
	for i, j := range jobs {
		if j != nil && !mayAll && j.Owner != grant.actor.Email {
			jobs[i] = nil
		}
	}
	return jobs, nil
}

// Jobs answers a page of jobs, the newest first: the caller's own, or with QueryJobs at user level, which administrators
// have, those that the filter says. Problems: Unauthenticated.
func (s *Service) Jobs(ctx context.Context, f job.Filter) ([]*job.Job, error) {
	mayAll, grant, err := s.maySeeJobs(ctx)
	if err != nil {
		return nil, err
	}
	if !mayAll {
		f.Owner = grant.actor.Email
	}
	f.Limit = min(max(f.Limit, 1), maxPage)
	return s.jobs.List(ctx, f)
}

// CancelJob ends a job that one sees. Problems: Unauthenticated; Denied for an unknown job or another's; Conflict when it
// is over.
func (s *Service) CancelJob(ctx context.Context, id string) error {
	jobs, err := s.JobsByIDs(ctx, []string{id})
	if err != nil {
		return err
	}
	if jobs[0] == nil {
		return problem.Denied()
	}
	grant, err := s.Self(ctx)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *database.Tx) error {
		if err := s.jobs.Cancel(ctx, tx, id); err != nil {
			return err
		}
		return grant.Record(ctx, tx, audit.Change{Action: "cancelJob", Kind: "job", ID: id, Group: jobs[0].GroupID})
	})
}

func (s *Service) maySeeJobs(ctx context.Context) (all bool, grant Grant, err error) {
	if grant, err = s.Self(ctx); err != nil {
		return false, Grant{}, err
	}
	now, err := s.Current(ctx)
	if err != nil {
		return false, Grant{}, err
	}
	return now.May(QueryJobs, OnUser()), grant, nil
}
