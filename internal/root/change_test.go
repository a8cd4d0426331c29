package root_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/asmtest"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/group"
	"asm.example/asm/internal/problem"
	"asm.example/asm/internal/root"
)

const unknownRoot = "Exception - Access denied or root not found"

// settings are those of a root as it is.
func settings(r *root.GitRoot) root.GitSettings {
	return root.GitSettings{
		URL: r.URL, Branch: r.Branch, Environment: r.Environment, Gitignore: r.Gitignore,
		IncludesHealthCheck: r.IncludesHealthCheck,
	}
}

func TestAChangeOfAGitRootIsStoredAndRecorded(t *testing.T) {
	eachWorld(t, func(w *world) {
		r := w.git(w.ana, "web", "https://git.acme.test/shop", "main")
		w.clock.Advance(time.Hour)
		yes := true

		err := w.roots.UpdateGit(w.ana, "web", r.ID, root.GitSettings{
			URL: "https://u:p@git.acme.test/store.git", Branch: "dev", Environment: "test", Gitignore: []string{"vendor/"},
			IncludesHealthCheck: true, UseVPN: &yes, Nickname: "front_git",
		})
		if err != nil {
			w.Fatal(err)
		}

		got := w.read(w.ana, "web", r.ID).(*root.GitRoot)
		if got.URL != "https://git.acme.test/store.git" || got.Branch != "dev" || got.Environment != "test" || !got.UseVPN ||
			!got.IncludesHealthCheck || !slices.Equal(got.Gitignore, []string{"vendor/"}) || got.Nickname != "front" {
			w.Errorf("root = %+v", got)
		}
		if got.CreatedAt != asmtest.Start || got.EditedAt != asmtest.Start.Add(time.Hour) || got.StateChangedAt != asmtest.Start ||
			got.EditedBy != "ana@acme.test" {
			w.Errorf("times = %+v", got.Base)
		}
		if history := fmt.Sprint(w.history(r.Key())); history != "[ACTIVE  shop ACTIVE  front]" {
			w.Errorf("history = %s", history)
		}
		entry := w.last("web")
		if entry.Action != "updateGitRoot" || entry.ID != r.ID || !strings.Contains(entry.Before, `"branch":"main"`) ||
			!strings.Contains(entry.After, `"branch":"dev"`) || strings.Contains(entry.After, "u:p") {
			w.Errorf("audit tells %+v", entry)
		}
	})
}

func TestAChangeThatChangesNothingIsNotRecorded(t *testing.T) {
	eachWorld(t, func(w *world) {
		r := w.git(w.ana, "web", "https://git.acme.test/shop", "main")
		ip, err := w.roots.AddIP(w.ana, "web", "db", "10.0.0.1")
		if err != nil {
			w.Fatal(err)
		}
		same := settings(r)
		same.Nickname = "shop"

		for _, err := range []error{
			w.roots.UpdateGit(w.ana, "web", r.ID, same),
			w.roots.UpdateIP(w.ana, "web", ip, "db"),
			w.roots.Activate(w.ana, "web", r.ID),
		} {
			if err != nil {
				w.Error(err)
			}
		}

		if entry := w.last("web"); entry.Action != "addIpRoot" || len(w.history(r.Key())) != 1 {
			w.Errorf("audit tells %s, history %q, want nothing new", entry.Action, w.history(r.Key()))
		}
	})
}

func TestTheURLStaysOnceSomethingWasReported(t *testing.T) {
	eachWorld(t, func(w *world) {
		for state, want := range map[string]string{
			"VULNERABLE": "Exception - A root with reported vulns can't be updated",
			"SAFE":       "Exception - A root with reported vulns can't be updated",
			"SUBMITTED":  "", "REJECTED": "", "DELETED": "",
		} {
			r := w.git(w.ana, "web", "https://git.acme.test/"+strings.ToLower(state), "main")
			w.report(r.Key(), state)
			moved, branched := settings(r), settings(r)
			moved.URL += "-2"
			branched.Branch = "dev"

			if err := w.roots.UpdateGit(w.ana, "web", r.ID, branched); err != nil {
				w.Errorf("%s: another branch: %v", state, err)
			}
			err := w.roots.UpdateGit(w.ana, "web", r.ID, moved)

			if want == "" && err != nil || want != "" && (!problem.Is(err, problem.KindConflict) || err.Error() != want) {
				w.Errorf("%s: another URL: %v, want %q", state, err, want)
			}
		}
	})
}

