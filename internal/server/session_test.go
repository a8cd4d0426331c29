package server_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/asmtest/world"
	"asm.example/asm/internal/server"
)

func TestTheSessionsCookieIsOutOfReachOfScriptsAndOtherSites(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		scheme, name string
		secure       bool
	}{
		{"http", "asm_session", false},
		{"https", "__Host-asm_session", true},
	} {
		h := onSQLite(t, func(c *server.Config) { c.PublicURL = &url.URL{Scheme: row.scheme, Host: "asm.test"} })
		h.Person(ana, access.User)

		c := h.signIn(t, ana)

		if c.Name != row.name || c.Secure != row.secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" ||
			c.Domain != "" || c.MaxAge != 0 || !c.Expires.IsZero() || len(c.Value) != 43 {
			t.Errorf("%s: cookie %s", row.scheme, c)
		}
		if r := h.ask(whoAmI, "Cookie", row.name+"="+c.Value); strings.Contains(r.body, "errors") {
			t.Errorf("%s: the cookie does not open the door: %s", row.scheme, r.body)
		}
		if r := h.do(request(http.MethodDelete, "/session", "", with(c)...)); r.StatusCode != http.StatusNoContent ||
			len(r.Cookies()) != 1 || r.Cookies()[0].Name != row.name || r.Cookies()[0].MaxAge != -1 || r.Cookies()[0].Secure != row.secure {
			t.Errorf("%s: signing out: %d, cookies %v", row.scheme, r.StatusCode, r.Cookies())
		}
		refusedWith(t, "after signing out", h.ask(whoAmI, with(c)...), loginRequired, "UNAUTHENTICATED")
	}
}

func TestASessionEndsFortyMinutesAfterItBegan(t *testing.T) {
	t.Parallel()
	each(t, nil, func(t *testing.T, h *house) {
		h.Person(ana, access.User)
		first := h.signIn(t, ana)
		for range 4 {
			h.Advance(10*time.Minute - time.Second)
			if r := h.ask(whoAmI, with(first)...); strings.Contains(r.body, "errors") {
				t.Fatal(r.body)
			}
		}
		second := h.signIn(t, ana)
		if second.Value == first.Value {
			t.Error("signing in again answers the same secret")
		}

		h.Advance(4 * time.Second)

		refusedWith(t, "40 minutes after sign-in", h.ask(whoAmI, with(first)...), loginRequired, "UNAUTHENTICATED")
		if r := h.ask(`{ me { isConcurrentSession } }`, with(second)...); !strings.Contains(r.body, `"isConcurrentSession":true`) {
			t.Errorf("the session of four seconds ago: %s", r.body)
		}
		if r := h.do(request(http.MethodGet, "/session", "", with(first)...)); r.StatusCode != http.StatusUnauthorized || strings.Contains(r.body, ana) {
			t.Errorf("GET /session with the ended one: %d %s", r.StatusCode, r.body)
		}
		r := h.do(request(http.MethodGet, "/session", "", with(second)...))
		if want := `"expiresAt":"2027-03-08T10:49:56Z"`; r.StatusCode != http.StatusOK || !strings.Contains(r.body, want) {
			t.Errorf("GET /session: %d %s, want %s", r.StatusCode, r.body, want)
		}
	})
}

func TestASignInNeverTakesOverASessionThatABrowserBrings(t *testing.T) {
	t.Parallel()
	h := onSQLite(t, nil)
	h.Person(ana, access.User)
	h.Person("eve@acme.test", access.User)
	brought := h.signIn(t, "eve@acme.test")

	after := h.signIn(t, ana, with(brought)...)

	if after.Value == brought.Value {
		t.Error("the secret that was brought became ana's")
	}
	if r := h.ask(whoAmI, with(brought)...); !strings.Contains(r.body, "eve@acme.test") {
		t.Errorf("the session that was brought: %s", r.body)
	}
}

func TestASessionIsEndedFromAnother(t *testing.T) {
	t.Parallel()
	each(t, nil, func(t *testing.T, h *house) {
		h.Person(ana, access.User)
		here, there := h.signIn(t, ana), h.signIn(t, ana)
		r := h.ask(`{ me { sessions { id current } } }`, with(there)...)
		before, _, _ := strings.Cut(r.body, `","current":true`)
		id := before[strings.LastIndexByte(before, '"')+1:]

		ended := h.ask(`mutation { endSession(id: "`+id+`") { success } }`, with(here)...)

		if strings.Contains(ended.body, "errors") {
			t.Fatalf("end session %q of %s: %s", id, r.body, ended.body)
		}
		refusedWith(t, "the other session", h.ask(whoAmI, with(there)...), loginRequired, "UNAUTHENTICATED")
		if r := h.ask(whoAmI, with(here)...); strings.Contains(r.body, "errors") {
			t.Errorf("the session that asked: %s", r.body)
		}
	})
}

