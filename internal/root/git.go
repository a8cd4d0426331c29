package root

import (
	"context"
	"reflect"
	"slices"
	"strings"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/audit"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/group"
	"asm.example/asm/internal/organization"
	"asm.example/asm/internal/problem"
)

// What the contract says of git roots that are refused.
const (
	errPermission = "Exception - Error permission denied"
	errPattern    = "Exception - Root name should not be included in the exception pattern"
	errNotGit     = "Exception - A git root is required"
	errInactive   = "Exception - The root is not active"
	errReported   = "Exception - A root with reported vulns can't be updated"
)

// cloningCreated is the message of a repository that nobody tried to read.
const cloningCreated = "root created"

// GitSettings are what can be said of a git root, when it is added and later.
type GitSettings struct {
	// URL is https, ssh or user@host:path; user and password are dropped, but the user of ssh.
	URL string
	// Branch is a name that git accepts.
	Branch string
	// Environment is a label of at most 200 characters.
	Environment string
	// Gitignore are at most 1000 patterns of at most 1000 characters; other than none needs UpdateGitRootFilter.
	Gitignore           []string
	IncludesHealthCheck bool
	// UseVPN is false when nil, and what it was in a change.
	UseVPN *bool
	// Nickname is made from the URL when empty, and what it was in a change.
	Nickname string
}

// AddGit adds a git repository to a group, without reaching it, and answers its id.
//
// Needs AddGitRoot on the group, and UpdateGitRootFilter for patterns. Problems: Denied; Invalid (environment, nickname,
// url, branch, gitignore); Conflict (the organization has it, or the group the nickname).
func (s *Service) AddGit(ctx context.Context, groupName string, settings GitSettings) (string, error) {
	grant, err := s.access.Require(ctx, access.AddGitRoot, access.OnGroup(groupName))
	if err != nil {
		return "", err
	}
	mayFilter, err := s.mayFilter(ctx, grant.GroupID(), len(settings.Gitignore) > 0)
	if err != nil {
		return "", err
	}
	var id string
	err = s.db.Write(ctx, func(tx *database.Tx) error {
		g, err := activeGroup(ctx, tx, grant.GroupID())
		if err != nil {
			return err
		}
		added, wanted, err := addGit(settings, mayFilter)
		if err != nil {
			return err
		}
		id = tx.NewID()
		added.Base = create(Git, "", Key{GroupID: g.ID, ID: id}, grant.Actor().Email, tx.Now())
		added.Cloning = Cloning{Status: NotCloned, Message: cloningCreated, ChangedAt: tx.Now()}
		return s.add(ctx, tx, grant, addition{"addGitRoot", g, added, wanted})
	})
	if err != nil {
		return "", err
	}
	return id, nil
}

// addGit judges a new git root; the order of the checks is the contract's.
func addGit(settings GitSettings, mayFilter bool) (*GitRoot, wish, error) {
	if err := checkEnvironment(settings.Environment); err != nil {
		return nil, wish{}, err
	}
	if settings.Nickname != "" {
		if err := checkNickname(settings.Nickname); err != nil {
			return nil, wish{}, err
		}
	}
	u, err := parseGitURL(settings.URL)
	if err != nil {
		return nil, wish{}, err
	}
	r := &GitRoot{
		URL:                 u.text,
		Branch:              strings.TrimRight(settings.Branch, " "),
		Environment:         settings.Environment,
		Gitignore:           settings.Gitignore,
		IncludesHealthCheck: settings.IncludesHealthCheck,
		UseVPN:              settings.UseVPN != nil && *settings.UseVPN,
	}
	if !isBranch(r.Branch) {
		return nil, wish{}, problem.Invalid("branch", organization.ErrValue)
	}
	if !mayFilter {
		return nil, wish{}, filterDenied()
	}
	if err := checkGitignore(r.Gitignore, u.repository()); err != nil {
		return nil, wish{}, err
	}
	wanted, err := wishFor(settings.Nickname, u)
	return r, wanted, err
}

// UpdateGit changes a git root; when nothing differs, nothing happens. The URL changes only while no vulnerability was
// released on it.
//
// Needs UpdateGitRoot on the group, and UpdateGitRootFilter for other patterns. Problems: Denied; NotFound; Invalid
// (environment, url, branch, nickname, gitignore, id); Conflict (inactive, reported on, in the organization already, or
// the nickname in the group).
func (s *Service) UpdateGit(ctx context.Context, groupName, id string, settings GitSettings) error {
	grant, err := s.access.Require(ctx, access.UpdateGitRoot, access.OnGroup(groupName))
	if err != nil {
		return err
	}
	mayFilter, err := s.mayFilter(ctx, grant.GroupID(), true)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *database.Tx) error {
		g, err := activeGroup(ctx, tx, grant.GroupID())
		if err != nil {
			return err
		}
		found, err := Locked(ctx, tx, Key{GroupID: g.ID, ID: id})
		if err != nil {
			return err
		}
		before, ok := found.(*GitRoot)
		if !ok {
			return problem.Invalid("id", errNotGit)
		}
		after, wanted, err := updateGit(*before, settings, mayFilter)
		if err != nil {
			return err
		}
		return s.changeGit(ctx, tx, grant, g, before, after, wanted)
	})
}

