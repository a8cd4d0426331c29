package api_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/asmtest/world"
)

// level is where a permission of the table holds.
type level string

const (
	userLevel         level = "user"
	organizationLevel level = "organization"
	groupLevel        level = "group"
	// memberOf is for what needs any role on the object; nothing in the table stands for it.
	memberOfOrganization level = "member"
)

// operation is one way to call the API, with the permission that it needs. Its document is made so that it fails right
// behind the authorization, where it would change something: the answer tells whether the caller was let through, and the
// world stays as it is.
type operation struct {
	name       string
	level      level
	permission string
	document   string // @GROUP, @ORGANIZATION, @ROOT, @FINDING and @VULNERABILITY stand for those of the place that is asked about
}

// tooLong is longer than any text may be.
var tooLong = strings.Repeat("x", 5000)

var operations = []operation{
	{"addOrganization", userLevel, "api_mutations_add_organization_mutate", `mutation { addOrganization(country: "x", name: "!") { success } }`},
	{"addStakeholder", userLevel, "api_mutations_add_stakeholder_mutate", `mutation { addStakeholder(email: "!", role: USER) { success } }`},
	{"listUserGroups", userLevel, "api_resolvers_query_list_user_groups_resolve", `{ listUserGroups(userEmail: "nobody@acme.test") { name } }`},
	{"auditEntries", userLevel, "api_resolvers_query_audit_entries_resolve", `{ auditEntries { total edges { node { number actor action before after recordedAt } } } }`},
	{"auditHeads", userLevel, "api_resolvers_query_audit_entries_resolve", `{ auditHeads { chain number key line } }`},
	{"mails", userLevel, "api_resolvers_query_mails_resolve", `{ mails { edges { node { id } } } }`},
	{"stakeholders", userLevel, "api_resolvers_query_stakeholders_resolve", `{ stakeholders { edges { node { email } } } }`},

	{"addGroup", organizationLevel, "api_mutations_add_group_mutate", `mutation { addGroup(description: "x", groupName: "!", organizationName: "@ORGANIZATION") { success } }`},
	{"grantStakeholderOrganizationAccess", organizationLevel, "api_mutations_grant_stakeholder_organization_access_mutate", `mutation { grantStakeholderOrganizationAccess(organizationId: "@ORGANIZATION", role: USER, userEmail: "!") { success } }`},
	{"updateOrganizationStakeholder", organizationLevel, "api_mutations_update_organization_stakeholder_mutate", `mutation { updateOrganizationStakeholder(organizationId: "@ORGANIZATION", role: USER, userEmail: "nobody@acme.test") { success } }`},
	{"removeStakeholderOrganizationAccess", organizationLevel, "api_mutations_remove_stakeholder_organization_access_mutate", ``},
	{"Organization.stakeholders", organizationLevel, "api_resolvers_organization_stakeholders_resolve", `{ organization(organizationId: "@ORGANIZATION") { stakeholders { email } } }`},
	{"stakeholder in an organization", organizationLevel, "api_resolvers_query_stakeholder__resolve_for_organization", `{ stakeholder(entity: ORGANIZATION, organizationId: "@ORGANIZATION", userEmail: "nobody@acme.test") { email } }`},
	{"organization", memberOfOrganization, "", `{ organization(organizationId: "@ORGANIZATION") { name } }`},
	{"organizationId", memberOfOrganization, "", `{ organizationId(organizationName: "@ORGANIZATION") { id } }`},

	{"group", groupLevel, "api_resolvers_query_group_resolve", `{ group(groupName: "@GROUP") { name } }`},
	{"Group.stakeholders", groupLevel, "api_resolvers_group_stakeholders_resolve", `{ group(groupName: "@GROUP") { stakeholders { email } } }`},
	{"Group.serviceAttributes", groupLevel, "api_resolvers_group_service_attributes_resolve", `{ group(groupName: "@GROUP") { serviceAttributes } }`},
	{"stakeholder in a group", groupLevel, "api_resolvers_query_stakeholder__resolve_for_group", `{ stakeholder(entity: GROUP, groupName: "@GROUP", userEmail: "nobody@acme.test") { email } }`},
	{"root", groupLevel, "api_resolvers_query_root_resolve", `{ root(groupName: "@GROUP", rootId: "@ROOT") { ... on GitRoot { url } } }`},
	{"finding", groupLevel, "api_resolvers_query_finding_resolve", `{ finding(identifier: "@FINDING") { title } }`},
	{"Finding.hacker", groupLevel, "api_resolvers_finding_hacker_resolve", `{ finding(identifier: "@FINDING") { hacker } }`},
	{"Finding.submittedVulnerabilities", groupLevel, "api_resolvers_finding_submitted_vulnerabilities_resolve", `{ finding(identifier: "@FINDING") { submittedVulnerabilities } }`},
	{"Finding.rejectedVulnerabilities", groupLevel, "api_resolvers_finding_rejected_vulnerabilities_resolve", `{ finding(identifier: "@FINDING") { rejectedVulnerabilities } }`},
	{"vulnerability", groupLevel, "api_resolvers_query_vulnerability_resolve", `{ vulnerability(uuid: "@VULNERABILITY") { where } }`},
	{"Vulnerability.hacker", groupLevel, "api_resolvers_vulnerability_hacker_resolve", `{ vulnerability(uuid: "@VULNERABILITY") { hacker } }`},

	{"removeGroup", groupLevel, "api_mutations_remove_group_mutate", `mutation { removeGroup(groupName: "@GROUP", reason: OTHER, comments: "@LONG") { success } }`},
	{"updateGroupInfo", groupLevel, "api_mutations_update_group_info_mutate", `mutation { updateGroupInfo(groupName: "@GROUP", description: "@LONG", language: EN) { success } }`},
	{"addGitRoot", groupLevel, "api_mutations_add_git_root_mutate", `mutation { addGitRoot(groupName: "@GROUP", branch: "..", environment: "x", gitignore: [], includesHealthCheck: false, url: "!") { success } }`},
	{"addIpRoot", groupLevel, "api_mutations_add_ip_root_mutate", `mutation { addIpRoot(groupName: "@GROUP", address: "!", nickname: "x") { success } }`},
	{"addUrlRoot", groupLevel, "api_mutations_add_url_root_mutate", `mutation { addUrlRoot(groupName: "@GROUP", url: "!", nickname: "x") { success } }`},
	{"updateGitRoot", groupLevel, "api_mutations_update_git_root_mutate", `mutation { updateGitRoot(groupName: "@GROUP", id: "@ROOT", branch: "..", environment: "x", gitignore: [], includesHealthCheck: false, url: "!") { success } }`},
	{"updateIpRoot", groupLevel, "api_mutations_update_ip_root_mutate", `mutation { updateIpRoot(groupName: "@GROUP", rootId: "@ROOT", nickname: "x") { success } }`},
	{"updateUrlRoot", groupLevel, "api_mutations_update_url_root_mutate", `mutation { updateUrlRoot(groupName: "@GROUP", rootId: "@ROOT", nickname: "x") { success } }`},
	{"activateRoot", groupLevel, "api_mutations_activate_root_mutate", `mutation { activateRoot(groupName: "@GROUP", id: "@ROOT") { success } }`},
	{"deactivateRoot", groupLevel, "api_mutations_deactivate_root_mutate", `mutation { deactivateRoot(groupName: "@GROUP", id: "@ROOT", reason: OTHER, other: "@LONG") { success } }`},
	{"addFinding", groupLevel, "api_mutations_add_finding_mutate", `mutation { addFinding(groupName: "@GROUP", title: "!", description: "x", attackVectorDescription: "x", threat: "x", recommendation: "x", unfulfilledRequirements: []) { success } }`},
	{"updateDescription", groupLevel, "api_mutations_update_finding_description_mutate", `mutation { updateDescription(findingId: "@FINDING", title: "!", description: "x", attackVectorDescription: "x", threat: "x", recommendation: "x") { success } }`},
	{"updateSeverity", groupLevel, "api_mutations_update_severity_mutate", `mutation { updateSeverity(findingId: "@FINDING", cvssVector: "!") { success } }`},
	{"grantStakeholderAccess", groupLevel, "api_mutations_grant_stakeholder_access_mutate", `mutation { grantStakeholderAccess(groupName: "@GROUP", email: "!", role: USER) { success } }`},
	{"updateGroupStakeholder", groupLevel, "api_mutations_update_group_stakeholder_mutate", `mutation { updateGroupStakeholder(groupName: "@GROUP", email: "nobody@acme.test", responsibility: "x", role: USER) { success } }`},
	{"removeStakeholderAccess", groupLevel, "api_mutations_remove_stakeholder_access_mutate", `mutation { removeStakeholderAccess(groupName: "@GROUP", userEmail: "nobody@acme.test") { success } }`},
	{"Group.consulting", groupLevel, "api_resolvers_group_consulting_resolve", `{ group(groupName: "@GROUP") { consulting { id } } }`},
	{"Finding.consulting", groupLevel, "api_resolvers_finding_consulting_resolve", `{ finding(identifier: "@FINDING") { consulting { id } } }`},
	{"Finding.observations", groupLevel, "api_resolvers_finding_observations_resolve", `{ finding(identifier: "@FINDING") { observations { id } } }`},
	{"addGroupConsult", groupLevel, "api_mutations_add_group_consult_mutate", `mutation { addGroupConsult(groupName: "@GROUP", content: "x", parentComment: "!") { success } }`},
	{"addFindingConsult", groupLevel, "api_mutations_add_finding_consult_mutate", `mutation { addFindingConsult(findingId: "@FINDING", content: "x", parentComment: 7, type: CONSULT) { success } }`},
	{"addFindingConsult of type OBSERVATION", groupLevel, "post_finding_observation", `mutation { addFindingConsult(findingId: "@FINDING", content: "x", parentComment: 7, type: OBSERVATION) { success } }`},
	{"unsubscribeFromGroup", groupLevel, "api_mutations_unsubscribe_from_group_mutate", ``},
	{"importScan", groupLevel, "api_mutations_import_scan_mutate", `mutation($file: Upload!) { importScan(groupName: "@GROUP", rootNickname: "shop", file: $file) { success } }`},

	{"confirmVulnerabilities", groupLevel, "api_mutations_confirm_vulnerabilities_mutate", `mutation { confirmVulnerabilities(findingId: "@FINDING", vulnerabilities: ["none"]) { success } }`},
	{"resubmitVulnerabilities", groupLevel, "api_mutations_resubmit_vulnerabilities_mutate", `mutation { resubmitVulnerabilities(findingId: "@FINDING", vulnerabilities: ["none"]) { success } }`},
	{"closeVulnerabilities", groupLevel, "api_mutations_close_vulnerabilities_mutate", `mutation { closeVulnerabilities(findingId: "@FINDING", vulnerabilities: ["none"]) { success } }`},
	{"rejectVulnerabilities", groupLevel, "api_mutations_reject_vulnerabilities_mutate", `mutation { rejectVulnerabilities(findingId: "@FINDING", reasons: [], vulnerabilities: ["none"]) { success } }`},
	{"removeVulnerability", groupLevel, "api_mutations_remove_vulnerability_mutate", `mutation { removeVulnerability(id: "none", findingId: "@FINDING", justification: DUPLICATED) { success } }`},
	{"removeFinding", groupLevel, "api_mutations_remove_finding_mutate", ``},
	{"updateVulnerabilitiesTreatment", groupLevel, "api_mutations_update_vulnerabilities_treatment_mutate", `mutation { updateVulnerabilitiesTreatment(findingId: "@FINDING", vulnerabilityId: "none", justification: "x", treatment: IN_PROGRESS) { success } }`},
	{"handleVulnerabilitiesAcceptance", groupLevel, "api_mutations_handle_vulnerabilities_acceptance_mutate", `mutation { handleVulnerabilitiesAcceptance(findingId: "@FINDING", acceptedVulnerabilities: ["none"], rejectedVulnerabilities: [], justification: "x") { success } }`},
	{"updateVulnerabilitiesSeverity", groupLevel, "api_mutations_update_vulnerabilities_severity_mutate", `mutation { updateVulnerabilitiesSeverity(findingId: "@FINDING", vulnerabilityIds: ["none"], cvssVector: "!") { success } }`},
	{"updateVulnerabilityTreatment", groupLevel, "api_mutations_update_vulnerability_treatment_mutate", `mutation { updateVulnerabilityTreatment(findingId: "@FINDING", vulnerabilityId: "none") { success } }`},
	{"removeTags", groupLevel, "api_mutations_remove_vulnerability_tags_mutate", `mutation { removeTags(findingId: "@FINDING", vulnerabilities: ["none"]) { success } }`},
	{"updateVulnerabilityDescription", groupLevel, "api_mutations_update_vulnerability_description_mutate", `mutation { updateVulnerabilityDescription(vulnerabilityId: "@VULNERABILITY") { success } }`},
	{"requestVulnerabilitiesVerification", groupLevel, "api_mutations_request_vulnerabilities_verification_mutate", `mutation { requestVulnerabilitiesVerification(findingId: "@FINDING", justification: "a sentence of its own", vulnerabilities: ["none"]) { success } }`},
	{"requestVulnerabilitiesZeroRisk", groupLevel, "api_mutations_request_vulnerabilities_zero_risk_mutate", `mutation { requestVulnerabilitiesZeroRisk(findingId: "@FINDING", justification: "a sentence of its own", vulnerabilities: ["none"]) { success } }`},
	{"confirmVulnerabilitiesZeroRisk", groupLevel, "api_mutations_confirm_vulnerabilities_zero_risk_mutate", `mutation { confirmVulnerabilitiesZeroRisk(findingId: "@FINDING", justification: "a sentence of its own", vulnerabilities: ["none"]) { success } }`},
	{"rejectVulnerabilitiesZeroRisk", groupLevel, "api_mutations_reject_vulnerabilities_zero_risk_mutate", `mutation { rejectVulnerabilitiesZeroRisk(findingId: "@FINDING", justification: "a sentence of its own", vulnerabilities: ["none"]) { success } }`},
	{"verifyVulnerabilitiesRequest", groupLevel, "api_mutations_verify_vulnerabilities_request_mutate", `mutation { verifyVulnerabilitiesRequest(findingId: "@FINDING", justification: "a sentence of its own", openVulnerabilities: ["none"], closedVulnerabilities: []) { success } }`},
	{"updateGroupPolicies", groupLevel, "api_mutations_update_group_policies_mutate", `mutation { updateGroupPolicies(groupName: "@GROUP", maxAcceptanceSeverity: 99) { success } }`},
	{"updateOrganizationPolicies", organizationLevel, "api_mutations_update_organization_policies_mutate", `mutation { updateOrganizationPolicies(organizationId: "@ORGANIZATION", organizationName: "@ORGANIZATION", maxAcceptanceSeverity: 99) { success } }`},
	{"Finding.draftsConnection", groupLevel, "api_resolvers_finding_drafts_connection_resolve", `{ finding(identifier: "@FINDING") { draftsConnection { total } } }`},
	{"Finding.zeroRiskConnection", groupLevel, "api_resolvers_finding_zero_risk_connection_resolve", `{ finding(identifier: "@FINDING") { zeroRiskConnection { edges { cursor } } } }`},
	{"Group.vulnerabilityDrafts", groupLevel, "api_resolvers_group_vulnerability_drafts_resolve", `{ group(groupName: "@GROUP") { vulnerabilityDrafts { total } } }`},
}

