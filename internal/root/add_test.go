package root_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/asmtest"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/group"
	"asm.example/asm/internal/problem"
	"asm.example/asm/internal/root"
)

const (
	nicknameTaken = "Exception - Root with the same nickname already exists"
	addressTaken  = "Exception - Root with the same URL/branch already exists"
)

func TestAGitRootIsStoredWithoutBeingReached(t *testing.T) {
	eachWorld(t, func(w *world) {
		yes := true
		id, err := w.roots.AddGit(w.ana, "WEB", root.GitSettings{
			URL: "git@git.acme.test:acme/shop.git", Branch: "main ", Environment: "production", UseVPN: &yes,
			IncludesHealthCheck: true, Gitignore: []string{"vendor/"},
		})
		if err != nil {
			w.Fatal(err)
		}

		r := w.read(w.ana, "web", id).(*root.GitRoot)
		if r.URL != "ssh://git@git.acme.test:acme/shop.git" || r.Branch != "main" || r.Environment != "production" ||
			!r.UseVPN || !r.IncludesHealthCheck || len(r.Gitignore) != 1 || r.Gitignore[0] != "vendor/" {
			w.Errorf("root = %+v", r)
		}
		if r.GroupName != "web" || r.Nickname != "shop" || !r.IsActive() || r.CreatedBy != "ana@acme.test" ||
			r.CreatedAt != asmtest.Start || r.EditedAt != asmtest.Start || r.StateChangedAt != asmtest.Start {
			w.Errorf("root = %+v", r.Base)
		}
		want := root.Cloning{Status: "UNKNOWN", Message: "root created", ChangedAt: asmtest.Start}
		if r.Cloning != want {
			w.Errorf("cloning = %+v, want %+v", r.Cloning, want)
		}
		if got := fmt.Sprint(w.history(r.Key())); got != "[ACTIVE  shop]" {
			w.Errorf("history = %s", got)
		}
		entry := w.last("web")
		if entry.Action != "addGitRoot" || entry.ID != id || entry.Group != r.GroupID ||
			!strings.Contains(entry.After, `"branch":"main"`) || !strings.Contains(entry.After, `"nickname":"shop"`) {
			w.Errorf("audit tells %+v", entry)
		}
	})
}

func TestIPAndURLRootsAreStoredInTheirParts(t *testing.T) {
	eachWorld(t, func(w *world) {
		ip, err := w.roots.AddIP(w.ana, "web", "db", " 10.0.0.1 ")
		if err != nil {
			w.Fatal(err)
		}
		if entry := w.last("web"); entry.Action != "addIpRoot" || entry.ID != ip {
			w.Errorf("audit tells %+v", entry)
		}
		url, err := w.roots.AddURL(w.ana, "web", "shop", "https://ana:secret@Shop.acme.test/a?x=1#top")
		if err != nil {
			w.Fatal(err)
		}

		if r := w.read(w.ana, "web", ip).(*root.IPRoot); r.Address != "10.0.0.1" || r.Nickname != "db" || !r.IsActive() {
			w.Errorf("IP = %+v", r)
		}
		r := w.read(w.ana, "web", url).(*root.URLRoot)
		if r.Protocol != root.HTTPS || r.Host != "shop.acme.test" || r.Port != 443 || r.Path != "/a#top" || r.Query != "x=1" {
			w.Errorf("URL = %+v", r)
		}
		if entry := w.last("web"); entry.Action != "addUrlRoot" || strings.Contains(entry.After, "secret") {
			w.Errorf("audit tells %+v", entry)
		}
	})
}

func TestARepositoryIsInAnOrganizationOnce(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.git(w.ana, "web", "https://git.acme.test/shop.git", "main")

		for _, row := range []struct {
			name, group, url, branch, want string
		}{
			{"the same in the group", "web", "https://git.acme.test/shop.git", "main", addressTaken},
			{"another branch in the group", "web", "https://git.acme.test/shop", "dev", addressTaken},
			{"another case in the group", "web", "https://GIT.acme.test/Shop.git", "dev", addressTaken},
			{"the same in another group", "api", "https://u:p@git.acme.test/shop/", "main", addressTaken},
			{"another branch in another group", "api", "https://git.acme.test/shop", "dev", ""},
			{"another repository", "web", "https://git.acme.test/store", "main", ""},
		} {
			_, err := w.roots.AddGit(w.ana, row.group, root.GitSettings{URL: row.url, Branch: row.branch})

			if row.want == "" && err != nil || row.want != "" && (!problem.Is(err, problem.KindConflict) || err.Error() != row.want) {
				w.Errorf("%s: %v, want %q", row.name, err, row.want)
			}
		}
		w.git(w.bob, "his", "https://git.acme.test/shop.git", "main") // another organization's business
	})
}

