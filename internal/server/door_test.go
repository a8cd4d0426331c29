package server_test

import (
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/asmtest"
	"asm.example/asm/internal/server"
)

// signed makes a JWT as somebody else would.
func signed(t *testing.T, algorithm jose.SignatureAlgorithm, key any, keyID string, claims []byte) string {
	t.Helper()
	options := (&jose.SignerOptions{}).WithHeader("kid", keyID).WithType("at+jwt")
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: key}, options)
	if err != nil {
		t.Fatal(err)
	}
	object, err := signer.Sign(claims)
	if err != nil {
		t.Fatal(err)
	}
	token, err := object.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// flip changes one character of a token into another that base64 knows.
func flip(token string, at int) string {
	other := byte('A')
	if token[at] == other {
		other = 'B'
	}
	return token[:at] + string(other) + token[at+1:]
}

func TestAForgedOrBrokenCredentialIsRefusedInItsWords(t *testing.T) {
	t.Parallel()
	patient := func(c *server.Config) { c.Limits.FailureBurst = 1000 }
	each(t, patient, func(t *testing.T, h *house) {
		h.Person(ana, access.User)
		token := h.Token(ana)
		cookie := h.signIn(t, ana)
		parts := strings.Split(token, ".")
		claims, err := base64.RawURLEncoding.DecodeString(parts[1])
		if err != nil {
			t.Fatal(err)
		}
		public, keyID := h.publicKey(t)
		_, stranger, err := ed25519.GenerateKey(asmtest.Random(t))
		if err != nil {
			t.Fatal(err)
		}
		spki, err := x509.MarshalPKIXPublicKey(public)
		if err != nil {
			t.Fatal(err)
		}
		none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"at+jwt","kid":"` + keyID + `"}`))
		second, signature := len(parts[0])+5, len(parts[0])+len(parts[1])+10

		rows := []struct {
			what    string
			headers []string
			want    string
		}{
			{"nothing", nil, loginRequired},
			{"Bearer without a token", []string{"Authorization", "Bearer"}, noJWT},
			{"Bearer and a space", []string{"Authorization", "Bearer "}, noJWT},
			{"an empty header", []string{"Authorization", ""}, noJWT},
			{"Basic", []string{"Authorization", "Basic YW5hOnB3"}, noJWT},
			{"the token alone", []string{"Authorization", token}, noJWT},
			{"no JWT", bearer("nonsense"), noJWT},
			{"cut after its second part", bearer(parts[0] + "." + parts[1]), noJWT},
			{"the last character cut", bearer(token[:len(token)-1]), loginRequired},
			{"half of the signature", bearer(token[:len(token)-43]), loginRequired},
			{"one bit in the claims", bearer(flip(token, second)), loginRequired},
			{"one bit in the signature", bearer(flip(token, signature)), loginRequired},
			{"the last bits of the signature", bearer(flip(token, len(token)-1)), loginRequired},
			{"alg none, without signature", bearer(none + "." + parts[1] + "."), loginRequired},
			{"alg none, with the signature", bearer(none + "." + parts[1] + "." + parts[2]), loginRequired},
			{"HS256 with the public key", bearer(signed(t, jose.HS256, []byte(public), keyID, claims)), loginRequired},
			{"HS256 with the public key as a file", bearer(signed(t, jose.HS256, spki, keyID, claims)), loginRequired},
			{"another key under our key's id", bearer(signed(t, jose.EdDSA, stranger, keyID, claims)), loginRequired},
			{"another key under its own id", bearer(signed(t, jose.EdDSA, stranger, "theirs", claims)), loginRequired},
			{"the token as the session's cookie", []string{"Cookie", cookie.Name + "=" + token}, loginRequired},
			{"the session's secret as a token", bearer(cookie.Value), noJWT},
			{"two headers, both good", append(bearer(token), bearer(token)...), noJWT},
			{"two headers, the second another scheme", append(bearer(token), "Authorization", "Basic x"), noJWT},
			{"a broken token beside a good session", append(bearer(flip(token, signature)), with(cookie)...), loginRequired},
			{"an empty header beside a good session", append([]string{"Authorization", ""}, with(cookie)...), noJWT},
			{"Basic beside a good session", append([]string{"Authorization", "Basic x"}, with(cookie)...), noJWT},
		}
		for _, row := range rows {
			asJSON := h.ask(whoAmI, row.headers...)
			if asJSON.StatusCode != http.StatusOK || asJSON.Header.Get("WWW-Authenticate") != "" {
				t.Errorf("%s, JSON: status %d, WWW-Authenticate %q", row.what, asJSON.StatusCode, asJSON.Header.Get("WWW-Authenticate"))
			}
			refusedWith(t, row.what+", JSON", asJSON, row.want, "UNAUTHENTICATED")

			asResponse := h.ask(whoAmI, append([]string{"Accept", responseJSON}, row.headers...)...)
			if asResponse.StatusCode != http.StatusUnauthorized || !strings.HasPrefix(asResponse.Header.Get("WWW-Authenticate"), "Bearer ") {
				t.Errorf("%s, response+json: status %d, WWW-Authenticate %q", row.what, asResponse.StatusCode, asResponse.Header.Get("WWW-Authenticate"))
			}
			refusedWith(t, row.what+", response+json", asResponse, row.want, "UNAUTHENTICATED")
		}
		for what, headers := range map[string][]string{"token": bearer(token), "session": with(cookie)} {
			if r := h.ask(whoAmI, headers...); r.body != `{"data":{"me":{"userEmail":"ana@acme.test"}},"extensions":{"cost":2}}` {
				t.Errorf("%s: %s", what, r.body)
			}
		}
	})
}

// publicKey reads the installation's key where everybody can.
func (h *house) publicKey(t *testing.T) (key ed25519.PublicKey, keyID string) {
	t.Helper()
	r := h.do(request(http.MethodGet, "/.well-known/jwks.json", ""))
	var set jose.JSONWebKeySet
	if err := json.Unmarshal([]byte(r.body), &set); err != nil || len(set.Keys) != 1 {
		t.Fatalf("keys: %d %s: %v", r.StatusCode, r.body, err)
	}
	return set.Keys[0].Key.(ed25519.PublicKey), set.Keys[0].KeyID
}

func TestAStrangerMayAskForTheSchemaAndNothingElse(t *testing.T) {
	t.Parallel()
	h := onSQLite(t, nil)

	for _, query := range []string{
		`{ __typename }`, `{ __schema { queryType { name } } }`, `{ __type(name: "Me") { name } }`, `query Q { a: __typename ...f } fragment f on Query { __typename }`,
	} {
		if r := h.ask(query); r.StatusCode != http.StatusOK || strings.Contains(r.body, "errors") {
			t.Errorf("%s: %d %s", query, r.StatusCode, r.body)
		}
	}
	for _, query := range []string{
		whoAmI, `{ __typename me { userEmail } }`, `{ ... { ...f } } fragment f on Query { groups { total } }`, `mutation { __typename }`,
		`mutation { acceptLegal { success } }`, `{ me @skip(if: true) { userEmail } }`,
	} {
		r := h.ask(query)
		if strings.HasPrefix(query, "mutation { __typename") || strings.Contains(query, "@skip") {
			continue // what asks for nothing may be answered either way
		}
		refusedWith(t, query, r, loginRequired, "UNAUTHENTICATED")
	}
}

func TestATokenEndsWhenItSays(t *testing.T) {
	t.Parallel()
	each(t, nil, func(t *testing.T, h *house) {
		h.Person(ana, access.User)
		token := h.Token(ana)

		h.Advance(asmtest.Day - time.Second)
		if r := h.ask(whoAmI, bearer(token)...); strings.Contains(r.body, "errors") {
			t.Errorf("a second before its end: %s", r.body)
		}
		h.Advance(time.Second)
		refusedWith(t, "at its end", h.ask(whoAmI, bearer(token)...), expired, "UNAUTHENTICATED")
	})
}

func TestAnEndedTokenIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		what string
		end  func(h *house, ctx context.Context) error
	}{
		{"revoked", func(h *house, ctx context.Context) error { return h.Access.InvalidateToken(ctx, "") }},
		{"replaced", func(h *house, ctx context.Context) error {
			_, err := h.Access.ReplaceTokens(ctx, h.Now().Add(asmtest.Day))
			return err
		}},
		{"its owner disabled", func(h *house, _ context.Context) error { return h.Access.SetActive(h.Host(), ana, false) }},
	} {
		t.Run(row.what, func(t *testing.T) {
			t.Parallel()
			each(t, nil, func(t *testing.T, h *house) {
				ctx := h.Person(ana, access.User)
				token := h.Token(ana)
				if r := h.ask(whoAmI, bearer(token)...); strings.Contains(r.body, "errors") {
					t.Fatal(r.body)
				}

				if err := row.end(h, ctx); err != nil {
					t.Fatal(err)
				}

				refusedWith(t, row.what, h.ask(whoAmI, bearer(token)...), loginRequired, "UNAUTHENTICATED")
			})
		})
	}
}

func TestATokensEndIsJudgedByTheSecond(t *testing.T) {
	t.Parallel()
	h := onSQLite(t, nil)
	h.Person(ana, access.User)
	token := h.Token(ana)
	now := asmtest.Start
	limit := time.Date(2027, time.September, 8, 9, 30, 0, 0, time.UTC) // six months after Start

	for _, row := range []struct {
		what string
		at   int64
		good bool
	}{
		{"the past", now.Unix() - 1, false},
		{"now", now.Unix(), false},
		{"the next second", now.Unix() + 1, true},
		{"exactly the limit", limit.Unix(), true},
		{"a second beyond the limit", limit.Unix() + 1, false},
		{"zero", 0, false},
		{"negative", -1, false},
		{"the largest of 32 bits", 1<<31 - 1, false},
	} {
		text, _ := json.Marshal(map[string]any{
			"query":     `mutation($t: Int!) { addAccessToken(expirationTime: $t, name: "x") { sessionJwt success } }`,
			"variables": map[string]any{"t": row.at},
		})
		r := h.do(request(http.MethodPost, "/api", string(text), append(bearer(token), "Content-Type", plainJSON)...))
		a := r.answer(t)
		if row.good != (len(a.Errors) == 0) {
			t.Errorf("%s: %s", row.what, r.body)
		}
		if !row.good && (a.Errors[0].Message != "Exception - Invalid Expiration Time" ||
			a.Errors[0].Extensions["latest"] != float64(limit.Unix()) || a.Errors[0].Extensions["code"] != "BAD_USER_INPUT") {
			t.Errorf("%s: %s", row.what, r.body)
		}
	}
	for _, at := range []string{"2147483648", "99999999999999999999", "-2147483649", "1.5", `"1815000000"`} {
		body := `{"query":"mutation($t: Int!) { addAccessToken(expirationTime: $t, name: \"x\") { success } }","variables":{"t":` + at + `}}`
		r := h.do(request(http.MethodPost, "/api", body, append(bearer(token), "Content-Type", plainJSON)...))
		if a := r.answer(t); len(a.Errors) != 1 || a.Errors[0].Extensions["code"] == nil {
			t.Errorf("expirationTime %s: %s", at, r.body)
		}
	}
}

func TestOnlyOurHostIsAnswered(t *testing.T) {
	t.Parallel()
	loopback := onSQLite(t, func(c *server.Config) { c.Loopback = true })
	public := onSQLite(t, nil)
	for _, row := range []struct {
		host, path string
		loopback   bool
		public     bool
	}{
		{"asm.test", "/session", true, true},
		{"ASM.test", "/session", true, true},
		{"evil.test", "/session", false, false},
		{"evil.test:80", "/api?query={__typename}", false, false},
		{"asm.test.evil.test", "/session", false, false},
		{"asm.test:8443", "/session", false, false},
		{"localhost:8000", "/session", true, false},
		{"127.0.0.1:8000", "/session", true, false},
		{"[::1]:8000", "/session", true, false},
		{"127.9.9.9", "/session", true, false},
		{"localhost.evil.test", "/session", false, false},
		{"", "/session", false, false},
		{"evil.test", "/healthz", true, true},
		{"10.1.2.3:8000", "/readyz", true, true},
	} {
		for name, server := range map[string]struct {
			*house
			want bool
		}{"loopback": {loopback, row.loopback}, "public": {public, row.public}} {
			r := request(http.MethodGet, row.path, "")
			r.Host = row.host
			if got := server.do(r).StatusCode != http.StatusMisdirectedRequest; got != server.want {
				t.Errorf("%s server, host %q, %s: answered = %v, want %v", name, row.host, row.path, got, server.want)
			}
		}
	}
}

func TestACookieIsGoodFromOurOwnPagesOnly(t *testing.T) {
	t.Parallel()
	h := onSQLite(t, nil)
	h.Person(ana, access.User)
	token, cookie := bearer(h.Token(ana)), with(h.signIn(t, ana))
	for _, row := range []struct {
		what       string
		credential []string
		headers    []string
		want       int
	}{
		{"our own page", cookie, []string{"Sec-Fetch-Site", "same-origin", "Origin", "http://asm.test"}, http.StatusOK},
		{"a program without such headers", cookie, nil, http.StatusOK},
		{"another site", cookie, []string{"Sec-Fetch-Site", "cross-site"}, http.StatusForbidden},
		{"another host of the same site", cookie, []string{"Sec-Fetch-Site", "same-site"}, http.StatusForbidden},
		{"an old browser on another site", cookie, []string{"Origin", "http://evil.test"}, http.StatusForbidden},
		{"a frame without origin", cookie, []string{"Origin", "null"}, http.StatusForbidden},
		{"a token from another site", token, []string{"Sec-Fetch-Site", "cross-site", "Origin", "http://evil.test"}, http.StatusOK},
	} {
		if r := h.ask(whoAmI, append(row.headers, row.credential...)...); r.StatusCode != row.want {
			t.Errorf("%s: %d %s, want %d", row.what, r.StatusCode, r.body, row.want)
		}
	}
	if r := h.do(request(http.MethodPost, "/session", `{"email":"a","password":"b"}`, "Sec-Fetch-Site", "cross-site")); r.StatusCode != http.StatusForbidden {
		t.Errorf("signing in from another site: %d", r.StatusCode)
	}
}

func TestAForwardedAddressIsBelievedOfTrustedProxiesOnly(t *testing.T) {
	t.Parallel()
	h := onSQLite(t, trust("10.0.0.0/8", "2001:db8::/32"))
	h.Person(ana, access.User)
	for _, row := range []struct {
		peer      string
		forwarded []string
		want      string
	}{
		{"192.0.2.1:1", []string{"203.0.113.7"}, "192.0.2.1"},
		{"10.0.0.1:1", []string{"203.0.113.7"}, "203.0.113.7"},
		{"[::ffff:10.0.0.1]:1", []string{"203.0.113.7"}, "203.0.113.7"},
		{"[2001:db8::1]:1", []string{"203.0.113.7"}, "203.0.113.7"},
		{"10.0.0.1:1", []string{"198.51.100.1, 203.0.113.7, 10.0.0.2"}, "203.0.113.7"},
		{"10.0.0.1:1", []string{"198.51.100.1", "203.0.113.7"}, "203.0.113.7"},
		{"10.0.0.1:1", []string{"198.51.100.1, nonsense"}, "10.0.0.1"},
		{"10.0.0.1:1", nil, "10.0.0.1"},
	} {
		r := request(http.MethodPost, "/session", `{"email":"ana@acme.test","password":"a password for tests"}`)
		r.RemoteAddr = row.peer
		r.Header["X-Forwarded-For"] = row.forwarded
		cookie := h.do(r).Cookies()[0]

		sessions := h.ask(`{ me { sessions { address current } } }`, with(cookie)...)

		if !strings.Contains(sessions.body, `{"address":"`+row.want+`","current":true}`) {
			t.Errorf("%s for %q: %s, want %s", row.peer, row.forwarded, sessions.body, row.want)
		}
	}
}

func TestEveryAnswerKeepsABrowserCareful(t *testing.T) {
	t.Parallel()
	plain := onSQLite(t, nil)
	secure := onSQLite(t, func(c *server.Config) { c.PublicURL = &url.URL{Scheme: "https", Host: "asm.test"} })
	for _, path := range []string{"/", "/api", "/session", "/orgs/acme", "/assets/none.js", "/healthz", "/api?query={__typename}"} {
		r := plain.do(request(http.MethodGet, path, "", "Accept", "text/html"))
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin", "Strict-Transport-Security": "",
		} {
			if got := r.Header.Get(name); got != want {
				t.Errorf("%s: %s = %q, want %q", path, name, got, want)
			}
		}
		if len(r.Header.Get("X-Request-Id")) != 16 {
			t.Errorf("%s: request id %q", path, r.Header.Get("X-Request-Id"))
		}
		if got := secure.do(request(http.MethodGet, path, "")).Header.Get("Strict-Transport-Security"); got != "max-age=31536000" {
			t.Errorf("%s by https: Strict-Transport-Security = %q", path, got)
		}
	}
	for _, path := range []string{"/", "/orgs/acme/groups/web", "/api"} {
		policy := plain.do(request(http.MethodGet, path, "", "Accept", "text/html")).Header.Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'none'; script-src 'self';") || !strings.Contains(policy, "frame-ancestors 'none'") {
			t.Errorf("%s: Content-Security-Policy = %q", path, policy)
		}
	}
}

func TestStrangersAndFailuresAreLimitedByAddress(t *testing.T) {
	t.Parallel()
	h := onSQLite(t, func(c *server.Config) {
		c.Limits = server.Limits{AnonymousRate: 1, AnonymousBurst: 3, FailureRate: 0.5, FailureBurst: 2}
	})
	h.Person(ana, access.User)
	good, bad := bearer(h.Token(ana)), bearer("a.b.c")
	askFrom := func(address string, headers ...string) reply {
		r := request(http.MethodPost, "/api", document(`{ __typename }`), append(headers, "Content-Type", plainJSON)...)
		r.RemoteAddr = address
		return h.do(r)
	}

	for range 3 {
		if r := askFrom("192.0.2.1:1"); r.StatusCode != http.StatusOK {
			t.Fatalf("a stranger within the limit: %d %s", r.StatusCode, r.body)
		}
	}
	r := h.ask(whoAmI)
	if r.StatusCode != http.StatusTooManyRequests || r.Header.Get("Retry-After") != "1" || r.answer(t).Errors[0].Extensions["code"] != "RATE_LIMITED" {
		t.Errorf("a stranger beyond the limit: %d, Retry-After %q, %s", r.StatusCode, r.Header.Get("Retry-After"), r.body)
	}
	for range 20 {
		if r := askFrom("192.0.2.1:1", good...); r.StatusCode != http.StatusOK {
			t.Fatalf("who has a token is not limited: %d %s", r.StatusCode, r.body)
		}
	}
	if r := askFrom("192.0.2.2:1"); r.StatusCode != http.StatusOK {
		t.Errorf("another address: %d", r.StatusCode)
	}
	h.Advance(time.Second)
	if r := askFrom("192.0.2.1:1"); r.StatusCode != http.StatusOK {
		t.Errorf("a second later: %d", r.StatusCode)
	}

	for range 2 {
		askFrom("192.0.2.3:1", bad...)
	}
	r = h.ask(whoAmI)
	limited := request(http.MethodPost, "/api", document(whoAmI), append(bad, "Content-Type", plainJSON)...)
	limited.RemoteAddr = "192.0.2.3:9"
	if r = h.do(limited); r.StatusCode != http.StatusTooManyRequests || r.Header.Get("Retry-After") != "2" {
		t.Errorf("failed credentials beyond the limit: %d, Retry-After %q, %s", r.StatusCode, r.Header.Get("Retry-After"), r.body)
	}
}
