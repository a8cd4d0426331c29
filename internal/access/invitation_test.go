package access_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/problem"
)

const invalidLink = "Invalid or Expired"

// invite invites somebody to web and answers the link's token.
func (w *world) invite(email string, role access.Role) string {
	w.t.Helper()
	p, err := w.InviteToGroup(w.host, "web", access.Invite{Email: email, Role: role})
	w.must(err)
	return tokenOf(p.InvitationURL)
}

func (w *world) answer(token string, accept bool) (access.Answered, error) {
	return w.AnswerInvitation(context.Background(), token, accept, "192.0.2.1")
}

func TestAcceptingAnInvitationGivesAccess(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.member("boss@acme.test", webID, access.UserManager)
		w.must(w.AddStakeholder(w.host, "dev@acme.test", access.User))
		p, err := w.InviteToGroup(w.as("boss@acme.test"), "Web", access.Invite{Email: " Dev@Acme.test", Role: access.VulnerabilityManager, Responsibility: "fixes, <mostly>"})
		if err != nil || p.Email != "dev@acme.test" || p.State != access.Pending || p.Role != access.VulnerabilityManager ||
			!strings.HasPrefix(p.InvitationURL, "https://asm.example/confirm_access/") {
			t.Fatalf("invited = %+v, %v", p, err)
		}
		token := tokenOf(p.InvitationURL)
		described, err := w.DescribeInvitation(context.Background(), token)
		want := access.Invitation{
			Email: "dev@acme.test", InvitedBy: "boss@acme.test", GroupName: "web", OrganizationName: "acme",
			Role: access.VulnerabilityManager, Responsibility: "fixes, <mostly>", ExpiresAt: w.clock.Now().Add(7 * 24 * time.Hour),
		}
		if err != nil || described != want {
			t.Errorf("described = %+v, %v, want %+v", described, err, want)
		}

		answered, err := w.answer(token, true)

		if err != nil || !answered.IsAccepted || answered.PasswordURL != "" {
			t.Errorf("answered = %+v, %v, want no password link for a known account", answered, err)
		}
		actor, _ := access.ActorOf(w.as("dev@acme.test"))
		if actor.GroupRole("web") != access.VulnerabilityManager || actor.OrganizationRole("acme") != access.User {
			t.Errorf("roles: %q in web, %q in acme", actor.GroupRole("web"), actor.OrganizationRole("acme"))
		}
		again, err := w.answer(token, true)
		if err != nil || !again.IsAccepted || again.PasswordURL != "" {
			t.Errorf("accepting again = %+v, %v", again, err)
		}
		_, err = w.answer(token, false)
		refused(t, "rejecting a used one", err, problem.KindNotFound, invalidLink)
		if got := w.actions(acmeID); got != "grantStakeholderAccess confirmAccess" {
			t.Errorf("recorded %s", got)
		}
	})
}

func TestRejectingAnInvitationLeavesNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		token := w.invite("dev@acme.test", access.User)

		answered, err := w.answer(token, false)

		if err != nil || answered.IsAccepted {
			t.Errorf("answered = %+v, %v", answered, err)
		}
		_, err = w.InGroup(w.host, "web", "dev@acme.test")
		refused(t, "the person in web", err, problem.KindNotFound, "Access denied or stakeholder not found")
		_, err = w.answer(token, true)
		refused(t, "accepting afterwards", err, problem.KindNotFound, invalidLink)
	})
}