// report puts a location on a root.
func (w *world) report(key root.Key, state string) {
	w.Helper()
	standing := state
	if s, ok := map[string]string{"VULNERABLE": "OPEN", "SAFE": "CLOSED"}[state]; ok {
		standing = s
	}
	err := w.db.Write(w.Context(), func(tx *database.Tx) error {
		w.insertInto(tx, "findings", map[string]any{
			"group_id": key.GroupID, "id": "f-" + state, "title": state, "source": "ASM", "state": "CREATED",
		})
		w.insertInto(tx, "vulnerabilities", map[string]any{
			"group_id": key.GroupID, "id": "v-" + state, "finding_id": "f-" + state, "root_id": key.ID, "type": "LINES",
			"state": state, "standing": standing, "source": "ANALYST", "treatment": "UNTREATED",
		})
		return nil
	})
	if err != nil {
		w.Fatal(err)
	}
}

func TestABranchOrURLOfAnotherRootIsRefused(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.git(w.ana, "api", "https://git.acme.test/shop", "main")
		r := w.git(w.ana, "web", "https://git.acme.test/shop", "dev")
		branched, moved, same := settings(r), settings(r), settings(r)
		branched.Branch = "main"
		moved.URL, moved.Branch = "https://git.acme.test/Shop.git", "main"
		same.URL = "https://git.acme.test/shop.git" // the same, written otherwise

		for what, s := range map[string]root.GitSettings{"branch": branched, "URL": moved} {
			err := w.roots.UpdateGit(w.ana, "web", r.ID, s)
			if !problem.Is(err, problem.KindConflict) || err.Error() != addressTaken {
				w.Errorf("%s: %v, want %q", what, err, addressTaken)
			}
		}
		if err := w.roots.UpdateGit(w.ana, "web", r.ID, same); err != nil {
			w.Errorf("the same, written otherwise: %v", err)
		}
	})
}

func TestAChangeOfWhatIsNotThereIsRefused(t *testing.T) {
	eachWorld(t, func(w *world) {
		git := w.git(w.ana, "web", "https://git.acme.test/shop", "main")
		ip, err := w.roots.AddIP(w.ana, "web", "db", "10.0.0.1")
		if err != nil {
			w.Fatal(err)
		}
		url, err := w.roots.AddURL(w.ana, "web", "site", "https://acme.test")
		if err != nil {
			w.Fatal(err)
		}
		his := w.git(w.bob, "his", "https://git.acme.test/shop", "main")
		updateGit := func(ctx context.Context, groupName, id string) error {
			return w.roots.UpdateGit(ctx, groupName, id, settings(git))
		}
		updateIP := func(ctx context.Context, groupName, id string) error {
			return w.roots.UpdateIP(ctx, groupName, id, "x")
		}
		updateURL := func(ctx context.Context, groupName, id string) error {
			return w.roots.UpdateURL(ctx, groupName, id, "x")
		}

		for _, row := range []struct {
			name   string
			change func(ctx context.Context, groupName, id string) error
			ctx    context.Context
			group  string
			id     string
			want   string
		}{
			{"git, unknown", updateGit, w.ana, "web", "nothing", unknownRoot},
			{"git, of another organization", updateGit, w.ana, "web", his.ID, unknownRoot},
			{"git, of another group", updateGit, w.ana, "api", git.ID, unknownRoot},
			{"git, an IP", updateGit, w.ana, "web", ip, "Exception - A git root is required"},
			{"IP, unknown", updateIP, w.ana, "web", "nothing", unknownRoot},
			{"IP, of another group", updateIP, w.ana, "api", ip, unknownRoot},
			{"IP, a URL", updateIP, w.ana, "web", url, "Exception - Error value is not valid"},
			{"URL, unknown", updateURL, w.ana, "web", "nothing", unknownRoot},
			{"URL, a repository", updateURL, w.ana, "web", git.ID, "Exception - Error value is not valid"},
			{"activate, unknown", w.roots.Activate, w.ana, "web", "nothing", unknownRoot},
			{"activate, of another organization", w.roots.Activate, w.ana, "web", his.ID, unknownRoot},
			{"git by a stranger", updateGit, w.bob, "web", git.ID, "Access denied"},
			{"IP by a stranger", updateIP, w.bob, "web", ip, "Access denied"},
			{"URL by a stranger", updateURL, w.bob, "web", url, "Access denied"},
			{"activate by a stranger", w.roots.Activate, w.bob, "web", git.ID, "Access denied"},
			{"activate in nothing", w.roots.Activate, w.bob, "nothing", git.ID, "Access denied"},
		} {
			if err := row.change(row.ctx, row.group, row.id); err == nil || err.Error() != row.want {
				w.Errorf("%s: %v, want %q", row.name, err, row.want)
			}
		}
	})
}

