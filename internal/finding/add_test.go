package finding_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/finding"
	"asm.example/asm/internal/problem"
)

func TestAnAddedFindingIsADraftWithWhatWasSaid(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		n := weakness(sqlInjection)
		n.Description = "<script> in a name, `SELECT`, \\ and 注入:\n\tall of it"
		minutes := int64(90)
		n.MinutesToRemediate = &minutes

		added := w.add(n)
		f, err := w.findings.Identified(w.as(access.Hacker), added.ID)
		if err != nil {
			t.Fatal(err)
		}

		if f.Title != sqlInjection || f.Description != n.Description || f.MinutesToRemediate != 90 {
			t.Errorf("the finding says %q, %q, %d minutes", f.Title, f.Description, f.MinutesToRemediate)
		}
		if f.Severity != (finding.Severity{Vector: highVector, Tenths: 98}) {
			t.Errorf("severity = %+v, want %s with 98 tenths", f.Severity, highVector)
		}
		if f.State != finding.Created || f.Status() != finding.Draft || f.Source != finding.ByPerson {
			t.Errorf("state %s, status %s, source %s, want CREATED, DRAFT, ASM", f.State, f.Status(), f.Source)
		}
		if f.GroupName != "web" || f.OrganizationName != "acme" || f.CreatedBy != "host" || !f.CreatedAt.Equal(w.clock.Now()) {
			t.Errorf("in %s of %s, by %s at %s", f.GroupName, f.OrganizationName, f.CreatedBy, f.CreatedAt)
		}
	})
}

func TestWhatAFindingSaysIsJudged(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		zero := int64(0)
		for _, row := range []struct {
			name   string
			change func(*finding.Addition)
			want   string
		}{
			{"no title of the catalogue", func(n *finding.Addition) { n.Title = "001. Sql injection" },
				"Exception - The inserted Draft/Finding title is invalid"},
			{"an imported title", func(n *finding.Addition) { n.Title = "000. My rule" },
				"Exception - The inserted Draft/Finding title is invalid"},
			{"empty description", func(n *finding.Addition) { n.Description = "" }, "Exception - Invalid field length in form"},
			{"description of 1001", func(n *finding.Addition) { n.Description = strings.Repeat("ñ", 1001) },
				"Exception - Invalid field length in form"},
			{"attack vector of 651", func(n *finding.Addition) { n.AttackVectorDescription = strings.Repeat("x", 651) },
				"Exception - Invalid field length in form"},
			{"threat of 651", func(n *finding.Addition) { n.Threat = strings.Repeat("x", 651) },
				"Exception - Invalid field length in form"},
			{"recommendation of 501", func(n *finding.Addition) { n.Recommendation = strings.Repeat("x", 501) },
				"Exception - Invalid field length in form"},
			{"blanks only", func(n *finding.Addition) { n.Threat = " \n " }, "Exception - Invalid characters"},
			{"a bell", func(n *finding.Addition) { n.Threat = "ring\a" }, "Exception - Invalid characters"},
			{"not UTF-8", func(n *finding.Addition) { n.Threat = "\xff" }, "Exception - Invalid characters"},
			{"no requirement", func(n *finding.Addition) { n.RequirementIDs = nil }, "Exception - Invalid field length in form"},
			{"requirement of another title", func(n *finding.Addition) { n.RequirementIDs = []string{"R999"} },
				"Exception - The requirement is not valid in the vulnerability"},
			{"requirement too long", func(n *finding.Addition) { n.RequirementIDs = []string{strings.Repeat("R", 301)} },
				"Exception - Invalid field length in form"},
			{"no time", func(n *finding.Addition) { n.MinutesToRemediate = &zero },
				"Exception - Min time to remediate should be a positive number"},
			{"a vector that is none", func(n *finding.Addition) { n.Vector = "AV:N" }, invalidVector},
			{"a score of 0", func(n *finding.Addition) { n.Vector = "CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:N" },
				"Exception - Severity score is invalid"},
			{"weights out of range", func(n *finding.Addition) {
				n.Vector, n.Weights = "", nineEight()
				n.Weights["attackVector"] = 0.3
			}, "Invalid, severity update values out of range"},
			{"weights missing", func(n *finding.Addition) {
				n.Vector, n.Weights = "", nineEight()
				delete(n.Weights, "userInteraction")
			}, "Exception - Severity has missing fields: userInteraction"},
		} {
			n := weakness(sqlInjection)
			row.change(&n)

			_, err := w.findings.Add(w.host, "web", n)

			if !problem.Is(err, problem.KindInvalid) || err.Error() != row.want {
				t.Errorf("%s: %v, want %q", row.name, err, row.want)
			}
		}
	})
}

func TestTheLimitsOfTextsAreAllowed(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		n := weakness(sqlInjection)
		n.Description, n.AttackVectorDescription = strings.Repeat("ñ", 1000), strings.Repeat("ñ", 650)
		n.Threat, n.Recommendation = strings.Repeat("ñ", 650), strings.Repeat("ñ", 500)
		catalogued, _ := finding.ByTitle(sqlInjection)
		n.RequirementIDs = append(slices.Clone(catalogued.Requirements), catalogued.Requirements[0])
		slices.Reverse(n.RequirementIDs)

		f := w.add(n)

		if !slices.Equal(f.RequirementIDs, catalogued.Requirements) {
			t.Errorf("requirements = %v, want %v", f.RequirementIDs, catalogued.Requirements)
		}
	})
}

