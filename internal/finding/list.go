package finding

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/problem"
)

// Texts that clients compare.
const (
	errFirst  = "Exception - The argument must be a positive integer: first"
	errFilter = "Exception - The filter is not supported: "
)

// MaxPage is the most entries of a page; more is capped.
const MaxPage = 1000

// PageSize answers how many entries a page has when first are asked for. Problems: Invalid (first).
func PageSize(first int) (int, error) {
	if first < 1 {
		return 0, problem.Invalid("first", errFirst)
	}
	return min(first, MaxPage), nil
}

// Sort is what findings are ordered by, in the API's words.
type Sort string

// The sorts.
const (
	SortBySeverity Sort = "SEVERITY"
	SortByTitle    Sort = "TITLE"
	SortByAge      Sort = "AGE"
	SortByExposure Sort = "EXPOSURE"
	SortByReport   Sort = "LAST_REPORT"
	SortByOpen     Sort = "OPEN_VULNERABILITIES"
)

// sortColumns are what each sort compares. Without a report a finding has no age, so it counts as the youngest.
var sortColumns = map[Sort]database.Piece{
	SortBySeverity: "c.max_open_tenths",
	SortByTitle:    "f.title",
	SortByAge:      "CASE WHEN c.oldest_at = 0 THEN -9223372036854775807 ELSE -c.oldest_at END",
	SortByExposure: "c.exposure_thousandths",
	SortByReport:   "c.newest_at",
	SortByOpen:     "c.open_none + c.open_low + c.open_medium + c.open_high + c.open_critical",
}

// Query says which findings of a group a page holds.
type Query struct {
	// First is how many, at least 1; more than MaxPage is capped. After is the cursor to go on from, "" the start.
	First int
	After string
	// Search wants each of its words in the title, in any case.
	Search string
	// Status is the one that findings must have, or empty.
	Status Status
	// Sort is by severity when it is empty. Ascending turns it around; the worst, oldest or last come first otherwise.
	Sort      Sort
	Ascending bool
}

// Page is some of the findings of a group, in order.
type Page struct {
	Findings []*Finding
	// Cursors are aligned with Findings.
	Cursors []string
	HasNext bool
}

// EndCursor is the last entry's; "" on an empty page.
func (p Page) EndCursor() string {
	if len(p.Cursors) == 0 {
		return ""
	}
	return p.Cursors[len(p.Cursors)-1]
}

// visible adds what the caller may see of groups: live findings, and drafts where drafts may be seen.
func (s *Service) visible(ctx context.Context, w *database.Where, groupIDs []string, p access.Permission) error {
	grants, err := s.access.RequireAll(ctx, access.QueryFinding, groupIDs)
	if err != nil {
		return err
	}
	all, drafts := []string{}, []string{}
	for _, grant := range grants {
		all = append(all, grant.GroupID())
		if grant.Actor().May(p, access.OnGroup(grant.GroupID())) {
			drafts = append(drafts, grant.GroupID())
		}
	}
	w.And("f.group_id = ANY(?)", all)
	w.And("f.state <> 'DELETED'")
	if len(drafts) < len(all) {
		w.And(isReleased+" OR f.group_id = ANY(?)", drafts)
	}
	return nil
}

// The statuses as conditions on the counters.
const (
	isOpen     database.Piece = "c.open_none + c.open_low + c.open_medium + c.open_high + c.open_critical > 0"
	isReleased database.Piece = "c.open_none + c.open_low + c.open_medium + c.open_high + c.open_critical + c.closed > 0"
)

// ByKeys answers findings, aligned with keys. One that is gone, or a draft where the caller may not see drafts, is nil.
//
// Needs QueryFinding on every group, and QueryFindingGetDraft for drafts. Problems: Denied for all when it is missing on
// one.
func (s *Service) ByKeys(ctx context.Context, keys []Key) ([]*Finding, error) {
	groupIDs, ids := []string{}, make([]string, len(keys))
	for i, key := range keys {
		groupIDs, ids[i] = append(groupIDs, key.GroupID), key.ID
	}
	var w database.Where
	if err := s.visible(ctx, &w, sorted(groupIDs), access.QueryFindingGetDraft); err != nil {
		return nil, err
	}
	w.And("f.id = ANY(?)", sorted(ids))
	found, err := database.Collect(ctx, s.db, scan, "SELECT "+columns+" FROM "+tables+" "+w.String(), w.Arguments()...)
	if err != nil {
		return nil, fmt.Errorf("load findings: %w", err)
	}
	byKey := make(map[Key]*Finding, len(found))
	for _, f := range found {
		byKey[f.Key()] = f
	}
	aligned := make([]*Finding, len(keys))
	for i, key := range keys {
		aligned[i] = byKey[key]
	}
	return aligned, nil
}

