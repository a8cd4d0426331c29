package finding_test

import (
	"testing"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/finding"
	"asm.example/asm/internal/problem"
)

// otherTitle is another entry of the catalogue.
var otherTitle = finding.Catalogue()[1].FullTitle()

func TestADescriptionChangesAllThatAFindingSays(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		f := w.add(weakness(sqlInjection))
		sorts := "YES"
		words := weakness(otherTitle).Words

		if _, err := w.findings.UpdateDescription(w.as(access.Hacker), f.ID, finding.Description{Words: words, Sorts: &sorts}); err != nil {
			t.Fatal(err)
		}
		got, err := w.findings.Identified(w.host, f.ID)
		if err != nil {
			t.Fatal(err)
		}

		if got.Title != otherTitle || got.Description != words.Description || got.Threat != words.Threat || got.Sorts != "YES" {
			t.Errorf("the finding says %+v, sorts %q", got.Words, got.Sorts)
		}
		if got.Severity.Vector != highVector {
			t.Errorf("its vector became %s", got.Severity.Vector)
		}
	})
}

func TestDescriptionsAreJudged(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		f := w.add(weakness(sqlInjection))
		w.add(weakness(otherTitle))
		maybe := "MAYBE"
		for _, row := range []struct {
			name   string
			change func(*finding.Description)
			kind   problem.Kind
			want   string
		}{
			{"empty description", func(d *finding.Description) { d.Description = "" }, problem.KindInvalid,
				"Exception - Invalid field length in form"},
			{"blank threat", func(d *finding.Description) { d.Threat = "  " }, problem.KindInvalid, "Exception - Invalid characters"},
			{"unknown title", func(d *finding.Description) { d.Title = "999. Nothing" }, problem.KindInvalid,
				"Exception - The inserted Draft/Finding title is invalid"},
			{"requirements taken away", func(d *finding.Description) { d.RequirementIDs = []string{} }, problem.KindInvalid,
				"Exception - The unfulfilled requirements are required"},
			{"requirement of nothing", func(d *finding.Description) { d.RequirementIDs = []string{"R999"} }, problem.KindInvalid,
				"Exception - The requirement is not valid in the vulnerability"},
			{"title of another finding", func(d *finding.Description) { d.Words = weakness(otherTitle).Words },
				problem.KindConflict, "Exception - Finding with the same description already exists"},
			{"sorts", func(d *finding.Description) { d.Sorts = &maybe }, problem.KindInvalid, "YES or NO"},
		} {
			d := finding.Description{Words: weakness(sqlInjection).Words}
			row.change(&d)

			_, err := w.findings.UpdateDescription(w.host, f.ID, d)

			if !problem.Is(err, row.kind) || err.Error() != row.want {
				t.Errorf("%s: %v, want %q", row.name, err, row.want)
			}
		}
	})
}

func TestAnImportedTitleMayStay(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		words := finding.Words{Title: "000. My rule", Description: "a", AttackVectorDescription: "b", Threat: "c", Recommendation: "d"}
		same := words
		same.Title, same.Description = "000. Your rule", "z"
		var imported []finding.Ensured
		err := w.db.Write(w.host, func(tx *database.Tx) (err error) {
			imported, err = finding.Ensure(w.host, tx, w.web, finding.Author{}, []finding.Imported{{Words: words}, {Words: same}})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}

		words.Description = "What it means here"
		_, err = w.findings.UpdateDescription(w.host, imported[0].ID, finding.Description{Words: words})
		if err != nil {
			t.Errorf("new words under the imported title: %v, want none, though the threat is another's too", err)
		}
		words.Description = "z"
		_, err = w.findings.UpdateDescription(w.host, imported[0].ID, finding.Description{Words: words})
		if want := "Exception - Finding with the same description already exists"; err == nil || err.Error() != want {
			t.Errorf("another's description: %v, want %q", err, want)
		}
		words.Description, words.Threat = "y", "t"
		if _, err = w.findings.UpdateDescription(w.host, imported[0].ID, finding.Description{Words: words}); err != nil {
			t.Fatal(err)
		}
		same.Threat = "t"
		_, err = w.findings.UpdateDescription(w.host, imported[1].ID, finding.Description{Words: same})
		if want := "Exception - Finding with the same threat already exists"; err == nil || err.Error() != want {
			t.Errorf("another's threat: %v, want %q", err, want)
		}
	})
}

func TestUnknownAndForbiddenFindingsAreOneAnswer(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		mine := w.add(weakness(sqlInjection))
		foreign, err := w.findings.Add(w.host, "shop", weakness(sqlInjection))
		if err != nil {
			t.Fatal(err)
		}
		words := finding.Description{Words: weakness(sqlInjection).Words}
		for name, id := range map[string]string{"unknown": "01999999-aaaa-7bbb-8ccc-123456789012", "of another": foreign.ID} {
			if _, err := w.findings.Identified(w.as(access.Hacker), id); !problem.Is(err, problem.KindDenied) || err.Error() != "Access denied" {
				t.Errorf("reading one %s: %v, want Access denied", name, err)
			}
			if _, err := w.findings.UpdateDescription(w.as(access.Hacker), id, words); !problem.Is(err, problem.KindDenied) {
				t.Errorf("changing one %s: %v, want Access denied", name, err)
			}
			if _, err := w.findings.ByKeys(w.as(access.Hacker), []finding.Key{mine.Key(), {GroupID: w.shop, ID: id}}); !problem.Is(err, problem.KindDenied) {
				t.Errorf("one %s among keys: %v, want Access denied", name, err)
			}
		}
		byKeys, err := w.findings.ByKeys(w.as(access.Hacker), []finding.Key{{GroupID: w.web, ID: foreign.ID}, mine.Key()})
		if err != nil || byKeys[0] != nil || byKeys[1] == nil {
			t.Errorf("a foreign id under the own group = %v, %v, want nothing", byKeys, err)
		}
		if _, err := w.findings.Identified(w.host, "f1' OR 1=1"); err == nil || err.Error() != "Exception - Invalid finding id in form" {
			t.Errorf("no id at all: %v", err)
		}
		if _, err := w.findings.UpdateDescription(w.as(access.User), mine.ID, words); !problem.Is(err, problem.KindDenied) {
			t.Errorf("a user's change: %v, want Access denied", err)
		}
	})
}
