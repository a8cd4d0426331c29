package group_test

import (
	"context"
	"slices"
	"testing"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/group"
	"asm.example/asm/internal/problem"
)

func TestAGroupIsReadByNameInAnyCaseAndById(t *testing.T) {
	eachWorld(t, func(w *world) {
		ana := w.owner("ana@acme.test", "acme")
		web, api := w.add(ana, "acme", "web"), w.add(ana, "acme", "api")

		got, err := w.groups.ByKeys(ana, []string{"WEB", api.ID, "web"})

		if err != nil || len(got) != 3 || *got[0] != *web || *got[1] != *api || *got[2] != *web {
			w.Errorf("got %q, %v, want web, api, web", names(got, nil), err)
		}
	})
}

func TestAStrangerReadsWhatHeReadsOfNothing(t *testing.T) {
	eachWorld(t, func(w *world) {
		ana := w.owner("ana@acme.test", "acme")
		web := w.add(ana, "acme", "web")
		bob := w.owner("bob@other.test", "other")
		w.add(bob, "other", "his")
		mia := w.person("mia@acme.test", access.User)
		w.join("mia@acme.test", "acme", "", access.User) // of the organization, not of the group

		for what, row := range map[string]struct {
			ctx context.Context
			key string
		}{
			"by name": {bob, "web"}, "by id": {bob, web.ID}, "nothing": {bob, "nothing"}, "no name": {bob, ""},
			"no member": {mia, "web"},
		} {
			_, err := w.groups.Identified(row.ctx, row.key)

			if !problem.Is(err, problem.KindDenied) || err.Error() != "Access denied" {
				w.Errorf("%s: %v, want Access denied", what, err)
			}
		}
		if _, err := w.groups.ByKeys(bob, []string{"his", "web"}); !problem.Is(err, problem.KindDenied) {
			w.Errorf("one of two is foreign: %v, want Denied for both", err)
		}
	})
}

func TestGroupsOfOrganizationsAreTheCallersOwn(t *testing.T) {
	eachWorld(t, func(w *world) {
		ana, bob := w.owner("ana@acme.test", "acme"), w.owner("bob@other.test", "other")
		acme := w.add(ana, "acme", "web").OrganizationID
		w.add(ana, "acme", "api")
		w.add(ana, "acme", "old")
		other := w.add(bob, "other", "his").OrganizationID
		w.person("mia@acme.test", access.User)
		w.join("mia@acme.test", "acme", "api", access.Reviewer)
		if err := w.groups.Remove(ana, "old", group.Removal{Reason: group.Renamed}); err != nil {
			w.Fatal(err)
		}

		for what, row := range map[string]struct {
			ctx         context.Context
			acme, other []string
		}{
			"ana":               {w.as("ana@acme.test"), []string{"api", "web"}, nil},
			"mia":               {w.as("mia@acme.test"), []string{"api"}, nil},
			"bob":               {w.as("bob@other.test"), nil, []string{"his"}},
			"an administrator":  {w.person("root@asm.test", access.Admin), nil, nil},
			"a person of today": {ana, []string{"api", "web"}, nil},
		} {
			got, err := w.groups.OfOrganizations(row.ctx, []string{other, acme, "ORG#nothing"})

			if err != nil || len(got) != 3 || len(got[2]) != 0 {
				w.Errorf("%s: %v, %v", what, got, err)
				continue
			}
			if !slices.Equal(names(got[0], nil), row.other) || !slices.Equal(names(got[1], nil), row.acme) {
				w.Errorf("%s: %q of acme and %q of other, want %q and %q", what,
					names(got[1], nil), names(got[0], nil), row.acme, row.other)
			}
		}
	})
}