func TestLinksOfBeforeEndedOrForgedOnesAreInvalid(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		before := w.invite("dev@acme.test", access.User)
		_, err := w.InviteToGroup(w.host, "web", access.Invite{Email: "dev@acme.test", Role: access.User})
		refused(t, "inviting again at once", err, problem.KindLimited,
			"Exception - The previous invitation to this user was requested less than a minute ago")
		w.clock.Advance(time.Minute + time.Microsecond)
		token := w.invite("dev@acme.test", access.UserManager)
		password, err := w.AddPerson(w.host, access.NewPerson{Email: "other@acme.test"})
		w.must(err)

		for what, bad := range map[string]string{
			"the link of before": before,
			"a forged one":       token[:60] + strings.Map(func(r rune) rune { return 'A' + (r-'A'+1)%26 }, token[60:]),
			"a cut one":          token[:60],
			"nothing":            "",
			"a password link":    tokenOf(password),
		} {
			_, err := w.answer(bad, true)
			refused(t, what, err, problem.KindNotFound, invalidLink)
			_, err = w.DescribeInvitation(context.Background(), bad)
			refused(t, what+", described", err, problem.KindNotFound, invalidLink)
		}
		_, err = w.SetPassword(context.Background(), token, goodPassword, "", "")
		refused(t, "an invitation as password link", err, problem.KindNotFound, invalidLink)

		w.clock.Advance(7 * 24 * time.Hour)
		_, err = w.answer(token, true)
		refused(t, "after 7 days", err, problem.KindNotFound, invalidLink)
	})
}

func TestAnUnknownAddressBecomesAnUnverifiedAccountWithThatAccessOnly(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		answered, err := w.answer(w.invite("new@acme.test", access.User), true)
		if err != nil || !strings.HasPrefix(answered.PasswordURL, "https://asm.example/password/") {
			t.Fatalf("answered = %+v, %v", answered, err)
		}
		in, err := w.SetPassword(context.Background(), tokenOf(answered.PasswordURL), goodPassword, "192.0.2.66", "")
		w.must(err)
		// Whoever got the link may not be who was meant: another organization's trust goes to the person, not to them.
		p, err := w.InviteToGroup(w.host, "api", access.Invite{Email: "new@acme.test", Role: access.UserManager})
		w.must(err)
		_, err = w.answer(tokenOf(p.InvitationURL), true)
		w.must(err)

		actor, _ := access.ActorOf(w.byCookie(in.Cookie))
		if actor.GroupRole("web") != access.User || actor.OrganizationRole("acme") != access.User || actor.GroupRole("api") != "" || actor.UserRole != "" {
			t.Errorf("roles: %q in web, %q in acme, %q in api, %q as user", actor.GroupRole("web"), actor.OrganizationRole("acme"),
				actor.GroupRole("api"), actor.UserRole)
		}

		// The operator gives a link to the owner: what the account had before is gone.
		link, err := w.ResetPassword(w.host, "new@acme.test")
		w.must(err)
		_, err = w.Authenticate(context.Background(), nil, in.Cookie, "")
		refused(t, "the session of before", err, problem.KindUnauthenticated, loginRequired)
		_, err = w.try("new@acme.test", goodPassword, "192.0.2.66")
		refused(t, "the password of before", err, problem.KindUnauthenticated, wrongPassword)
		in, err = w.SetPassword(context.Background(), tokenOf(link), "another good password", "192.0.2.1", "")
		w.must(err)
		actor, _ = access.ActorOf(w.byCookie(in.Cookie))
		if actor.GroupRole("api") != access.UserManager || actor.UserRole != access.User {
			t.Errorf("proven: %q in api, %q as user", actor.GroupRole("api"), actor.UserRole)
		}
	})
}

func TestAnInvitationNeverSetsThePasswordOfAnAccount(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.account("dev@acme.test", access.User)

		answered, err := w.answer(w.invite("dev@acme.test", access.User), true)

		if err != nil || answered.PasswordURL != "" {
			t.Errorf("answered = %+v, %v", answered, err)
		}
	})
}

