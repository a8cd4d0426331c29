package root

import (
	"slices"
	"strings"
	"testing"
	"time"

	"asm.example/asm/internal/group"
	"asm.example/asm/internal/problem"
)

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestGitURLsAreBroughtIntoTheirNormalForm(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ raw, text, host, repository string }{
		{"https://github.com/acme/shop.git", "https://github.com/acme/shop.git", "github.com", "shop"},
		{"https://github.com/acme/shop/", "https://github.com/acme/shop", "github.com", "shop"},
		{"  https://github.com/acme/shop //  ", "https://github.com/acme/shop", "github.com", "shop"},
		{"https://ana@github.com/acme/shop", "https://github.com/acme/shop", "github.com", "shop"},
		{"https://ana:secret@github.com/acme/shop", "https://github.com/acme/shop", "github.com", "shop"},
		{"https://ana:p@ss@github.com/acme/shop", "https://github.com/acme/shop", "github.com", "shop"},
		{"git@github.com:acme/shop.git", "ssh://git@github.com:acme/shop.git", "github.com", "shop"},
		{"ssh://git@github.com:acme/shop.git", "ssh://git@github.com:acme/shop.git", "github.com", "shop"},
		{"ssh://git:secret@github.com:22/acme/shop", "ssh://git@github.com:22/acme/shop", "github.com", "shop"},
		{"ssh://github.com/acme/shop", "ssh://github.com/acme/shop", "github.com", "shop"},
		{"git@[::1]:acme/shop", "ssh://git@[::1]:acme/shop", "[::1]", "shop"},
		{"https://[2001:db8::1]:8443/shop", "https://[2001:db8::1]:8443/shop", "[2001:db8::1]", "shop"},
		{"https://dev.azure.com/acme/My%20Project/_git/shop", "https://dev.azure.com/acme/My Project/_git/shop", "dev.azure.com", "shop"},
		{"https://dev.azure.com/acme/My Project/_git/shop", "https://dev.azure.com/acme/My Project/_git/shop", "dev.azure.com", "shop"},
		{"https://git.acme.test/a%2520b", "https://git.acme.test/a b", "git.acme.test", "a b"},
		{"https://git.acme.test/100%", "https://git.acme.test/100%", "git.acme.test", "100%"},
		{"https://GitHub.com/Acme/Shop", "https://GitHub.com/Acme/Shop", "github.com", "Shop"},
		{"https://git.acme.test:8443/shop?x=/y#z", "https://git.acme.test:8443/shop?x=/y#z", "git.acme.test", "shop"},
		{"https://git.acme.test", "https://git.acme.test", "git.acme.test", "git.acme.test"},
		{"https://git.acme.test/.git", "https://git.acme.test/.git", "git.acme.test", "git.acme.test"},
		{"git://müller.test/shop", "git://müller.test/shop", "müller.test", "shop"},
	} {
		u, err := parseGitURL(row.raw)

		if err != nil {
			t.Errorf("%q: %v", row.raw, err)
			continue
		}
		if u.text != row.text || u.host != row.host || u.repository() != row.repository {
			t.Errorf("%q becomes %q on %q with repository %q, want %q, %q, %q", row.raw,
				u.text, u.host, u.repository(), row.text, row.host, row.repository)
		}
	}
}

func TestWhatIsNoGitURLIsRefused(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"":                                       "Exception - Error value is not valid",
		"github.com/acme/shop":                   "Exception - Error value is not valid",
		"/srv/git/shop":                          "Exception - Error value is not valid",
		"https://":                               "Exception - Error value is not valid",
		"https:///acme/shop":                     "Exception - Error value is not valid",
		"https://ana:secret@/acme":               "Exception - Error value is not valid",
		"https://github.com:acme/shop":           "Exception - Error value is not valid",
		"https://github.com:70000/shop":          "Exception - Error value is not valid",
		"https://git hub.com/acme":               "Exception - Error value is not valid",
		"https://github%2ecom/acme":              "Exception - Error value is not valid",
		"https://[::g]/acme":                     "Exception - Error value is not valid",
		"https://[::1/acme":                      "Exception - Error value is not valid",
		"ext::sh -c x":                           "Exception - Error value is not valid",
		"1http://github.com/acme":                "Exception - Error value is not valid",
		"https://github.com/a%00b":               "Exception - Error value is not valid",
		"https://github.com/a%0Ab":               "Exception - Error value is not valid",
		"https://github.com/a%ffb":               "Exception - Error value is not valid",
		"https://github.com/a\x00b":              "Exception - Invalid characters",
		"https://h/" + strings.Repeat("x", 2039): "Exception - Invalid field length in form",
		"https://h/" + strings.Repeat("é", 1500): "Exception - Error value is not valid", // of 3010 bytes
	} {
		_, err := parseGitURL(raw)

		if !problem.Is(err, problem.KindInvalid) || err.Error() != want {
			t.Errorf("%.60q: %v, want %q", raw, err, want)
		}
	}
}

