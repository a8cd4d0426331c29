package api_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/api"
	"asm.example/asm/internal/asmtest/world"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/graphql"
)

// statements answers how many statements an operation costs somebody, the second time that they ask it.
func statements(t *testing.T, w *world.World, schema *graphql.Schema, caller context.Context, query string) (count int, data string) {
	t.Helper()
	plan, errs := schema.Prepare(query, "")
	if errs != nil {
		t.Fatal(errs[0].Message)
	}
	for range 2 {
		ctx, counter := database.WithStatementCount(caller)
		response := schema.Execute(ctx, plan, graphql.Request{})
		if len(response.Errors) > 0 {
			t.Fatalf("%s: %s", query, response.Errors[0].Message)
		}
		count, data = counter.Value(), string(response.Data)
	}
	return count, data
}

// results is a scan with a rule for each of the findings, each seen at some places of its own.
func results(findings, places int) string {
	var rules, seen []string
	for f := range findings {
		rules = append(rules, fmt.Sprintf(`{"id": "rule-%d", "shortDescription": {"text": "Rule number %d"}}`, f, f))
		for p := range places {
			seen = append(seen, fmt.Sprintf(`{"ruleId": "rule-%d", "message": {"text": "seen"}, "locations": [{"physicalLocation": {"artifactLocation": `+
				`{"uri": "dir%d/file%d.go"}, "region": {"startLine": %d, "snippet": {"text": "call %d of %d"}}}}]}`, f, f, p, p+1, p, f))
		}
	}
	return `{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "probe", "rules": [` + strings.Join(rules, ",") + `]}}, "results": [` + strings.Join(seen, ",") + `]}]}`
}

const manyGroups = `{ groups(first: %d) { total pageInfo { hasNextPage endCursor } edges { cursor node {
  name description organization hasMachine language lastScan maxAcceptanceDays service serviceAttributes subscription userRole permissions
  openVulnerabilities closedVulnerabilities openFindings openBySeverity { high } maxOpenSeverity maxOpenSeverityFinding { title }
  roots { ... on GitRoot { nickname url branch } } findings { id title maxOpenSeverityScore }
  findingsConnection(first: 2) { total edges { node { title } } } scans(first: 2) { edges { node { id } } }
  vulnerabilities(first: 2) { total edges { node { where } } } stakeholders { email role } } } } }`

func TestAListOfGroupsCostsTheSameStatementsWhateverItsLength(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		schema, err := api.NewSchema(w.Services, w.Logger)
		if err != nil {
			t.Fatal(err)
		}
		w.Organization("acme")
		w.Person("manager@acme.test", access.User)
		for i := range 50 {
			name := fmt.Sprintf("group-%02d", i)
			w.Group("acme", name)
			w.GitRoot(name, "shop")
			if i%10 == 0 {
				w.Import(w.Host(), name, "shop", results(2, 2))
			}
		}
		w.JoinOrganization("manager@acme.test", "acme", access.CustomerManager)
		manager := w.As("manager@acme.test")

		few, _ := statements(t, w, schema, manager, fmt.Sprintf(manyGroups, 5))
		many, data := statements(t, w, schema, manager, fmt.Sprintf(manyGroups, 50))

		if few != many {
			t.Errorf("5 groups cost %d statements, 50 cost %d", few, many)
		}
		if got := strings.Count(data, `"name":"group-`); got != 50 {
			t.Errorf("%d groups in the answer", got)
		}
	})
}

const groupWithFindings = `{ group(groupName: "%s") { findings { id title description where openVulnerabilities maxOpenSeverityScore age
  vulnerabilitiesConnection(first: 20) { total edges { node { id where specific state severityTemporalScore historicState { status date } snippet { content } treatmentStatus verification
    root { ... on GitRoot { nickname } } finding { title } } } } } } }`

func TestAGroupsFindingsCostTheSameStatementsHoweverMany(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		schema, err := api.NewSchema(w.Services, w.Logger)
		if err != nil {
			t.Fatal(err)
		}
		w.Organization("acme")
		w.Person("admin@acme.test", access.Admin)
		admin := w.As("admin@acme.test")
		costs, places := map[string]int{}, map[string]int{}
		for name, findings := range map[string]int{"small": 2, "large": 20} {
			w.Group("acme", name)
			w.GitRoot(name, "shop")
			w.Import(w.Host(), name, "shop", results(findings, 10))

			count, data := statements(t, w, schema, admin, fmt.Sprintf(groupWithFindings, name))

			costs[name], places[name] = count, strings.Count(data, `"specific":`)
		}
		if costs["small"] != costs["large"] {
			t.Errorf("2 findings with 10 locations each cost %d statements, 20 cost %d", costs["small"], costs["large"])
		}
		if places["small"] != 20 || places["large"] != 200 {
			t.Errorf("locations in the answers: %v", places)
		}
	})
}