func TestACustomerManagerHoldsTheRoleInEveryGroup(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.must(w.AddStakeholder(w.host, "cm@acme.test", access.User))
		p, err := w.InviteToOrganization(w.host, "acme", access.Invite{Email: "cm@acme.test", Role: access.CustomerManager})
		if err != nil || !strings.HasPrefix(p.InvitationURL, "https://asm.example/confirm_access_organization/") {
			t.Fatalf("invited = %+v, %v", p, err)
		}
		_, err = w.answer(tokenOf(p.InvitationURL), true)
		w.must(err)

		actor, _ := access.ActorOf(w.as("cm@acme.test"))
		for _, name := range []string{"web", "api"} {
			if got := actor.GroupRole(name); got != access.CustomerManager {
				t.Errorf("role in %s = %q", name, got)
			}
		}
		_, err = w.InviteToOrganization(w.host, "acme", access.Invite{Email: "cm@acme.test", Role: access.User})
		refused(t, "inviting a member", err, problem.KindConflict,
			"Exception - The stakeholder has been granted access to the organization previously")
	})
}

func TestWhoMayGiveWhichRole(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.member("um@acme.test", webID, access.UserManager)
		w.member("um@acme.test", "", access.UserManager)
		w.member("cm@acme.test", webID, access.CustomerManager)
		w.must(w.AddStakeholder(w.host, "admin@acme.test", access.Admin))
		role := func(r string) string { return "Exception - Invalid role or not enough permissions to grant role: " + r }
		for _, row := range []struct {
			who  string
			role access.Role
			want string
		}{
			{"um@acme.test", access.User, ""},
			{"um@acme.test", access.UserManager, ""},
			{"um@acme.test", access.VulnerabilityManager, ""},
			{"um@acme.test", access.Hacker, role("hacker")},
			{"um@acme.test", access.CustomerManager, role("customer_manager")},
			{"cm@acme.test", access.Hacker, ""},
			{"cm@acme.test", access.User, role("user")},
			{"admin@acme.test", access.Reviewer, ""},
			{"admin@acme.test", access.Admin, role("admin")},
			{"admin@acme.test", access.ServiceForces, role("service_forces")},
			{"admin@acme.test", "internal_manager", role("internal_manager")},
		} {
			email := "to." + string(row.role) + "." + row.who
			_, err := w.InviteToGroup(w.as(row.who), "web", access.Invite{Email: email, Role: row.role})
			if row.want == "" && err != nil {
				t.Errorf("%s gives %s: %v", row.who, row.role, err)
			} else if row.want != "" {
				refused(t, row.who+" gives "+string(row.role), err, problem.KindInvalid, row.want)
			}
		}
		_, err := w.InviteToOrganization(w.as("um@acme.test"), "acme", access.Invite{Email: "x@acme.test", Role: access.CustomerManager})
		refused(t, "a user manager gives customer_manager in acme", err, problem.KindInvalid, role("customer_manager"))
		refused(t, "an administrator gives a group's role at user level",
			w.AddStakeholder(w.as("admin@acme.test"), "x@acme.test", access.Reviewer), problem.KindInvalid, role("reviewer"))
	})
}

func TestInvitationsAreCheckedInTheContractsOrder(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.member("dev@acme.test", webID, access.User)
		for _, row := range []struct {
			what   string
			invite access.Invite
			want   string
		}{
			{"a member", access.Invite{Email: "dev@acme.test", Role: "nonsense"}, "Exception - The stakeholder has been granted access to the group previously"},
			{"a wrong role, too long", access.Invite{Email: "x", Role: "x", Responsibility: strings.Repeat("y", 51)}, "Exception - Invalid role or not enough permissions to grant role: x"},
			{"too long, no address", access.Invite{Email: "x", Role: access.User, Responsibility: strings.Repeat("y", 51)}, "Exception - Invalid field length in form"},
			{"control characters", access.Invite{Email: "x", Role: access.User, Responsibility: "a\x00b"}, "Exception - Invalid characters"},
			{"no address", access.Invite{Email: "x", Role: access.User}, "Exception - Invalid email address in form"},
		} {
			_, err := w.InviteToGroup(w.host, "web", row.invite)
			if p, ok := problem.As(err); !ok || p.Message != row.want {
				t.Errorf("%s: %v, want %s", row.what, err, row.want)
			}
		}
	})
}

