package consult_test

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/asmtest/world"
	"asm.example/asm/internal/audit"
	"asm.example/asm/internal/consult"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/finding"
	"asm.example/asm/internal/group"
	"asm.example/asm/internal/problem"
)

const oneResult = `{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "probe", "rules": [{"id": "sql", "properties": {"tags": ["CWE-89"], "security-severity": "9.1"}}]}},
  "results": [{"ruleId": "sql", "message": {"text": "query from input"}, "locations": [{"physicalLocation": {"artifactLocation": {"uri": "login.go"}, "region": {"startLine": 41}}}]}]}]}`

// talk is a world with the group web, a released finding and people.
type talk struct {
	*world.World
	*testing.T

	released *finding.Finding
	groupID  string
}

func eachTalk(t *testing.T, run func(t *testing.T, w talk)) {
	t.Helper()
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		w.Organization("acme")
		w.Group("acme", "web")
		w.GitRoot("web", "shop")
		w.Import(w.Host(), "web", "shop", oneResult)
		for _, role := range []access.Role{access.Hacker, access.Reviewer, access.User, access.Reattacker, access.Resourcer} {
			w.Person(string(role)+"@acme.test", access.User)
			w.JoinGroup(string(role)+"@acme.test", "web", role)
		}
		g, err := w.Groups.Identified(w.Host(), "web")
		if err != nil {
			t.Fatal(err)
		}
		found, err := w.Findings.OfGroups(w.Host(), []string{g.ID}, finding.Filters{})
		if err != nil || len(found[0]) != 1 {
			t.Fatalf("the scan left no finding: %v %v", found, err)
		}
		run(t, talk{w, t, found[0][0], g.ID})
	})
}

// as answers a context of the person with a role in web.
func (w talk) as(role access.Role) context.Context { return w.As(string(role) + "@acme.test") }

// say writes a comment about the finding that must be taken.
func (w talk) say(role access.Role, t consult.Type, content, parent string) string {
	w.T.Helper()
	id, err := w.Consults.AddToFinding(w.as(role), w.released.ID, t, consult.Words{Content: content, Parent: parent})
	if err != nil {
		w.T.Fatal(err)
	}
	return strconv.FormatInt(id, 10)
}

// contents of the finding's comments as somebody reads them.
func (w talk) contents(role access.Role) []string {
	w.T.Helper()
	lists, err := w.Consults.OfFindings(w.as(role), []finding.Key{w.released.Key()})
	if err == nil {
		lists, err = w.Vulnerabilities.Headed(w.Host(), lists)
	}
	if err != nil {
		w.T.Fatal(err)
	}
	var all []string
	for _, c := range lists[0] {
		all = append(all, c.Content)
	}
	return all
}

func messageOf(err error) string {
	if p, ok := problem.As(err); ok {
		return p.Message
	}
	if err != nil {
		return "fault: " + err.Error()
	}
	return ""
}

func TestCommentsOfOneMomentHaveIncreasingIDs(t *testing.T) {
	eachTalk(t, func(t *testing.T, w talk) {
		var writers sync.WaitGroup
		ids := make([]int64, 12)
		for i := range ids {
			writers.Go(func() {
				id, err := w.Consults.AddToGroup(w.as(access.Hacker), "web", consult.Words{Content: "hello", Parent: "0"})
				if err != nil {
					t.Error(err)
				}
				ids[i] = id
			})
		}
		writers.Wait()

		slices.Sort(ids)
		if first := w.Now().UnixMilli(); ids[0] != first || ids[11] != first+11 {
			t.Errorf("ids %d to %d, want %d to %d", ids[0], ids[11], first, first+11)
		}
		lists, err := w.Consults.OfGroups(w.as(access.User), []string{w.groupID})
		if err != nil || len(lists[0]) != 12 || !slices.IsSortedFunc(lists[0], func(a, b *consult.Consult) int { return int(a.ID - b.ID) }) {
			t.Errorf("%d comments (%v), want 12 in order", len(lists[0]), err)
		}
	})
}

