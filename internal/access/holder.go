package access

import (
	"context"

	"asm.example/asm/internal/database"
)

// HolderInGroup answers the stored mail address of somebody active who holds a permission in a group by a role of their
// own, not merely invited; "" when there is nobody of that address who does. It is for rules about other people than the
// caller, such as who may be given work, and does not authorize.
func HolderInGroup(ctx context.Context, q database.Querier, email string, p Permission, groupID string) (string, error) {
	found, err := loadPerson(ctx, q, foldEmail(email))
	if err != nil || found == nil {
		return "", err
	}
	role := found.actor(Credential{}, "").ownRole(OnGroup(groupID))
	if role == "" || !permissions.allows(GroupLevel, p, role) {
		return "", nil
	}
	return found.email, nil
}