func TestMailAddressesAreWhatTheStandardsAllow(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		for _, good := range []string{
			"a@b.co", "first.last+tag@sub.example.museum", "o'neil@example.com", "x_y-z@1.example", "jürgen@müller.example",
			strings.Repeat("a", 64) + "@example.com",
		} {
			if err := w.AddStakeholder(w.host, good, access.User); err != nil {
				t.Errorf("%s: %v", good, err)
			}
		}
		for _, bad := range []string{
			"", "a", "@", "a@", "@b.co", "a@b", "a b@c.de", "a@b..de", ".a@b.de", "a.@b.de", "a..b@c.de", "a@-b.de", "a@b-.de",
			"a@b_c.de", "a@@b.de", "a@b.de,c@d.de", "<a@b.de>", "a@b.de\nBcc: x", strings.Repeat("a", 65) + "@example.com",
			"a@" + strings.Repeat("b", 64) + ".de", "a@" + strings.Repeat("b.", 130) + "de", "a\u00a0b@c.de",
		} {
			err := w.AddStakeholder(w.host, bad, access.User)
			refused(t, bad, err, problem.KindInvalid, "Exception - Invalid email address in form")
		}
	})
}

func TestRolesOfTheOperatorGoToItsStaff(t *testing.T) {
	t.Parallel()
	eachWith(t, access.Options{StaffDomains: []string{"staff.test"}, Name: "Watch"}, func(t *testing.T, w *world) {
		_, err := w.InviteToGroup(w.host, "web", access.Invite{Email: "x@acme.test", Role: access.CustomerManager})
		refused(t, "customer_manager", err, problem.KindInvalid, "Exception - This role can only be granted to Watch users")
		_, err = w.InviteToGroup(w.host, "web", access.Invite{Email: "x@acme.test", Role: access.Hacker})
		refused(t, "hacker", err, problem.KindInvalid,
			"Exception - Groups with any active Watch service can only have Hackers provided by Watch")
		_, err = w.InviteToGroup(w.host, "web", access.Invite{Email: "x@staff.test", Role: access.Hacker})
		w.must(err)

		w.member("boss@acme.test", webID, access.UserManager)
		w.member("me@staff.test", webID, access.CustomerManager)
		for who, want := range map[string]string{
			"boss@acme.test": "boss@acme.test", "me@staff.test": "boss@acme.test me@staff.test x@staff.test",
		} {
			lists, err := w.OfGroups(w.as(who), []string{webID})
			if got := emails(lists[0]); err != nil || got != want {
				t.Errorf("%s sees %q, %v, want %q", who, got, err, want)
			}
		}
	})
}

func emails(people []*access.Stakeholder) string {
	var all []string
	for _, p := range people {
		all = append(all, p.Email)
	}
	return strings.Join(all, " ")
}

