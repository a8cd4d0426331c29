package organization

import (
	"context"
	"fmt"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/problem"
)

// ByKeys answers the organizations of these ids or names (in any case), aligned with them.
//
// Needs a role in each of them, or an administrator. Problems: Denied for all when one is unknown or not the caller's; an
// administrator, from whom nothing is hidden, reads NotFound.
func (s *Service) ByKeys(ctx context.Context, idsOrNames []string) ([]*Organization, error) {
	ids := make([]string, len(idsOrNames))
	for i, key := range idsOrNames {
		grant, err := s.access.RequireMember(ctx, access.OnOrganization(key))
		if err != nil {
			return nil, unknown(ctx, err)
		}
		ids[i] = grant.OrganizationID()
	}
	found, err := byIDs(ctx, s.db, ids)
	return found, unknown(ctx, err)
}

// Identified answers the organization of an id or name, for whoever asks for one. Needs and problems as [Service.ByKeys].
func (s *Service) Identified(ctx context.Context, idOrName string) (*Organization, error) {
	found, err := s.ByKeys(ctx, []string{idOrName})
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// errUnknown is the contract's answer to an organization that is not there.
const errUnknown = "Access denied or organization not found"

// unknown tells an administrator that it is the organization that is missing, not the right.
func unknown(ctx context.Context, err error) error {
	if actor, ok := access.ActorOf(ctx); ok && actor.IsAdmin() && problem.Is(err, problem.KindDenied) {
		return problem.NotFound(errUnknown)
	}
	return err
}

// OfActor answers the organizations in which the caller has a role in force, by name. For an administrator without
// memberships there are none.
func (s *Service) OfActor(ctx context.Context) ([]*Organization, error) {
	actor, err := s.access.Current(ctx)
	if err != nil {
		return nil, err
	}
	memberships := actor.Organizations()
	ids := make([]string, len(memberships))
	for i, m := range memberships {
		ids[i] = m.OrganizationID
	}
	return byIDs(ctx, s.db, ids)
}

const allActive = `
	SELECT ` + columns + `
	  FROM organizations o
	  JOIN organization_policies p ON p.organization_id = o.id
	 WHERE o.state = 'ACTIVE'
	 ORDER BY o.name`

// Visible answers the organizations that the caller may see, by name: all of them for an administrator, else those in
// which the caller has a role.
func (s *Service) Visible(ctx context.Context) ([]*Organization, error) {
	actor, err := s.access.Current(ctx)
	if err != nil {
		return nil, err
	}
	if !actor.IsAdmin() {
		return s.OfActor(ctx)
	}
	all, err := database.Collect(ctx, s.db, scan, allActive)
	if err != nil {
		return nil, fmt.Errorf("list organizations: %w", err)
	}
	return all, nil
}

const activeOfIDs = `
	SELECT ` + columns + `
	  FROM organizations o
	  JOIN organization_policies p ON p.organization_id = o.id
	 WHERE o.id = ANY($1)
	   AND o.state = 'ACTIVE'`

// byIDs reads organizations, aligned with ids. It does not authorize. Problems: Denied when one is gone.
func byIDs(ctx context.Context, q database.Querier, ids []string) ([]*Organization, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	found, err := database.Collect(ctx, q, scan, activeOfIDs, ids)
	if err != nil {
		return nil, fmt.Errorf("load organizations: %w", err)
	}
	byID := make(map[string]*Organization, len(found))
	for _, o := range found {
		byID[o.ID] = o
	}
	aligned := make([]*Organization, len(ids))
	for i, id := range ids {
		if aligned[i] = byID[id]; aligned[i] == nil {
			return nil, problem.Denied()
		}
	}
	return aligned, nil
}