// Identified answers the finding with an id. Needs QueryFinding on its group, for a draft QueryFindingGetDraft too.
// Problems: Invalid (findingId, no id at all); Denied, also when it is unknown or removed.
func (s *Service) Identified(ctx context.Context, identifier string) (*Finding, error) {
	groupID, err := s.GroupOf(ctx, identifier)
	if err != nil {
		return nil, err
	}
	found, err := s.ByKeys(ctx, []Key{{groupID, identifier}})
	if err != nil {
		return nil, err
	}
	if found[0] == nil {
		return nil, problem.Denied()
	}
	return found[0], nil
}

// Filters narrow the plain list of a group's findings.
type Filters struct {
	// Root keeps findings with a location on the root of this nickname or, behind the nickname and a slash, under this
	// path; of inputs and ports those whose where begins so.
	Root string
	// Verified keeps findings on which no reattack is asked for, or those on which one is.
	Verified *bool
}

// ParseFilters reads filters as clients send them: root and verified, the latter as a boolean or as text. Problems:
// Invalid (filters) for any other key or value.
func ParseFilters(filters map[string]any) (Filters, error) {
	var parsed Filters
	for key, value := range filters {
		text, isText := value.(string)
		verified, isBoolean := value.(bool)
		switch {
		case value == nil:
		case key == "root" && isText:
			parsed.Root = text
		case key == "verified" && isBoolean:
			parsed.Verified = &verified
		case key == "verified" && isText && (strings.EqualFold(text, "true") || strings.EqualFold(text, "false")):
			verified = strings.EqualFold(text, "true")
			parsed.Verified = &verified
		default:
			return Filters{}, problem.Invalid("filters", errFilter+key)
		}
	}
	return parsed, nil
}

// hasLocation begins the condition that a finding has a location of a kind: a released one or, in a draft, which is only
// listed for those who may see drafts, one that is to be reviewed.
const hasLocation database.Piece = `EXISTS (
	SELECT 1
	  FROM vulnerabilities v
	 WHERE v.group_id = f.group_id
	   AND v.finding_id = f.id
	   AND (v.standing IN ('OPEN', 'CLOSED') OR v.standing IN ('SUBMITTED', 'REJECTED') AND NOT (` + isReleased + `))
	   AND (`

// OfGroups answers the findings of groups, by title, aligned with groupIDs.
//
// Needs QueryFinding on every group, and SeeDraftStatus for drafts. Problems: Denied for all when it is missing on one.
func (s *Service) OfGroups(ctx context.Context, groupIDs []string, filters Filters) ([][]*Finding, error) {
	var w database.Where
	if err := s.visible(ctx, &w, groupIDs, access.SeeDraftStatus); err != nil {
		return nil, err
	}
	if filters.Verified != nil {
		if *filters.Verified {
			w.And("c.requested = 0")
		} else {
			w.And("c.requested > 0")
		}
	}
	if filters.Root != "" {
		within, arguments := WithinRoot(filters.Root)
		w.And(hasLocation+within+"))", arguments...)
	}
	found, err := database.Collect(ctx, s.db, scan,
		"SELECT "+columns+" FROM "+tables+" "+w.String()+" ORDER BY f.title, f.id", w.Arguments()...)
	if err != nil {
		return nil, fmt.Errorf("list findings of groups: %w", err)
	}
	byGroup := map[string][]*Finding{}
	for _, f := range found {
		byGroup[f.GroupID] = append(byGroup[f.GroupID], f)
	}
	aligned := make([][]*Finding, len(groupIDs))
	for i, id := range groupIDs {
		aligned[i] = byGroup[id]
	}
	return aligned, nil
}