func TestAnIPAndAURLAreInAnOrganizationOnce(t *testing.T) {
	eachWorld(t, func(w *world) {
		add := map[string]func(ctx context.Context, groupName, nickname, address string) (string, error){
			"::1": w.roots.AddIP, "https://shop.acme.test/?a=1": w.roots.AddURL,
		}
		again := map[string]string{"::1": "0:0:0:0:0:0:0:1", "https://shop.acme.test/?a=1": "https://SHOP.acme.test:443/?a=1"}
		for address, add := range add {
			if _, err := add(w.ana, "web", fmt.Sprint("n", len(address)), address); err != nil {
				w.Fatal(err)
			}

			for _, groupName := range []string{"web", "api"} {
				_, err := add(w.ana, groupName, "other", again[address])
				if !problem.Is(err, problem.KindConflict) || err.Error() != addressTaken {
					w.Errorf("%s in %s again: %v", address, groupName, err)
				}
			}
			if _, err := add(w.bob, "his", fmt.Sprint("n", len(address)), address); err != nil {
				w.Errorf("%s in another organization: %v", address, err)
			}
		}
	})
}

func TestAGroupThatIsAssessedOnceMindsItsOwnOnly(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.addGroup(w.ana, "acme", "once", group.OneShot)
		w.git(w.ana, "web", "https://git.acme.test/shop", "main")
		if _, err := w.roots.AddIP(w.ana, "web", "db", "10.0.0.1"); err != nil {
			w.Fatal(err)
		}

		w.git(w.ana, "once", "https://git.acme.test/shop", "main")
		if _, err := w.roots.AddIP(w.ana, "once", "db", "10.0.0.1"); err != nil {
			w.Errorf("an address of another group: %v", err)
		}
		if _, err := w.roots.AddIP(w.ana, "once", "db2", "10.0.0.1"); err == nil || err.Error() != addressTaken {
			w.Errorf("an address of its own: %v", err)
		}
	})
}

func TestARemovedGroupsRootsDoNotCount(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.git(w.ana, "web", "https://git.acme.test/shop", "main")
		if err := w.groups.Remove(w.ana, "web", group.Removal{Reason: group.Mistake}); err != nil {
			w.Fatal(err)
		}

		w.git(w.ana, "api", "https://git.acme.test/shop", "main")

		_, err := w.roots.AddIP(w.ana, "web", "db", "10.0.0.1")
		if !problem.Is(err, problem.KindDenied) {
			w.Errorf("a root for the removed group: %v, want Denied", err)
		}
	})
}

func TestNicknamesAreUniqueInAGroup(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.git(w.ana, "web", "https://github.com/acme/shop", "main")
		if _, err := w.roots.AddIP(w.ana, "web", "db", "10.0.0.1"); err != nil {
			w.Fatal(err)
		}
		git := func(groupName, url, nickname string) func() error {
			return func() error {
				_, err := w.roots.AddGit(w.ana, groupName, root.GitSettings{URL: url, Branch: "main", Nickname: nickname})
				return err
			}
		}

		for _, row := range []struct {
			name string
			add  func() error
			want string
		}{
			{"git, given", git("web", "https://gitlab.com/acme/a", "shop"), nicknameTaken},
			{"git, given with _git", git("web", "https://gitlab.com/acme/b", "shop_git"), nicknameTaken},
			{"git, derived, an IP's", git("web", "https://gitlab.com/acme/db", ""), nicknameTaken},
			{"git, derived, same host", git("web", "https://github.com/other/shop", ""), nicknameTaken},
			{"git, derived, other host", git("web", "https://gitlab.com/acme/shop", ""), ""},
			{"git, derived, the suffixed used too", git("web", "https://gitlab.com/more/shop", ""), nicknameTaken},
			{"git in another group", git("api", "https://github.com/other/shop", ""), ""},
			{"IP, a repository's", func() error { _, err := w.roots.AddIP(w.ana, "web", "shop", "10.0.0.2"); return err }, nicknameTaken},
			{"URL, an IP's", func() error { _, err := w.roots.AddURL(w.ana, "web", "db", "https://acme.test"); return err }, nicknameTaken},
			{"URL, the suffixed", func() error {
				_, err := w.roots.AddURL(w.ana, "web", "shop_gitlab", "https://acme.test")
				return err
			}, nicknameTaken},
		} {
			err := row.add()

			if row.want == "" && err != nil || row.want != "" && (!problem.Is(err, problem.KindConflict) || err.Error() != row.want) {
				w.Errorf("%s: %v, want %q", row.name, err, row.want)
			}
		}
	})
}

func TestOfManyAtOnceOneGetsTheAddress(t *testing.T) {
	eachWorld(t, func(w *world) {
		errs := make([]error, 6)
		var all sync.WaitGroup
		for i := range errs {
			all.Go(func() {
				_, errs[i] = w.roots.AddGit(w.ana, []string{"web", "api"}[i%2], root.GitSettings{
					URL: "https://git.acme.test/shop", Branch: "main", Nickname: fmt.Sprint("n", i),
				})
			})
		}
		all.Wait()
		w.oneOf(errs, addressTaken)
	})
}

