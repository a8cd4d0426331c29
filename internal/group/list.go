package group

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/problem"
)

// What the contract says of groups that are not found and of pages that are refused.
const (
	errUnknown = "Access denied or group not found"
	errFirst   = "Exception - The argument must be a positive integer: first"
	errCursor  = "Exception - The cursor is invalid with a filter"
)

// maxPage is how many groups one page holds at most.
const maxPage = 1000

// ByKeys answers the groups of these names (in any case) or ids, aligned with them.
//
// Needs QueryGroup on each. Problems: Denied for all when one is unknown or not the caller's; an administrator, from whom
// nothing is hidden, reads NotFound.
func (s *Service) ByKeys(ctx context.Context, namesOrIDs []string) ([]*Group, error) {
	ids := make([]string, len(namesOrIDs))
	for i, key := range namesOrIDs {
		grant, err := s.access.Require(ctx, access.QueryGroup, access.OnGroup(key))
		if err != nil {
			return nil, unknown(ctx, err)
		}
		ids[i] = grant.GroupID()
	}
	groups, err := byIDs(ctx, s.db, ids)
	return groups, unknown(ctx, err)
}

// Identified answers the group of a name or id, for whoever asks for one. Needs and problems as [Service.ByKeys].
func (s *Service) Identified(ctx context.Context, nameOrID string) (*Group, error) {
	found, err := s.ByKeys(ctx, []string{nameOrID})
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// unknown tells an administrator that it is the group that is missing, not the right.
func unknown(ctx context.Context, err error) error {
	if actor, ok := access.ActorOf(ctx); ok && actor.IsAdmin() && problem.Is(err, problem.KindDenied) {
		return problem.NotFound(errUnknown)
	}
	return err
}

// OfOrganizations answers the active groups of each organization in which the caller has a role of its own, by name,
// aligned with organizationIDs. An administrator finds the others by [Service.Page].
func (s *Service) OfOrganizations(ctx context.Context, organizationIDs []string) ([][]*Group, error) {
	actor, err := s.access.Current(ctx)
	if err != nil {
		return nil, err
	}
	wanted := make(map[string]bool, len(organizationIDs))
	for _, id := range organizationIDs {
		wanted[id] = true
	}
	var ids []string
	for _, m := range actor.Groups() {
		if wanted[m.OrganizationID] {
			ids = append(ids, m.GroupID)
		}
	}
	groups, err := activeByName(ctx, s.db, ids)
	if err != nil {
		return nil, err
	}
	byOrganization := make(map[string][]*Group, len(organizationIDs))
	for _, g := range groups {
		byOrganization[g.OrganizationID] = append(byOrganization[g.OrganizationID], g)
	}
	aligned := make([][]*Group, len(organizationIDs))
	for i, id := range organizationIDs {
		aligned[i] = byOrganization[id]
	}
	return aligned, nil
}

// Query says which groups a page holds.
type Query struct {
	// Search is part of a name or description, in any case; empty means all.
	Search string
	// Organization is an organization's id or name; empty means all.
	Organization string
}

// Page is some of the groups that the caller may see, by name.
type Page struct {
	Groups []*Group
	// HasNext says whether more follow.
	HasNext bool
}

// Page answers the groups that the caller may see: all active ones for an administrator, else those in which the caller
// has a role. It begins behind the cursor after, or at the start when that is empty. A first above 1000 is capped.
// Problems: Invalid (first, after).
func (s *Service) Page(ctx context.Context, q Query, first int, after string) (Page, error) {
	if first < 1 {
		return Page{}, problem.Invalid("first", errFirst).With("min", 1)
	}
	first = min(first, maxPage)
	w, err := s.visible(ctx, q)
	if err != nil {
		return Page{}, err
	}
	if after != "" {
		name, err := base64.RawURLEncoding.DecodeString(after)
		if err != nil || !namePattern.Match(name) {
			return Page{}, problem.Invalid("after", errCursor)
		}
		w.And("g.name > ?", string(name))
	}
	limit := w.Argument(first + 1)
	groups, err := database.Collect(ctx, s.db, scan, `
	SELECT `+columns+`
	  FROM `+tables+`
	 `+w.String()+`
	 ORDER BY g.name
	 LIMIT `+limit, w.Arguments()...)
	if err != nil {
		return Page{}, fmt.Errorf("load a page of groups: %w", err)
	}
	if len(groups) > first {
		return Page{Groups: groups[:first], HasNext: true}, nil
	}
	return Page{Groups: groups}, nil
}

// Total answers how many groups all pages hold together.
func (s *Service) Total(ctx context.Context, q Query) (int64, error) {
	w, err := s.visible(ctx, q)
	if err != nil {
		return 0, err
	}
	total, err := database.One(ctx, s.db, database.Value[int64], `
	SELECT count(*)
	  FROM groups g
	  JOIN organizations o ON o.id = g.organization_id
	 `+w.String(), w.Arguments()...)
	if err != nil {
		return 0, fmt.Errorf("count groups: %w", err)
	}
	return total, nil
}

// Cursor is where the group stands in a page; opaque to clients.
func (g *Group) Cursor() string {
	return base64.RawURLEncoding.EncodeToString([]byte(g.Name))
}

// visible is the condition of a query on groups g and organizations o, for what the caller may see.
func (s *Service) visible(ctx context.Context, q Query) (*database.Where, error) {
	visibility, err := s.access.VisibleGroups(ctx)
	if err != nil {
		return nil, err
	}
	var w database.Where
	w.And("g.state = 'ACTIVE'")
	if !visibility.All {
		w.And("g.id = ANY(?)", visibility.GroupIDs)
	}
	if q.Organization != "" {
		w.And("o.id = ? OR o.name = ?", q.Organization, strings.ToLower(q.Organization))
	}
	if q.Search != "" {
		w.And(`g.searched LIKE ? ESCAPE '\'`, "%"+database.EscapeLike(database.Fold(q.Search))+"%")
	}
	return &w, nil
}

const groupsOfIDs = `
	SELECT ` + columns + `
	  FROM ` + tables + `
	 WHERE g.id = ANY($1)`

// byIDs reads groups in any state, aligned with ids. It does not authorize. Problems: Denied when one is gone.
func byIDs(ctx context.Context, q database.Querier, ids []string) ([]*Group, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	found, err := database.Collect(ctx, q, scan, groupsOfIDs, ids)
	if err != nil {
		return nil, fmt.Errorf("load groups: %w", err)
	}
	byID := make(map[string]*Group, len(found))
	for _, g := range found {
		byID[g.ID] = g
	}
	aligned := make([]*Group, len(ids))
	for i, id := range ids {
		if aligned[i] = byID[id]; aligned[i] == nil {
			return nil, problem.Denied()
		}
	}
	return aligned, nil
}

const activeGroupsOfIDs = groupsOfIDs + `
	   AND g.state = 'ACTIVE'
	 ORDER BY g.name`

// activeByName reads those of the groups that are active. It does not authorize.
func activeByName(ctx context.Context, q database.Querier, ids []string) ([]*Group, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	groups, err := database.Collect(ctx, q, scan, activeGroupsOfIDs, ids)
	if err != nil {
		return nil, fmt.Errorf("load groups: %w", err)
	}
	return groups, nil
}

// ByID answers a group in any state, for the rooms above. It does not authorize. Problems: Denied when there is none.
func ByID(ctx context.Context, q database.Querier, id string) (*Group, error) {
	groups, err := byIDs(ctx, q, []string{id})
	if err != nil {
		return nil, err
	}
	return groups[0], nil
}

const lockGroup = `
	SELECT id
	  FROM groups
	 WHERE id = $1
	   FOR UPDATE`

// lock reads a group in any state and keeps it from changing until the transaction ends. Problems: Denied when there is
// none.
func lock(ctx context.Context, tx *database.Tx, id string) (*Group, error) {
	_, err := database.One(ctx, tx, database.Value[string], lockGroup, id)
	if errors.Is(err, database.ErrNoRow) {
		return nil, problem.Denied()
	}
	if err != nil {
		return nil, fmt.Errorf("lock group %s: %w", id, err)
	}
	return ByID(ctx, tx, id)
}