// changeGit makes the checks of a change that need the database, and writes it.
func (s *Service) changeGit(
	ctx context.Context, tx *database.Tx, grant access.Grant, g *group.Group, before, after *GitRoot, wanted *wish,
) error {
	if before.URL != after.URL {
		reported, err := hasReleased(ctx, tx, before.Key())
		if err != nil {
			return err
		}
		if reported {
			return problem.Conflict(errReported)
		}
	}
	if before.address() != after.address() || before.Branch != after.Branch {
		if err := ensureFree(ctx, tx, g, after, false); err != nil {
			return err
		}
	}
	if wanted != nil {
		var err error
		if after.Nickname, err = nickname(ctx, tx, after.Key(), *wanted); err != nil {
			return err
		}
	}
	if reflect.DeepEqual(before, after) {
		return nil
	}
	after.edit(grant.Actor().Email, tx.Now())
	if err := update(ctx, tx, after); err != nil {
		return err
	}
	return grant.Record(ctx, tx, audit.Change{
		Action: "updateGitRoot", Kind: "root", ID: after.ID, Before: recorded(before), After: recorded(after),
	})
}

// updateGit judges a change of a git root and answers the changed root, and the nickname wanted if it is another.
func updateGit(before GitRoot, settings GitSettings, mayFilter bool) (*GitRoot, *wish, error) {
	if err := checkEnvironment(settings.Environment); err != nil {
		return nil, nil, err
	}
	u, err := parseGitURL(settings.URL)
	if err != nil {
		return nil, nil, err
	}
	after := before
	after.URL, after.Branch = u.text, strings.TrimRight(settings.Branch, " ")
	if !isBranch(after.Branch) {
		return nil, nil, problem.Invalid("branch", organization.ErrValue)
	}
	var wanted *wish
	if settings.Nickname != "" && settings.Nickname != before.Nickname {
		other, err := wishFor(settings.Nickname, u)
		if err != nil {
			return nil, nil, err
		}
		wanted = &other
	}
	if !before.IsActive() {
		return nil, nil, problem.Conflict(errInactive)
	}
	after.Environment = settings.Environment
	after.IncludesHealthCheck = settings.IncludesHealthCheck
	if settings.UseVPN != nil {
		after.UseVPN = *settings.UseVPN
	}
	if !slices.Equal(before.Gitignore, settings.Gitignore) {
		if !mayFilter {
			return nil, nil, filterDenied()
		}
		stored, err := parseGitURL(before.URL)
		if err != nil {
			return nil, nil, err
		}
		if err := checkGitignore(settings.Gitignore, stored.repository()); err != nil {
			return nil, nil, err
		}
		after.Gitignore = settings.Gitignore
	}
	return &after, wanted, nil
}

// mayFilter tells whether the caller may set the patterns of a group's git roots; true when that is not asked.
func (s *Service) mayFilter(ctx context.Context, groupID string, asked bool) (bool, error) {
	if !asked {
		return true, nil
	}
	_, err := s.access.Require(ctx, access.UpdateGitRootFilter, access.OnGroup(groupID))
	if problem.Is(err, problem.KindDenied) {
		return false, nil
	}
	return err == nil, err
}

// filterDenied is the contract's answer to who sets patterns without the permission.
func filterDenied() error {
	return &problem.Problem{Kind: problem.KindDenied, Message: errPermission, Field: "gitignore"}
}

func checkEnvironment(label string) error {
	return organization.Text{Field: "environment", Max: 200}.Check(label)
}

// Bounds of the patterns of a root.
const (
	maxPatterns = 1000
	maxPattern  = 1000
)

// checkGitignore judges patterns for a repository. They are relative to it, so that one which begins with its name is
// meant for the directory above and would exclude nothing.
func checkGitignore(patterns []string, repository string) error {
	if len(patterns) > maxPatterns {
		return problem.Invalid("gitignore", organization.ErrLength).With("max", maxPatterns)
	}
	for _, pattern := range patterns {
		if err := (organization.Text{Field: "gitignore", Max: maxPattern}).Check(pattern); err != nil {
			return err
		}
		if first, _, _ := strings.Cut(pattern, "/"); strings.EqualFold(first, repository) {
			return problem.Invalid("gitignore", errPattern).With("pattern", pattern)
		}
	}
	return nil
}
