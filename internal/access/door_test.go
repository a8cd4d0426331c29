package access_test

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/asmtest"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/problem"
)

const (
	loginRequired = "Login required"
	noJWT         = "Token format unrecognized"
	expired       = "Exception - User token has expired"
)

func TestATokenOpensTheDoorUntilItEnds(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.member("dev@acme.test", webID, access.User)
		token := w.token(w.as("dev@acme.test"), "laptop")

		actor, err := w.byToken(token)
		if err != nil || actor.Email != "dev@acme.test" || actor.Credential.Kind != access.TokenCredential ||
			actor.Address != "198.51.100.9" || actor.GroupRole("web") != access.User ||
			!actor.Credential.ExpiresAt.Equal(w.clock.Now().Add(time.Hour)) {
			t.Errorf("actor = %+v, %v", actor, err)
		}
		w.clock.Advance(time.Hour - time.Microsecond)
		if _, err := w.byToken(token); err != nil {
			t.Errorf("a microsecond before its end: %v", err)
		}
		w.clock.Advance(time.Microsecond)
		_, err = w.byToken(token)
		refused(t, "at its end", err, problem.KindUnauthenticated, expired)
		_, err = w.open(w.options).Authenticate(context.Background(), []string{"Bearer " + token}, "", "")
		refused(t, "at its end, seen for the first time", err, problem.KindUnauthenticated, expired)
	})
}

func TestTheSchemeIsReadInAnyCase(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.member("dev@acme.test", webID, access.User)
		token := w.token(w.as("dev@acme.test"), "laptop")
		for _, header := range []string{"Bearer " + token, "bearer " + token, "BEARER  " + token} {
			if _, err := w.Authenticate(context.Background(), []string{header}, "", ""); err != nil {
				t.Errorf("%.10s…: %v", header, err)
			}
		}
	})
}

func TestABadCredentialIsRefusedInWords(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.account("dev@acme.test", access.User)
		ctx, cookie := w.signIn("dev@acme.test")
		token := w.token(ctx, "laptop")
		parts := strings.Split(token, ".")
		for _, row := range []struct {
			what          string
			authorization []string
			cookie        string
			want          string
		}{
			{"nothing", nil, "", loginRequired},
			{"an unknown cookie", nil, strings.Repeat("A", 43), loginRequired},
			{"a cookie of another length", nil, cookie + "A", loginRequired},
			{"a token as cookie", nil, token, loginRequired},
			{"an empty header beside a good cookie", []string{""}, cookie, noJWT},
			{"Basic beside a good cookie", []string{"Basic dXNlcjpwYXNz"}, cookie, noJWT},
			{"no token", []string{"Bearer"}, "", noJWT},
			{"an empty token", []string{"Bearer "}, "", noJWT},
			{"another scheme", []string{"Token " + token}, "", noJWT},
			{"a session's secret", []string{"Bearer " + cookie}, "", noJWT},
			{"two headers", []string{"Bearer " + token, "Bearer " + token}, "", noJWT},
			{"two parts", []string{"Bearer " + parts[0] + "." + parts[1]}, "", noJWT},
			{"no base64", []string{"Bearer a.b.!"}, "", noJWT},
			{"no JSON in the header", []string{"Bearer YQ.YQ.YQ"}, "", noJWT},
			{"a token with something behind", []string{"Bearer " + token + " x"}, "", noJWT},
			{"no signature", []string{"Bearer " + parts[0] + "." + parts[1] + "."}, "", loginRequired},
		} {
			_, err := w.Authenticate(context.Background(), row.authorization, row.cookie, "192.0.2.1")
			refused(t, row.what, err, problem.KindUnauthenticated, row.want)
		}
	})
}

