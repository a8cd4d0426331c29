package group_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"asm.example/asm/internal/asmtest"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/group"
	"asm.example/asm/internal/problem"
)

func TestDifferencesAreAddedToTheirGroups(t *testing.T) {
	eachWorld(t, func(w *world) {
		ana := w.owner("ana@acme.test", "acme")
		web, api := w.add(ana, "acme", "web"), w.add(ana, "acme", "api")
		w.count(map[string]group.Difference{
			web.ID: {Open: group.BySeverity{None: 1, Low: 2, Medium: 3, High: 4, Critical: 5}, Closed: 6, OpenFindings: 7, ExposureThousandths: 8},
			api.ID: {},
		})
		w.count(map[string]group.Difference{
			web.ID: {Open: group.BySeverity{Low: -2, Critical: 1}, Closed: 2, OpenFindings: -1, ExposureThousandths: -3},
			api.ID: {Closed: 1},
		})

		want := group.Counters{Open: group.BySeverity{None: 1, Medium: 3, High: 4, Critical: 6}, Closed: 8, OpenFindings: 6, ExposureThousandths: 5}
		if got := w.read(ana, "web").Counters; got != want {
			w.Errorf("web = %+v, want %+v", got, want)
		}
		both, err := group.CountersOf(w.Context(), w.db, []string{web.ID, api.ID, "nothing"})
		if err != nil || len(both) != 2 || both[web.ID] != want || both[api.ID] != (group.Counters{Closed: 1}) {
			w.Errorf("both = %+v, %v", both, err)
		}
	})
}

// count locks counters and adds to them, as whoever changes what they count does.
func (w *world) count(differences map[string]group.Difference) {
	w.Helper()
	var ids []string
	for id := range differences {
		ids = append(ids, id)
	}
	err := w.db.Write(w.Context(), func(tx *database.Tx) error {
		if err := group.LockCounters(w.Context(), tx, ids); err != nil {
			return err
		}
		return group.AddToCounters(w.Context(), tx, differences)
	})
	if err != nil {
		w.Fatal(err)
	}
}

func TestRecountingReplacesTheNumbersAndKeepsTheScan(t *testing.T) {
	eachWorld(t, func(w *world) {
		ana := w.owner("ana@acme.test", "acme")
		web := w.add(ana, "acme", "web")
		w.count(map[string]group.Difference{web.ID: {Open: group.BySeverity{Low: 9}, Closed: 9}})
		counted := group.Difference{Open: group.BySeverity{High: 1}, OpenFindings: 1, ExposureThousandths: 64_000}
		err := w.db.Write(w.Context(), func(tx *database.Tx) error {
			if err := group.SetLastScan(w.Context(), tx, web.ID, asmtest.Start); err != nil {
				return err
			}
			return group.SetCounters(w.Context(), tx, web.ID, counted)
		})
		if err != nil {
			w.Fatal(err)
		}

		want := group.Counters{Open: group.BySeverity{High: 1}, OpenFindings: 1, ExposureThousandths: 64_000, LastScanAt: asmtest.Start}
		if got := w.read(ana, "web").Counters; got != want {
			w.Errorf("counters = %+v, want %+v", got, want)
		}
	})
}

func TestTheLastScanIsTheLatest(t *testing.T) {
	eachWorld(t, func(w *world) {
		ana := w.owner("ana@acme.test", "acme")
		web := w.add(ana, "acme", "web")
		for _, at := range []time.Time{asmtest.Start, asmtest.Start.Add(time.Hour), asmtest.Start.Add(time.Minute)} {
			err := w.db.Write(w.Context(), func(tx *database.Tx) error {
				return group.SetLastScan(w.Context(), tx, web.ID, at)
			})
			if err != nil {
				w.Fatal(err)
			}
		}

		if got := w.read(ana, "web").Counters.LastScanAt; got != asmtest.Start.Add(time.Hour) {
			w.Errorf("last scan at %s, want the latest", got)
		}
	})
}

func TestManyMayCountAtOnce(t *testing.T) {
	eachWorld(t, func(w *world) {
		ana := w.owner("ana@acme.test", "acme")
		web, api := w.add(ana, "acme", "web"), w.add(ana, "acme", "api")
		one := group.Difference{Open: group.BySeverity{Low: 1}}
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() { w.count(map[string]group.Difference{web.ID: one, api.ID: one}) })
		}
		all.Wait()

		for _, name := range []string{"web", "api"} {
			if got := w.read(ana, name).Counters.Open.Low; got != 8 {
				w.Errorf("%s counts %d, want 8", name, got)
			}
		}
	})
}