func FuzzGitURLThatWasMadeIsLeftAlone(f *testing.F) {
	for _, seed := range []string{
		"https://u:p@ss@h/a%2520b/", "git@h:a/b.git", "ssh://u:p@h:22/ x", "https://[::1]:1/%25%32%35", "x://h:/ /", "a@[::1]:@x//",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		once, err := parseGitURL(raw)
		if err != nil {
			return
		}
		twice, err := parseGitURL(once.text)

		if err != nil || twice != once {
			t.Errorf("%q becomes %+v and then %+v, %v", raw, once, twice, err)
		}
		if !nicknamePattern.MatchString(cleaned(once.repository())) {
			t.Errorf("%q is called %q", raw, cleaned(once.repository()))
		}
	})
}

func TestBranchesAreWhatGitTakes(t *testing.T) {
	t.Parallel()
	for _, good := range []string{
		"main", "@", "a@", "é", "refs/heads/x", "a/HEAD", "feature/one-2", "v1.0", "a{b", "x.lock.y", "#1",
	} {
		if !isBranch(good) {
			t.Errorf("%q is refused, git takes it", good)
		}
	}
	for _, bad := range []string{
		"", "HEAD", "-x", "a b", "a..b", "a.lock", "x/", "/x", "x//y", ".a", "a/.b", "a.", "a@{1}", "@{-1}", `a\b`,
		"foo.lock/bar", "a~b", "a^b", "a:b", "a?b", "a*", "a[b", "x/.lock", "a\x7fb", "a\tb", "a\xff",
		strings.Repeat("x", 1025),
	} {
		if isBranch(bad) {
			t.Errorf("%.40q is taken, git refuses it", bad)
		}
	}
}

func TestNicknamesAreMadeFromRepositories(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ url, want string }{
		{"https://github.com/acme/shop.git", "shop"},
		{"https://github.com/acme/shop_git", "shop"},
		{"https://github.com/acme/My%20Shop", "My_Shop"},
		{"https://github.com/acme/tïenda.web", "t_enda_web"},
		{"https://github.com/acme/-x", "_x"},
		{"https://github.com/acme/_git", "_git"},
		{"https://git.acme.test", "git_acme_test"},
		{"https://github.com/acme/" + strings.Repeat("x", 130), strings.Repeat("x", 128)},
	} {
		u, err := parseGitURL(row.url)
		if err != nil {
			t.Fatal(err)
		}
		w, err := wishFor("", u)

		if err != nil || w.nickname != row.want {
			t.Errorf("%s is called %q, %v, want %q", row.url, w.nickname, err, row.want)
		}
	}
}

func TestGivenNicknamesAreJudged(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ given, nickname, want string }{
		{"shop", "shop", ""},
		{"Shop_2-b", "Shop_2-b", ""},
		{"shop_git", "shop", ""},
		{"_git", "_git", ""},
		{strings.Repeat("x", 128), strings.Repeat("x", 128), ""},
		{strings.Repeat("x", 129), "", "Exception - Invalid characters"},
		{"my shop", "", "Exception - Invalid characters"},
		{"shop.git", "", "Exception - Invalid characters"},
		{"tïenda", "", "Exception - Invalid characters"},
		{"-shop", "", "Exception - Unsanitized input found"},
	} {
		w, err := wishFor(row.given, gitURL{host: "github.com"})

		if text(err) != row.want || w.nickname != row.nickname || w.host != "" {
			t.Errorf("%.20q: %+v, %v, want %q, %q", row.given, w, err, row.nickname, row.want)
		}
	}
}