// signed makes a JWT as somebody else would.
func signed(t *testing.T, key any, algorithm jose.SignatureAlgorithm, kid, typ string, claims map[string]any) string {
	t.Helper()
	options := (&jose.SignerOptions{}).WithHeader("kid", kid)
	if typ != "" {
		options = options.WithType(jose.ContentType(typ))
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: key}, options)
	if err != nil {
		t.Fatal(err)
	}
	payload, _ := json.Marshal(claims)
	object, err := signer.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	token, err := object.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func claimsOf(t *testing.T, token string) (header, claims map[string]any) {
	t.Helper()
	for i, into := range []*map[string]any{&header, &claims} {
		raw, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[i])
		if err != nil || json.Unmarshal(raw, into) != nil {
			t.Fatalf("part %d of %s: %v", i, token, err)
		}
	}
	return header, claims
}

func TestWhatATokenSays(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.member("dev@acme.test", webID, access.User)
		header, claims := claimsOf(t, w.token(w.as("dev@acme.test"), "laptop"))
		installation, err := database.InstallationOf(context.Background(), w.db)
		w.must(err)

		if header["typ"] != "at+jwt" || header["alg"] != "EdDSA" || header["kid"] != installation.SigningKeyThumbprint {
			t.Errorf("header = %v", header)
		}
		urn := "urn:uuid:" + installation.ID
		if claims["iss"] != urn || claims["aud"] != urn || claims["sub"] != "dev@acme.test" ||
			claims["iat"] != float64(w.clock.Now().Unix()) || claims["exp"] != float64(w.clock.Now().Unix()+3600) || claims["jti"] == "" {
			t.Errorf("claims = %v", claims)
		}
		set := struct{ Keys []map[string]string }{}
		text, err := w.JWKS()
		w.must(err)
		if err := json.Unmarshal(text, &set); err != nil || len(set.Keys) != 1 || set.Keys[0]["kid"] != header["kid"] ||
			set.Keys[0]["kty"] != "OKP" || set.Keys[0]["crv"] != "Ed25519" || set.Keys[0]["d"] != "" {
			t.Errorf("JWKS = %s", text)
		}
	})
}

