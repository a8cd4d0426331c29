package root

import (
	"context"
	"errors"
	"fmt"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/problem"
)

// errUnknown is the contract's answer to a root that is not in a group which the caller sees.
const errUnknown = "Exception - Access denied or root not found"

const rootsOfKeys = `
	SELECT ` + columns + `
	  FROM roots r
	  JOIN groups g ON g.id = r.group_id
	 WHERE r.group_id = ANY($1)
	   AND r.id = ANY($2)`

// ByKeys answers roots in any state, aligned with keys. Needs QueryRoot on each of their groups. Problems: Denied for all
// when it is missing on one; NotFound when a root is.
func (s *Service) ByKeys(ctx context.Context, keys []Key) ([]Root, error) {
	groupIDs, ids := make([]string, len(keys)), make([]string, len(keys))
	for i, key := range keys {
		groupIDs[i], ids[i] = key.GroupID, key.ID
	}
	groupIDs = distinct(groupIDs)
	if _, err := s.access.RequireAll(ctx, access.QueryRoot, groupIDs); err != nil {
		return nil, err
	}
	if len(keys) == 0 {
		return nil, nil
	}
	found, err := database.Collect(ctx, s.db, scan, rootsOfKeys, groupIDs, distinct(ids))
	if err != nil {
		return nil, fmt.Errorf("load roots: %w", err)
	}
	byKey := make(map[Key]Root, len(found))
	for _, r := range found {
		byKey[r.Common().Key()] = r
	}
	aligned := make([]Root, len(keys))
	for i, key := range keys {
		if aligned[i] = byKey[key]; aligned[i] == nil {
			return nil, problem.NotFound(errUnknown)
		}
	}
	return aligned, nil
}

// ByIDs answers roots of one group in any state, aligned with ids. Needs QueryRoot on the group. Problems: Denied;
// NotFound when a root is not in the group.
func (s *Service) ByIDs(ctx context.Context, groupName string, ids []string) ([]Root, error) {
	grant, err := s.access.Require(ctx, access.QueryRoot, access.OnGroup(groupName))
	if err != nil {
		return nil, err
	}
	keys := make([]Key, len(ids))
	for i, id := range ids {
		keys[i] = Key{GroupID: grant.GroupID(), ID: id}
	}
	return s.ByKeys(ctx, keys)
}

const rootsOfGroups = `
	SELECT ` + columns + `
	  FROM roots r
	  JOIN groups g ON g.id = r.group_id
	 WHERE r.group_id = ANY($1)
	 ORDER BY r.nickname, r.id`

// OfGroups answers the roots of each group in any state, by nickname, aligned with groupIDs. Needs QueryRoot on each.
// Problems: Denied for all when it is missing on one.
func (s *Service) OfGroups(ctx context.Context, groupIDs []string) ([][]Root, error) {
	if _, err := s.access.RequireAll(ctx, access.QueryRoot, groupIDs); err != nil {
		return nil, err
	}
	if len(groupIDs) == 0 {
		return nil, nil
	}
	found, err := database.Collect(ctx, s.db, scan, rootsOfGroups, distinct(groupIDs))
	if err != nil {
		return nil, fmt.Errorf("list roots of groups: %w", err)
	}
	byGroup := make(map[string][]Root, len(groupIDs))
	for _, r := range found {
		byGroup[r.Common().GroupID] = append(byGroup[r.Common().GroupID], r)
	}
	aligned := make([][]Root, len(groupIDs))
	for i, id := range groupIDs {
		aligned[i] = byGroup[id]
	}
	return aligned, nil
}

// distinct is the values without repeats, in the order of their first appearance.
func distinct(values []string) []string {
	seen := make(map[string]bool, len(values))
	var once []string
	for _, value := range values {
		if !seen[value] {
			seen[value] = true
			once = append(once, value)
		}
	}
	return once
}

const groupOfRoot = `
	SELECT group_id
	  FROM roots
	 WHERE id = $1`

// GroupOf answers the id of the group that a root is in, for authorization only. Problems: Denied when there is no such
// root.
func (s *Service) GroupOf(ctx context.Context, id string) (string, error) {
	groupID, err := database.One(ctx, s.db, database.Value[string], groupOfRoot, id)
	if errors.Is(err, database.ErrNoRow) {
		return "", problem.Denied()
	}
	if err != nil {
		return "", fmt.Errorf("look for the group of root %s: %w", id, err)
	}
	return groupID, nil
}

const rootOfNickname = `
	SELECT ` + columns + `
	  FROM roots r
	  JOIN groups g ON g.id = r.group_id
	 WHERE r.group_id = $1
	   AND r.nickname = $2`

// ByNickname answers a root of a group in any state, for the rooms above. It does not authorize. Problems: NotFound.
func ByNickname(ctx context.Context, q database.Querier, groupID, nickname string) (Root, error) {
	r, err := database.One(ctx, q, scan, rootOfNickname, groupID, nickname)
	if errors.Is(err, database.ErrNoRow) {
		return nil, problem.NotFound(errUnknown)
	}
	if err != nil {
		return nil, fmt.Errorf("load root %s: %w", nickname, err)
	}
	return r, nil
}

const (
	lockRoot = `
	SELECT id
	  FROM roots
	 WHERE group_id = $1
	   AND id = $2
	   FOR UPDATE`

	rootOfKey = `
	SELECT ` + columns + `
	  FROM roots r
	  JOIN groups g ON g.id = r.group_id
	 WHERE r.group_id = $1
	   AND r.id = $2`
)

// Locked answers a root in any state, for the rooms above, and keeps it from changing until the transaction ends. It does
// not authorize. Problems: NotFound.
func Locked(ctx context.Context, tx *database.Tx, key Key) (Root, error) {
	_, err := database.One(ctx, tx, database.Value[string], lockRoot, key.GroupID, key.ID)
	if errors.Is(err, database.ErrNoRow) {
		return nil, problem.NotFound(errUnknown)
	}
	if err != nil {
		return nil, fmt.Errorf("lock root %s: %w", key.ID, err)
	}
	r, err := database.One(ctx, tx, scan, rootOfKey, key.GroupID, key.ID)
	if err != nil {
		return nil, fmt.Errorf("load root %s: %w", key.ID, err)
	}
	return r, nil
}