// WithinRoot answers the condition that a location (v) is on the root of a nickname or, when more follows behind a
// slash, that its lines lie under that path of it; inputs and ports also fit by how their where begins. Paths are
// compared exactly.
func WithinRoot(root string) (condition database.Piece, arguments []any) {
	nickname, path, hasPath := strings.Cut(root, "/")
	if !hasPath {
		return onRoot + " OR " + begins, []any{nickname, utf8.RuneCountInString(root), root}
	}
	return onRoot + " AND v.type = 'LINES' AND substr(v.place, 1, CAST(? AS INTEGER)) = ? OR " + begins,
		[]any{nickname, utf8.RuneCountInString(path), path, utf8.RuneCountInString(root), root}
}

const (
	onRoot database.Piece = "v.root_id IN (SELECT r.id FROM roots r WHERE r.group_id = v.group_id AND r.nickname = ?)"
	begins database.Piece = "v.type <> 'LINES' AND substr(v.place, 1, CAST(? AS INTEGER)) = ?"
)

// row is a finding of a page with what it was ordered by.
type row struct {
	finding *Finding
	number  int64
	text    string
}

// PagesOfGroups answers a page of the findings of each group, aligned with groupIDs; the same query goes for all.
//
// Needs QueryFinding on every group, and SeeDraftStatus for drafts. Problems: Denied for all when it is missing on one;
// Invalid (first, after).
func (s *Service) PagesOfGroups(ctx context.Context, groupIDs []string, q Query) ([]Page, error) {
	first, err := PageSize(q.First)
	if err != nil {
		return nil, err
	}
	if q.Sort == "" {
		q.Sort = SortBySeverity
	}
	var w database.Where
	if err := s.visible(ctx, &w, groupIDs, access.SeeDraftStatus); err != nil {
		return nil, err
	}
	q.narrow(&w)
	rows, err := s.pageRows(ctx, w, q, first)
	if err != nil {
		return nil, err
	}
	pages := make([]Page, len(groupIDs))
	for i, id := range groupIDs {
		pages[i] = q.page(rows[id], first)
	}
	return pages, nil
}

// narrow adds the filters.
func (q Query) narrow(w *database.Where) {
	switch q.Status {
	case Vulnerable:
		w.And(isOpen)
	case Safe:
		w.And("NOT (" + isOpen + ") AND c.closed > 0")
	case Draft:
		w.And("NOT (" + isReleased + ")")
	}
	for _, word := range strings.Fields(q.Search) {
		w.And(`f.title_folded LIKE ? ESCAPE '\'`, "%"+database.EscapeLike(database.Fold(word))+"%")
	}
}

// TotalsOfGroups answers how many findings of each group fit a query, aligned with groupIDs. It counts findings, of which
// a group has some hundred at most.
//
// Needs and problems are those of [Service.PagesOfGroups].
func (s *Service) TotalsOfGroups(ctx context.Context, groupIDs []string, q Query) ([]int64, error) {
	var w database.Where
	if err := s.visible(ctx, &w, groupIDs, access.SeeDraftStatus); err != nil {
		return nil, err
	}
	q.narrow(&w)
	totals := map[string]int64{}
	_, err := database.Collect(ctx, s.db, func(row database.Row) (struct{}, error) {
		var id string
		var n int64
		err := row.Scan(&id, &n)
		totals[id] = n
		return struct{}{}, err
	}, "SELECT f.group_id, count(*)"+counted+w.String()+" GROUP BY f.group_id", w.Arguments()...)
	if err != nil {
		return nil, fmt.Errorf("count findings of groups: %w", err)
	}
	aligned := make([]int64, len(groupIDs))
	for i, id := range groupIDs {
		aligned[i] = totals[id]
	}
	return aligned, nil
}

// counted joins findings with what conditions and orders are about.
const counted = `
	  FROM findings f
	  JOIN finding_counters c ON c.group_id = f.group_id AND c.finding_id = f.id `