func TestForgedTokensAreRefused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.member("dev@acme.test", webID, access.User)
		good := w.token(w.as("dev@acme.test"), "laptop")
		header, claims := claimsOf(t, good)
		kid := header["kid"].(string)
		ours := readPrivate(t, w.options.KeyFile)
		_, theirs, _ := ed25519.GenerateKey(nil)
		other := func(name string, value any) map[string]any {
			changed := map[string]any{}
			for k, v := range claims {
				changed[k] = v
			}
			changed[name] = value
			return changed
		}
		none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"at+jwt"}`))
		public := ours.Public().(ed25519.PublicKey)

		for what, token := range map[string]string{
			"another key, its kid":              signed(t, theirs, jose.EdDSA, "theirs", "at+jwt", claims),
			"another key, our kid":              signed(t, theirs, jose.EdDSA, kid, "at+jwt", claims),
			"no kid":                            signed(t, ours, jose.EdDSA, "", "at+jwt", claims),
			"the public key as a shared secret": signed(t, []byte(public), jose.HS256, kid, "at+jwt", claims),
			"algorithm none":                    none + "." + strings.Split(good, ".")[1] + ".",
			"algorithm none, signed":            none + "." + strings.Split(good, ".")[1] + "." + strings.Split(good, ".")[2],
			"another type":                      signed(t, ours, jose.EdDSA, kid, "JWT", claims),
			"no type":                           signed(t, ours, jose.EdDSA, kid, "", claims),
			"another issuer":                    signed(t, ours, jose.EdDSA, kid, "at+jwt", other("iss", "urn:uuid:x")),
			"another audience":                  signed(t, ours, jose.EdDSA, kid, "at+jwt", other("aud", "urn:uuid:x")),
			"another owner":                     signed(t, ours, jose.EdDSA, kid, "at+jwt", other("sub", "boss@acme.test")),
			"another jti":                       signed(t, ours, jose.EdDSA, kid, "at+jwt", other("jti", "x")),
			"no jti":                            signed(t, ours, jose.EdDSA, kid, "at+jwt", other("jti", "")),
		} {
			_, err := w.byToken(token)
			refused(t, what, err, problem.KindUnauthenticated, loginRequired)
		}
		if _, err := w.byToken(signed(t, ours, jose.EdDSA, kid, "at+jwt", claims)); err != nil {
			t.Errorf("the same made by us is refused: %v; the rows above prove nothing", err)
		}
	})
}

func readPrivate(t *testing.T, file string) ed25519.PrivateKey {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return access.PrivateKeyForTest(t, content)
}

func TestAnyFlippedBitIsRefused(t *testing.T) {
	t.Parallel()
	clock := asmtest.NewClock()
	db := asmtest.OpenDatabase(t, database.Options{
		Path: filepath.Join(t.TempDir(), "asm.db"), Now: clock.Now, Random: asmtest.Random(t),
	})
	w := newWorld(t, db, clock, access.Options{})
	w.member("dev@acme.test", webID, access.User)
	good := w.token(w.as("dev@acme.test"), "laptop")
	if _, err := w.byToken(good); err != nil {
		t.Fatal(err)
	}
	for at := range len(good) {
		for bit := range 8 {
			forged := []byte(good)
			forged[at] ^= 1 << bit
			if actor, err := w.byToken(string(forged)); err == nil {
				t.Fatalf("bit %d of byte %d (%q became %q): %s may enter", bit, at, good[at], forged[at], actor.Email)
			}
		}
	}
}

func TestARevokedTokenIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.member("dev@acme.test", webID, access.User)
		ctx := w.as("dev@acme.test")
		first, second := w.token(ctx, "first"), w.token(ctx, "second")
		for _, token := range []string{first, second} {
			if _, err := w.byToken(token); err != nil {
				t.Fatal(err)
			}
		}
		live, err := w.Tokens(ctx)
		w.must(err)
		if live[0].Name != "first" { // made at one time, their order is by id
			live[0], live[1] = live[1], live[0]
		}
		w.must(w.InvalidateToken(ctx, live[0].ID))

		_, err = w.byToken(first)
		refused(t, "the revoked one", err, problem.KindUnauthenticated, loginRequired)
		if _, err := w.byToken(second); err != nil {
			t.Errorf("the other one: %v", err)
		}
		w.must(w.InvalidateToken(ctx, ""))
		w.must(w.InvalidateToken(ctx, "")) // when there is none
		_, err = w.byToken(second)
		refused(t, "all revoked", err, problem.KindUnauthenticated, loginRequired)
	})
}

func TestADisabledPersonIsRefusedAtOnceAndElsewhereWithinASecond(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.account("dev@acme.test", access.User)
		ctx, cookie := w.signIn("dev@acme.test")
		token := w.token(ctx, "laptop")
		elsewhere := w.open(w.options)
		enter := func(s *access.Service) error {
			_, err := s.Authenticate(context.Background(), []string{"Bearer " + token}, "", "")
			return err
		}
		w.must(enter(w.Service))
		w.must(enter(elsewhere))
		w.must(w.SetActive(w.host, "dev@acme.test", false))

		refused(t, "the token here", enter(w.Service), problem.KindUnauthenticated, loginRequired)
		_, err := w.Authenticate(context.Background(), nil, cookie, "")
		refused(t, "the session", err, problem.KindUnauthenticated, loginRequired)
		w.clock.Advance(time.Second)
		refused(t, "the token elsewhere, a second later", enter(elsewhere), problem.KindUnauthenticated, loginRequired)
		_, err = w.SignIn(context.Background(), access.SignIn{Email: "dev@acme.test", Password: goodPassword})
		refused(t, "signing in", err, problem.KindUnauthenticated, "The mail address or the password is not right.")

		w.must(w.SetActive(w.host, "dev@acme.test", true))
		if err := enter(w.Service); err != nil {
			t.Errorf("enabled again, the token: %v", err)
		}
		_, err = w.Authenticate(context.Background(), nil, cookie, "")
		refused(t, "enabled again, the old session", err, problem.KindUnauthenticated, loginRequired)
	})
}

func TestExpirationReachesSixCalendarMonths(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ now, want string }{
		{"2027-03-08T09:30:00Z", "2027-09-08T09:30:00Z"},
		{"2027-08-31T10:00:00Z", "2028-02-29T10:00:00Z"}, // a leap year
		{"2026-08-31T10:00:00Z", "2027-02-28T10:00:00Z"},
		{"2026-08-29T10:00:00Z", "2027-02-28T10:00:00Z"},
		{"2027-05-31T23:59:59.999999Z", "2027-11-30T23:59:59Z"},
		{"2027-12-31T00:00:00Z", "2028-06-30T00:00:00Z"},
		{"2027-07-01T00:00:00Z", "2028-01-01T00:00:00Z"},
		{"2027-08-31T22:00:00-05:00", "2028-03-01T03:00:00Z"}, // already September in UTC
	} {
		now, _ := time.Parse(time.RFC3339Nano, row.now)
		if got := access.LatestExpiration(now).Format(time.RFC3339); got != row.want {
			t.Errorf("from %s to %s, want %s", row.now, got, row.want)
		}
	}
}

func TestExpirationIsJudgedToTheSecond(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.member("dev@acme.test", webID, access.User)
		ctx := w.as("dev@acme.test")
		w.clock.Advance(400 * time.Millisecond)
		second := w.clock.Now().Truncate(time.Second)
		latest := time.Date(2027, time.September, 8, 9, 30, 0, 0, time.UTC)
		for _, row := range []struct {
			what string
			at   time.Time
			want string
		}{
			{"in the past", second.Add(-time.Hour), "Exception - Invalid Expiration Time"},
			{"this second", second, "Exception - Invalid Expiration Time"},
			{"the next second", second.Add(time.Second), ""},
			{"the last second", latest, ""},
			{"a second later", latest.Add(time.Second), "Exception - Invalid Expiration Time"},
			{"in a year", latest.AddDate(0, 6, 0), "Exception - Invalid Expiration Time"},
			{"before time began", time.Unix(-62135596800, 0), "Exception - Invalid Expiration Time"},
		} {
			_, err := w.AddToken(ctx, "laptop", row.at)
			if row.want == "" {
				if err != nil {
					t.Errorf("%s: %v", row.what, err)
				}
				continue
			}
			refused(t, row.what, err, problem.KindInvalid, row.want)
			p, _ := problem.As(err)
			if p.Extensions["earliest"] != second.Unix()+1 || p.Extensions["latest"] != latest.Unix() {
				t.Errorf("%s: allowed %v", row.what, p.Extensions)
			}
		}
	})
}

func TestTokensAreCountedWhileTheyLive(t *testing.T) {
	t.Parallel()
	eachWith(t, access.Options{MaxTokens: 2}, func(t *testing.T, w *world) {
		w.member("dev@acme.test", webID, access.User)
		ctx := w.as("dev@acme.test")
		w.token(ctx, "first")
		w.token(ctx, strings.Repeat("é", 20))

		_, err := w.AddToken(ctx, "third", w.clock.Now().Add(time.Hour))
		refused(t, "a third", err, problem.KindConflict,
			"Exception - Could not add token, maximum number of tokens at the same time is 2")
		w.clock.Advance(time.Hour)
		w.token(ctx, "after they ended")
		live, err := w.Tokens(ctx)
		if err != nil || len(live) != 1 || live[0].Name != "after they ended" {
			t.Errorf("live = %+v, %v", live, err)
		}

		replaced, err := w.ReplaceTokens(ctx, w.clock.Now().Add(time.Hour))
		w.must(err)
		live, err = w.Tokens(ctx)
		if err != nil || len(live) != 1 || live[0].Name != "Token" {
			t.Errorf("after replacing: %+v, %v", live, err)
		}
		if _, err := w.byToken(replaced); err != nil {
			t.Error(err)
		}
		for name, want := range map[string]string{
			"":                       "Exception - Invalid field length in form",
			strings.Repeat("x", 101): "Exception - Invalid field length in form",
			"two\nlines":             "Exception - Invalid characters",
			"\xff":                   "Exception - Invalid characters",
		} {
			_, err := w.AddToken(ctx, name, w.clock.Now().Add(time.Hour))
			refused(t, "named "+name, err, problem.KindInvalid, want)
		}
		err = w.InvalidateToken(ctx, "0190a5d4-0000-7000-8000-00000000ffff")
		refused(t, "an unknown id", err, problem.KindNotFound, "Exception - Access denied or token not found")
		if got, want := w.actions("installation"), "addAccessToken addAccessToken addAccessToken updateAccessToken"; !strings.HasSuffix(got, want) {
			t.Errorf("recorded %s, want %s at the end", got, want)
		}
	})
}

func TestConcurrentRequestsDoNotGetMoreTokensThanAllowed(t *testing.T) {
	t.Parallel()
	eachWith(t, access.Options{MaxTokens: 3}, func(t *testing.T, w *world) {
		w.member("dev@acme.test", webID, access.User)
		ctx := w.as("dev@acme.test")
		results := make(chan error, 8)
		for range 8 {
			go func() {
				_, err := w.AddToken(ctx, "x", w.clock.Now().Add(time.Hour))
				results <- err
			}()
		}
		made := 0
		for range 8 {
			if err := <-results; err == nil {
				made++
			} else if !problem.Is(err, problem.KindConflict) {
				t.Error(err)
			}
		}
		if made != 3 {
			t.Errorf("%d tokens, want 3", made)
		}
	})
}

func TestTheLastUseIsWrittenOnceAMinute(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.member("dev@acme.test", webID, access.User)
		ctx := w.as("dev@acme.test")
		token := w.token(ctx, "laptop")
		use := func(address string) {
			t.Helper()
			_, err := w.Authenticate(context.Background(), []string{"Bearer " + token}, "", address)
			w.must(err)
		}
		written := func() access.Token {
			t.Helper()
			w.must(w.WriteUses(context.Background()))
			live, err := w.Tokens(ctx)
			w.must(err)
			return live[0]
		}
		if got := written(); !got.LastUse.IsZero() || got.LastAddress != "" {
			t.Errorf("before the first use: %+v", got)
		}
		start := w.clock.Now()
		use("192.0.2.1")
		w.clock.Advance(59 * time.Second)
		use("192.0.2.2")
		if got := written(); !got.LastUse.Equal(start) || got.LastAddress != "192.0.2.1" {
			t.Errorf("within the minute: %+v", got)
		}
		w.clock.Advance(time.Second)
		use("192.0.2.3")
		if got := written(); !got.LastUse.Equal(start.Add(time.Minute)) || got.LastAddress != "192.0.2.3" {
			t.Errorf("a minute later: %+v", got)
		}
		live, _ := w.Tokens(ctx)
		want := `{"hasAccessToken": true, "issuedAt": "1804498200", "lastAccessTokenUse": "2027-03-08T09:31:00+00:00"}`
		if got := access.LegacyToken(live); got != want {
			t.Errorf("LegacyToken = %s, want %s", got, want)
		}
		if got := access.LegacyToken(nil); got != `{"hasAccessToken": false, "issuedAt": "", "lastAccessTokenUse": null}` {
			t.Errorf("LegacyToken of none = %s", got)
		}
	})
}

func TestACachedCheckAsksNoDatabase(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.account("dev@acme.test", access.User)
		browser, cookie := w.signIn("dev@acme.test")
		token := w.token(browser, "laptop")
		for what, enter := range map[string]func(context.Context) error{
			"token": func(ctx context.Context) error {
				_, err := w.Authenticate(ctx, []string{"Bearer " + token}, "", "")
				return err
			},
			"session": func(ctx context.Context) error { _, err := w.Authenticate(ctx, nil, cookie, ""); return err },
		} {
			w.must(enter(context.Background()))
			ctx, count := database.WithStatementCount(context.Background())
			w.must(enter(ctx))
			if count.Value() != 0 {
				t.Errorf("%s: %d statements, want 0", what, count.Value())
			}
		}
	})
}

func TestAnotherKeyStopsTheProcessAndSaysWhichFileToCopy(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		info, err := os.Stat(w.options.KeyFile)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("the key's file has mode %v, %v, want 0600", info.Mode(), err)
		}
		installation, err := database.InstallationOf(context.Background(), w.db)
		w.must(err)
		o := w.options
		o.KeyFile = filepath.Join(t.TempDir(), "signing.key")

		_, err = access.New(context.Background(), o)
		if err == nil || !strings.Contains(err.Error(), "there is no signing key at "+o.KeyFile) ||
			!strings.Contains(err.Error(), installation.SigningKeyThumbprint) {
			t.Errorf("without a key: %v", err)
		}
		if _, err := os.Stat(o.KeyFile); err == nil {
			t.Error("a useless key was made")
		}
		content, err := os.ReadFile(w.options.KeyFile)
		w.must(err)
		w.must(os.WriteFile(o.KeyFile, content, 0o644))
		if _, err = access.New(context.Background(), o); err == nil || !strings.Contains(err.Error(), "chmod 600") {
			t.Errorf("a key that others read: %v", err)
		}
		w.must(os.Remove(o.KeyFile))
		w.must(os.WriteFile(o.KeyFile, access.NewKeyForTest(t), 0o600))
		if _, err = access.New(context.Background(), o); err == nil || !strings.Contains(err.Error(), "copy the signing.key of the host") {
			t.Errorf("another key: %v", err)
		}
	})
}

func TestKeysOfBeforeStayGoodUntilTheyAreRemoved(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.member("dev@acme.test", webID, access.User)
		old := w.token(w.as("dev@acme.test"), "before")
		invited, err := w.InviteToGroup(w.host, "web", access.Invite{Email: "new@acme.test", Role: access.User})
		w.must(err)
		folder := filepath.Dir(w.options.KeyFile)
		w.must(os.Mkdir(filepath.Join(folder, "old-keys"), 0o700))
		kept := filepath.Join(folder, "old-keys", "2027.key")
		w.must(os.Rename(w.options.KeyFile, kept))
		o := w.options
		o.ChangeKey = true
		w.Service = w.open(o)

		w.Service = w.open(w.options) // as every process afterwards
		if _, err := w.byToken(old); err != nil {
			t.Errorf("a token of before: %v", err)
		}
		if _, err := w.DescribeInvitation(context.Background(), tokenOf(invited.InvitationURL)); err != nil {
			t.Errorf("a link of before: %v", err)
		}
		set := struct{ Keys []map[string]string }{}
		text, err := w.JWKS()
		w.must(err)
		header, _ := claimsOf(t, w.token(w.as("dev@acme.test"), "after"))
		if json.Unmarshal(text, &set) != nil || len(set.Keys) != 2 || set.Keys[0]["kid"] != header["kid"] {
			t.Errorf("JWKS = %s, want two keys, that in use first", text)
		}
		w.must(os.Remove(kept))
		w.Service = w.open(w.options)
		_, err = w.byToken(old)
		refused(t, "a token whose key was removed", err, problem.KindUnauthenticated, loginRequired)
		_, err = w.DescribeInvitation(context.Background(), tokenOf(invited.InvitationURL))
		refused(t, "a link whose key was removed", err, problem.KindNotFound, "Invalid or Expired")
	})
}

func benchmarkDoor(b *testing.B) (*access.Service, *asmtest.Clock, string) {
	b.Helper()
	clock := asmtest.NewClock()
	db := asmtest.OpenDatabase(b, database.Options{
		Path: filepath.Join(b.TempDir(), "asm.db"), Now: clock.Now, Random: asmtest.Random(b),
	})
	s, token := access.DoorForTest(b, db, asmtest.Random(b))
	return s, clock, token
}

func BenchmarkAuthenticateCached(b *testing.B) {
	s, _, token := benchmarkDoor(b)
	header := []string{"Bearer " + token}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Authenticate(context.Background(), header, "", "192.0.2.1"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAuthenticateCold(b *testing.B) {
	s, _, token := benchmarkDoor(b)
	header := []string{"Bearer " + token}
	for b.Loop() {
		access.ForgetForTest(s)
		if _, err := s.Authenticate(context.Background(), header, "", "192.0.2.1"); err != nil {
			b.Fatal(err)
		}
	}
}