func TestACommentIsRecordedWithWhomItMentions(t *testing.T) {
	eachTalk(t, func(t *testing.T, w talk) {
		id := w.say(access.Hacker, consult.Comment, "Look at this, @User@acme.test!", "0")
		lists, err := w.Consults.OfFindings(w.as(access.User), []finding.Key{w.released.Key()})
		if err != nil {
			t.Fatal(err)
		}
		c := lists[0][0]
		if c.WrittenBy != "hacker@acme.test" || c.FullName != "hacker@acme.test" || !slices.Equal(c.Mentions(), []string{"user@acme.test"}) {
			t.Errorf("written by %s (%s), mentions %v", c.WrittenBy, c.FullName, c.Mentions())
		}
		g, err := w.Groups.Identified(w.Host(), "web")
		if err != nil {
			t.Fatal(err)
		}
		if last := lastRecord(t, w, g); last.Action != "addFindingConsult" || last.ID != w.released.ID+"/"+id ||
			!strings.Contains(last.After, `"mentions":["user@acme.test"]`) {
			t.Errorf("recorded %s of %s: %s", last.Action, last.ID, last.After)
		}
	})
}

// lastRecord is the newest entry of the organization's audit log.
func lastRecord(t *testing.T, w talk, g *group.Group) audit.Record {
	t.Helper()
	records, err := w.Audit.After(context.Background(), w.Database, g.OrganizationID, 0, 1000)
	if err != nil || len(records) == 0 {
		t.Fatalf("%d entries, %v", len(records), err)
	}
	return records[len(records)-1]
}

func TestWordsThatAreRefused(t *testing.T) {
	eachTalk(t, func(t *testing.T, w talk) {
		draft := addAnyDraft(t, w)
		comment := w.say(access.Hacker, consult.Comment, "first", "0")
		seen := w.say(access.Hacker, consult.Observation, "for reviewers", "0")
		mark := w.say(access.Reviewer, consult.Comment, " #internal\n", comment)

		for _, row := range []struct {
			name            string
			by              access.Role
			findingID       string
			t               consult.Type
			content, parent string
			want            string
		}{
			{"nothing", access.Hacker, w.released.ID, consult.Comment, "", "0", "Exception - Invalid characters"},
			{"blanks", access.Hacker, w.released.ID, consult.Comment, " \n ", "0", "Exception - Invalid characters"},
			{"a control character", access.Hacker, w.released.ID, consult.Comment, "a\x00b", "0", "Exception - Invalid characters"},
			{"20,001 characters", access.Hacker, w.released.ID, consult.Comment, strings.Repeat("ñ", 20001), "0", "Exception - Invalid field length in form"},
			{"an unknown parent", access.Hacker, w.released.ID, consult.Comment, "x", "17", "Exception - Comment parent is invalid"},
			{"a parent that is no number", access.Hacker, w.released.ID, consult.Comment, "x", "0x1", "Exception - Comment parent is invalid"},
			{"a parent of the other list", access.Hacker, w.released.ID, consult.Comment, "x", seen, "Exception - Comment parent is invalid"},
			{"an observation on a comment", access.Hacker, w.released.ID, consult.Observation, "x", comment, "Exception - Comment parent is invalid"},
			{"an answer to a mark by who does not see it", access.Hacker, w.released.ID, consult.Comment, "x", mark, "Exception - Comment parent is invalid"},
			{"a comment on a draft", access.Hacker, draft.ID, consult.Comment, "x", "0", "Exception - Consults are not allowed in Drafts"},
			{"an observation by a user", access.User, w.released.ID, consult.Observation, "x", "0", "Access denied"},
			{"a resourcer", access.Resourcer, w.released.ID, consult.Comment, "x", "0", "Access denied"},
			{"a mark by who is no reviewer", access.Hacker, w.released.ID, consult.Comment, "#external", comment, "Access denied"},
			{"a mark at the top", access.Reviewer, w.released.ID, consult.Comment, "#external", "0", "Exception - Comment parent is invalid"},
			{"no id", access.Hacker, "no id", consult.Comment, "x", "0", "Exception - Invalid finding id in form"},
			{"an unknown finding", access.Hacker, "0199b2f0-0000-7000-8000-000000000000", consult.Comment, "x", "0", "Access denied"},
			{"an observation on a draft", access.Hacker, draft.ID, consult.Observation, "x", "0", ""},
			{"markup", access.Hacker, w.released.ID, consult.Comment, "<script>=cmd()</script>", "0", ""},
			{"20,000 characters", access.Hacker, w.released.ID, consult.Comment, strings.Repeat("ñ", 20000), comment, ""},
		} {
			_, err := w.Consults.AddToFinding(w.as(row.by), row.findingID, row.t, consult.Words{Content: row.content, Parent: row.parent})
			if got := messageOf(err); got != row.want {
				t.Errorf("%s: %q, want %q", row.name, got, row.want)
			}
		}
	})
}