func TestWhoGuessesWaitsAndNobodyElse(t *testing.T) {
	t.Parallel()
	h := onSQLite(t, nil)
	h.Person(ana, access.User)
	signIn := func(email, password, address string) reply {
		r := request(http.MethodPost, "/session", `{"email":"`+email+`","password":"`+password+`"}`)
		r.RemoteAddr = address + ":1"
		return h.do(r)
	}
	unknown := signIn("nobody@acme.test", "wrong password", "192.0.2.9")
	for i := range 10 {
		r := signIn(ana, "wrong password", "192.0.2.1")
		if r.StatusCode != unknown.StatusCode || withoutID(r.body) != withoutID(unknown.body) || len(r.Cookies()) > 0 {
			t.Fatalf("guess %d: %d %s; an unknown account: %d %s", i, r.StatusCode, r.body, unknown.StatusCode, unknown.body)
		}
	}

	r := signIn(ana, world.Password, "192.0.2.1")

	seconds, err := strconv.Atoi(r.Header.Get("Retry-After"))
	if r.StatusCode != http.StatusTooManyRequests || err != nil || seconds < 1 || seconds > 15*60 || !strings.Contains(r.body, "RATE_LIMITED") {
		t.Errorf("after ten guesses: %d, Retry-After %q, %s", r.StatusCode, r.Header.Get("Retry-After"), r.body)
	}
	if r := signIn(ana, world.Password, "198.51.100.1"); r.StatusCode != http.StatusNoContent {
		t.Errorf("ana from another address: %d %s", r.StatusCode, r.body)
	}
	h.Advance(time.Duration(seconds) * time.Second)
	if r := signIn(ana, world.Password, "192.0.2.1"); r.StatusCode != http.StatusNoContent {
		t.Errorf("after waiting as told: %d %s", r.StatusCode, r.body)
	}
}

// withoutID is a refusal without the request's id, which differs each time.
func withoutID(body string) string {
	before, _, _ := strings.Cut(body, `"requestId"`)
	return before
}

func TestSigningInReadsItsJSONStrictly(t *testing.T) {
	t.Parallel()
	h := onSQLite(t, nil)
	for what, body := range map[string]string{
		"nothing": "", "no JSON": "email=a", "a list": "[]", "an unknown member": `{"email":"a","password":"b","admin":true}`,
		"a number as password": `{"email":"a","password":1}`, "17 KiB": `{"email":"` + strings.Repeat("a", 17<<10) + `"}`,
	} {
		if r := h.do(request(http.MethodPost, "/session", body)); r.StatusCode != http.StatusBadRequest || !strings.Contains(r.body, "BAD_USER_INPUT") {
			t.Errorf("%s: %d %s", what, r.StatusCode, r.body)
		}
	}
	for _, body := range []string{`{}`, `{"email":"a","password":"` + strings.Repeat("p", 9000) + `"}`} {
		if r := h.do(request(http.MethodPost, "/session", body)); r.StatusCode != http.StatusUnauthorized && r.StatusCode != http.StatusBadRequest {
			t.Errorf("%.30s: %d %s", body, r.StatusCode, r.body)
		}
	}
}

func TestAPasswordLinkWorksOnceAndWithASessionAlone(t *testing.T) {
	t.Parallel()
	each(t, nil, func(t *testing.T, h *house) {
		link, err := h.Access.AddPerson(h.Host(), access.NewPerson{Email: ana, Role: access.User})
		if err != nil {
			t.Fatal(err)
		}
		body := `{"link":"` + link[strings.LastIndexByte(link, '/')+1:] + `","password":"another password"}`

		set := h.do(request(http.MethodPost, "/session/password", body))
		again := h.do(request(http.MethodPost, "/session/password", body))

		if set.StatusCode != http.StatusNoContent || len(set.Cookies()) != 1 {
			t.Fatalf("set the password: %d %s", set.StatusCode, set.body)
		}
		if r := h.ask(whoAmI, with(set.Cookies()[0])...); !strings.Contains(r.body, ana) {
			t.Errorf("the session that it made: %s", r.body)
		}
		if again.StatusCode < 400 || len(again.Cookies()) > 0 {
			t.Errorf("the link once more: %d %s", again.StatusCode, again.body)
		}
	})
}

func TestAReturnAddressIsAPathOfOurOwn(t *testing.T) {
	t.Parallel()
	h := onSQLite(t, nil)
	for _, to := range []string{"https://evil.test/", "//evil.test", `/\evil.test`, "/ok", "javascript:alert(1)"} {
		r := h.do(request(http.MethodGet, "/session/oidc/none?return="+url.QueryEscape(to), ""))
		location := r.Header.Get("Location")
		if location != "" && !strings.HasPrefix(location, "/?problem=") || strings.Contains(location, "evil") {
			t.Errorf("return=%s: %d to %q", to, r.StatusCode, location)
		}
	}
}
