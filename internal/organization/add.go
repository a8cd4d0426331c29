package organization

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/audit"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/problem"
)

// What the contract says of names that are refused.
const (
	errNameTaken   = "Name taken"
	errNameInvalid = "Invalid name"
)

// Names have 2 to 64 characters.
const (
	minName = 2
	maxName = 64
)

// Letters, digits and hyphens, beginning with a letter; they are compared and stored in lower case.
var namePattern = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)

// Addition is what a new organization is made from.
type Addition struct {
	// Name has 2 to 64 letters, digits and hyphens and begins with a letter; any case is taken.
	Name string
	// Country is any text of at most 200 characters.
	Country string
}

// Add makes an organization with the default policy; the caller becomes its user_manager. A host command is no person
// and becomes nothing.
//
// Needs AddOrganization at user level, which everyone has. Problems: Denied; Invalid (name, country); Conflict (the name
// is taken).
func (s *Service) Add(ctx context.Context, a Addition) (*Organization, error) {
	grant, err := s.access.Require(ctx, access.AddOrganization, access.OnUser())
	if err != nil {
		return nil, err
	}
	var added *Organization
	err = s.db.Write(ctx, func(tx *database.Tx) error {
		taken, err := nameTaken(ctx, tx, strings.ToLower(a.Name))
		if err != nil {
			return err
		}
		added, err = add(a, taken)
		if err != nil {
			return err
		}
		added.ID, added.CreatedAt, added.CreatedBy = "ORG#"+tx.NewID(), tx.Now(), grant.Actor().Email
		if err := insert(ctx, tx, added); err != nil {
			return err
		}
		if err := s.admit(ctx, tx, grant.Actor(), added); err != nil {
			return err
		}
		return grant.Record(ctx, tx, audit.Change{
			Action: "addOrganization", Kind: "organization", ID: added.ID,
			After: map[string]any{"name": added.Name, "country": added.Country},
		})
	})
	if err != nil {
		return nil, err
	}
	return added, nil
}

// add judges a new organization; taken says whether another has its name. The order of the checks is the contract's.
func add(a Addition, taken bool) (*Organization, error) {
	name := strings.ToLower(a.Name)
	if length := utf8.RuneCountInString(name); length < minName || length > maxName {
		return nil, problem.Invalid("name", ErrLength).With("min", minName).With("max", maxName)
	}
	if taken {
		return nil, problem.Conflict(errNameTaken)
	}
	if !namePattern.MatchString(name) {
		return nil, problem.Invalid("name", errNameInvalid)
	}
	if err := (Text{Field: "country", Max: 200}).Check(a.Country); err != nil {
		return nil, err
	}
	return &Organization{Name: name, Country: a.Country, Policy: DefaultPolicy()}, nil
}

const organizationsOfName = `
	SELECT count(*)
	  FROM organizations
	 WHERE name = $1`

func nameTaken(ctx context.Context, tx *database.Tx, name string) (bool, error) {
	count, err := database.One(ctx, tx, database.Value[int64], organizationsOfName, name)
	if err != nil {
		return false, fmt.Errorf("look for an organization named %s: %w", name, err)
	}
	return count > 0, nil
}

const (
	insertOrganization = `
	INSERT INTO organizations (id, name, state, country, created_at, created_by)
	VALUES ($1, $2, 'ACTIVE', $3, $4, $5)`

	insertPolicy = `
	INSERT INTO organization_policies (organization_id, max_acceptance_days, max_acceptance_tenths,
	                                   min_acceptance_tenths, max_acceptances, min_breaking_tenths,
	                                   vulnerability_grace_days, inactivity_days)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
)

// insert writes a new organization. Two that are made at the same time under one name meet in the unique index.
func insert(ctx context.Context, tx *database.Tx, o *Organization) error {
	_, err := tx.Exec(ctx, insertOrganization, o.ID, o.Name, o.Country, database.Micros(o.CreatedAt), o.CreatedBy)
	if database.KindOf(err) == database.Unique {
		return problem.Conflict(errNameTaken)
	}
	if err != nil {
		return fmt.Errorf("insert organization %s: %w", o.Name, err)
	}
	p := o.Policy
	_, err = tx.Exec(ctx, insertPolicy, o.ID, p.MaxAcceptanceDays, p.MaxAcceptanceTenths, p.MinAcceptanceTenths,
		p.MaxAcceptances, p.MinBreakingTenths, p.VulnerabilityGraceDays, p.InactivityDays)
	if err != nil {
		return fmt.Errorf("insert policy of organization %s: %w", o.Name, err)
	}
	return nil
}

// admit makes whoever added an organization its user_manager.
func (s *Service) admit(ctx context.Context, tx *database.Tx, actor *access.Actor, o *Organization) error {
	if actor.Credential.Kind == access.HostCredential {
		return nil
	}
	return s.access.AddMembership(ctx, tx, access.Membership{
		Email: actor.Email, OrganizationID: o.ID, Role: access.UserManager,
	})
}