// oneResult is a scan with one result.
const oneResult = `{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "probe", "rules": [{"id": "sql", "properties": {"tags": ["CWE-89"], "security-severity": "9.1"}}]}},
  "results": [{"ruleId": "sql", "message": {"text": "query from input"}, "locations": [{"physicalLocation": {"artifactLocation": {"uri": "login.go"}, "region": {"startLine": 41, "snippet": {"text": "db.Query(input)"}}}}]}]}]}`

// where is a place that operations are asked about.
type where struct {
	organization, group, root, finding, vulnerability string
}

func (w where) fill(document string) string {
	return strings.NewReplacer("@ORGANIZATION", w.organization, "@GROUP", w.group, "@ROOT", w.root, "@FINDING", w.finding,
		"@VULNERABILITY", w.vulnerability, "@LONG", tooLong).Replace(document)
}

// makePlace makes an organization with a group, a root and a finding with one location.
func makePlace(t *testing.T, w *world.World, organization, group string) where {
	t.Helper()
	w.Organization(organization)
	w.Group(organization, group)
	return fillGroup(t, w, organization, group)
}

func fillGroup(t *testing.T, w *world.World, organization, group string) where {
	t.Helper()
	place := where{organization: organization, group: group, root: w.GitRoot(group, "shop")}
	w.Import(w.Host(), group, "shop", oneResult)
	found := w.Ask(w.Token("admin@acme.test"), `query($g: String!) { group(groupName: $g) { findings { id vulnerabilitiesConnection { edges { node { id } } } } } }`, map[string]any{"g": group})
	var data struct {
		Group struct {
			Findings []struct {
				ID                        string
				VulnerabilitiesConnection struct {
					Edges []struct{ Node struct{ ID string } }
				}
			}
		}
	}
	text, err := json.Marshal(found.Data)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &data); err != nil || len(data.Group.Findings) != 1 {
		t.Fatalf("the place has no finding: %s %v", text, found.Errors)
	}
	place.finding = data.Group.Findings[0].ID
	place.vulnerability = data.Group.Findings[0].VulnerabilitiesConnection.Edges[0].Node.ID
	return place
}

