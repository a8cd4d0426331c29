package access_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/asmtest"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/problem"
)

// issuerUsers are the people of the test's issuer, by id.
type issuerUsers map[string]*storage.User

func (u issuerUsers) GetUserByID(id string) *storage.User         { return u[id] }
func (u issuerUsers) GetUserByUsername(name string) *storage.User { return u[name] }
func (u issuerUsers) ExampleClientID() string                     { return storage.ServiceUserID }

// startIssuer starts a real provider: the example server of zitadel/oidc, on loopback.
func startIssuer(t *testing.T) (url string) {
	t.Helper()
	users := issuerUsers{}
	for id, address := range map[string]string{"dev": "Dev@acme.test", "new": "new@acme.test", "free": "someone@free.test", "liar": "dev@acme.test"} {
		users[id] = &storage.User{
			ID: id, Username: id, Password: "secret", FirstName: "First", LastName: "Last", Email: address, EmailVerified: id != "liar",
		}
	}
	server := httptest.NewUnstartedServer(nil)
	url = "http://" + server.Listener.Addr().String()
	clients := map[string]*storage.Client{
		"asm": storage.WebClient("asm", "client secret", "https://asm.example/session/oidc/corp/callback"),
	}
	server.Config.Handler = exampleop.SetupServer(url, storage.NewStorageWithClients(users, clients),
		slog.New(slog.NewTextHandler(io.Discard, nil)), false)
	server.Start()
	t.Cleanup(server.Close)
	return url
}

// eachWithIssuer runs a test in a world whose people may come from an issuer, which is an authority for acme.test if asked.
// Time is the real one, for the issuer goes by it.
func eachWithIssuer(t *testing.T, i access.Issuer, run func(t *testing.T, w *world)) {
	t.Helper()
	issuerURL := startIssuer(t)
	i.ID, i.Name, i.URL, i.ClientID, i.ClientSecret = "corp", "Corporate", issuerURL, "asm", "client secret"
	asmtest.EachDatabaseOptions(t, func(t *testing.T, options database.Options, clock *asmtest.Clock) {
		options.Now = time.Now
		run(t, newWorld(t, asmtest.OpenDatabase(t, options), clock, access.Options{Issuers: []access.Issuer{i}}))
	})
}

