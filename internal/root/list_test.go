package root_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/problem"
	"asm.example/asm/internal/root"
)

// nicknames of roots, for comparing.
func nicknames(roots []root.Root) []string {
	var all []string
	for _, r := range roots {
		all = append(all, r.Common().Nickname)
	}
	return all
}

func TestRootsComeInEveryStateByNickname(t *testing.T) {
	eachWorld(t, func(w *world) {
		zoo := w.git(w.ana, "web", "https://git.acme.test/zoo", "main")
		for nickname, address := range map[string]string{"mid": "10.0.0.1", "abc": "10.0.0.2"} {
			if _, err := w.roots.AddIP(w.ana, "web", nickname, address); err != nil {
				w.Fatal(err)
			}
		}
		if _, err := w.roots.AddURL(w.ana, "web", "Site", "https://acme.test"); err != nil {
			w.Fatal(err)
		}
		other := w.git(w.ana, "api", "https://git.acme.test/api", "main")
		if err := w.deactivate(zoo.Key(), root.Deactivation{Reason: root.OutOfScope}); err != nil {
			w.Fatal(err)
		}

		got, err := w.roots.OfGroups(w.ana, []string{other.GroupID, zoo.GroupID})

		if err != nil || len(got) != 2 || !slices.Equal(nicknames(got[0]), []string{"api"}) ||
			!slices.Equal(nicknames(got[1]), []string{"Site", "abc", "mid", "zoo"}) {
			w.Errorf("roots = %v, %v", got, err)
		}
	})
}

func TestRootsAreReadByKeyInOrder(t *testing.T) {
	eachWorld(t, func(w *world) {
		one := w.git(w.ana, "web", "https://git.acme.test/one", "main")
		two := w.git(w.ana, "api", "https://git.acme.test/two", "main")

		got, err := w.roots.ByKeys(w.ana, []root.Key{two.Key(), one.Key(), two.Key()})

		if err != nil || !slices.Equal(nicknames(got), []string{"two", "one", "two"}) {
			w.Errorf("roots = %q, %v, want two, one, two", nicknames(got), err)
		}
		for what, key := range map[string]root.Key{
			"of another group": {GroupID: one.GroupID, ID: two.ID}, "unknown": {GroupID: one.GroupID, ID: "nothing"},
		} {
			_, err := w.roots.ByKeys(w.ana, []root.Key{one.Key(), key, two.Key()})
			if !problem.Is(err, problem.KindNotFound) || err.Error() != unknownRoot {
				w.Errorf("%s: %v, want %q", what, err, unknownRoot)
			}
		}
		if none, err := w.roots.ByKeys(w.ana, nil); err != nil || len(none) != 0 {
			w.Errorf("of no key: %v, %v", none, err)
		}
	})
}

func TestAStrangerReadsWhatHeReadsOfNothing(t *testing.T) {
	eachWorld(t, func(w *world) {
		r := w.git(w.ana, "web", "https://git.acme.test/shop", "main")
		his := w.git(w.bob, "his", "https://git.acme.test/shop", "main")

		_, byName := w.roots.ByIDs(w.bob, "web", []string{r.ID})
		_, nothing := w.roots.ByIDs(w.bob, "nothing", []string{r.ID})
		_, byKey := w.roots.ByKeys(w.bob, []root.Key{his.Key(), r.Key()})
		_, noKey := w.roots.ByKeys(w.bob, []root.Key{{GroupID: "nothing", ID: r.ID}})
		_, ofGroup := w.roots.OfGroups(w.bob, []string{his.GroupID, r.GroupID})
		_, ofNothing := w.roots.OfGroups(w.bob, []string{"nothing"})
		_, groupOf := w.roots.GroupOf(w.bob, "nothing")

		for i, err := range []error{byName, nothing, byKey, noKey, ofGroup, ofNothing, groupOf} {
			if !problem.Is(err, problem.KindDenied) || err.Error() != "Access denied" {
				w.Errorf("%d: %v, want Access denied", i, err)
			}
		}
		if _, err := w.roots.ByIDs(w.bob, "his", []string{r.ID}); err == nil || err.Error() != unknownRoot {
			w.Errorf("in a group of his: %v, want %q", err, unknownRoot)
		}
	})
}

func TestAPipelineReadsRoots(t *testing.T) {
	eachWorld(t, func(w *world) {
		r := w.git(w.ana, "web", "https://git.acme.test/shop", "main")
		ci := w.person("ci@acme.test", "web", access.ServiceForces)

		if got := w.read(ci, "web", r.ID).Common().Nickname; got != "shop" {
			w.Errorf("root = %q, want shop", got)
		}
	})
}

func TestARootIsFoundByWhatIsKnownOfIt(t *testing.T) {
	eachWorld(t, func(w *world) {
		r := w.git(w.ana, "web", "https://git.acme.test/shop", "main")

		groupID, err := w.roots.GroupOf(w.Context(), r.ID)
		if err != nil || groupID != r.GroupID {
			w.Errorf("group = %q, %v, want %q", groupID, err, r.GroupID)
		}
		found, err := root.ByNickname(w.Context(), w.db, r.GroupID, "shop")
		if err != nil || found.Common().ID != r.ID {
			w.Errorf("by nickname: %+v, %v", found, err)
		}
		for _, key := range []root.Key{{GroupID: r.GroupID, ID: "Shop"}, {GroupID: "nothing", ID: "shop"}} {
			_, err := root.ByNickname(w.Context(), w.db, key.GroupID, key.ID)
			if !problem.Is(err, problem.KindNotFound) || err.Error() != unknownRoot {
				w.Errorf("%+v: %v, want %q", key, err, unknownRoot)
			}
		}
	})
}

func TestManyAreReadInOneStatement(t *testing.T) {
	eachWorld(t, func(w *world) {
		var keys []root.Key
		for i := range 5 {
			groupName := []string{"web", "api"}[i%2]
			keys = append(keys, w.git(w.ana, groupName, fmt.Sprint("https://git.acme.test/", i), "main").Key())
		}

		for what, read := range map[string]func(ctx context.Context) error{
			"by keys": func(ctx context.Context) error { _, err := w.roots.ByKeys(ctx, keys); return err },
			"by ids": func(ctx context.Context) error {
				_, err := w.roots.ByIDs(ctx, "web", []string{keys[0].ID, keys[2].ID})
				return err
			},
			"of groups": func(ctx context.Context) error {
				_, err := w.roots.OfGroups(ctx, []string{keys[0].GroupID, keys[1].GroupID})
				return err
			},
		} {
			ctx, count := database.WithStatementCount(w.ana)

			if err := read(ctx); err != nil || count.Value() != 1 {
				w.Errorf("%s: %v in %d statements, want 1", what, err, count.Value())
			}
		}
	})
}
