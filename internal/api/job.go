package api

import (
	"context"
	"encoding/json"
	"time"

	"asm.example/asm/internal/asm"
	"asm.example/asm/internal/graphql"
	"asm.example/asm/internal/job"
	"asm.example/asm/internal/scan"
)

func bindJob(b *graphql.Binder, s *asm.Services) {
	graphql.Enum(b, "JobState", job.Queued, job.Running, job.Done, job.Failed, job.Cancelled)
	bindEdges[job.Job](b, "JobsConnection", "JobEdge")

	o := graphql.Object[job.Job](b, "Job")
	graphql.Value(o, "id", func(j *job.Job) string { return j.ID })
	graphql.Value(o, "kind", func(j *job.Job) string { return j.Kind })
	graphql.Value(o, "owner", func(j *job.Job) string { return j.Owner })
	graphql.Value(o, "state", func(j *job.Job) job.State { return j.State })
	graphql.Value(o, "done", func(j *job.Job) int64 { return j.Done })
	graphql.Value(o, "total", func(j *job.Job) int64 { return j.Total })
	graphql.Value(o, "problem", func(j *job.Job) *string { return textOrNull(j.Problem) })
	graphql.Value(o, "createdAt", func(j *job.Job) time.Time { return j.CreatedAt })
	graphql.Value(o, "startedAt", func(j *job.Job) time.Time { return j.StartedAt })
	graphql.Value(o, "endedAt", func(j *job.Job) time.Time { return j.EndedAt })
	graphql.Value(o, "receipt", receiptOfJob)
	graphql.Level(o, "groupName", func(ctx context.Context, parents []*job.Job, _ graphql.None) ([]*string, error) {
		return groupNamesOfJobs(ctx, s, parents)
	})

	graphql.Query(b, "job", func(ctx context.Context, a struct{ ID string }) (*job.Job, error) {
		found, err := s.Access.JobsByIDs(ctx, []string{a.ID})
		if err != nil {
			return nil, err
		}
		return found[0], nil
	})
	graphql.Query(b, "jobs", func(ctx context.Context, a struct {
		pageArguments

		State job.State
	}) (page[job.Job], error) {
		first := min(pageSize(a.First, 50), mostJobs)
		// One more tells whether there is a next page.
		read, err := s.Access.Jobs(ctx, job.Filter{State: a.State, Before: a.After, Limit: first + 1})
		if err != nil {
			return page[job.Job]{}, err
		}
		shown := read[:min(first, len(read))]
		cursors := make([]string, len(shown))
		for i, j := range shown {
			cursors[i] = j.ID
		}
		return pageOf(shown, cursors, len(read) > first, nil, 0), nil
	}, graphql.Paged(50, mostJobs))
}

// mostJobs is the most that one page of jobs has.
const mostJobs = 500

// receiptOfJob answers the receipt of an import that is done; null for any other job.
func receiptOfJob(j *job.Job) *scan.Receipt {
	if j.Kind != scan.ImportJob || j.State != job.Done {
		return nil
	}
	var receipt scan.Receipt
	if err := json.Unmarshal(j.Result, &receipt); err != nil {
		return nil
	}
	return &receipt
}

// groupNamesOfJobs answers the names of the groups that jobs are about; null for none, or for a group that is gone.
func groupNamesOfJobs(ctx context.Context, s *asm.Services, jobs []*job.Job) ([]*string, error) {
	ids := make([]string, len(jobs))
	for i, j := range jobs {
		ids[i] = j.GroupID
	}
	names, err := s.Groups.NamesOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	answers := make([]*string, len(names))
	for i, name := range names {
		answers[i] = textOrNull(name)
	}
	return answers, nil
}
