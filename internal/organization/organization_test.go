package organization_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/organization"
	"asm.example/asm/internal/problem"
)

func TestWhoAddsAnOrganizationManagesIt(t *testing.T) {
	eachWorld(t, func(w *world) {
		ana := w.person("ana@acme.test", access.User)

		added := w.add(ana, "Acme")

		if !strings.HasPrefix(added.ID, "ORG#") || added.Name != "acme" || added.CreatedBy != "ana@acme.test" {
			w.Errorf("added %+v", added)
		}
		actor, err := w.access.Current(ana)
		if err != nil {
			w.Fatal(err)
		}
		if role := actor.OrganizationRole(added.ID); role != access.UserManager {
			w.Errorf("role = %q, want user_manager", role)
		}
		if got := w.actions("installation"); !slices.Contains(got, "addOrganization") {
			w.Errorf("audit tells %q, want addOrganization among them", got)
		}
	})
}

func TestAnOrganizationIsReadAsItWasMade(t *testing.T) {
	eachWorld(t, func(w *world) {
		ana := w.person("ana@acme.test", access.User)
		added, err := w.organizations.Add(ana, organization.Addition{Name: "acme", Country: "Colombia"})
		if err != nil {
			w.Fatal(err)
		}

		for _, key := range []string{added.ID, "acme", "ACME"} {
			read, err := w.organizations.Identified(ana, key)

			if err != nil || *read != *added {
				w.Errorf("by %q: %+v, %v, want %+v", key, read, err, added)
			}
		}
	})
}

func TestTheHostAddsAnOrganizationWithoutJoiningIt(t *testing.T) {
	eachWorld(t, func(w *world) {
		added := w.add(w.host, "acme")

		members, err := w.access.OfOrganizations(w.host, []string{added.ID})
		if err != nil {
			w.Fatal(err)
		}
		if len(members[0]) != 0 {
			w.Errorf("%d members, want none", len(members[0]))
		}
	})
}

func TestANameIsTakenInAnyCase(t *testing.T) {
	eachWorld(t, func(w *world) {
		ana, bob := w.person("ana@acme.test", access.User), w.person("bob@other.test", access.User)
		w.add(ana, "acme")

		_, err := w.organizations.Add(bob, organization.Addition{Name: "ACME"})

		if !problem.Is(err, problem.KindConflict) || err.Error() != "Name taken" {
			w.Errorf("second of a name: %v, want Name taken", err)
		}
	})
}

func TestOfManyAtOnceOneGetsTheName(t *testing.T) {
	eachWorld(t, func(w *world) {
		ana := w.person("ana@acme.test", access.User)
		errs := make([]error, 6)
		var all sync.WaitGroup
		for i := range errs {
			all.Go(func() { _, errs[i] = w.organizations.Add(ana, organization.Addition{Name: "acme"}) })
		}
		all.Wait()

		added := 0
		for _, err := range errs {
			switch {
			case err == nil:
				added++
			case !problem.Is(err, problem.KindConflict) || err.Error() != "Name taken":
				w.Errorf("one who came late reads %v, want Name taken", err)
			}
		}
		if added != 1 {
			w.Errorf("%d were added, want 1", added)
		}
	})
}

func TestARefusedOrganizationLeavesNothing(t *testing.T) {
	eachWorld(t, func(w *world) {
		ana := w.person("ana@acme.test", access.User)

		_, err := w.organizations.Add(ana, organization.Addition{Name: "1"})
		if err == nil || err.Error() != organization.ErrLength {
			w.Errorf("a name of one character: %v", err)
		}

		if all, err := w.organizations.Visible(w.host); err != nil || len(all) != 0 {
			w.Errorf("organizations = %v, %v, want none", all, err)
		}
	})
}

func TestAStrangerReadsWhatHeReadsOfNothing(t *testing.T) {
	eachWorld(t, func(w *world) {
		acme := w.add(w.person("ana@acme.test", access.User), "acme")
		bob := w.person("bob@other.test", access.User)
		w.add(bob, "other")

		for _, key := range []string{"acme", acme.ID, "nothing", "ORG#nothing", ""} {
			_, err := w.organizations.Identified(bob, key)

			if !problem.Is(err, problem.KindDenied) || err.Error() != "Access denied" {
				w.Errorf("%q: %v, want Access denied", key, err)
			}
		}
		_, err := w.organizations.ByKeys(bob, []string{"other", "acme"})
		if !problem.Is(err, problem.KindDenied) {
			w.Errorf("one of two is foreign: %v, want Denied for both", err)
		}
	})
}