func TestNicknamesAreChosenAmongTheGroups(t *testing.T) {
	t.Parallel()
	derived, given := wish{"shop", "github.com"}, wish{nickname: "shop"}
	for _, row := range []struct {
		name string
		wish wish
		have neighbours
		want string // empty: refused
	}{
		{"free", derived, neighbours{}, "shop"},
		{"free, same host", derived, neighbours{hasHost: true}, "shop"},
		{"used, other host", derived, neighbours{kinds: map[string]Kind{"shop": Git}}, "shop_github"},
		{"used, same host", derived, neighbours{kinds: map[string]Kind{"shop": Git}, hasHost: true}, ""},
		{"used by an IP", derived, neighbours{kinds: map[string]Kind{"shop": IP}}, ""},
		{"used by a URL", derived, neighbours{kinds: map[string]Kind{"shop": URL}}, ""},
		{"the suffixed used too", derived, neighbours{kinds: map[string]Kind{"shop": Git, "shop_github": IP}}, ""},
		{"given and free", given, neighbours{}, "shop"},
		{"given and used", given, neighbours{kinds: map[string]Kind{"shop": Git}}, ""},
	} {
		got, err := row.wish.choose(row.have)

		if got != row.want || (row.want == "") != problem.Is(err, problem.KindConflict) {
			t.Errorf("%s: %q, %v, want %q", row.name, got, err, row.want)
		}
		if row.want == "" && err.Error() != "Exception - Root with the same nickname already exists" {
			t.Errorf("%s: %v", row.name, err)
		}
	}
}

func TestSuffixedNicknamesStayShort(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ nickname, host, want string }{
		{"shop", "gitlab.acme.test", "shop_gitlab_acme_"},
		{"shop", "müller", "shop_m_"},
		{"shop", "git", "shop_git"},
		{strings.Repeat("x", 128), "github.com", strings.Repeat("x", 121) + "_github"},
		{"shop", strings.Repeat("h", 300), "_" + strings.Repeat("h", 127)},
	} {
		got := wish{row.nickname, row.host}.suffixed()

		if got != row.want {
			t.Errorf("%.10s on %.20s = %q, want %q", row.nickname, row.host, got, row.want)
		}
	}
}

func TestARootIsOnceInAnOrganization(t *testing.T) {
	t.Parallel()
	here, there := Key{"g1", "r1"}, Key{"g2", "r1"}
	sibling := Key{"g1", "r2"}
	git := &GitRoot{Base: Base{GroupID: "g1", ID: "r1", Kind: Git}, Branch: "main"}
	ip := &IPRoot{Base: Base{GroupID: "g1", ID: "r1", Kind: IP}}
	for _, row := range []struct {
		name       string
		root       Root
		s          group.Subscription
		other      occupant
		activeOnly bool
		taken      bool
	}{
		{"itself", git, group.Continuous, occupant{here, "main", Active}, false, false},
		{"a branch in the group", git, group.Continuous, occupant{sibling, "dev", Active}, false, true},
		{"the branch in another group", git, group.Continuous, occupant{there, "main", Active}, false, true},
		{"a branch in another group", git, group.Continuous, occupant{there, "dev", Active}, false, false},
		{"an inactive one", git, group.Continuous, occupant{sibling, "main", Inactive}, false, true},
		{"an inactive one, when activating", git, group.Continuous, occupant{sibling, "main", Inactive}, true, false},
		{"an active one, when activating", git, group.Continuous, occupant{sibling, "main", Active}, true, true},
		{"git, once", git, group.OneShot, occupant{sibling, "main", Active}, false, false},
		{"IP in the group", ip, group.Continuous, occupant{sibling, "", Active}, false, true},
		{"IP in another group", ip, group.Continuous, occupant{there, "", Active}, false, true},
		{"IP in the group, once", ip, group.OneShot, occupant{sibling, "", Active}, false, true},
		{"IP in another group, once", ip, group.OneShot, occupant{there, "", Active}, false, false},
	} {
		if got := isTaken(row.root, row.s, []occupant{row.other}, row.activeOnly); got != row.taken {
			t.Errorf("%s: taken %t, want %t", row.name, got, row.taken)
		}
	}
}