func TestPagesHoldWhatTheCallerMaySee(t *testing.T) {
	eachWorld(t, func(w *world) {
		ana, bob := w.owner("ana@acme.test", "acme"), w.owner("bob@other.test", "other")
		for _, name := range []string{"web", "api", "shop-2", "shop-1"} {
			w.add(ana, "acme", name)
		}
		w.add(bob, "other", "his")
		ana, bob = w.as("ana@acme.test"), w.as("bob@other.test")
		acme := w.read(ana, "web").OrganizationID
		root := w.person("root@asm.test", access.Admin)

		for _, row := range []struct {
			name  string
			ctx   context.Context
			query group.Query
			want  []string
		}{
			{"hers", ana, group.Query{}, []string{"api", "shop-1", "shop-2", "web"}},
			{"his", bob, group.Query{}, []string{"his"}},
			{"all", root, group.Query{}, []string{"api", "his", "shop-1", "shop-2", "web"}},
			{"all for the host", w.host, group.Query{}, []string{"api", "his", "shop-1", "shop-2", "web"}},
			{"part of a name", ana, group.Query{Search: "SHOP"}, []string{"shop-1", "shop-2"}},
			{"part of a description", ana, group.Query{Search: "bout w"}, []string{"web"}},
			{"no pattern", ana, group.Query{Search: "%"}, nil},
			{"no pattern either", ana, group.Query{Search: "shop_"}, nil},
			{"an organization by name", root, group.Query{Organization: "OTHER"}, []string{"his"}},
			{"an organization by id", root, group.Query{Organization: acme, Search: "shop-1"}, []string{"shop-1"}},
			{"a foreign organization", bob, group.Query{Organization: "acme"}, nil},
			{"no organization", root, group.Query{Organization: "nothing"}, nil},
		} {
			page, err := w.groups.Page(row.ctx, row.query, 10, "")
			if err != nil {
				w.Errorf("%s: %v", row.name, err)
			}
			total, err := w.groups.Total(row.ctx, row.query)

			if got := names(page.Groups, nil); !slices.Equal(got, row.want) || page.HasNext {
				w.Errorf("%s: %q, more follow: %t, want %q", row.name, got, page.HasNext, row.want)
			}
			if err != nil || total != int64(len(row.want)) {
				w.Errorf("%s: total %d, %v, want %d", row.name, total, err, len(row.want))
			}
		}
	})
}

func TestPagesFollowOneAnother(t *testing.T) {
	eachWorld(t, func(w *world) {
		ana := w.owner("ana@acme.test", "acme")
		for _, name := range []string{"ee", "bb", "dd", "aa", "cc", "ff"} {
			w.add(ana, "acme", name)
		}

		var got [][]string
		for after, more := "", true; more; {
			page, err := w.groups.Page(ana, group.Query{}, 3, after)
			if err != nil {
				w.Fatal(err)
			}
			got = append(got, names(page.Groups, nil))
			after, more = page.Groups[len(page.Groups)-1].Cursor(), page.HasNext
		}

		if len(got) != 2 || !slices.Equal(got[0], []string{"aa", "bb", "cc"}) || !slices.Equal(got[1], []string{"dd", "ee", "ff"}) {
			w.Errorf("pages are %q, want six groups in two", got)
		}
		if page, err := w.groups.Page(ana, group.Query{}, 2_000_000_000, ""); err != nil || len(page.Groups) != 6 {
			w.Errorf("a huge page: %d groups, %v, want 6", len(page.Groups), err)
		}
	})
}

func TestBadPagesAreRefused(t *testing.T) {
	eachWorld(t, func(w *world) {
		for _, row := range []struct {
			first int
			after string
			want  string
		}{
			{0, "", "Exception - The argument must be a positive integer: first"},
			{-1, "", "Exception - The argument must be a positive integer: first"},
			{1, "!", "Exception - The cursor is invalid with a filter"},
			{1, "AAAA", "Exception - The cursor is invalid with a filter"},
		} {
			_, err := w.groups.Page(w.host, group.Query{}, row.first, row.after)

			if !problem.Is(err, problem.KindInvalid) || err.Error() != row.want {
				w.Errorf("%d after %q: %v, want %q", row.first, row.after, err, row.want)
			}
		}
	})
}

func TestGroupsOfAPersonAreForWhoMayList(t *testing.T) {
	eachWorld(t, func(w *world) {
		ana := w.owner("ana@acme.test", "acme")
		w.add(ana, "acme", "web")
		w.add(ana, "acme", "api")
		root := w.person("root@asm.test", access.Admin)

		if got := names(w.groups.OfPerson(root, " ANA@acme.test ")); !slices.Equal(got, []string{"api", "web"}) {
			w.Errorf("ana's = %q, want api and web", got)
		}
		if got := names(w.groups.OfPerson(root, "nobody@acme.test")); len(got) != 0 {
			w.Errorf("nobody's = %q, want none", got)
		}
		if _, err := w.groups.OfPerson(ana, "ana@acme.test"); !problem.Is(err, problem.KindDenied) {
			w.Errorf("asked by ana: %v, want Denied", err)
		}
	})
}