// permissionTable reads the two files that say who may do what: level, permission, roles.
func permissionTable(t *testing.T) map[level]map[string][]string {
	t.Helper()
	table := map[level]map[string][]string{}
	for _, file := range []string{"../access/permissions.json", "../access/permissions_own.json"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var part map[level]map[string][]string
		if err := json.Unmarshal(text, &part); err != nil {
			t.Fatal(err)
		}
		for l, permissions := range part {
			if table[l] == nil {
				table[l] = map[string][]string{}
			}
			for permission, roles := range permissions {
				table[l][permission] = roles
			}
		}
	}
	return table
}

func TestEachOperationIsOpenToTheRolesOfTheTableAndToNobodyElse(t *testing.T) {
	t.Parallel()
	table := permissionTable(t)
	world.Each(t, func(t *testing.T, w *world.World) {
		w.Serve()
		w.Person("admin@acme.test", access.Admin)
		own := makePlace(t, w, "acme", "web")
		w.Group("acme", "pay")
		sibling := fillGroup(t, w, "acme", "pay")
		foreign := makePlace(t, w, "globex", "crm")
		places := map[string]where{"own group": own, "another group": sibling, "another organization": foreign}

		for _, caller := range makeCallers(w) {
			for _, o := range operations {
				if o.document == "" {
					continue
				}
				for name, place := range places {
					allowed := caller.may(table, o, name)
					message := ask(w, caller.token, o, place)
					if got := message != "Access denied"; got != allowed {
						t.Errorf("%s of %s by %s: let through = %v, want %v (%s)", o.name, name, caller.name, got, allowed, message)
					}
				}
			}
		}
	})
}

