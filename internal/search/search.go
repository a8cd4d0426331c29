// Package search finds groups, findings and roots by words of their names.
//
// It reads the tables of other rooms, each by one statement, and shows exactly what the lists of those rooms would show
// the caller. A match at the beginning of a name stands before one elsewhere; groups stand before findings, findings
// before roots, so that the same words answer the same order.
package search

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

const (
	// mostText is the longest text that is searched for, in characters.
	mostText = 200
	// mostWords bounds the conditions of a statement.
	mostWords = 8
	// mostResults is the most that one search answers.
	mostResults = 50
)

// Kind is what was found.
type Kind string

// The kinds, in the order in which they are answered.
const (
	Group   Kind = "GROUP"
	Finding Kind = "FINDING"
	Root    Kind = "ROOT"
)

// Result is one thing that was found.
type Result struct {
	Kind Kind
	// ID is the id of a finding or root, the name of a group.
	ID string
	// Title is its name, title or nickname.
	Title string
	// Detail is what else tells it apart: a group's description, a root's address; it may be empty.
	Detail string
	// GroupName and OrganizationName tell where it is; of a group the first is its own name.
	GroupName, OrganizationName string
}

// Service searches.
type Service struct {
	db     *database.DB
	access *access.Service
}

// New answers the service.
func New(db *database.DB, access *access.Service) *Service {
	return &Service{db: db, access: access}
}

// Find answers what contains every word of a text, in any case, at most first (itself at most 50) of them. Needs a caller
// and shows what the caller may see. Problems: Unauthenticated; Invalid (text: empty or longer than 200 characters; first:
// less than 1).
func (s *Service) Find(ctx context.Context, text string, first int) ([]Result, error) {
	words, err := wordsOf(text)
	if err != nil {
		return nil, err
	}
	if first < 1 {
		return nil, problem.Invalid("first", "Exception - The argument must be a positive integer: first")
	}
	first = min(first, mostResults)
	visible, err := s.access.VisibleGroups(ctx)
	if err != nil {
		return nil, err
	}
	actor, err := s.access.Current(ctx)
	if err != nil {
		return nil, err
	}
	var found []Result
	for _, search := range []func(context.Context, asked) ([]Result, error){s.groups, s.findings, s.roots} {
		some, err := search(ctx, asked{words, visible, actor, first})
		if err != nil {
			return nil, err
		}
		found = append(found, some...)
	}
	start := words[0]
	slices.SortStableFunc(found, func(a, b Result) int { return rank(a, start) - rank(b, start) })
	return found[:min(first, len(found))], nil
}

// rank is lower for what begins with the first word.
func rank(r Result, start string) int {
	if strings.HasPrefix(database.Fold(r.Title), start) {
		return 0
	}
	return 1
}

// wordsOf answers the folded words to look for.
func wordsOf(text string) ([]string, error) {
	words := strings.Fields(database.Fold(text))
	if len(words) == 0 || utf8.RuneCountInString(text) > mostText {
		return nil, problem.Invalid("text", "Exception - Invalid field length in form").With("min", 1).With("max", mostText)
	}
	return words[:min(len(words), mostWords)], nil
}

// asked is one search.
type asked struct {
	words   []string
	visible access.Visibility
	actor   *access.Actor
	limit   int
}

// pattern is a LIKE pattern for a word anywhere.
func pattern(word string) string { return "%" + database.EscapeLike(word) + "%" }

// groups finds groups by name and description.
func (s *Service) groups(ctx context.Context, a asked) ([]Result, error) {
	var w database.Where
	w.And("g.state = 'ACTIVE'")
	a.limitTo(&w)
	for _, word := range a.words {
		w.And(`g.searched LIKE ? ESCAPE '\'`, pattern(word))
	}
	limit := w.Argument(a.limit)
	return s.collect(ctx, Group, `
	SELECT g.name, g.name, g.description, g.name, o.name
	  FROM groups g
	  JOIN organizations o ON o.id = g.organization_id
	 `+w.String()+`
	 ORDER BY g.name
	 LIMIT `+limit, w.Arguments())
}

// findings finds findings by title; those of which nothing is released only where the caller may see drafts.
func (s *Service) findings(ctx context.Context, a asked) ([]Result, error) {
	var w database.Where
	w.And("g.state = 'ACTIVE'")
	w.And("f.state <> 'DELETED'")
	a.limitTo(&w)
	if !a.visible.All {
		w.And(`c.closed > 0 OR c.open_none + c.open_low + c.open_medium + c.open_high + c.open_critical > 0 OR f.group_id = ANY(?)`, a.draftGroups())
	}
	for _, word := range a.words {
		w.And(`f.title_folded LIKE ? ESCAPE '\'`, pattern(word))
	}
	limit := w.Argument(a.limit)
	return s.collect(ctx, Finding, `
	SELECT f.id, f.title, '', g.name, o.name
	  FROM findings f
	  JOIN finding_counters c ON c.group_id = f.group_id AND c.finding_id = f.id
	  JOIN groups g ON g.id = f.group_id
	  JOIN organizations o ON o.id = g.organization_id
	 `+w.String()+`
	 ORDER BY c.max_open_tenths DESC, f.title, f.id
	 LIMIT `+limit, w.Arguments())
}

// roots finds roots by nickname and address.
func (s *Service) roots(ctx context.Context, a asked) ([]Result, error) {
	var w database.Where
	w.And("g.state = 'ACTIVE'")
	a.limitTo(&w)
	for _, word := range a.words {
		w.And(`r.searched LIKE ? ESCAPE '\'`, pattern(word))
	}
	limit := w.Argument(a.limit)
	return s.collect(ctx, Root, `
	SELECT r.id, r.nickname, CASE WHEN r.kind = 'URL' THEN lower(r.protocol) || '://' || r.host || r.path ELSE r.location END,
	       g.name, o.name
	  FROM roots r
	  JOIN groups g ON g.id = r.group_id
	  JOIN organizations o ON o.id = g.organization_id
	 `+w.String()+`
	 ORDER BY r.nickname, r.id
	 LIMIT `+limit, w.Arguments())
}

// limitTo keeps a statement to the groups g that the caller may see.
func (a asked) limitTo(w *database.Where) {
	if !a.visible.All {
		w.And("g.id = ANY(?)", a.visible.GroupIDs)
	}
}

// draftGroups are the groups whose drafts the caller may see.
func (a asked) draftGroups() []string {
	ids := []string{}
	for _, id := range a.visible.GroupIDs {
		if a.actor.May(access.SeeDraftStatus, access.OnGroup(id)) {
			ids = append(ids, id)
		}
	}
	return ids
}

func (s *Service) collect(ctx context.Context, kind Kind, statement string, arguments []any) ([]Result, error) {
	found, err := database.Collect(ctx, s.db, func(row database.Row) (Result, error) {
		r := Result{Kind: kind}
		err := row.Scan(&r.ID, &r.Title, &r.Detail, &r.GroupName, &r.OrganizationName)
		return r, err
	}, statement, arguments...)
	if err != nil {
		return nil, fmt.Errorf("search %s: %w", strings.ToLower(string(kind)), err)
	}
	return found, nil
}