func TestGitRootsAreComparedWithoutCaseAndSuffix(t *testing.T) {
	t.Parallel()
	one := (&GitRoot{URL: "https://GitHub.com/Acme/Shop.git"}).address()
	other := (&GitRoot{URL: "https://github.com/acme/shop"}).address()
	ssh := (&GitRoot{URL: "ssh://git@github.com:acme/shop"}).address()

	if one != other || one == ssh {
		t.Errorf("addresses are %q, %q and %q", one, other, ssh)
	}
}

func TestIPsAreComparedByWhatTheyMean(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		one, other string
		same       bool
	}{
		{"::1", "0:0:0:0:0:0:0:1", true},
		{"2001:DB8::1", "2001:db8::1", true},
		{"::ffff:10.0.0.1", "10.0.0.1", true},
		{"10.0.0.1", "10.0.0.2", false},
	} {
		one, other := (&IPRoot{Address: row.one}).address(), (&IPRoot{Address: row.other}).address()
		if (one == other) != row.same {
			t.Errorf("%s and %s are compared by %q and %q", row.one, row.other, one, other)
		}
	}
}

func TestIPsAreJudged(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ address, nickname, want string }{
		{"10.0.0.1", "db", ""},
		{" 2001:DB8::1 ", "db", ""},
		{"10.0.0", "db", "Exception - Error value is not valid"},
		{"10.0.0.1/24", "db", "Exception - Error value is not valid"},
		{"fe80::1%eth0", "db", "Exception - Error value is not valid"},
		{"db.acme.test", "db", "Exception - Error value is not valid"},
		{"", "db", "Exception - Error value is not valid"},
		{"10.0.0.1", "", "Exception - Invalid characters"},
		{"10.0.0.1", "-db", "Exception - Unsanitized input found"},
	} {
		r, err := addIP(row.nickname, row.address)

		if text(err) != row.want || err == nil && r.Address != strings.TrimSpace(row.address) {
			t.Errorf("%q called %q: %+v, %v, want %q", row.address, row.nickname, r, err, row.want)
		}
	}
}

func TestURLsAreTakenApart(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]URLRoot{
		"https://acme.test":                      {Protocol: HTTPS, Host: "acme.test", Port: 443, Path: "/"},
		"HTTP://Acme.Test":                       {Protocol: HTTP, Host: "acme.test", Port: 80, Path: "/"},
		"https://acme.test:8443/a/b?x=1&y=2":     {Protocol: HTTPS, Host: "acme.test", Port: 8443, Path: "/a/b", Query: "x=1&y=2"},
		"https://acme.test:/a":                   {Protocol: HTTPS, Host: "acme.test", Port: 443, Path: "/a"},
		"https://ana:secret@acme.test/a%20b?":    {Protocol: HTTPS, Host: "acme.test", Port: 443, Path: "/a%20b"},
		"https://acme.test#top":                  {Protocol: HTTPS, Host: "acme.test", Port: 443, Path: "/#top"},
		"https://acme.test/a?q=1#top":            {Protocol: HTTPS, Host: "acme.test", Port: 443, Path: "/a#top", Query: "q=1"},
		" https://[2001:DB8::1]:8080/(x),y;z=@ ": {Protocol: HTTPS, Host: "[2001:db8::1]", Port: 8080, Path: "/(x),y;z=@"},
	} {
		r, err := addURL("shop", raw)

		if err != nil || *r != want {
			t.Errorf("%q = %+v, %v, want %+v", raw, r, err, want)
		}
	}
}