// ask sends an operation and answers the first error's text.
func ask(w *world.World, token string, o operation, place where) string {
	if strings.Contains(o.document, "$file") {
		return w.Upload(token, place.fill(o.document), map[string]any{}, "no scan").Message()
	}
	return w.Ask(token, place.fill(o.document), nil).Message()
}

// caller is a person with one role at one level, beside the user-level role.
type caller struct {
	name, token      string
	userRole         string
	groupRole        string // in the group web of acme
	organizationRole string // in acme
	isInOrganization bool
}

// makeCallers makes a person for each role at each level, and one without any.
func makeCallers(w *world.World) []caller {
	var callers []caller
	for _, role := range access.Roles(access.UserLevel) {
		email := fmt.Sprintf("user-%s@acme.test", role)
		w.Person(email, role)
		callers = append(callers, caller{name: "user-level " + string(role), token: w.Token(email), userRole: string(role)})
	}
	for _, role := range access.Roles(access.OrganizationLevel) {
		email := fmt.Sprintf("organization-%s@acme.test", role)
		w.Person(email, access.User)
		w.JoinOrganization(email, "acme", role)
		c := caller{name: "organization's " + string(role), token: w.Token(email), userRole: "user", organizationRole: string(role), isInOrganization: true}
		if role == access.CustomerManager {
			// The organization's customer_manager holds that role in each of its groups.
			c.groupRole = string(role)
		}
		callers = append(callers, c)
	}
	for _, role := range access.Roles(access.GroupLevel) {
		email := fmt.Sprintf("group-%s@acme.test", role)
		w.Person(email, access.User)
		w.JoinGroup(email, "web", role)
		callers = append(callers, caller{
			name: "group's " + string(role), token: w.Token(email), userRole: "user", groupRole: string(role), organizationRole: "user", isInOrganization: true,
		})
	}
	return callers
}