func TestATitleStandsInAGroupOnce(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.add(weakness(sqlInjection))
		again := weakness(sqlInjection)
		again.Description, again.Threat = "Other words", "Other threats"

		_, err := w.findings.Add(w.host, "web", again)

		const want = "Exception - Finding with the same description already exists"
		if !problem.Is(err, problem.KindConflict) || err.Error() != want {
			t.Errorf("the same title: %v, want %q", err, want)
		}
		if _, err := w.findings.Add(w.host, "shop", again); err != nil {
			t.Errorf("the same title in another group: %v, want none", err)
		}
	})
}

func TestWhoMayNotAddFindingsIsDenied(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		for role, allowed := range map[access.Role]bool{
			access.Hacker: true, access.Architect: true, access.Reattacker: true, access.User: false, access.UserManager: false,
			access.Reviewer: false, access.ServiceForces: false, "": false,
		} {
			_, err := w.findings.Add(w.as(role), "web", weakness(sqlInjection))
			if denied := problem.Is(err, problem.KindDenied); denied == allowed {
				t.Errorf("%q: %v, allowed is %v", role, err, allowed)
			}
		}
		_, stranger := w.findings.Add(w.as(""), "web", weakness(sqlInjection))
		_, unknown := w.findings.Add(w.as(""), "no-such-group", weakness(sqlInjection))
		if stranger == nil || unknown == nil || stranger.Error() != unknown.Error() {
			t.Errorf("a stranger reads %v, of an unknown group %v, want the same", stranger, unknown)
		}
		if _, err := w.findings.Add(context.Background(), "web", weakness(sqlInjection)); !problem.Is(err, problem.KindUnauthenticated) {
			t.Errorf("nobody: %v, want Login required", err)
		}
	})
}

func TestAnImportFindsOrMakesFindingsByTitle(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		known := w.add(weakness(sqlInjection))
		severity, err := finding.ParseSeverity("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:L/I:N/A:N")
		if err != nil {
			t.Fatal(err)
		}
		wanted := []finding.Imported{
			{Words: finding.Words{Title: "000. Rule x"}, Severity: severity},
			{Words: finding.Words{Title: sqlInjection}, Severity: severity},
			{Words: finding.Words{Title: "000. Rule x"}, Severity: severity},
		}
		ensure := func() (ensured []finding.Ensured) {
			t.Helper()
			err := w.db.Write(w.host, func(tx *database.Tx) (err error) {
				ensured, err = finding.Ensure(w.host, tx, w.web, finding.Author{Email: "ci@acme.test"}, wanted)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return ensured
		}

		first, second := ensure(), ensure()

		if first[1].ID != known.ID || first[1].Created || first[1].Severity.Tenths != 98 {
			t.Errorf("the known title = %+v, want %s with its own severity", first[1], known.ID)
		}
		if !first[0].Created || first[0] != first[2] || first[0].Severity != severity || first[0].ID == "" {
			t.Errorf("the new title = %+v and %+v, want one new finding", first[0], first[2])
		}
		if second[0].ID != first[0].ID || second[0].Created {
			t.Errorf("the second time = %+v, want %s found", second[0], first[0].ID)
		}
	})
}

func TestEnsuringManyFindingsTakesAsManyStatementsAsEnsuringOne(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		statements := func(titles []string) int {
			ctx, count := database.WithStatementCount(w.host)
			wanted := make([]finding.Imported, len(titles))
			for i, title := range titles {
				wanted[i].Title = title
			}
			err := w.db.Write(ctx, func(tx *database.Tx) error {
				_, err := finding.Ensure(ctx, tx, w.web, finding.Author{}, wanted)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return count.Value()
		}

		one := statements([]string{"000. a"})
		many := statements([]string{"000. b", "000. c", "000. d", "000. e", "000. f"})

		if one != many {
			t.Errorf("%d statements for one, %d for five", one, many)
		}
	})
}

// Imports into one group need the same findings at the same time.
func TestFindingsMadeSideBySideAreOne(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		const imports = 6
		type answer struct {
			ensured []finding.Ensured
			err     error
		}
		answers := make(chan answer, imports)
		for i := range imports {
			go func() {
				wanted := []finding.Imported{{Words: finding.Words{Title: "000. a"}}, {Words: finding.Words{Title: "000. b"}}}
				if i%2 == 0 {
					slices.Reverse(wanted)
				}
				var a answer
				a.err = w.db.Write(w.host, func(tx *database.Tx) (err error) {
					a.ensured, err = finding.Ensure(w.host, tx, w.web, finding.Author{}, wanted)
					return err
				})
				if i%2 == 0 && a.err == nil {
					slices.Reverse(a.ensured)
				}
				answers <- a
			}()
		}

		ids, created := map[string]bool{}, 0
		for range imports {
			a := <-answers
			if a.err != nil {
				t.Fatal(a.err)
			}
			for i, e := range a.ensured {
				ids[string(rune('a'+i))+e.ID] = true
				if e.Created {
					created++
				}
			}
		}

		if len(ids) != 2 || created != 2 {
			t.Errorf("%d findings, %d times created, want two of both", len(ids), created)
		}
	})
}
