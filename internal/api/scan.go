package api

import (
	"context"
	"time"

	"asm.example/asm/internal/asm"
	"asm.example/asm/internal/graphql"
	"asm.example/asm/internal/group"
	"asm.example/asm/internal/job"
	"asm.example/asm/internal/scan"
)

func bindScan(b *graphql.Binder, s *asm.Services) {
	bindReceipt(b)
	bindConnection[scan.Scan](b, "ScansConnection", "ScanEdge")

	o := graphql.Object[scan.Scan](b, "Scan")
	graphql.Value(o, "id", func(c *scan.Scan) string { return c.ID })
	graphql.Value(o, "automationId", func(c *scan.Scan) string { return c.AutomationID })
	graphql.Value(o, "digest", func(c *scan.Scan) string { return c.Digest })
	graphql.Value(o, "fileName", func(c *scan.Scan) string { return c.FileName })
	graphql.Value(o, "importedAt", func(c *scan.Scan) time.Time { return c.ImportedAt })
	graphql.Value(o, "importedBy", func(c *scan.Scan) string { return c.ImportedBy })
	graphql.Value(o, "receipt", func(c *scan.Scan) *scan.Receipt { return &c.Receipt })
	graphql.Value(o, "rootNickname", func(c *scan.Scan) string { return c.RootNickname })
	graphql.Value(o, "sizeBytes", func(c *scan.Scan) int64 { return c.SizeBytes })
	graphql.Value(o, "tools", func(c *scan.Scan) []string { return c.Tools }, graphql.Sized(1))

	g := graphql.Object[group.Group](b, "Group")
	graphql.Level(g, "scans", func(ctx context.Context, parents []*group.Group, a pageArguments) ([]page[scan.Scan], error) {
		ids, first := groupIDs(parents), pageSize(a.First, 20)
		read, err := s.Scans.PagesOfGroups(ctx, ids, first, a.After)
		if err != nil {
			return nil, err
		}
		all := &counted{func(ctx context.Context) ([]int64, error) { return s.Scans.TotalsOfGroups(ctx, ids) }}
		pages := make([]page[scan.Scan], len(read))
		for i, p := range read {
			pages[i] = pageOf(p.Scans, p.Cursors, p.HasNext, all, i)
		}
		return pages, nil
	}, graphql.Paged(20, 1000))

	bindImport(b, s)
}

func bindReceipt(b *graphql.Binder) {
	o := graphql.Object[scan.Receipt](b, "ScanReceipt")
	for name, count := range map[string]func(*scan.Receipt) int{
		"read":         func(r *scan.Receipt) int { return r.Read },
		"created":      func(r *scan.Receipt) int { return r.Created },
		"unchanged":    func(r *scan.Receipt) int { return r.Unchanged },
		"moved":        func(r *scan.Receipt) int { return r.Moved },
		"reopened":     func(r *scan.Receipt) int { return r.Reopened },
		"duplicate":    func(r *scan.Receipt) int { return r.Duplicate },
		"notAWeakness": func(r *scan.Receipt) int { return r.NotAWeakness },
		"suppressed":   func(r *scan.Receipt) int { return r.Suppressed },
		"rejected":     func(r *scan.Receipt) int { return r.Rejected },
		"closed":       func(r *scan.Receipt) int { return r.Closed },
	} {
		graphql.Value(o, name, count)
	}
	graphql.Value(o, "notes", func(r *scan.Receipt) []string { return emptyNotNil(r.Notes) }, graphql.Sized(2))
	graphql.Value(o, "rejections", func(r *scan.Receipt) []scan.Rejection { return r.Rejections }, graphql.Sized(100))

	n := graphql.Object[scan.Rejection](b, "ScanRejection")
	graphql.Value(n, "place", func(r *scan.Rejection) string { return r.Place })
	graphql.Value(n, "reason", func(r *scan.Rejection) string { return r.Reason })
}

func bindImport(b *graphql.Binder, s *asm.Services) {
	o := graphql.Object[scan.Imported](b, "ImportScanPayload")
	graphql.Value(o, "job", func(i *scan.Imported) *job.Job { return i.Job })
	graphql.Value(o, "receipt", func(i *scan.Imported) *scan.Receipt { return i.Receipt })
	graphql.Value(o, "success", succeeded[scan.Imported])
	graphql.Mutation(b, "importScan", func(ctx context.Context, a struct {
		GroupName    string
		RootNickname string
		File         *scan.Upload
		DryRun       bool
		Wait         bool
	}) (scan.Imported, error) {
		return s.Scans.Import(ctx, scan.Import{
			GroupName: a.GroupName, RootNickname: a.RootNickname, File: a.File, DryRun: a.DryRun, Wait: a.Wait,
		})
	})
}