// may tells what the table says of a caller.
func (c caller) may(table map[level]map[string][]string, o operation, place string) bool {
	isAdmin := c.userRole == "admin"
	roles := table[o.level][o.permission]
	switch o.level {
	case userLevel:
		return slices.Contains(roles, c.userRole)
	case memberOfOrganization:
		return isAdmin || c.isInOrganization && place != "another organization"
	}
	if isAdmin && slices.Contains(roles, "admin") {
		return true
	}
	if place == "another organization" {
		return false
	}
	if o.level == organizationLevel {
		return slices.Contains(roles, c.organizationRole)
	}
	// A role in the group itself; a customer_manager has it in every group of the organization.
	inThisGroup := place == "own group" || c.groupRole == "customer_manager" && c.organizationRole == "customer_manager"
	return inThisGroup && slices.Contains(roles, c.groupRole)
}

func TestEveryMutationIsInTheTableOfOperations(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		w.Serve()
		w.Person("admin@acme.test", access.Admin)

		answer := w.Ask(w.Token("admin@acme.test"), `{ __schema { mutationType { fields(includeDeprecated: true) { name } } } }`, nil)

		ones := []string{ // about one's own things, open to whoever is signed in
			"acceptLegal", "acknowledgeConcurrentSession", "addAccessToken", "endSession", "invalidateAccessToken", "updateAccessToken", "updatePreferences",
			"removeStakeholder", "updateNotificationsPreferences", "updateStakeholderPhone", "updateTours", "verifyStakeholder",
		}
		fields := answer.Data["__schema"].(map[string]any)["mutationType"].(map[string]any)["fields"].([]any)
		for _, field := range fields {
			name := field.(map[string]any)["name"].(string)
			known := slices.ContainsFunc(operations, func(o operation) bool { return o.name == name })
			if !known && !slices.Contains(ones, name) {
				t.Errorf("the mutation %s is in no test of permissions; add it to operations", name)
			}
		}
	})
}