func TestGroupsOfStakeholdersAreThoseThatTheCallerSees(t *testing.T) {
	eachWorld(t, func(w *world) {
		ana, bob := w.owner("ana@acme.test", "acme"), w.owner("bob@other.test", "other")
		w.add(ana, "acme", "web")
		w.add(ana, "acme", "api")
		w.add(bob, "other", "his")
		w.person("mia@acme.test", access.User)
		w.join("mia@acme.test", "acme", "web", access.Reviewer)
		w.join("mia@acme.test", "other", "his", access.Reviewer)

		got, err := w.groups.OfStakeholders(w.as("ana@acme.test"), []string{"mia@acme.test", "bob@other.test", "ana@acme.test"})
		if err != nil {
			w.Fatal(err)
		}

		for i, want := range [][]string{{"web"}, nil, {"api", "web"}} {
			if !slices.Equal(names(got[i], nil), want) {
				w.Errorf("%d: %q, want %q", i, names(got[i], nil), want)
			}
		}
	})
}

func TestAttributesAreForWhoMayReadThem(t *testing.T) {
	eachWorld(t, func(w *world) {
		ana := w.owner("ana@acme.test", "acme")
		web := w.add(ana, "acme", "web")
		w.person("ci@acme.test", access.User)
		w.join("ci@acme.test", "acme", "web", access.ServiceForces)

		got, err := w.groups.ServiceAttributes(ana, []*group.Group{web})
		if err != nil || len(got) != 1 || !slices.Contains(got[0], "has_service_black") || !slices.Contains(got[0], "has_service_white") {
			w.Errorf("attributes = %q, %v, want both services among them", got, err)
		}
		if _, err := w.groups.ServiceAttributes(w.as("ci@acme.test"), []*group.Group{web}); !problem.Is(err, problem.KindDenied) {
			w.Errorf("for the pipeline: %v, want Denied", err)
		}
	})
}

func TestManyAreReadInOneStatement(t *testing.T) {
	eachWorld(t, func(w *world) {
		ana := w.owner("ana@acme.test", "acme")
		var keys, organizations []string
		for _, name := range []string{"aa", "bb", "cc", "dd"} {
			g := w.add(ana, "acme", name)
			keys, organizations = append(keys, g.ID), append(organizations, g.OrganizationID)
		}
		ana = w.as("ana@acme.test")

		for what, row := range map[string]struct {
			want int
			read func(ctx context.Context) (int, error)
		}{
			"by keys": {1, func(ctx context.Context) (int, error) {
				got, err := w.groups.ByKeys(ctx, keys)
				return len(got), err
			}},
			"of organizations": {1, func(ctx context.Context) (int, error) {
				got, err := w.groups.OfOrganizations(ctx, organizations)
				return len(got), err
			}},
			"open ones": {1, func(ctx context.Context) (int, error) {
				got, err := w.groups.OpenOfOrganizations(ctx, organizations)
				return len(got), err
			}},
			"a page": {1, func(ctx context.Context) (int, error) {
				got, err := w.groups.Page(ctx, group.Query{}, 10, "")
				return len(got.Groups), err
			}},
			"of people": {2, func(ctx context.Context) (int, error) {
				got, err := w.groups.OfStakeholders(ctx, []string{"ana@acme.test", "a", "b", "c"})
				return len(got), err
			}},
		} {
			ctx, count := database.WithStatementCount(ana)
			got, err := row.read(ctx)

			if err != nil || got != 4 || count.Value() != row.want {
				w.Errorf("%s: %d, %v, in %d statements, want 4 in %d", what, got, err, count.Value(), row.want)
			}
		}
	})
}

func TestNamesAreToldOfGroupsThatTheCallerSees(t *testing.T) {
	eachWorld(t, func(w *world) {
		ana, bob := w.owner("ana@acme.test", "acme"), w.owner("bob@other.test", "other")
		web, old, his := w.add(ana, "acme", "web"), w.add(ana, "acme", "old"), w.add(bob, "other", "his")
		if err := w.groups.Remove(ana, "old", group.Removal{Reason: group.NoSystem}); err != nil {
			w.Fatal(err)
		}

		got, err := w.groups.NamesOf(w.as("ana@acme.test"), []string{his.ID, web.ID, old.ID, "nothing", web.ID})

		if err != nil || !slices.Equal(got, []string{"", "web", "", "", "web"}) {
			w.Errorf("names = %q, %v, want web's alone", got, err)
		}
	})
}