// addAnyDraft adds a finding of the first title of the catalogue that the group does not have.
func addAnyDraft(t *testing.T, w talk) *finding.Finding {
	t.Helper()
	for _, weakness := range finding.Catalogue() {
		if weakness.FullTitle() == w.released.Title {
			continue
		}
		draft, err := w.Findings.Add(w.Host(), "web", finding.Addition{
			Words: finding.Words{
				Title: weakness.FullTitle(), Description: "a", AttackVectorDescription: "b", Threat: "c", Recommendation: "d",
				RequirementIDs: weakness.Requirements[:1],
			},
			Vector: weakness.Vector,
		})
		if err != nil {
			t.Fatal(err)
		}
		return draft
	}
	t.Fatal("the catalogue has one title only")
	return nil
}

func TestWordsAboutAGroupThatAreRefused(t *testing.T) {
	eachTalk(t, func(t *testing.T, w talk) {
		no := false
		if _, err := w.Groups.Add(w.Host(), group.Addition{Organization: "acme", Name: "plain", Description: "x", HasSquad: &no}); err != nil {
			t.Fatal(err)
		}
		w.JoinGroup("hacker@acme.test", "plain", access.Hacker)
		aboutFinding := w.say(access.Hacker, consult.Comment, "x", "0")

		for _, row := range []struct {
			name, groupName string
			by              access.Role
			content, parent string
			want            string
		}{
			{"5,001 characters", "web", access.Hacker, strings.Repeat("x", 5001), "0", "Exception - Invalid field length in form"},
			{"a comment of a finding as parent", "web", access.Hacker, "x", aboutFinding, "Exception - Comment parent is invalid"},
			{"a reattacker", "web", access.Reattacker, "x", "0", "Access denied"},
			{"a group without hasSquad", "plain", access.Hacker, "x", "0", "Access denied"},
			{"an unknown group", "nowhere", access.Hacker, "x", "0", "Access denied"},
			{"5,000 characters, the group in capitals", "WEB", access.Hacker, strings.Repeat("x", 5000), "0", ""},
		} {
			_, err := w.Consults.AddToGroup(w.as(row.by), row.groupName, consult.Words{Content: row.content, Parent: row.parent})
			if got := messageOf(err); got != row.want {
				t.Errorf("%s: %q, want %q", row.name, got, row.want)
			}
		}
	})
}

