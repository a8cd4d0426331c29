package scan

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/finding"
	"asm.example/asm/internal/problem"
	"asm.example/asm/internal/root"
)

// errFirst is the contract's answer to a page without entries.
const errFirst = "Exception - The argument must be a positive integer: first"

// maxPage is the most entries of a page; more is capped.
const maxPage = 1000

// Scan is a scanner's file that was imported.
type Scan struct {
	GroupID string
	// ID is that of the job that imported it.
	ID                   string
	RootID, RootNickname string
	// AutomationID is that of its runs; of several, joined by ", "; empty when they have none.
	AutomationID string
	// Digest is the file's SHA-256 in hexadecimal.
	Digest string
	// FileName is as it was sent, without directories.
	FileName  string
	SizeBytes int64
	// Tools are the scanners that wrote it.
	Tools []string
	// ImportedAt is when the import ended, UTC; ImportedBy is a mail address, or the name of a host command.
	ImportedAt time.Time
	ImportedBy string
	Receipt    Receipt
}

// Page is some scans of a group, the latest first.
type Page struct {
	Scans []*Scan
	// Cursors are aligned with the scans.
	Cursors []string
	HasNext bool
}

const scanColumns = `s.group_id, s.id, s.root_id, r.nickname, s.automation_id, s.digest, s.file_name, s.size_bytes, s.tools,
	       s.imported_at, s.imported_by, s.receipt`

func readScan(row database.Row) (*Scan, error) {
	s := Scan{Receipt: NewReceipt()}
	var tools, receipt string
	var importedAt int64
	err := row.Scan(&s.GroupID, &s.ID, &s.RootID, &s.RootNickname, &s.AutomationID, &s.Digest, &s.FileName, &s.SizeBytes,
		&tools, &importedAt, &s.ImportedBy, &receipt)
	if err != nil {
		return nil, err
	}
	s.ImportedAt = database.Time(importedAt)
	if err := json.Unmarshal([]byte(tools), &s.Tools); err != nil {
		return nil, fmt.Errorf("read tools of scan %s: %w", s.ID, err)
	}
	if err := json.Unmarshal([]byte(receipt), &s.Receipt); err != nil {
		return nil, fmt.Errorf("read receipt of scan %s: %w", s.ID, err)
	}
	return &s, nil
}

// order is what cursors of scans belong to.
const order = "scans"

func (s *Scan) cursor() string {
	return finding.Cursor{Order: order, Number: database.Micros(s.ImportedAt), ID: s.ID}.String()
}

// PagesOfGroups answers the scans of groups, the latest first, a page for each group, aligned with groupIDs. A first above
// 1000 is capped; after is a cursor of a page before, or empty. It costs one statement for all groups.
//
// Needs membership of every group. Problems: Denied for all when it is missing on one; Invalid (first, after).
func (s *Service) PagesOfGroups(ctx context.Context, groupIDs []string, first int, after string) ([]Page, error) {
	if first < 1 {
		return nil, problem.Invalid("first", errFirst).With("min", 1)
	}
	first = min(first, maxPage)
	if err := s.requireMember(ctx, groupIDs); err != nil {
		return nil, err
	}
	var w database.Where
	w.And("c.group_id = ANY(?)", sortedOnce(groupIDs))
	if after != "" {
		c, err := finding.ReadCursor(after, order)
		if err != nil {
			return nil, err
		}
		w.And("(c.imported_at, c.id) < (?, ?)", c.Number, c.ID)
	}
	limit := w.Argument(first + 1)
	found, err := database.Collect(ctx, s.db, readScan, `
	SELECT `+scanColumns+`
	  FROM (SELECT c.*, row_number() OVER (PARTITION BY c.group_id ORDER BY c.imported_at DESC, c.id DESC) AS place
	          FROM scans c
	         `+w.String()+`) s
	  JOIN roots r ON r.group_id = s.group_id AND r.id = s.root_id
	 WHERE s.place <= `+limit+`
	 ORDER BY s.group_id, s.imported_at DESC, s.id DESC`, w.Arguments()...)
	if err != nil {
		return nil, fmt.Errorf("list scans: %w", err)
	}
	byGroup := map[string][]*Scan{}
	for _, scan := range found {
		byGroup[scan.GroupID] = append(byGroup[scan.GroupID], scan)
	}
	pages := make([]Page, len(groupIDs))
	for i, id := range groupIDs {
		all := byGroup[id]
		p := Page{Scans: all[:min(first, len(all))], HasNext: len(all) > first}
		for _, scan := range p.Scans {
			p.Cursors = append(p.Cursors, scan.cursor())
		}
		pages[i] = p
	}
	return pages, nil
}

const totalsOfGroups = `
	SELECT group_id, count(*)
	  FROM scans
	 WHERE group_id = ANY($1)
	 GROUP BY group_id`

// TotalsOfGroups answers how many scans groups have, aligned with groupIDs. Needs and problems are those of
// [Service.PagesOfGroups].
func (s *Service) TotalsOfGroups(ctx context.Context, groupIDs []string) ([]int64, error) {
	if err := s.requireMember(ctx, groupIDs); err != nil {
		return nil, err
	}
	totals := map[string]int64{}
	_, err := database.Collect(ctx, s.db, func(row database.Row) (struct{}, error) {
		var id string
		var n int64
		err := row.Scan(&id, &n)
		totals[id] = n
		return struct{}{}, err
	}, totalsOfGroups, sortedOnce(groupIDs))
	if err != nil {
		return nil, fmt.Errorf("count scans: %w", err)
	}
	aligned := make([]int64, len(groupIDs))
	for i, id := range groupIDs {
		aligned[i] = totals[id]
	}
	return aligned, nil
}

const lastOfRoots = `
	SELECT group_id, root_id, max(imported_at)
	  FROM scans
	 WHERE group_id = ANY($1)
	   AND root_id = ANY($2)
	 GROUP BY group_id, root_id`

// LastOfRoots answers when a scan was last imported into roots, aligned with keys; zero when none was.
//
// Needs QueryRoot on every group. Problems: Denied for all when it is missing on one.
func (s *Service) LastOfRoots(ctx context.Context, keys []root.Key) ([]time.Time, error) {
	groupIDs, ids := make([]string, len(keys)), make([]string, len(keys))
	for i, key := range keys {
		groupIDs[i], ids[i] = key.GroupID, key.ID
	}
	groupIDs = sortedOnce(groupIDs)
	if _, err := s.access.RequireAll(ctx, access.QueryRoot, groupIDs); err != nil {
		return nil, err
	}
	last := map[root.Key]time.Time{}
	_, err := database.Collect(ctx, s.db, func(row database.Row) (struct{}, error) {
		var key root.Key
		var at int64
		err := row.Scan(&key.GroupID, &key.ID, &at)
		last[key] = database.Time(at)
		return struct{}{}, err
	}, lastOfRoots, groupIDs, sortedOnce(ids))
	if err != nil {
		return nil, fmt.Errorf("read last scans of roots: %w", err)
	}
	aligned := make([]time.Time, len(keys))
	for i, key := range keys {
		aligned[i] = last[key]
	}
	return aligned, nil
}

func (s *Service) requireMember(ctx context.Context, groupIDs []string) error {
	for _, id := range sortedOnce(groupIDs) {
		if _, err := s.access.RequireMember(ctx, access.OnGroup(id)); err != nil {
			return err
		}
	}
	return nil
}

func sortedOnce(values []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(values)))
}