func TestAnAdministratorReadsEveryOrganization(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.add(w.person("ana@acme.test", access.User), "acme")
		w.add(w.person("bob@other.test", access.User), "other")
		root := w.person("root@asm.test", access.Admin)

		if read, err := w.organizations.Identified(root, "acme"); err != nil || read.Name != "acme" {
			w.Errorf("acme = %+v, %v", read, err)
		}
		_, err := w.organizations.Identified(root, "nothing")
		if !problem.Is(err, problem.KindNotFound) || err.Error() != "Access denied or organization not found" {
			w.Errorf("nothing: %v, want that it is not found", err)
		}
		if own, err := w.organizations.OfActor(root); err != nil || len(own) != 0 {
			w.Errorf("own = %v, %v, want none", own, err)
		}
		if got := names(w.organizations.Visible(root)); !slices.Equal(got, []string{"acme", "other"}) {
			w.Errorf("visible = %q, want acme and other", got)
		}
	})
}

func names(organizations []*organization.Organization, err error) []string {
	if err != nil {
		return []string{err.Error()}
	}
	var all []string
	for _, o := range organizations {
		all = append(all, o.Name)
	}
	return all
}

func TestOnesOwnOrganizationsComeByName(t *testing.T) {
	eachWorld(t, func(w *world) {
		ana := w.person("ana@acme.test", access.User)
		for _, name := range []string{"zeta", "acme", "mid"} {
			w.add(ana, name)
		}
		w.add(w.person("bob@other.test", access.User), "other")

		for what, got := range map[string][]string{
			"own": names(w.organizations.OfActor(ana)), "visible": names(w.organizations.Visible(ana)),
		} {
			if !slices.Equal(got, []string{"acme", "mid", "zeta"}) {
				w.Errorf("%s = %q, want acme, mid, zeta", what, got)
			}
		}
	})
}

func TestManyAreReadInOneStatementAndInOrder(t *testing.T) {
	eachWorld(t, func(w *world) {
		ana := w.person("ana@acme.test", access.User)
		var keys, want []string
		for _, name := range []string{"aa", "bb", "cc", "dd", "ee"} {
			w.add(ana, name)
			keys, want = append([]string{name}, keys...), append([]string{name}, want...)
		}
		keys, want = append(keys, "cc"), append(want, "cc")
		if _, err := w.access.Current(ana); err != nil { // remembers her roles
			w.Fatal(err)
		}

		ctx, count := database.WithStatementCount(ana)
		got := names(w.organizations.ByKeys(ctx, keys))

		if !slices.Equal(got, want) || count.Value() != 1 {
			w.Errorf("%q in %d statements, want %q in 1", got, count.Value(), want)
		}
	})
}

func TestNobodyReadsWithoutSigningIn(t *testing.T) {
	eachWorld(t, func(w *world) {
		nobody := context.Background()
		_, added := w.organizations.Add(nobody, organization.Addition{Name: "acme"})
		_, read := w.organizations.ByKeys(nobody, []string{"acme"})
		_, own := w.organizations.OfActor(nobody)
		_, visible := w.organizations.Visible(nobody)

		for what, err := range map[string]error{"add": added, "read": read, "own": own, "visible": visible} {
			if !problem.Is(err, problem.KindUnauthenticated) {
				w.Errorf("%s: %v, want Unauthenticated", what, err)
			}
		}
	})
}

func TestLockingAnOrganizationThatIsNotThereIsDenied(t *testing.T) {
	eachWorld(t, func(w *world) {
		err := w.db.Write(w.Context(), func(tx *database.Tx) error {
			return organization.Lock(w.Context(), tx, "ORG#nothing")
		})
		if !problem.Is(err, problem.KindDenied) {
			w.Errorf("lock: %v, want Denied", err)
		}
	})
}
