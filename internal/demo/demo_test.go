package demo_test

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/asm"
	"asm.example/asm/internal/asmtest"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/demo"
	"asm.example/asm/internal/group"
	"asm.example/asm/internal/problem"
)

// configuration is that of an installation on a new database.
func configuration(t *testing.T, options database.Options) asm.Config {
	t.Helper()
	return asm.Config{
		DataDir: t.TempDir(), DatabaseURL: options.URL, DatabasePath: options.Path, URL: "http://asm.test",
		Log: slog.New(slog.DiscardHandler), Now: options.Now, Random: options.Random,
	}
}

// fill makes the demo and opens it, with the host as the caller.
func fill(t *testing.T, config asm.Config) (context.Context, *asm.Services) {
	t.Helper()
	if err := demo.Fill(context.Background(), config, func(string) {}); err != nil {
		t.Fatal(err)
	}
	services, err := asm.Open(context.Background(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = services.Close() })
	return access.WithActor(context.Background(), access.HostActor("test")), services
}

// counts answers the rows of a statement that has a word and a number in each.
func counts(t *testing.T, s *asm.Services, statement string) map[string]int64 {
	t.Helper()
	type pair struct {
		word   string
		number int64
	}
	rows, err := database.Collect(context.Background(), s.Database, func(row database.Row) (pair, error) {
		var p pair
		err := row.Scan(&p.word, &p.number)
		return p, err
	}, statement)
	if err != nil {
		t.Fatal(err)
	}
	answer := map[string]int64{}
	for _, p := range rows {
		answer[p.word] = p.number
	}
	return answer
}

func TestTheDemoShowsWhatTheProductDoes(t *testing.T) {
	t.Parallel()
	asmtest.EachDatabaseOptions(t, func(t *testing.T, options database.Options, clock *asmtest.Clock) {
		ctx, s := fill(t, configuration(t, options))

		page, err := s.Groups.Page(ctx, group.Query{}, 10, "")
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, g := range page.Groups {
			names = append(names, g.OrganizationName+"/"+g.Name)
			counted := counts(t, s, "SELECT standing, count(*) FROM vulnerabilities WHERE group_id = '"+g.ID+"' GROUP BY standing")
			if g.Counters.Open.Total() != counted["OPEN"] || g.Counters.Closed != counted["CLOSED"] {
				t.Errorf("%s: counters %d open, %d closed; rows %v", g.Name, g.Counters.Open.Total(), g.Counters.Closed, counted)
			}
		}
		slices.Sort(names)
		if want := []string{"acme/bank", "acme/web-shop", "initech/intranet", "initech/mailer"}; !slices.Equal(names, want) {
			t.Errorf("groups %v, want %v", names, want)
		}
		standing := counts(t, s, "SELECT standing, count(*) FROM vulnerabilities GROUP BY standing")
		if standing["OPEN"] < 20 || standing["CLOSED"] < 5 {
			t.Errorf("locations by standing: %v", standing)
		}
		reopened := counts(t, s, `SELECT 'reopened', count(*) FROM (SELECT group_id, vulnerability_id FROM vulnerability_history
			WHERE changes LIKE '%"state":"VULNERABLE"%' GROUP BY group_id, vulnerability_id HAVING min(number) < max(number)) AS again`)
		if reopened["reopened"] == 0 {
			t.Error("no location was ever opened again")
		}
		span := counts(t, s, "SELECT 'first', min(reported_at) FROM vulnerabilities UNION ALL SELECT 'last', max(reported_at) FROM vulnerabilities")
		if first, last := database.Time(span["first"]), database.Time(span["last"]); clock.Now().Sub(first) < 60*asmtest.Day || last.After(clock.Now()) {
			t.Errorf("reported from %s to %s, now is %s", first, last, clock.Now())
		}
	})
}

func TestEverybodyInTheDemoCanSignIn(t *testing.T) {
	t.Parallel()
	asmtest.EachDatabaseOptions(t, func(t *testing.T, options database.Options, _ *asmtest.Clock) {
		_, s := fill(t, configuration(t, options))
		people := append(demo.OtherPeople(), demo.Administrator)
		if len(people) < 11 {
			t.Errorf("%d people, want one for each of 11 roles at least", len(people))
		}
		for _, email := range people {
			signedIn, err := s.Access.SignIn(context.Background(), access.SignIn{Email: email, Password: demo.Password, Address: "127.0.0.1"})
			if err != nil {
				t.Errorf("%s: %v", email, err)
				continue
			}
			actor, err := s.Access.Authenticate(context.Background(), nil, signedIn.Cookie, "127.0.0.1")
			if err != nil || email == demo.Administrator != actor.IsAdmin() {
				t.Errorf("%s: %v, admin %v", email, err, actor.IsAdmin())
			}
		}
	})
}

func TestTheDemoIsMadeOnce(t *testing.T) {
	t.Parallel()
	asmtest.EachDatabaseOptions(t, func(t *testing.T, options database.Options, clock *asmtest.Clock) {
		config := configuration(t, options)
		_, s := fill(t, config)
		before := counts(t, s, "SELECT 'audit', count(*) FROM audit_entries UNION ALL SELECT 'locations', count(*) FROM vulnerabilities")
		clock.Advance(time.Hour)

		if err := demo.Fill(context.Background(), config, func(doing string) { t.Errorf("said %q", doing) }); err != nil {
			t.Fatal(err)
		}

		after := counts(t, s, "SELECT 'audit', count(*) FROM audit_entries UNION ALL SELECT 'locations', count(*) FROM vulnerabilities")
		if before["locations"] != after["locations"] || before["audit"] != after["audit"] {
			t.Errorf("before %v, after %v", before, after)
		}
	})
}

func TestAnInstallationInUseIsNotMadeADemo(t *testing.T) {
	t.Parallel()
	asmtest.EachDatabaseOptions(t, func(t *testing.T, options database.Options, _ *asmtest.Clock) {
		config := configuration(t, options)
		s, err := asm.Open(context.Background(), config)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		ctx := access.WithActor(context.Background(), access.HostActor("test"))
		if _, err := s.Access.AddPerson(ctx, access.NewPerson{Email: "ana@acme.test", Role: access.Admin}); err != nil {
			t.Fatal(err)
		}

		err = demo.Fill(context.Background(), config, func(string) {})

		if !problem.Is(err, problem.KindConflict) {
			t.Errorf("answered %v, want a conflict", err)
		}
	})
}
