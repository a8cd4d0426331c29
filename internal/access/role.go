package access

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
)

// Role is what somebody is at a level, in lower case as the permission table and the API write it; "" is no role.
type Role string

// The roles. Admin, Hacker and User exist at user level; CustomerManager, User and UserManager at organization level; all
// at group level, where Admin is not a role that anybody holds but what an administrator counts as.
const (
	Admin                Role = "admin"
	Architect            Role = "architect"
	CustomerManager      Role = "customer_manager"
	Hacker               Role = "hacker"
	Reattacker           Role = "reattacker"
	Resourcer            Role = "resourcer"
	Reviewer             Role = "reviewer"
	ServiceForces        Role = "service_forces"
	User                 Role = "user"
	UserManager          Role = "user_manager"
	VulnerabilityManager Role = "vulnerability_manager"
)

// Level is where a role holds.
type Level string

// The levels.
const (
	UserLevel         Level = "user"
	OrganizationLevel Level = "organization"
	GroupLevel        Level = "group"
)

// roleSet holds one bit for each role.
type roleSet uint16

// set answers the set that holds this role alone; empty for no role and for a role that is none.
func (r Role) set() roleSet {
	switch r {
	case Admin:
		return 1 << 0
	case Architect:
		return 1 << 1
	case CustomerManager:
		return 1 << 2
	case Hacker:
		return 1 << 3
	case Reattacker:
		return 1 << 4
	case Resourcer:
		return 1 << 5
	case Reviewer:
		return 1 << 6
	case ServiceForces:
		return 1 << 7
	case User:
		return 1 << 8
	case UserManager:
		return 1 << 9
	case VulnerabilityManager:
		return 1 << 10
	}
	return 0
}

// Roles are the roles that can be held at a level, sorted; what may be given is asked by [GrantRole].
func Roles(level Level) []Role {
	switch level {
	case UserLevel:
		return []Role{Admin, Hacker, User}
	case OrganizationLevel:
		return []Role{CustomerManager, User, UserManager}
	case GroupLevel:
		return []Role{Architect, CustomerManager, Hacker, Reattacker, Resourcer, Reviewer, ServiceForces, User,
			UserManager, VulnerabilityManager}
	}
	return nil
}

//go:embed permissions.json
var contractPermissions []byte

//go:embed permissions_own.json
var ownPermissions []byte

// permissionTable answers which roles have a permission, for each level.
type permissionTable struct {
	user, organization, group map[Permission]roleSet
}

// at answers a level's permissions.
func (t *permissionTable) at(level Level) map[Permission]roleSet {
	switch level {
	case UserLevel:
		return t.user
	case OrganizationLevel:
		return t.organization
	case GroupLevel:
		return t.group
	}
	return nil
}

// permissions is the table of this program; it never changes.
var permissions = mustReadPermissions(contractPermissions, ownPermissions)

// mustReadPermissions panics when an embedded table is broken, which the tests would not let pass.
func mustReadPermissions(sources ...[]byte) *permissionTable {
	table := &permissionTable{map[Permission]roleSet{}, map[Permission]roleSet{}, map[Permission]roleSet{}}
	for _, source := range sources {
		var byLevel map[Level]map[Permission][]Role
		if err := json.Unmarshal(source, &byLevel); err != nil {
			panic(fmt.Sprintf("access: permission table: %v", err))
		}
		for level, byName := range byLevel {
			at := table.at(level)
			for name, roles := range byName {
				for _, role := range roles {
					if role.set() == 0 || at == nil {
						panic(fmt.Sprintf("access: permission %s names the unknown role %s or level %s", name, role, level))
					}
					at[name] |= role.set()
				}
			}
		}
	}
	return table
}

// allows tells whether a role has a permission at a level.
func (t *permissionTable) allows(level Level, p Permission, role Role) bool {
	return t.at(level)[p]&role.set() != 0
}

// names answers the permissions of a role at a level, sorted.
func (t *permissionTable) names(level Level, role Role) []string {
	names := []string{}
	for name, roles := range t.at(level) {
		if roles&role.set() != 0 {
			names = append(names, string(name))
		}
	}
	slices.Sort(names)
	return names
}