func TestListsShowMembersAndInvitedByAddress(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.account("boss@acme.test", access.User)
		w.member("boss@acme.test", webID, access.UserManager)
		w.member("boss@acme.test", "", access.UserManager)
		w.member("rev@acme.test", webID, access.Reviewer)
		w.member("forces.web@acme.test", webID, access.ServiceForces)
		w.member("forces.web@acme.test", "", access.User)
		token := w.invite("new@acme.test", access.User)

		lists, err := w.OfGroups(w.as("boss@acme.test"), []string{webID})
		w.must(err)
		if got := emails(lists[0]); got != "boss@acme.test new@acme.test rev@acme.test" {
			t.Fatalf("web = %s", got)
		}
		boss, invited, reviewer := lists[0][0], lists[0][1], lists[0][2]
		if boss.State != access.Registered || !boss.FirstLogin.Equal(w.clock.Now()) || boss.Role != access.UserManager || boss.Responsibility != "-" {
			t.Errorf("boss = %+v", boss)
		}
		if invited.State != access.Pending || tokenOf(invited.InvitationURL) != token || invited.Role != access.User {
			t.Errorf("invited = %+v", invited)
		}
		if reviewer.State != access.Unregistered || reviewer.InvitationURL != "" {
			t.Errorf("reviewer = %+v", reviewer)
		}
		lists, err = w.OfGroups(w.as("rev@acme.test"), []string{webID}) // may look, may not invite
		if err != nil || lists[0][1].InvitationURL != "" {
			t.Errorf("a reviewer sees %+v, %v, want no link", lists[0][1], err)
		}
		_, err = w.OfGroups(w.as("boss@acme.test"), []string{webID, apiID})
		refused(t, "one of the groups is another's", err, problem.KindDenied, denied)
		lists, err = w.OfOrganizations(w.as("boss@acme.test"), []string{acmeID})
		if err != nil || emails(lists[0]) != "boss@acme.test" {
			t.Errorf("acme = %s, %v, want the pipeline's user left out", emails(lists[0]), err)
		}

		one, err := w.InGroup(w.as("boss@acme.test"), "web", "NEW@acme.test")
		if err != nil || one.State != access.Pending || tokenOf(one.InvitationURL) != token {
			t.Errorf("one = %+v, %v", one, err)
		}
		_, err = w.InGroup(w.as("boss@acme.test"), "web", "nobody@acme.test")
		refused(t, "nobody", err, problem.KindNotFound, "Access denied or stakeholder not found")
		one, err = w.InOrganization(w.as("boss@acme.test"), "acme", "boss@acme.test")
		if err != nil || one.Role != access.UserManager || one.Responsibility != "" {
			t.Errorf("in acme = %+v, %v", one, err)
		}
	})
}

func TestUpdatingAPendingInvitationLetsNobodyIn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.must(w.AddStakeholder(w.host, "dev@acme.test", access.User))
		token := w.invite("dev@acme.test", access.User)
		w.must(w.UpdateInGroup(w.host, "web", access.Invite{Email: "dev@acme.test", Role: access.UserManager, Responsibility: "leads"}))
		if actor, _ := access.ActorOf(w.as("dev@acme.test")); actor.GroupRole("web") != "" {
			t.Errorf("role before accepting = %q", actor.GroupRole("web"))
		}
		_, err := w.answer(token, true)
		w.must(err)
		if actor, _ := access.ActorOf(w.as("dev@acme.test")); actor.GroupRole("web") != access.UserManager {
			t.Errorf("role = %q", actor.GroupRole("web"))
		}
		w.must(w.UpdateInGroup(w.host, "web", access.Invite{Email: "dev@acme.test", Role: access.User}))
		one, err := w.InGroup(w.host, "web", "dev@acme.test")
		if err != nil || one.Role != access.User || one.Responsibility != "leads" {
			t.Errorf("member = %+v, %v, want the responsibility left as it was", one, err)
		}
		err = w.UpdateInGroup(w.host, "web", access.Invite{Email: "nobody@acme.test", Role: access.User})
		refused(t, "nobody", err, problem.KindNotFound, "Access denied or stakeholder not found")
	})
}

func TestLeaving(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.must(w.AddStakeholder(w.host, "dev@acme.test", access.User))
		_, err := w.answer(w.invite("dev@acme.test", access.User), true) // which implies acme
		w.must(err)
		w.member("old@acme.test", webID, access.User)
		w.member("old@acme.test", "", access.User) // explicitly

		for _, email := range []string{"dev@acme.test", "old@acme.test"} {
			w.must(w.RemoveFromGroup(w.host, "web", email))
		}

		dev, _ := access.ActorOf(w.as("dev@acme.test"))
		old, _ := access.ActorOf(w.as("old@acme.test"))
		if len(dev.Organizations()) != 0 || len(old.Organizations()) != 1 {
			t.Errorf("organizations: %v and %v, want the implied one gone", dev.Organizations(), old.Organizations())
		}
		refused(t, "leaving again", w.RemoveFromGroup(w.host, "web", "dev@acme.test"), problem.KindConflict,
			"Exception - Stakeholder is not a member of the group")
		w.member("old@acme.test", apiID, access.User)
		w.must(w.RemoveFromOrganization(w.host, "acme", "old@acme.test"))
		old, _ = access.ActorOf(w.as("old@acme.test"))
		if len(old.Groups())+len(old.Organizations()) != 0 {
			t.Errorf("left with %v, %v", old.Groups(), old.Organizations())
		}
		refused(t, "who is no member", w.RemoveFromOrganization(w.host, "acme", "old@acme.test"), problem.KindDenied, denied)
	})
}