func TestWhatIsNoURLIsRefused(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ raw, nickname, want string }{
		{"https://acme.test/<b>", "shop", "Exception - Invalid characters"},
		{"https://acme.test/a b", "shop", "Exception - Invalid characters"},
		{`https://acme.test/a\b`, "shop", "Exception - Invalid characters"},
		{"https://acme.test/é", "shop", "Exception - Invalid characters"},
		{"https://acme.test/\x00", "shop", "Exception - Invalid characters"},
		{"https://acme.test/" + strings.Repeat("x", 2048), "shop", "Exception - Invalid field length in form"},
		{"https://acme.test", "", "Exception - Invalid characters"},
		{"https://acme.test", "-shop", "Exception - Unsanitized input found"},
		{"acme.test", "shop", "Exception - Error value is not valid"},
		{"https://", "shop", "Exception - Error value is not valid"},
		{"https://:443/", "shop", "Exception - Error value is not valid"},
		{"https://acme.test:99999", "shop", "Exception - Error value is not valid"},
		{"https://acme.test:x", "shop", "Exception - Error value is not valid"},
		{"https://acme.test/%zz", "shop", "Exception - Error value is not valid"},
		{"ftp://acme.test", "shop", "Exception - Error value is not valid"},
		{"javascript:alert(1)", "shop", "Exception - Error value is not valid"},
		{"", "shop", "Exception - Error value is not valid"},
		{"file://app.apk", "shop", "Exception - The file has not been found"},
	} {
		_, err := addURL(row.nickname, row.raw)

		if text(err) != row.want {
			t.Errorf("%.40q called %q: %v, want %q", row.raw, row.nickname, err, row.want)
		}
	}
}

func TestURLPartsAreNotMixedUp(t *testing.T) {
	t.Parallel()
	one := (&URLRoot{Protocol: HTTPS, Host: "h", Port: 443, Path: "/#a", Query: "b"}).address()
	other := (&URLRoot{Protocol: HTTPS, Host: "h", Port: 443, Path: "/#a?b"}).address()

	if one == other {
		t.Errorf("a query and a fragment are both compared by %q", one)
	}
}

func TestAGitRootIsJudgedInTheContractsOrder(t *testing.T) {
	t.Parallel()
	good := GitSettings{URL: "https://github.com/acme/shop", Branch: "main", Environment: "production"}
	for _, row := range []struct {
		name      string
		change    func(*GitSettings)
		mayFilter bool
		want      string
	}{
		{"good", func(*GitSettings) {}, true, ""},
		{"patterns", func(s *GitSettings) { s.Gitignore = []string{"vendor/", "*.min.js", "/shop/x", "lib/shop"} }, true, ""},
		{"long environment", func(s *GitSettings) { s.Environment = strings.Repeat("x", 201); s.Nickname = "-" }, true,
			"Exception - Invalid field length in form"},
		{"nickname", func(s *GitSettings) { s.Nickname, s.URL = "a b", "" }, true, "Exception - Invalid characters"},
		{"URL", func(s *GitSettings) { s.URL, s.Branch = "shop", "" }, true, "Exception - Error value is not valid"},
		{"branch", func(s *GitSettings) { s.Branch = "a..b" }, false, "Exception - Error value is not valid"},
		{"no right to patterns", func(s *GitSettings) { s.Gitignore = []string{"shop/"} }, false, "Exception - Error permission denied"},
		{"the repository as a pattern", func(s *GitSettings) { s.Gitignore = []string{"x", "Shop"} }, true,
			"Exception - Root name should not be included in the exception pattern"},
		{"the repository begins a pattern", func(s *GitSettings) { s.Gitignore = []string{"shop/vendor"} }, true,
			"Exception - Root name should not be included in the exception pattern"},
		{"a control character", func(s *GitSettings) { s.Gitignore = []string{"a\x00"} }, true, "Exception - Invalid characters"},
		{"too many patterns", func(s *GitSettings) { s.Gitignore = make([]string, 1001) }, true, "Exception - Invalid field length in form"},
		{"too long a pattern", func(s *GitSettings) { s.Gitignore = []string{strings.Repeat("x", 1001)} }, true,
			"Exception - Invalid field length in form"},
	} {
		s := good
		row.change(&s)
		_, _, err := addGit(s, row.mayFilter)

		if text(err) != row.want {
			t.Errorf("%s: %v, want %q", row.name, err, row.want)
		}
	}
}

func TestSpacesBehindABranchAreCut(t *testing.T) {
	t.Parallel()
	r, _, err := addGit(GitSettings{URL: "https://github.com/acme/shop", Branch: "main  "}, true)

	if err != nil || r.Branch != "main" {
		t.Errorf("branch = %+v, %v, want main", r, err)
	}
}