func TestIPAndURLRootsAreRenamed(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.git(w.ana, "web", "https://git.acme.test/shop", "main")
		ip, err := w.roots.AddIP(w.ana, "web", "db", "10.0.0.1")
		if err != nil {
			w.Fatal(err)
		}
		url, err := w.roots.AddURL(w.ana, "web", "site", "https://acme.test/?q=1")
		if err != nil {
			w.Fatal(err)
		}

		for _, row := range []struct {
			id     string
			action string
			update func(ctx context.Context, groupName, id, nickname string) error
		}{{ip, "updateIpRoot", w.roots.UpdateIP}, {url, "updateUrlRoot", w.roots.UpdateURL}} {
			for nickname, want := range map[string]string{
				"": "Exception - Invalid characters", "a b": "Exception - Invalid characters",
				"-x": "Exception - Unsanitized input found", "shop": nicknameTaken,
			} {
				if err := row.update(w.ana, "web", row.id, nickname); err == nil || err.Error() != want {
					w.Errorf("%s to %q: %v, want %q", row.action, nickname, err, want)
				}
			}
			if err := row.update(w.ana, "web", row.id, row.action); err != nil {
				w.Error(err)
			}

			b := w.read(w.ana, "web", row.id).Common()
			if b.Nickname != row.action || len(w.history(b.Key())) != 2 || w.last("web").Action != row.action {
				w.Errorf("root = %+v, history %q, audit tells %s", b, w.history(b.Key()), w.last("web").Action)
			}
		}
		if r := w.read(w.ana, "web", url).(*root.URLRoot); r.Query != "q=1" {
			w.Errorf("the URL lost its query: %+v", r)
		}
	})
}

func TestARootGoesOutAndComesBack(t *testing.T) {
	eachWorld(t, func(w *world) {
		r := w.git(w.ana, "web", "https://git.acme.test/shop", "main")
		w.clock.Advance(time.Hour)

		if err := w.deactivate(r.Key(), root.Deactivation{Reason: root.OtherReason, Other: "sold"}); err != nil {
			w.Fatal(err)
		}
		out := w.read(w.ana, "web", r.ID).Common()
		err := w.roots.UpdateGit(w.ana, "web", r.ID, settings(r))
		if !problem.Is(err, problem.KindConflict) || err.Error() != "Exception - The root is not active" {
			w.Errorf("a change while it is out: %v", err)
		}
		w.clock.Advance(time.Hour)
		if err := w.roots.Activate(w.ana, "web", r.ID); err != nil {
			w.Fatal(err)
		}
		back := w.read(w.ana, "web", r.ID).Common()

		if out.State != root.Inactive || out.Reason != "OTHER" || out.Other != "sold" || out.StateChangedAt != asmtest.Start.Add(time.Hour) {
			w.Errorf("out = %+v", out)
		}
		if !back.IsActive() || back.Reason != "" || back.Other != "" || back.StateChangedAt != asmtest.Start.Add(2*time.Hour) {
			w.Errorf("back = %+v", back)
		}
		if got := fmt.Sprint(w.history(r.Key())); got != "[ACTIVE  shop INACTIVE OTHER shop ACTIVE  shop]" {
			w.Errorf("history = %s", got)
		}
		if entry := w.last("web"); entry.Action != "activateRoot" || !strings.Contains(entry.Before, `"reason":"OTHER"`) {
			w.Errorf("audit tells %+v", entry)
		}
	})
}