func TestOfManyAtOnceOneGetsTheNickname(t *testing.T) {
	eachWorld(t, func(w *world) {
		errs := make([]error, 6)
		var all sync.WaitGroup
		for i := range errs {
			all.Go(func() { _, errs[i] = w.roots.AddIP(w.ana, "web", "db", fmt.Sprint("10.0.0.", i)) })
		}
		all.Wait()
		w.oneOf(errs, nicknameTaken)
	})
}

// oneOf checks that one came through, and what the others read.
func (w *world) oneOf(errs []error, want string) {
	w.Helper()
	through := 0
	for _, err := range errs {
		switch {
		case err == nil:
			through++
		case !problem.Is(err, problem.KindConflict) || err.Error() != want:
			w.Errorf("one who came late reads %v, want %q", err, want)
		}
	}
	if through != 1 {
		w.Errorf("%d came through, want 1", through)
	}
}

func TestPatternsNeedTheirOwnRight(t *testing.T) {
	eachWorld(t, func(w *world) {
		mia := w.person("mia@acme.test", "web", access.User) // may add roots, not filter
		add := func(patterns ...string) error {
			_, err := w.roots.AddGit(mia, "web", root.GitSettings{
				URL: "https://git.acme.test/shop", Branch: "main", Gitignore: patterns,
			})
			return err
		}

		err := add("vendor/")
		if !problem.Is(err, problem.KindDenied) || err.Error() != "Exception - Error permission denied" {
			w.Errorf("patterns: %v", err)
		}
		if err := add(); err != nil {
			w.Errorf("no patterns: %v", err)
		}
	})
}

func TestWhoMayNotAddsNoRoot(t *testing.T) {
	eachWorld(t, func(w *world) {
		reviewer := w.person("rae@acme.test", "web", access.Reviewer)
		for what, row := range map[string]struct {
			ctx   context.Context
			group string
		}{
			"a stranger": {w.bob, "web"}, "nothing": {w.bob, "nothing"}, "a reviewer": {reviewer, "web"},
			"the host for nothing": {w.host, "nothing"},
		} {
			_, git := w.roots.AddGit(row.ctx, row.group, root.GitSettings{URL: "https://git.acme.test/shop", Branch: "main"})
			_, ip := w.roots.AddIP(row.ctx, row.group, "db", "10.0.0.1")
			_, url := w.roots.AddURL(row.ctx, row.group, "shop", "https://acme.test")

			for _, err := range []error{git, ip, url} {
				if !problem.Is(err, problem.KindDenied) || err.Error() != "Access denied" {
					w.Errorf("%s: %v, want Access denied", what, err)
				}
			}
		}
	})
}

func TestARefusedRootLeavesNothing(t *testing.T) {
	eachWorld(t, func(w *world) {
		_, git := w.roots.AddGit(w.ana, "web", root.GitSettings{URL: "https://git.acme.test/shop", Branch: "a..b"})
		_, ip := w.roots.AddIP(w.ana, "web", "db", "10.0.0")
		_, url := w.roots.AddURL(w.ana, "web", "shop", "ftp://acme.test")
		_, file := w.roots.AddURL(w.ana, "web", "shop", "file://app.apk")

		for _, err := range []error{git, ip, url} {
			if !problem.Is(err, problem.KindInvalid) || err.Error() != "Exception - Error value is not valid" {
				w.Errorf("refused with %v", err)
			}
		}
		if !problem.Is(file, problem.KindNotFound) || file.Error() != "Exception - The file has not been found" {
			w.Errorf("a file: %v", file)
		}
		g, err := w.groups.Identified(w.ana, "web")
		if err != nil {
			w.Fatal(err)
		}
		if all, err := w.roots.OfGroups(w.ana, []string{g.ID}); err != nil || len(all[0]) != 0 {
			w.Errorf("roots = %v, %v, want none", all, err)
		}
		if entry := w.last("web"); entry.Action != "addGroup" {
			w.Errorf("audit tells %s", entry.Action)
		}
	})
}

func TestAddingCostsTheSameAmongManyRoots(t *testing.T) {
	eachWorld(t, func(w *world) {
		add := func(name string) int {
			ctx, count := database.WithStatementCount(w.ana)
			_, err := w.roots.AddGit(ctx, "web", root.GitSettings{URL: "https://git.acme.test/" + name, Branch: "main"})
			if err != nil {
				w.Fatal(err)
			}
			return count.Value()
		}
		few := add("first")
		for i := range 5 {
			add(fmt.Sprint("more", i))
		}

		if many := add("last"); few != many {
			w.Errorf("%d statements for the first root and %d for the seventh", few, many)
		}
	})
}
