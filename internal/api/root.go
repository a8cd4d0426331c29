package api

import (
	"context"
	"time"

	"asm.example/asm/internal/asm"
	"asm.example/asm/internal/graphql"
	"asm.example/asm/internal/root"
)

func bindRoot(b *graphql.Binder, s *asm.Services) {
	graphql.Enum(b, "ResourceState", root.Active, root.Inactive)
	graphql.Enum[root.CloningStatus](b, "CloningStatus")
	graphql.Enum(b, "URLProtocol", root.File, root.HTTP, root.HTTPS)
	graphql.Enum[root.DeactivationReason](b, "RootDeactivationReason")

	git := graphql.Object[root.GitRoot](b, "GitRoot")
	bindBase(git, s, func(r *root.GitRoot) *root.Base { return &r.Base })
	bindGit(b, git)
	ip := graphql.Object[root.IPRoot](b, "IPRoot")
	bindBase(ip, s, func(r *root.IPRoot) *root.Base { return &r.Base })
	graphql.Value(ip, "address", func(r *root.IPRoot) string { return r.Address })
	url := graphql.Object[root.URLRoot](b, "URLRoot")
	bindBase(url, s, func(r *root.URLRoot) *root.Base { return &r.Base })
	bindURL(url)
	graphql.Abstract[root.Root](b, "Root")
	graphql.Abstract[root.Root](b, "IRoot")

	graphql.Query(b, "root", func(ctx context.Context, a struct{ GroupName, RootID string }) (root.Root, error) {
		found, err := s.Roots.ByIDs(ctx, a.GroupName, []string{a.RootID})
		if err != nil {
			return nil, err
		}
		return found[0], nil
	})
	bindRootMutations(b, s)
}

// bindBase binds what every kind of root has.
func bindBase[T any](o *graphql.ObjectBinder[T], s *asm.Services, base func(*T) *root.Base) {
	keys := func(parents []*T) []root.Key {
		all := make([]root.Key, len(parents))
		for i, r := range parents {
			all[i] = base(r).Key()
		}
		return all
	}
	graphql.Value(o, "id", func(r *T) string { return base(r).ID })
	graphql.Value(o, "groupName", func(r *T) string { return base(r).GroupName })
	graphql.Value(o, "nickname", func(r *T) string { return base(r).Nickname })
	graphql.Value(o, "state", func(r *T) root.State { return base(r).State })
	graphql.Level(o, "openVulnerabilities", func(ctx context.Context, parents []*T, _ graphql.None) ([]int64, error) {
		return s.Vulnerabilities.OpenOfRoots(ctx, keys(parents))
	})
	graphql.Level(o, "lastScan", func(ctx context.Context, parents []*T, _ graphql.None) ([]time.Time, error) {
		return s.Scans.LastOfRoots(ctx, keys(parents))
	})
}

func bindGit(b *graphql.Binder, o *graphql.ObjectBinder[root.GitRoot]) {
	graphql.Value(o, "url", func(r *root.GitRoot) string { return r.URL })
	graphql.Value(o, "branch", func(r *root.GitRoot) string { return r.Branch })
	graphql.Value(o, "environment", func(r *root.GitRoot) string { return r.Environment })
	graphql.Value(o, "gitignore", func(r *root.GitRoot) []string { return r.Gitignore })
	graphql.Value(o, "includesHealthCheck", func(r *root.GitRoot) bool { return r.IncludesHealthCheck })
	graphql.Value(o, "useVpn", func(r *root.GitRoot) bool { return r.UseVPN })
	graphql.Value(o, "createdAt", func(r *root.GitRoot) time.Time { return r.CreatedAt })
	graphql.Value(o, "createdBy", func(r *root.GitRoot) string { return r.CreatedBy })
	graphql.Value(o, "lastEditedAt", func(r *root.GitRoot) time.Time { return r.EditedAt })
	graphql.Value(o, "lastEditedBy", func(r *root.GitRoot) string { return r.EditedBy })
	graphql.Value(o, "lastStateStatusUpdate", func(r *root.GitRoot) time.Time { return r.StateChangedAt })
	graphql.Value(o, "lastCloningStatusUpdate", func(r *root.GitRoot) time.Time { return r.Cloning.ChangedAt })
	graphql.Value(o, "cloningStatus", func(r *root.GitRoot) *root.Cloning { return &r.Cloning })

	c := graphql.Object[root.Cloning](b, "GitRootCloningStatus")
	graphql.Value(c, "status", func(c *root.Cloning) root.CloningStatus { return c.Status })
	graphql.Value(c, "message", func(c *root.Cloning) string { return c.Message })
	graphql.Value(c, "commit", func(c *root.Cloning) *string { return textOrNull(c.Commit) })
}

