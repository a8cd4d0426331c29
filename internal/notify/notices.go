package notify

import (
	"context"
	"slices"

	"asm.example/asm/internal/access"
)

// notice is one kind of mail: what is its own and nothing else.
type notice struct {
	// kind names it, in the outbox and in the list of mails.
	kind string
	// actions are those of the audit log that make it.
	actions []string
	// preference is what switches it off; "" when it cannot be.
	preference access.Notification
	// roles are who of the group's members it is for, or of the organization's when the action is about no group;
	// anyRole stands for all.
	roles []access.Role
	// compose says what it tells; errNothingToTell makes no mail.
	compose func(context.Context, *telling) (letter, error)
}

// anyRole is every role of a person.
var anyRole = []access.Role{access.Architect, access.CustomerManager, access.Hacker, access.Reattacker, access.Resourcer,
	access.Reviewer, access.User, access.UserManager, access.VulnerabilityManager}

// Who looks after what.
var (
	scopeRoles     = []access.Role{access.CustomerManager, access.Resourcer, access.UserManager}
	managerRoles   = []access.Role{access.CustomerManager, access.UserManager}
	treatmentRoles = []access.Role{access.CustomerManager, access.Resourcer, access.UserManager, access.VulnerabilityManager}
	reportRoles    = slices.DeleteFunc(slices.Clone(anyRole), func(r access.Role) bool { return r == access.User })
	reviewerRole   = []access.Role{access.Reviewer}
)

// notices are all kinds. An action may make several.
func notices() []notice {
	return []notice{
		{"access_granted", []string{"grantStakeholderAccess", "grantStakeholderOrganizationAccess"}, "", nil, invitation},
		{"confirm_deletion", []string{"removeStakeholder"}, "", nil, deletion},
		{"password_reset", []string{"resetPassword"}, "", nil, passwordReset},

		{"root_added", []string{"addGitRoot", "addIpRoot", "addUrlRoot"}, access.NotifyRootUpdate, scopeRoles, rootChanged("was added")},
		{"updated_root", []string{"updateGitRoot", "updateIpRoot", "updateUrlRoot"}, access.NotifyRootUpdate, scopeRoles, rootChanged("was changed")},
		{"root_deactivated", []string{"deactivateRoot"}, access.NotifyRootUpdate, scopeRoles, rootChanged("was deactivated")},
		{"group_alert", []string{"removeGroup"}, access.NotifyGroupInformation, managerRoles, groupRemoved},
		{"updated_group_info", []string{"updateGroupInfo"}, access.NotifyGroupInformation, scopeRoles, simple("The information about the group was updated")},
		{"user_unsubscribed", []string{"unsubscribeFromGroup"}, access.NotifyUnsubscription, scopeRoles, simple("Somebody left the group")},
		{"updated_policies", []string{"updateOrganizationPolicies", "updateGroupPolicies"}, "", managerRoles, policiesUpdated},

		{"vulnerability_report", []string{"confirmVulnerabilities", "sendVulnerabilityNotification"}, access.NotifyVulnerabilityReport, reportRoles, reported("Vulnerabilities were reported")},
		{"vulnerability_report", []string{"verifyVulnerabilitiesRequest"}, access.NotifyVulnerabilityReport, reportRoles, solved},
		{"vulnerability_submitted", []string{"resubmitVulnerabilities"}, access.NotifyNewDraft, reviewerRole, aboutFinding("Drafts wait for review")},
		{"vulnerability_rejected", []string{"rejectVulnerabilities"}, access.NotifyNewDraft, reviewerRole, aboutFinding("Drafts were rejected")},
		{"remediate_finding", []string{"requestVulnerabilitiesVerification"}, access.NotifyRemediateFinding, []access.Role{access.Reattacker}, aboutFinding("A reattack was requested")},
		{"zero_risk_requested", []string{"requestVulnerabilitiesZeroRisk"}, "", []access.Role{access.Architect, access.Reviewer}, aboutFinding("Zero risk was claimed")},
		{"finding_removed", []string{"removeFinding"}, "", reviewerRole, aboutFinding("A finding was removed")},
		{"updated_treatment", []string{"sendAssignedNotification"}, access.NotifyUpdatedTreatment, []access.Role{access.UserManager, access.VulnerabilityManager},
			treatment("The treatment was updated", "IN_PROGRESS", "ACCEPTED")},
		{"treatment_report", []string{"sendAssignedNotification"}, access.NotifyUpdatedTreatment, treatmentRoles,
			treatment("A permanent acceptance was requested or approved", "ACCEPTED_UNDEFINED")},
		{"vulnerability_assigned", []string{"sendAssignedNotification"}, access.NotifyVulnerabilityAssigned, nil, assignment},

		{"event_report", []string{"addEvent"}, access.NotifyEventReport, anyRole, eventChanged("An event was reported")},
		{"event_report", []string{"solveEvent"}, access.NotifyEventReport, anyRole, eventChanged("An event was solved")},
		{"new_comment", []string{"addFindingConsult"}, access.NotifyNewComment, []access.Role{access.Hacker, access.Reviewer}, comment},
		{expiringKind, nil, access.NotifyUpdatedTreatment, treatmentRoles, nil}, // made by Remind
	}
}

const expiringKind = "vulnerabilities_expiring"

// noticesOf are the kinds that an action makes.
func noticesOf(action string) []notice {
	return slices.DeleteFunc(notices(), func(n notice) bool { return !slices.Contains(n.actions, action) })
}

// Available are the notifications that some mail offers to one of the caller's roles, sorted. Problems: Unauthenticated.
func (s *Service) Available(ctx context.Context) ([]access.Notification, error) {
	actor, err := s.access.Current(ctx)
	if err != nil {
		return nil, err
	}
	var roles []access.Role
	for _, m := range actor.Groups() {
		roles = append(roles, m.Role)
	}
	for _, m := range actor.Organizations() {
		roles = append(roles, m.Role)
	}
	available := []access.Notification{}
	for _, n := range notices() {
		offered := n.roles
		if len(offered) == 0 { // to whom it concerns, whatever the role
			offered = anyRole
		}
		if n.preference != "" && slices.ContainsFunc(roles, func(r access.Role) bool { return slices.Contains(offered, r) }) {
			available = append(available, n.preference)
		}
	}
	slices.Sort(available)
	return slices.Compact(available), nil
}