func TestAnOrganizationKeepsAManager(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.member("one@acme.test", "", access.UserManager)
		w.member("two@acme.test", "", access.UserManager)
		one := w.as("one@acme.test")
		w.must(w.UpdateInOrganization(one, "acme", access.Invite{Email: "two@acme.test", Role: access.User}))

		const last = "Exception - Error permission denied"
		refused(t, "leaving", w.RemoveFromOrganization(one, "acme", "one@acme.test"), problem.KindDenied, last)
		refused(t, "stepping down", w.UpdateInOrganization(one, "acme", access.Invite{Email: "one@acme.test", Role: access.User}),
			problem.KindDenied, last)
		w.must(w.RemoveFromOrganization(w.host, "acme", "one@acme.test"))
	})
}

func TestRemovingAGroupEndsItsMemberships(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.member("dev@acme.test", webID, access.User)
		w.member("dev@acme.test", apiID, access.User)
		w.as("dev@acme.test")
		w.must(w.AddStakeholder(w.host, "new@acme.test", access.User))
		_, err := w.answer(w.invite("new@acme.test", access.User), true) // which implies acme
		w.must(err)
		w.removeMemberships(access.OnGroup(webID))

		if actor, _ := access.ActorOf(w.as("new@acme.test")); len(actor.Organizations()) != 0 {
			t.Errorf("organizations: %v, want the implied one gone", actor.Organizations())
		}
		actor, _ := access.ActorOf(w.as("dev@acme.test"))
		if actor.GroupRole("web") != "" || actor.GroupRole("api") != access.User {
			t.Errorf("roles: %q in web, %q in api", actor.GroupRole("web"), actor.GroupRole("api"))
		}
	})
}

func TestPeopleAreSearchedAndPaged(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		for _, p := range []access.NewPerson{
			{Email: "c@acme.test", FirstName: "Ágnes", LastName: "Kiss"}, {Email: "a_1@acme.test"}, {Email: "ab1@acme.test"}, {Email: "b@evil.test"},
		} {
			_, err := w.AddPerson(w.host, p)
			w.must(err)
		}
		page, err := w.People(w.host, access.PeopleQuery{First: 3})
		if err != nil || emails(page.Stakeholders) != "a_1@acme.test ab1@acme.test b@evil.test" || !page.HasNext {
			t.Errorf("first page = %s, %v, %v", emails(page.Stakeholders), page.HasNext, err)
		}
		page, err = w.People(w.host, access.PeopleQuery{First: 3, After: "b@evil.test"})
		if err != nil || emails(page.Stakeholders) != "c@acme.test" || page.HasNext {
			t.Errorf("second page = %s, %v, %v", emails(page.Stakeholders), page.HasNext, err)
		}
		for search, want := range map[string]string{"ágNES": "c@acme.test", "A_": "a_1@acme.test", "ACME": "a_1@acme.test ab1@acme.test c@acme.test", "%": ""} {
			page, err = w.People(w.host, access.PeopleQuery{First: 10, Search: search})
			if err != nil || emails(page.Stakeholders) != want {
				t.Errorf("search %q = %q, %v, want %q", search, emails(page.Stakeholders), err, want)
			}
			n, err := w.CountPeople(w.host, search)
			if err != nil || n != len(page.Stakeholders) {
				t.Errorf("count %q = %d, %v", search, n, err)
			}
		}
		_, err = w.People(w.as("c@acme.test"), access.PeopleQuery{First: 1})
		refused(t, "not an administrator", err, problem.KindDenied, denied)
		_, err = w.People(w.host, access.PeopleQuery{})
		refused(t, "no page", err, problem.KindInvalid, "Exception - The argument must be a positive integer: first")
	})
}