func bindURL(o *graphql.ObjectBinder[root.URLRoot]) {
	graphql.Value(o, "protocol", func(r *root.URLRoot) root.Protocol { return r.Protocol })
	graphql.Value(o, "host", func(r *root.URLRoot) string { return r.Host })
	graphql.Value(o, "port", func(r *root.URLRoot) int64 { return r.Port })
	graphql.Value(o, "path", func(r *root.URLRoot) string { return r.Path })
	graphql.Value(o, "query", func(r *root.URLRoot) *string { return textOrNull(r.Query) })
}

// addedRoot is the answer of the mutations that add a root.
type addedRoot struct{ id string }

// gitRootArguments are what addGitRoot and updateGitRoot take alike.
type gitRootArguments struct {
	Branch              string
	Environment         string
	Gitignore           []string
	GroupName           string
	IncludesHealthCheck bool
	Nickname            string
	URL                 string
	UseVPN              *bool `graphql:"useVpn"`
}

func (a gitRootArguments) settings() root.GitSettings {
	return root.GitSettings{
		URL: a.URL, Branch: a.Branch, Environment: a.Environment, Gitignore: a.Gitignore,
		IncludesHealthCheck: a.IncludesHealthCheck, UseVPN: a.UseVPN, Nickname: a.Nickname,
	}
}

// renameRootArguments are the arguments of updateIpRoot and updateUrlRoot.
type renameRootArguments struct{ GroupName, RootID, Nickname string }

func bindRootMutations(b *graphql.Binder, s *asm.Services) {
	added := graphql.Object[addedRoot](b, "AddRootPayload")
	graphql.Value(added, "rootId", func(a *addedRoot) string { return a.id })
	graphql.Value(added, "success", succeeded[addedRoot])

	graphql.Mutation(b, "addGitRoot", func(ctx context.Context, a gitRootArguments) (addedRoot, error) {
		id, err := s.Roots.AddGit(ctx, a.GroupName, a.settings())
		return addedRoot{id}, err
	})
	graphql.Mutation(b, "addIpRoot", func(ctx context.Context, a struct{ Address, GroupName, Nickname string }) (addedRoot, error) {
		id, err := s.Roots.AddIP(ctx, a.GroupName, a.Nickname, a.Address)
		return addedRoot{id}, err
	})
	graphql.Mutation(b, "addUrlRoot", func(ctx context.Context, a struct{ URL, GroupName, Nickname string }) (addedRoot, error) {
		id, err := s.Roots.AddURL(ctx, a.GroupName, a.Nickname, a.URL)
		return addedRoot{id}, err
	})
	graphql.Mutation(b, "updateGitRoot", func(ctx context.Context, a struct {
		gitRootArguments

		ID string
	}) (payload, error) {
		return payload{}, s.Roots.UpdateGit(ctx, a.GroupName, a.ID, a.settings())
	})
	graphql.Mutation(b, "updateIpRoot", func(ctx context.Context, a renameRootArguments) (payload, error) {
		return payload{}, s.Roots.UpdateIP(ctx, a.GroupName, a.RootID, a.Nickname)
	})
	graphql.Mutation(b, "updateUrlRoot", func(ctx context.Context, a renameRootArguments) (payload, error) {
		return payload{}, s.Roots.UpdateURL(ctx, a.GroupName, a.RootID, a.Nickname)
	})
	graphql.Mutation(b, "activateRoot", func(ctx context.Context, a struct{ GroupName, ID string }) (payload, error) {
		return payload{}, s.Roots.Activate(ctx, a.GroupName, a.ID)
	})
	graphql.Mutation(b, "deactivateRoot", func(ctx context.Context, a struct {
		GroupName, ID, Other string
		Reason               root.DeactivationReason
	}) (payload, error) {
		_, err := s.Vulnerabilities.DeactivateRoot(ctx, a.GroupName, a.ID, root.Deactivation{Reason: a.Reason, Other: a.Other})
		return payload{}, err
	})
}
