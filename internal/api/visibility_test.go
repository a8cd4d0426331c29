package api_test

import (
	"fmt"
	"strings"
	"testing"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/asmtest/world"
)

func TestAStrangerCannotTellWhatIsThereFromWhatIsNot(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		w.Serve()
		w.Person("admin@acme.test", access.Admin)
		there := makePlace(t, w, "globex", "crm")
		w.Organization("acme")
		w.Person("dev@acme.test", access.User)
		w.JoinOrganization("dev@acme.test", "acme", access.UserManager)
		token := w.Token("dev@acme.test")
		const unknown = "018f0000-0000-7000-8000-000000000000"
		missing := where{"nowhere", "nothing", unknown, unknown, unknown}
		for _, document := range []string{
			`{ organization(organizationId: "@ORGANIZATION") { name } }`,
			`{ organizationId(organizationName: "@ORGANIZATION") { id } }`,
			`{ group(groupName: "@GROUP") { name } }`,
			`{ root(groupName: "@GROUP", rootId: "@ROOT") { ... on GitRoot { url } } }`,
			`{ finding(identifier: "@FINDING") { title } }`,
			`{ vulnerability(uuid: "@VULNERABILITY") { where } }`,
			`{ stakeholder(entity: GROUP, groupName: "@GROUP", userEmail: "admin@acme.test") { email } }`,
			`{ stakeholder(entity: ORGANIZATION, organizationId: "@ORGANIZATION", userEmail: "admin@acme.test") { email } }`,
			`{ groups(organizationId: "@ORGANIZATION") { edges { cursor } } }`,
			`{ auditEntries(organizationId: "@ORGANIZATION") { edges { cursor } } }`,
			`mutation { addGroup(description: "x", groupName: "new", organizationName: "@ORGANIZATION") { success } }`,
			`mutation { activateRoot(groupName: "@GROUP", id: "@ROOT") { success } }`,
			`mutation { removeGroup(groupName: "@GROUP", reason: OTHER) { success } }`,
			`mutation { updateSeverity(findingId: "@FINDING", cvssVector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H") { success } }`,
			`mutation { grantStakeholderAccess(groupName: "@GROUP", email: "dev@acme.test", role: USER) { success } }`,
		} {
			of, no := w.Ask(token, there.fill(document), nil), w.Ask(token, missing.fill(document), nil)
			if told, wanted := spoken(of), spoken(no); told != wanted || of.Status != no.Status {
				t.Errorf("%s\n  of what is there: %s\n  of what is not:   %s", document, told, wanted)
			}
			if text := spoken(of); strings.Contains(text, "crm") || strings.Contains(text, "globex") {
				t.Errorf("%s tells of what is there: %s", document, text)
			}
		}
	})
}

// spoken is everything that an answer says.
func spoken(a world.Answer) string { return fmt.Sprint(a.Data, a.Errors) }

func TestAnIdOfAnotherPlaceIsNotThere(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		w.Serve()
		w.Person("admin@acme.test", access.Admin)
		own, foreign := makePlace(t, w, "acme", "web"), makePlace(t, w, "globex", "crm")
		w.Person("boss@acme.test", access.User)
		w.JoinGroup("boss@acme.test", "web", access.UserManager)
		token := w.Token("boss@acme.test")
		mixed := own
		mixed.root = foreign.root
		for _, document := range []string{
			`{ root(groupName: "@GROUP", rootId: "@ROOT") { ... on GitRoot { url } } }`,
			`mutation { activateRoot(groupName: "@GROUP", id: "@ROOT") { success } }`,
			`mutation { deactivateRoot(groupName: "@GROUP", id: "@ROOT", reason: OTHER, other: "x") { success } }`,
			`mutation { updateGitRoot(groupName: "@GROUP", id: "@ROOT", branch: "main", environment: "x", gitignore: [], includesHealthCheck: false, url: "https://evil.test/x.git") { success } }`,
		} {
			a := w.Ask(token, mixed.fill(document), nil)
			if len(a.Errors) != 1 || a.Errors[0].Extensions["code"] == "INTERNAL_SERVER_ERROR" || strings.Contains(spoken(a), "globex") {
				t.Errorf("%s with a root of another group: %s", document, spoken(a))
			}
		}
	})
}