func TestCountingAGroupThatIsNotThereFails(t *testing.T) {
	eachWorld(t, func(w *world) {
		err := w.db.Write(w.Context(), func(tx *database.Tx) error {
			return group.AddToCounters(w.Context(), tx, map[string]group.Difference{"nothing": {Closed: 1}})
		})
		if err == nil {
			w.Error("counting nothing passed, want an error")
		}
	})
}

func TestOpenLocationsOfOrganizationsAreSummedUp(t *testing.T) {
	eachWorld(t, func(w *world) {
		ana, bob := w.owner("ana@acme.test", "acme"), w.owner("bob@other.test", "other")
		web, api, old := w.add(ana, "acme", "web"), w.add(ana, "acme", "api"), w.add(ana, "acme", "old")
		his := w.add(bob, "other", "his")
		w.count(map[string]group.Difference{
			web.ID: {Open: group.BySeverity{None: 1, Low: 2, Medium: 3, High: 4, Critical: 5}},
			api.ID: {Open: group.BySeverity{Low: 10, Critical: 20}},
			old.ID: {Open: group.BySeverity{Low: 100}},
			his.ID: {Open: group.BySeverity{High: 7}},
		})
		if err := w.groups.Remove(ana, "old", group.Removal{Reason: group.NoSystem}); err != nil {
			w.Fatal(err)
		}
		ids := []string{his.OrganizationID, web.OrganizationID, "ORG#nothing"}
		acme, other := group.BySeverity{None: 1, Low: 12, Medium: 3, High: 4, Critical: 25}, group.BySeverity{High: 7}

		for what, row := range map[string]struct {
			ctx  context.Context
			want []group.BySeverity
		}{
			"ana":      {w.as("ana@acme.test"), []group.BySeverity{{}, acme, {}}},
			"bob":      {w.as("bob@other.test"), []group.BySeverity{other, {}, {}}},
			"the host": {w.host, []group.BySeverity{other, acme, {}}},
		} {
			got, err := w.groups.OpenOfOrganizations(row.ctx, ids)

			if err != nil || len(got) != 3 || got[0] != row.want[0] || got[1] != row.want[1] || got[2] != row.want[2] {
				w.Errorf("%s: %+v, %v, want %+v", what, got, err, row.want)
			}
		}
	})
}

func TestAGroupGoesByItsOrganizationsPolicyUntilItHasItsOwn(t *testing.T) {
	eachWorld(t, func(w *world) {
		ana := w.owner("ana@acme.test", "acme")
		web := w.add(ana, "acme", "web")

		inherited, err := group.PolicyOf(w.Context(), w.db, web.ID)
		if err != nil {
			w.Fatal(err)
		}
		err = w.db.Write(w.Context(), func(tx *database.Tx) error {
			_, err := tx.Exec(w.Context(), `
	INSERT INTO group_policies (group_id, max_acceptance_days, max_acceptance_tenths, min_acceptance_tenths,
	                            max_acceptances, min_breaking_tenths, vulnerability_grace_days)
	VALUES ($1, 30, 69, 1, 2, 40, 5)`, web.ID)
			return err
		})
		if err != nil {
			w.Fatal(err)
		}
		own, err := group.PolicyOf(w.Context(), w.db, web.ID)
		if err != nil {
			w.Fatal(err)
		}

		if inherited.IsOwn || inherited.MaxAcceptanceDays != nil || inherited.MaxAcceptanceTenths != 100 || inherited.InactivityDays != 90 {
			w.Errorf("inherited = %+v", inherited)
		}
		if !own.IsOwn || *own.MaxAcceptanceDays != 30 || own.MaxAcceptanceTenths != 69 || own.MinAcceptanceTenths != 1 ||
			*own.MaxAcceptances != 2 || *own.MinBreakingTenths != 40 || own.VulnerabilityGraceDays != 5 || own.InactivityDays != 90 {
			w.Errorf("own = %+v", own)
		}
		if got := w.read(ana, "web").Policy; !got.IsOwn || got.MaxAcceptanceTenths != 69 {
			w.Errorf("the group's = %+v, want its own", got)
		}
		if _, err := group.PolicyOf(w.Context(), w.db, "nothing"); !problem.Is(err, problem.KindDenied) {
			w.Errorf("of nothing: %v, want Denied", err)
		}
	})
}