// pageRows reads one row more than a page holds, for each group. It sorts the group's findings: there is one of a title,
// so they are few.
func (s *Service) pageRows(ctx context.Context, w database.Where, q Query, first int) (map[string][]row, error) {
	column, isText := sortColumns[q.Sort], q.Sort == SortByTitle
	if column == "" {
		return nil, problem.Invalid("sort", "There is no such order of findings")
	}
	if q.After != "" {
		after, err := ReadCursor(q.After, q.order())
		if err != nil {
			return nil, err
		}
		value := any(after.Number)
		if isText {
			value = after.Text
		}
		than := database.Piece(" < ")
		if q.Ascending {
			than = " > "
		}
		w.And("("+column+", f.id)"+than+"(?, ?)", value, after.ID)
	}
	direction := " DESC"
	if q.Ascending {
		direction = ""
	}
	numbered := "SELECT f.group_id AS of_group, f.id AS of_id, " + string(column) + " AS sorted_by," +
		" ROW_NUMBER() OVER (PARTITION BY f.group_id ORDER BY " + string(column) + direction + ", f.id" + direction + ") AS place" + counted + w.String()
	statement := "SELECT " + columns + ", n.sorted_by FROM (" + numbered + ") n" +
		" JOIN " + strings.Replace(tables, "findings f", "findings f ON f.group_id = n.of_group AND f.id = n.of_id", 1) +
		" WHERE n.place <= " + w.Argument(first+1) + " ORDER BY f.group_id, n.place"
	read, err := database.Collect(ctx, s.db, scanPageRow(isText), statement, w.Arguments()...)
	if err != nil {
		return nil, fmt.Errorf("list findings of groups: %w", err)
	}
	rows := map[string][]row{}
	for _, r := range read {
		rows[r.finding.GroupID] = append(rows[r.finding.GroupID], r)
	}
	return rows, nil
}

func scanPageRow(isText bool) func(database.Row) (row, error) {
	return func(from database.Row) (row, error) {
		r := row{finding: &Finding{}}
		fr := findingRow{finding: r.finding}
		last := any(&r.number)
		if isText {
			last = &r.text
		}
		if err := from.Scan(append(fr.targets(), last)...); err != nil {
			return row{}, err
		}
		fr.finish()
		return r, nil
	}
}

// order names the sort and its direction, so that a cursor serves only the order that it was made for.
func (q Query) order() string {
	if q.Ascending {
		return string(q.Sort) + " ASC"
	}
	return string(q.Sort) + " DESC"
}

// page makes a page of rows, of which there may be one more than it holds.
func (q Query) page(rows []row, first int) Page {
	var p Page
	p.HasNext = len(rows) > first
	for _, r := range rows[:min(first, len(rows))] {
		p.Findings = append(p.Findings, r.finding)
		cursor := Cursor{Order: q.order(), Number: r.number, Text: r.text, ID: r.finding.ID}
		p.Cursors = append(p.Cursors, cursor.String())
	}
	return p
}

const worstOfGroups = `
	SELECT ` + columns + `
	  FROM ` + tables + `
	 WHERE f.group_id = ANY($1)
	   AND f.state <> 'DELETED'
	   AND f.id = (SELECT w.finding_id
	                 FROM finding_counters w
	                WHERE w.group_id = f.group_id
	                  AND w.open_none + w.open_low + w.open_medium + w.open_high + w.open_critical > 0
	                ORDER BY w.max_open_tenths DESC, w.exposure_thousandths DESC, w.finding_id
	                LIMIT 1)`

// WorstOfGroups answers of each group the finding with the open location of the highest score, aligned with groupIDs;
// nil where nothing is open.
//
// Needs QueryFinding on every group. Problems: Denied for all when it is missing on one.
func (s *Service) WorstOfGroups(ctx context.Context, groupIDs []string) ([]*Finding, error) {
	if _, err := s.access.RequireAll(ctx, access.QueryFinding, groupIDs); err != nil {
		return nil, err
	}
	found, err := database.Collect(ctx, s.db, scan, worstOfGroups, groupIDs)
	if err != nil {
		return nil, fmt.Errorf("load the worst findings of groups: %w", err)
	}
	byGroup := map[string]*Finding{}
	for _, f := range found {
		byGroup[f.GroupID] = f
	}
	aligned := make([]*Finding, len(groupIDs))
	for i, id := range groupIDs {
		aligned[i] = byGroup[id]
	}
	return aligned, nil
}