func TestANameIsTakenOnceAndLikeANameOnly(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		w.Serve()
		w.Person("admin@acme.test", access.Admin)
		makePlace(t, w, "acme", "web")
		w.Organization("globex")
		token := w.Token("admin@acme.test")
		addGroup := `mutation($name: String!) { addGroup(description: "x", groupName: $name, organizationName: "globex") { success } }`
		addOrganization := `mutation($name: String!) { addOrganization(country: "Portugal", name: $name) { success } }`
		for _, row := range []struct {
			document, name string
			code           any
		}{
			{addGroup, "web", "BAD_USER_INPUT"},
			{addGroup, "WEB", "BAD_USER_INPUT"},
			{addOrganization, "Acme", "BAD_USER_INPUT"},
			{addGroup, strings.Repeat("x", 65), "BAD_USER_INPUT"},
			{addGroup, "x", "BAD_USER_INPUT"},
			{addGroup, "", "BAD_USER_INPUT"},
			{addGroup, "<b>web</b>", "BAD_USER_INPUT"},
			{addGroup, "9lives", "BAD_USER_INPUT"},
			{addGroup, "wéb", "BAD_USER_INPUT"},
			{addGroup, "we b", "BAD_USER_INPUT"},
			{addOrganization, "<script>", "BAD_USER_INPUT"},
			{addOrganization, "=cmd()", "BAD_USER_INPUT"},
			{addGroup, strings.Repeat("y", 64), nil},
			{addGroup, "Shop-2", nil},
		} {
			a := w.Ask(token, row.document, map[string]any{"name": row.name})
			var code any
			if len(a.Errors) > 0 {
				code = a.Errors[0].Extensions["code"]
			}
			if code != row.code && !(row.code != nil && code == "CONFLICT") {
				t.Errorf("%.60q: %s, want code %v", row.name, spoken(a), row.code)
			}
		}
		const text = `<script>alert(1)</script> & "quoted" =cmd()`
		w.Ask(token, `mutation($d: String!) { addGroup(description: $d, groupName: "markup", organizationName: "globex") { success } }`, map[string]any{"d": text})
		a := w.Ask(token, `{ group(groupName: "markup") { description } }`, nil)
		if got := a.Data["group"].(map[string]any)["description"]; got != text {
			t.Errorf("a description with markup came back as %q", got)
		}
	})
}

func TestWhoMayRemoveSomebodyFromAnOrganizationIsInTheTable(t *testing.T) {
	t.Parallel()
	table := permissionTable(t)
	world.Each(t, func(t *testing.T, w *world.World) {
		w.Serve()
		w.Organization("acme")
		w.Organization("globex")
		w.Group("acme", "web")
		w.Person("victim@acme.test", access.User)
		remove := operation{level: organizationLevel, permission: "api_mutations_remove_stakeholder_organization_access_mutate"}
		for _, caller := range makeCallers(w) {
			for organization, place := range map[string]string{"acme": "own group", "globex": "another organization"} {
				w.JoinOrganization("victim@acme.test", organization, access.User)
				allowed := caller.may(table, remove, place)

				a := w.Ask(caller.token, `mutation { removeStakeholderOrganizationAccess(organizationId: "`+organization+`", userEmail: "victim@acme.test") { success } }`, nil)

				if got := a.Message() == ""; got != allowed || !allowed && a.Message() != "Access denied" {
					t.Errorf("from %s by %s: removed = %v, want %v (%s)", organization, caller.name, got, allowed, a.Message())
				}
				if !allowed {
					if err := w.Access.RemoveFromOrganization(w.Host(), organization, "victim@acme.test"); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	})
}