// atIssuer is what a browser does: it goes to the issuer, signs in there and brings back what it is sent with.
func atIssuer(t *testing.T, location, user string) (code, state string) {
	t.Helper()
	client := &http.Client{CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if r.URL.Host == "asm.example" {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	page, err := client.Get(location)
	if err != nil {
		t.Fatal(err)
	}
	_ = page.Body.Close()
	form := url.Values{"username": {user}, "password": {"secret"}, "id": {page.Request.URL.Query().Get("authRequestID")}}
	back, err := client.PostForm(page.Request.URL.Scheme+"://"+page.Request.URL.Host+"/login/username", form)
	if err != nil {
		t.Fatal(err)
	}
	_ = back.Body.Close()
	to, err := back.Location()
	if err != nil || to.Path != "/session/oidc/corp/callback" {
		t.Fatalf("sent to %v, %v", to, err)
	}
	return to.Query().Get("code"), to.Query().Get("state")
}

// come goes to the issuer and back.
func (w *world) come(t *testing.T, ctx context.Context, user, returnPath string) (access.SignedIn, string, error) {
	t.Helper()
	location, cookie, err := w.BeginSignIn(ctx, "corp", returnPath)
	if err != nil {
		t.Fatal(err)
	}
	code, state := atIssuer(t, location, user)
	return w.FinishSignIn(context.Background(), access.Callback{
		IssuerID: "corp", Code: code, State: state, StateCookie: cookie, Address: "192.0.2.1", Agent: "Firefox",
	})
}

const noAccount = "There is no account for this address here. Ask somebody who manages people to invite you."

func TestAnIssuerWithAuthorityLinksByAddress(t *testing.T) {
	t.Parallel()
	eachWithIssuer(t, access.Issuer{AuthorityFor: []string{"acme.test"}}, func(t *testing.T, w *world) {
		w.member("dev@acme.test", webID, access.User)

		in, path, err := w.come(t, context.Background(), "dev", "/orgs/acme?x=1#y")
		if err != nil || in.Email != "dev@acme.test" || path != "/orgs/acme?x=1#y" {
			t.Fatalf("signed in = %+v to %q, %v", in, path, err)
		}
		actor, _ := access.ActorOf(w.byCookie(in.Cookie))
		if actor.GroupRole("web") != access.User {
			t.Errorf("actor = %+v", actor)
		}
		_, _, err = w.come(t, context.Background(), "dev", "/")
		if err != nil {
			t.Errorf("a second time: %v", err)
		}
		_, _, err = w.come(t, context.Background(), "liar", "/")
		refused(t, "the same address, unverified", err, problem.KindUnauthenticated, noAccount)
		_, _, err = w.come(t, context.Background(), "new", "/")
		refused(t, "nobody known, and no domain is welcome", err, problem.KindUnauthenticated, noAccount)
		if got := w.actions("installation"); !strings.HasSuffix(got, "linkIdentity signIn signIn") {
			t.Errorf("recorded %s", got)
		}
	})
}

func TestAnIssuersWelcomeDomainMakesAccountsAndTakesNone(t *testing.T) {
	t.Parallel()
	eachWithIssuer(t, access.Issuer{AllowedDomains: []string{"acme.test"}}, func(t *testing.T, w *world) {
		w.account("dev@acme.test", access.Admin)

		in, _, err := w.come(t, context.Background(), "new", "/")
		if err != nil || in.Email != "new@acme.test" {
			t.Fatalf("signed in = %+v, %v", in, err)
		}
		actor, _ := access.ActorOf(w.byCookie(in.Cookie))
		if actor.UserRole != access.User || actor.FirstName != "First" || actor.LastName != "Last" {
			t.Errorf("actor = %+v", actor)
		}
		_, _, err = w.come(t, context.Background(), "dev", "/")
		refused(t, "an account that there is", err, problem.KindUnauthenticated,
			"There is an account with this address. Sign in to it as before, then link this issuer in your settings.")
		_, _, err = w.come(t, context.Background(), "free", "/")
		refused(t, "another domain", err, problem.KindUnauthenticated, noAccount)
	})
}

func TestAnIdentityIsLinkedFromASignedInSession(t *testing.T) {
	t.Parallel()
	eachWithIssuer(t, access.Issuer{}, func(t *testing.T, w *world) {
		w.account("dev@acme.test", access.User)
		w.account("other@acme.test", access.User)
		me, _ := w.signIn("dev@acme.test")
		other, _ := w.signIn("other@acme.test")

		in, _, err := w.come(t, me, "free", "/me")
		if err != nil || in.Email != "dev@acme.test" || in.Cookie != "" {
			t.Fatalf("linked = %+v, %v", in, err)
		}
		in, _, err = w.come(t, context.Background(), "free", "/")
		if err != nil || in.Email != "dev@acme.test" || in.Cookie == "" {
			t.Errorf("signed in = %+v, %v", in, err)
		}
		_, _, err = w.come(t, other, "free", "/")
		refused(t, "linked to another", err, problem.KindConflict, "This identity belongs to another account.")

		actor, err := w.byToken(w.tokenFor(me))
		w.must(err)
		_, _, err = w.BeginSignIn(access.WithActor(context.Background(), actor), "corp", "/")
		refused(t, "by token", err, problem.KindDenied, denied)

		w.must(w.SetActive(w.host, "dev@acme.test", false))
		_, _, err = w.come(t, context.Background(), "free", "/")
		refused(t, "disabled", err, problem.KindUnauthenticated, noAccount)
		w.must(w.SetActive(w.host, "dev@acme.test", true))

		me, _ = w.signIn("dev@acme.test")
		linked, err := w.Identities(me)
		if err != nil || len(linked) != 1 || linked[0].Subject != "free" {
			t.Fatalf("linked = %+v, %v", linked, err)
		}
		refused(t, "unlinking by token", w.UnlinkIdentity(access.WithActor(context.Background(), actor), linked[0].Issuer, "free"),
			problem.KindDenied, denied)
		w.must(w.UnlinkIdentity(me, linked[0].Issuer, "free"))
		_, _, err = w.come(t, context.Background(), "free", "/")
		refused(t, "unlinked", err, problem.KindUnauthenticated, noAccount)
	})
}

func TestAnUnprovenAccountGoesToWhoProvesTheAddress(t *testing.T) {
	t.Parallel()
	eachWithIssuer(t, access.Issuer{AuthorityFor: []string{"acme.test"}}, func(t *testing.T, w *world) {
		answered, err := w.answer(w.invite("new@acme.test", access.User), true)
		w.must(err)
		stranger, err := w.SetPassword(context.Background(), tokenOf(answered.PasswordURL), goodPassword, "192.0.2.66", "")
		w.must(err)

		in, _, err := w.come(t, context.Background(), "new", "/")

		if err != nil || in.Email != "new@acme.test" {
			t.Fatalf("signed in = %+v, %v", in, err)
		}
		_, err = w.Authenticate(context.Background(), nil, stranger.Cookie, "")
		refused(t, "the session of before", err, problem.KindUnauthenticated, loginRequired)
		_, err = w.try("new@acme.test", goodPassword, "192.0.2.66")
		refused(t, "the password of before", err, problem.KindUnauthenticated, wrongPassword)
	})
}

func TestASignInIsBoundToItsBrowser(t *testing.T) {
	t.Parallel()
	eachWithIssuer(t, access.Issuer{AuthorityFor: []string{"acme.test"}}, func(t *testing.T, w *world) {
		const lost = "This sign-in was not begun in this browser, or it took too long. Begin again."
		w.member("dev@acme.test", webID, access.User)
		location, cookie, err := w.BeginSignIn(context.Background(), "corp", "/")
		w.must(err)
		if q, _ := url.Parse(location); q.Query().Get("code_challenge_method") != "S256" || q.Query().Get("nonce") == "" {
			t.Errorf("sent to %s, want PKCE and a nonce", location)
		}
		_, otherCookie, err := w.BeginSignIn(context.Background(), "corp", "/")
		w.must(err)
		code, state := atIssuer(t, location, "dev")
		finish := func(change func(*access.Callback)) error {
			c := access.Callback{IssuerID: "corp", Code: code, State: state, StateCookie: cookie}
			change(&c)
			_, _, err := w.FinishSignIn(context.Background(), c)
			return err
		}
		for what, change := range map[string]func(*access.Callback){
			"no cookie":        func(c *access.Callback) { c.StateCookie = "" },
			"another's cookie": func(c *access.Callback) { c.StateCookie = otherCookie },
			"a forged cookie":  func(c *access.Callback) { c.StateCookie = c.StateCookie[:30] + "AAAA" + c.StateCookie[34:] },
			"another state":    func(c *access.Callback) { c.State = "x" },
			"no state":         func(c *access.Callback) { c.State = "" },
		} {
			refused(t, what, finish(change), problem.KindUnauthenticated, lost)
		}
		refused(t, "the issuer's error", finish(func(c *access.Callback) { c.Error = "access_denied" }),
			problem.KindUnauthenticated, "The issuer did not let you sign in.")
		if err := finish(func(c *access.Callback) { c.Code = "x" }); !problem.Is(err, problem.KindUnauthenticated) {
			t.Errorf("another code = %v", err)
		}
		w.must(finish(func(*access.Callback) {}))
		if err := finish(func(*access.Callback) {}); !problem.Is(err, problem.KindUnauthenticated) {
			t.Errorf("the same code again = %v", err)
		}
		_, _, err = w.BeginSignIn(context.Background(), "nobody", "/")
		refused(t, "an unknown issuer", err, problem.KindNotFound, "There is no such way to sign in.")
	})
}

func TestReturnAddressesAreOwnPaths(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/orgs/acme/groups?x=%2F#y": "/orgs/acme/groups?x=%2F#y",
		"":                          "/",
		"orgs":                      "/",
		"//evil.test":               "/",
		"/\\evil.test":              "/",
		"https://evil.test/":        "/",
		"/%zz":                      "/",
		"javascript:alert(1)":       "/",
		"/\tx":                      "/",
	} {
		if got := access.OwnPathForTest(path); got != want {
			t.Errorf("%q = %q, want %q", path, got, want)
		}
	}
}