func TestMarksAreShownToReviewersOnly(t *testing.T) {
	eachTalk(t, func(t *testing.T, w talk) {
		comment := w.say(access.User, consult.Comment, "is this fixed?", "0")
		w.say(access.Reviewer, consult.Comment, "#internal", comment)
		w.say(access.Hacker, consult.Comment, "yes", comment)

		if got := w.contents(access.User); !slices.Equal(got, []string{"is this fixed?", "yes"}) {
			t.Errorf("a user reads %q", got)
		}
		if got := w.contents(access.Reviewer); !slices.Equal(got, []string{"is this fixed?", "#internal", "yes"}) {
			t.Errorf("a reviewer reads %q", got)
		}
	})
}

func TestObservationsAreForWhomThePermissionIs(t *testing.T) {
	eachTalk(t, func(t *testing.T, w talk) {
		w.say(access.Hacker, consult.Observation, "the severity is low", "0")

		if got := w.contents(access.Hacker); len(got) != 0 {
			t.Errorf("the comments show an observation: %q", got)
		}
		lists, err := w.Consults.Observations(w.as(access.Reviewer), []finding.Key{w.released.Key()})
		if err != nil || len(lists[0]) != 1 || lists[0][0].Content != "the severity is low" {
			t.Errorf("a reviewer reads %v, %v", lists, err)
		}
		if _, err := w.Consults.Observations(w.as(access.User), []finding.Key{w.released.Key()}); messageOf(err) != "Access denied" {
			t.Errorf("a user reads observations: %v", err)
		}
	})
}

func TestTheReasonOfAReattackStandsBelowItsPlaces(t *testing.T) {
	eachTalk(t, func(t *testing.T, w talk) {
		places, err := database.Collect(context.Background(), w.Database, database.Value[string],
			"SELECT id FROM vulnerabilities WHERE finding_id = $1", w.released.ID)
		if err != nil || len(places) != 1 {
			t.Fatalf("%v, %v", places, err)
		}
		write := func(e consult.Entry) {
			t.Helper()
			err := w.Database.Write(context.Background(), func(tx *database.Tx) error {
				_, err := consult.Write(context.Background(), tx, &access.Actor{Email: "user@acme.test", FirstName: "Ada", LastName: "Lovelace"}, e)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		about := consult.OfFinding(w.released.Key())
		write(consult.Entry{About: about, Type: consult.Verification, Content: "fixed by escaping", VulnerabilityIDs: []string{places[0], places[0]}})
		write(consult.Entry{About: about, Type: consult.Verification, Content: "of one that is gone", VulnerabilityIDs: []string{"gone"}})
		write(consult.Entry{About: about, Type: consult.ZeroRisk, Content: "no risk"})

		want := []string{
			"Regarding vulnerabilities: \n  -  shop/login.go (41)\n\nJustification:\n  fixed by escaping", "of one that is gone",
		}
		if got := w.contents(access.User); !slices.Equal(got, want) {
			t.Errorf("read %q, want %q", got, want)
		}
		lists, err := w.Consults.OfFindings(w.as(access.User), []finding.Key{w.released.Key()})
		if err != nil || lists[0][0].FullName != "Ada Lovelace" || !lists[0][0].WrittenAt.Equal(w.Now().Truncate(time.Microsecond)) {
			t.Errorf("by %q at %v, %v", lists[0][0].FullName, lists[0][0].WrittenAt, err)
		}
	})
}

func TestMentions(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		text string
		want []string
	}{
		{"", nil},
		{"ada@acme.test wrote", nil},
		{"@ada@acme.test", []string{"ada@acme.test"}},
		{"ask @Ada.L+x@acme.co.test, please (@bob@acme.test).", []string{"ada.l+x@acme.co.test", "bob@acme.test"}},
		{"@ada@acme.test and @ADA@acme.test", []string{"ada@acme.test"}},
		{"@ada @ada@ @@acme.test", nil},
		{strings.Repeat("@a@b.c ", 3) + "@ünï@acme.test", []string{"a@b.c"}},
	} {
		if got := consult.Mentions(row.text); !slices.Equal(got, row.want) {
			t.Errorf("Mentions(%q) = %q, want %q", row.text, got, row.want)
		}
	}
}