func TestAChangeOfAGitRootIsJudged(t *testing.T) {
	t.Parallel()
	before := GitRoot{
		Base: Base{State: Active, Nickname: "shop"}, URL: "https://github.com/acme/shop", Branch: "main",
		Environment: "production", Gitignore: []string{"vendor/"}, UseVPN: true,
	}
	same := GitSettings{URL: before.URL, Branch: "main", Environment: "production", Gitignore: []string{"vendor/"}}
	for _, row := range []struct {
		name      string
		change    func(*GitSettings)
		state     State
		mayFilter bool
		want      string
	}{
		{"the same, without the right to patterns", func(*GitSettings) {}, Active, false, ""},
		{"another pattern", func(s *GitSettings) { s.Gitignore = nil }, Active, false, "Exception - Error permission denied"},
		{"another pattern, with the right", func(s *GitSettings) { s.Gitignore = nil }, Active, true, ""},
		{"the stored repository in a pattern", func(s *GitSettings) {
			s.URL, s.Gitignore = "https://github.com/acme/other", []string{"shop/x"}
		}, Active, true, "Exception - Root name should not be included in the exception pattern"},
		{"inactive", func(*GitSettings) {}, Inactive, true, "Exception - The root is not active"},
		{"inactive with a bad nickname", func(s *GitSettings) { s.Nickname = "a b" }, Inactive, true, "Exception - Invalid characters"},
		{"bad branch", func(s *GitSettings) { s.Branch = "" }, Inactive, true, "Exception - Error value is not valid"},
		{"bad URL", func(s *GitSettings) { s.URL = "x" }, Inactive, true, "Exception - Error value is not valid"},
		{"long environment", func(s *GitSettings) { s.Environment = strings.Repeat("x", 201) }, Active, true,
			"Exception - Invalid field length in form"},
	} {
		b, s := before, same
		b.State = row.state
		row.change(&s)
		_, _, err := updateGit(b, s, row.mayFilter)

		if text(err) != row.want {
			t.Errorf("%s: %v, want %q", row.name, err, row.want)
		}
	}
}

func TestWhatAChangeOfAGitRootDoesNotNameStays(t *testing.T) {
	t.Parallel()
	before := GitRoot{
		Base: Base{State: Active, Nickname: "shop"}, URL: "https://github.com/acme/shop", Branch: "main", UseVPN: true,
	}
	no := false

	kept, wanted, err := updateGit(before, GitSettings{URL: before.URL, Branch: "dev", Environment: "test"}, true)
	if err != nil {
		t.Fatal(err)
	}
	changed, other, err := updateGit(before, GitSettings{
		URL: before.URL, Branch: "main", UseVPN: &no, Nickname: "store", IncludesHealthCheck: true,
	}, true)
	if err != nil {
		t.Fatal(err)
	}

	if !kept.UseVPN || wanted != nil || kept.Branch != "dev" || kept.Environment != "test" {
		t.Errorf("kept = %+v with %+v, want VPN and nickname as before", kept, wanted)
	}
	if changed.UseVPN || other == nil || other.nickname != "store" || !changed.IncludesHealthCheck {
		t.Errorf("changed = %+v with %+v, want no VPN and another nickname", changed, other)
	}
}

func TestEveryKindSurvivesItsRow(t *testing.T) {
	t.Parallel()
	base := create(Git, "n", Key{"g", "r"}, "ana@acme.test", time.UnixMicro(1).UTC())
	for _, want := range []Root{
		&GitRoot{Base: base, URL: "https://h/x", Branch: "main", Environment: "e", Gitignore: []string{"p"},
			IncludesHealthCheck: true, UseVPN: true, Cloning: Cloning{Status: "OK", Message: "m", Commit: "c"}},
		&IPRoot{Base: kind(base, IP), Address: "::1"},
		&URLRoot{Base: kind(base, URL), Protocol: HTTPS, Host: "h", Port: 1, Path: "/p", Query: "q"},
	} {
		stored := want.row()
		got := stored.root()

		if one, other := recorded(got), recorded(want); !equal(one, other) || *got.Common() != *want.Common() {
			t.Errorf("%s: %v, want %v", want.Common().Kind, one, other)
		}
	}
}

func kind(b Base, k Kind) Base {
	b.Kind = k
	return b
}

func equal(one, other map[string]any) bool {
	if len(one) != len(other) {
		return false
	}
	for key, value := range one {
		if patterns, ok := value.([]string); ok {
			if !slices.Equal(patterns, other[key].([]string)) {
				return false
			}
			continue
		}
		if value != other[key] {
			return false
		}
	}
	return true
}
