package root

import (
	"context"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/audit"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/group"
	"asm.example/asm/internal/organization"
	"asm.example/asm/internal/problem"
)

// addition is a new root of any kind, judged but for what the database knows.
type addition struct {
	action string
	group  *group.Group
	root   Root
	wanted wish
}

// add makes the checks of a new root that need the database, and writes it. The order of the checks is the contract's.
func (s *Service) add(ctx context.Context, tx *database.Tx, grant access.Grant, a addition) error {
	if err := ensureFree(ctx, tx, a.group, a.root, false); err != nil {
		return err
	}
	b := a.root.Common()
	var err error
	if b.Nickname, err = nickname(ctx, tx, b.Key(), a.wanted); err != nil {
		return err
	}
	if err := insert(ctx, tx, a.root); err != nil {
		return err
	}
	return grant.Record(ctx, tx, audit.Change{Action: a.action, Kind: "root", ID: b.ID, After: recorded(a.root)})
}

// activeGroup reads the group of a change. Problems: Denied when it was removed.
func activeGroup(ctx context.Context, tx *database.Tx, id string) (*group.Group, error) {
	g, err := group.ByID(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if !g.IsActive() {
		return nil, problem.Denied()
	}
	return g, nil
}

// UpdateIP gives an IP root another nickname; the same one changes nothing.
//
// Needs UpdateIPRoot on the group. Problems: Denied; NotFound; Invalid (rootId: of another kind, or inactive; nickname);
// Conflict (the group has the nickname).
func (s *Service) UpdateIP(ctx context.Context, groupName, id, nickname string) error {
	grant, err := s.access.Require(ctx, access.UpdateIPRoot, access.OnGroup(groupName))
	if err != nil {
		return err
	}
	return s.rename(ctx, grant, renaming{"updateIpRoot", IP, id, nickname})
}

// UpdateURL gives a URL root another nickname; the same one changes nothing. Needs UpdateURLRoot on the group. Problems
// as [Service.UpdateIP].
func (s *Service) UpdateURL(ctx context.Context, groupName, id, nickname string) error {
	grant, err := s.access.Require(ctx, access.UpdateURLRoot, access.OnGroup(groupName))
	if err != nil {
		return err
	}
	return s.rename(ctx, grant, renaming{"updateUrlRoot", URL, id, nickname})
}

// renaming is another nickname for a root of a kind.
type renaming struct {
	action   string
	kind     Kind
	id       string
	nickname string
}

func (s *Service) rename(ctx context.Context, grant access.Grant, to renaming) error {
	return s.db.Write(ctx, func(tx *database.Tx) error {
		g, err := activeGroup(ctx, tx, grant.GroupID())
		if err != nil {
			return err
		}
		r, err := Locked(ctx, tx, Key{GroupID: g.ID, ID: to.id})
		if err != nil {
			return err
		}
		b, before := r.Common(), recorded(r)
		if b.Kind != to.kind || !b.IsActive() {
			return problem.Invalid("rootId", organization.ErrValue)
		}
		if b.Nickname == to.nickname {
			return nil
		}
		if err := checkNickname(to.nickname); err != nil {
			return err
		}
		if b.Nickname, err = nickname(ctx, tx, b.Key(), wish{nickname: to.nickname}); err != nil {
			return err
		}
		b.edit(grant.Actor().Email, tx.Now())
		if err := update(ctx, tx, r); err != nil {
			return err
		}
		return grant.Record(ctx, tx, audit.Change{
			Action: to.action, Kind: "root", ID: b.ID, Before: before, After: recorded(r),
		})
	})
}
