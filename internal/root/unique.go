package root

import (
	"context"
	"fmt"

	"asm.example/asm/internal/database"
	"asm.example/asm/internal/group"
	"asm.example/asm/internal/organization"
	"asm.example/asm/internal/problem"
)

// errTaken is the contract's answer to a root that is there already.
const errTaken = "Exception - Root with the same URL/branch already exists"

// occupant is a root of the organization that stands for the same address.
type occupant struct {
	Key
	branch string
	state  State
}

const occupantsOfAddress = `
	SELECT r.group_id, r.id, r.branch, r.state
	  FROM roots r
	  JOIN groups g ON g.id = r.group_id
	 WHERE g.organization_id = $1
	   AND g.state = 'ACTIVE'
	   AND r.kind = $2
	   AND r.address = $3`

// ensureFree refuses a root that the organization has already. With activeOnly, inactive roots do not count. It locks the
// organization first, since its groups' roots can lie on different machines, where no index sees them together: roots of
// one organization are added one after the other. Problems: Conflict.
func ensureFree(ctx context.Context, tx *database.Tx, g *group.Group, r Root, activeOnly bool) error {
	if err := organization.Lock(ctx, tx, g.OrganizationID); err != nil {
		return err
	}
	others, err := database.Collect(ctx, tx, func(row database.Row) (o occupant, err error) {
		return o, row.Scan(&o.GroupID, &o.ID, &o.branch, &o.state)
	}, occupantsOfAddress, g.OrganizationID, r.Common().Kind, r.address())
	if err != nil {
		return fmt.Errorf("look for roots with the address of %s: %w", r.Common().ID, err)
	}
	if isTaken(r, g.Subscription, others, activeOnly) {
		return problem.Conflict(errTaken)
	}
	return nil
}

// isTaken says whether a root is there already. In a group that is assessed all the time, a repository may be in the group
// once and each of its branches in the organization once; an IP or URL may be in the organization once. A group that is
// assessed once minds only IPs and URLs of its own.
func isTaken(r Root, s group.Subscription, others []occupant, activeOnly bool) bool {
	b := r.Common()
	git, isGit := r.(*GitRoot)
	for _, o := range others {
		if o.Key == b.Key() || activeOnly && o.state != Active {
			continue
		}
		sameGroup := o.GroupID == b.GroupID
		switch {
		case s == group.OneShot && isGit:
		case s == group.OneShot:
			if sameGroup {
				return true
			}
		case !isGit, sameGroup, o.branch == git.Branch:
			return true
		}
	}
	return false
}