func TestWordsAreKeptWithTheirReason(t *testing.T) {
	eachWorld(t, func(w *world) {
		for reason, want := range map[root.DeactivationReason]string{
			root.OtherReason: "why", root.Moved: "why", root.OutOfScope: "", root.Mistake: "", root.GroupDeleted: "",
		} {
			r := w.git(w.ana, "web", "https://git.acme.test/"+string(reason), "main")
			if err := w.deactivate(r.Key(), root.Deactivation{Reason: reason, Other: "why"}); err != nil {
				w.Fatal(err)
			}

			if got := w.read(w.ana, "web", r.ID).Common(); got.Other != want || got.Reason != reason {
				w.Errorf("%s keeps %q, want %q", reason, got.Other, want)
			}
		}
	})
}

func TestAnInactiveRootIsNotDeactivatedAgain(t *testing.T) {
	eachWorld(t, func(w *world) {
		r := w.git(w.ana, "web", "https://git.acme.test/shop", "main")
		if err := w.deactivate(r.Key(), root.Deactivation{Reason: root.OutOfScope}); err != nil {
			w.Fatal(err)
		}

		err := w.deactivate(r.Key(), root.Deactivation{Reason: root.Mistake})
		if !problem.Is(err, problem.KindConflict) || err.Error() != "Exception - The root is not active" {
			w.Errorf("again: %v", err)
		}
		err = w.deactivate(root.Key{GroupID: r.GroupID, ID: "nothing"}, root.Deactivation{})
		if !problem.Is(err, problem.KindNotFound) || err.Error() != unknownRoot {
			w.Errorf("unknown: %v", err)
		}
	})
}

func TestARootComesBackOnlyWhereNoneTookItsPlace(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.addGroup(w.ana, "acme", "once", group.OneShot)
		first := w.git(w.ana, "web", "https://git.acme.test/shop", "main")
		if err := w.deactivate(first.Key(), root.Deactivation{Reason: root.OutOfScope}); err != nil {
			w.Fatal(err)
		}
		_, err := w.roots.AddGit(w.ana, "api", root.GitSettings{URL: "https://git.acme.test/shop", Branch: "main"})
		if err == nil || err.Error() != addressTaken {
			w.Errorf("an inactive root does not keep its place: %v", err)
		}
		second := w.git(w.ana, "once", "https://git.acme.test/shop", "main") // where it is not asked

		err = w.roots.Activate(w.ana, "web", first.ID)
		if !problem.Is(err, problem.KindConflict) || err.Error() != addressTaken {
			w.Errorf("while another is active: %v", err)
		}
		if err := w.deactivate(second.Key(), root.Deactivation{Reason: root.OutOfScope}); err != nil {
			w.Fatal(err)
		}
		if err := w.roots.Activate(w.ana, "web", first.ID); err != nil {
			w.Errorf("while the other is not: %v", err)
		}
	})
}

func TestLongWordsAreRefused(t *testing.T) {
	t.Parallel()
	err := root.Deactivation{Reason: root.OtherReason, Other: strings.Repeat("x", 501)}.Check()
	if !problem.Is(err, problem.KindInvalid) || err.Error() != "Exception - Invalid field length in form" {
		t.Errorf("501 characters: %v", err)
	}
	if err := (root.Deactivation{Reason: root.OtherReason, Other: strings.Repeat("x", 500)}).Check(); err != nil {
		t.Errorf("500 characters: %v", err)
	}
}

func TestPatternsChangeWithTheirOwnRight(t *testing.T) {
	eachWorld(t, func(w *world) {
		r := w.git(w.ana, "web", "https://git.acme.test/shop", "main")
		mia := w.person("mia@acme.test", "web", access.User) // may change roots, not filter
		other, filtered := settings(r), settings(r)
		other.Environment = "test"
		filtered.Gitignore = []string{"vendor/"}

		if err := w.roots.UpdateGit(mia, "web", r.ID, other); err != nil {
			w.Errorf("another environment: %v", err)
		}
		err := w.roots.UpdateGit(mia, "web", r.ID, filtered)
		if !problem.Is(err, problem.KindDenied) || err.Error() != "Exception - Error permission denied" {
			w.Errorf("patterns: %v", err)
		}
		if err := w.roots.UpdateGit(w.ana, "web", r.ID, filtered); err != nil {
			w.Errorf("patterns by ana: %v", err)
		}
		if err := w.roots.UpdateGit(mia, "web", r.ID, filtered); err != nil {
			w.Errorf("the patterns as they are: %v", err)
		}
	})
}