// How many places of a finding are told, and of how many findings one statement asks; SQLite takes 500 parts.
const (
	maxPlaces    = 20
	placesAtOnce = 200
)

// Places answers where the open locations of findings are: of each the first places in order, each once, without root
// nicknames, aligned with keys.
//
// It reads all places of the open locations, so it is for findings looked at, not for long lists. Needs QueryFinding on
// every group. Problems: Denied for all when it is missing on one.
func (s *Service) Places(ctx context.Context, keys []Key) ([][]string, error) {
	groupIDs := []string{}
	for _, key := range keys {
		groupIDs = append(groupIDs, key.GroupID)
	}
	if _, err := s.access.RequireAll(ctx, access.QueryFinding, sorted(groupIDs)); err != nil {
		return nil, err
	}
	places := map[Key][]string{}
	for some := range slices.Chunk(keys, placesAtOnce) {
		if err := s.readPlaces(ctx, places, some); err != nil {
			return nil, err
		}
	}
	aligned := make([][]string, len(keys))
	for i, key := range keys {
		aligned[i] = places[key]
	}
	return aligned, nil
}

// readPlaces adds the places of some findings. Each is asked by itself within one statement, so that no finding's places
// are read to the end for another's.
func (s *Service) readPlaces(ctx context.Context, places map[Key][]string, keys []Key) error {
	var w database.Where
	parts := make([]string, len(keys))
	most := w.Argument(maxPlaces)
	for i, key := range keys {
		parts[i] = "SELECT * FROM (SELECT DISTINCT group_id, finding_id, place FROM vulnerabilities" +
			" WHERE group_id = " + w.Argument(key.GroupID) + " AND finding_id = " + w.Argument(key.ID) +
			" AND standing = 'OPEN' ORDER BY place LIMIT " + most + ") p"
	}
	_, err := database.Collect(ctx, s.db, func(row database.Row) (struct{}, error) {
		var key Key
		var place string
		err := row.Scan(&key.GroupID, &key.ID, &place)
		places[key] = append(places[key], place)
		return struct{}{}, err
	}, strings.Join(parts, " UNION ALL ")+" ORDER BY place", w.Arguments()...)
	if err != nil {
		return fmt.Errorf("read places of findings: %w", err)
	}
	return nil
}

// Submitted answers how many locations of findings wait for review, aligned with findings.
//
// Needs FindingSubmittedVulnerabilities on every group. Problems: Denied for all when it is missing on one.
func (s *Service) Submitted(ctx context.Context, findings []*Finding) ([]int64, error) {
	return restricted(ctx, s, access.FindingSubmittedVulnerabilities, findings,
		func(f *Finding) int64 { return f.Counters.Submitted })
}

// Rejected answers how many locations of findings were rejected in review, aligned with findings.
//
// Needs FindingRejectedVulnerabilities on every group. Problems: Denied for all when it is missing on one.
func (s *Service) Rejected(ctx context.Context, findings []*Finding) ([]int64, error) {
	return restricted(ctx, s, access.FindingRejectedVulnerabilities, findings,
		func(f *Finding) int64 { return f.Counters.Rejected })
}

// Hackers answers who made findings, by mail address, aligned with findings.
//
// Needs FindingHacker on every group. Problems: Denied for all when it is missing on one.
func (s *Service) Hackers(ctx context.Context, findings []*Finding) ([]string, error) {
	return restricted(ctx, s, access.FindingHacker, findings, func(f *Finding) string { return f.CreatedBy })
}

// restricted answers what only holders of a permission may see of findings.
func restricted[T any](
	ctx context.Context, s *Service, p access.Permission, findings []*Finding, value func(*Finding) T,
) ([]T, error) {
	groupIDs := []string{}
	for _, f := range findings {
		groupIDs = append(groupIDs, f.GroupID)
	}
	if _, err := s.access.RequireAll(ctx, p, sorted(groupIDs)); err != nil {
		return nil, err
	}
	values := make([]T, len(findings))
	for i, f := range findings {
		values[i] = value(f)
	}
	return values, nil
}
