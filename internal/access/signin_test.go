package access_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/problem"
)

const wrongPassword = "The mail address or the password is not right."

func (w *world) try(email, password, address string) (access.SignedIn, error) {
	return w.SignIn(context.Background(), access.SignIn{Email: email, Password: password, Address: address, Agent: "Firefox"})
}

func TestOnlyTheRightPasswordSignsIn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.account("dev@acme.test", access.User)
		w.must(w.AddStakeholder(w.host, "none@acme.test", access.User))
		for _, row := range []struct{ what, email, password string }{
			{"another password", "dev@acme.test", "correct horse batterz"},
			{"no password", "dev@acme.test", ""},
			{"an unknown account", "who@acme.test", goodPassword},
			{"an account without a password", "none@acme.test", ""},
			{"no address", "", goodPassword},
			{"a very long address", strings.Repeat("x", 10_000) + "@acme.test", goodPassword},
			{"an address that no database takes", "dev\x00@acme.test", goodPassword},
		} {
			_, err := w.try(row.email, row.password, "192.0.2.1")
			refused(t, row.what, err, problem.KindUnauthenticated, wrongPassword)
		}
		in, err := w.try(" Dev@ACME.test ", goodPassword, "192.0.2.1")
		if err != nil || in.Email != "dev@acme.test" || !in.ExpiresAt.Equal(w.clock.Now().Add(40*time.Minute)) || len(in.Cookie) != 43 {
			t.Errorf("signed in = %+v, %v", in, err)
		}
	})
}

func TestASessionEndsFortyMinutesAfterSignInWhateverIsDone(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.account("dev@acme.test", access.User)
		_, cookie := w.signIn("dev@acme.test")
		enter := func() error {
			_, err := w.Authenticate(context.Background(), nil, cookie, "192.0.2.1")
			return err
		}
		for range 39 {
			w.clock.Advance(time.Minute)
			w.must(enter())
		}
		w.clock.Advance(time.Minute - time.Microsecond)
		w.must(enter())
		w.clock.Advance(time.Microsecond)
		refused(t, "after 40 minutes", enter(), problem.KindUnauthenticated, loginRequired)
	})
}

func TestSessionsOfOnePersonCoexistAndCanBeEnded(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.account("dev@acme.test", access.User) // which signs in a first time
		w.clock.Advance(time.Hour)              // and that session ends
		here, _ := w.signIn("dev@acme.test")
		settings, err := w.Settings(here)
		w.must(err)
		w.must(w.AcknowledgeConcurrentSession(here)) // of what was
		w.clock.Advance(time.Minute)
		there, cookie := w.signIn("dev@acme.test")
		again, err := w.Settings(there)
		if err != nil || settings.IsConcurrentSession || !again.IsConcurrentSession {
			t.Errorf("concurrent: first %v, then %v, %v, want only then", settings.IsConcurrentSession, again.IsConcurrentSession, err)
		}
		w.must(w.AcknowledgeConcurrentSession(here))
		if after, _ := w.Settings(there); after.IsConcurrentSession {
			t.Error("concurrent after it was acknowledged")
		}

		sessions, err := w.Sessions(here)
		if err != nil || len(sessions) != 2 || sessions[0].IsCurrent || !sessions[1].IsCurrent || sessions[0].Agent != "Firefox" {
			t.Fatalf("sessions = %+v, %v", sessions, err)
		}
		err = w.EndSession(here, "0190a5d4-0000-7000-8000-00000000ffff")
		if !problem.Is(err, problem.KindNotFound) {
			t.Errorf("ending an unknown one = %v", err)
		}
		w.must(w.EndSession(here, sessions[0].ID))
		_, err = w.Authenticate(context.Background(), nil, cookie, "")
		refused(t, "the ended one", err, problem.KindUnauthenticated, loginRequired)
		w.must(w.SignOut(here))
		if sessions, _ = w.Sessions(here); len(sessions) != 0 {
			t.Errorf("after signing out: %+v", sessions)
		}
	})
}

func TestATokenMayNotChangeHowOneSignsIn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.account("dev@acme.test", access.User)
		browser, _ := w.signIn("dev@acme.test")
		actor, err := w.byToken(w.token(browser, "laptop"))
		w.must(err)
		byToken := access.WithActor(context.Background(), actor)

		for what, err := range map[string]error{
			"ending sessions":       w.EndSession(byToken, ""),
			"signing out":           w.SignOut(byToken),
			"changing the password": w.ChangePassword(byToken, goodPassword, "another good password"),
		} {
			refused(t, what, err, problem.KindDenied, denied)
		}
	})
}

func TestChangingThePasswordEndsOtherSessions(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.account("dev@acme.test", access.User)
		here, cookieHere := w.signIn("dev@acme.test")
		_, cookieThere := w.signIn("dev@acme.test")

		err := w.ChangePassword(here, "a wrong password", "another good password")
		refused(t, "with a wrong one", err, problem.KindInvalid, "The current password is not right.")
		w.must(w.ChangePassword(here, goodPassword, "another good password"))

		w.byCookie(cookieHere)
		_, err = w.Authenticate(context.Background(), nil, cookieThere, "")
		refused(t, "the other session", err, problem.KindUnauthenticated, loginRequired)
		_, err = w.try("dev@acme.test", goodPassword, "192.0.2.1")
		refused(t, "the old password", err, problem.KindUnauthenticated, wrongPassword)
		_, err = w.try("dev@acme.test", "another good password", "192.0.2.1")
		w.must(err)
	})
}

func TestPasswordsAreLongAndUncommon(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		link, err := w.AddPerson(w.host, access.NewPerson{Email: "dev@acme.test"})
		w.must(err)
		const (
			length = "A password has from 12 to 128 characters."
			common = "This password is among the most common ones. Choose one that nobody else would think of."
		)
		for _, row := range []struct{ password, want string }{
			{"elevenchars", length},
			{strings.Repeat("é", 11), length},
			{strings.Repeat("ab3", 43), length}, // 129
			{"1qaz2wsx3edc", common},
			{"1QAZ2wsx3edc", common},
			{"passwordpassword", common},
			{"123456123456123456", common},
			{"correct horse \xff\xff\xff", length},
		} {
			_, err := w.SetPassword(context.Background(), tokenOf(link), row.password, "", "")
			refused(t, row.password, err, problem.KindInvalid, row.want)
		}
		// No rules on what it is made of, and the longest is fine. The link was not used up by what was refused.
		longest := strings.Repeat("x-ä ", 32)
		_, err = w.SetPassword(context.Background(), tokenOf(link), longest, "", "")
		w.must(err)
		_, err = w.try("dev@acme.test", strings.Repeat("x-a\u0308 ", 32), "192.0.2.1") // as another keyboard writes it
		w.must(err)
	})
}

func TestAnOldHashIsRenewedAtSignIn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.account("dev@acme.test", access.User)
		w.write(func(ctx context.Context, tx *database.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE access_passwords SET hash = $1", access.OldHashForTest(goodPassword))
			return err
		})

		_, err := w.try("dev@acme.test", goodPassword, "192.0.2.1")
		w.must(err)

		hash, err := database.One(context.Background(), w.db, database.Value[string], "SELECT hash FROM access_passwords")
		if err != nil || !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
			t.Errorf("hash = %s, %v", hash, err)
		}
		_, err = w.try("dev@acme.test", goodPassword, "192.0.2.1")
		w.must(err)
	})
}

func TestGuessingIsLimitedWhereItComesFrom(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.account("dev@acme.test", access.User)
		w.account("boss@acme.test", access.User)
		const limited = "Too many attempts to sign in from this address. Wait a moment and try again."
		for range 10 {
			_, err := w.try("dev@acme.test", "a wrong password", "192.0.2.66")
			refused(t, "a guess", err, problem.KindUnauthenticated, wrongPassword)
		}

		_, err := w.try("dev@acme.test", goodPassword, "192.0.2.66")
		refused(t, "the eleventh, though right", err, problem.KindLimited, limited)
		if p, _ := problem.As(err); p.RetryAfter <= 0 || p.RetryAfter > 2*time.Minute {
			t.Errorf("retry after %s", p.RetryAfter)
		}
		_, err = w.try("dev@acme.test", goodPassword, "192.0.2.7")
		if err != nil {
			t.Errorf("the owner from elsewhere: %v", err)
		}
		_, err = w.try("boss@acme.test", goodPassword, "192.0.2.66")
		if err != nil {
			t.Errorf("another account from there: %v", err)
		}
		w.clock.Advance(90 * time.Second) // one grows back
		_, err = w.try("dev@acme.test", goodPassword, "192.0.2.66")
		if err != nil {
			t.Errorf("later: %v", err)
		}
	})
}

func TestAnAddressIsLimitedOverAllAccounts(t *testing.T) {
	t.Parallel()
	limit := access.NewGuessesForTest()
	now := time.Date(2027, time.March, 8, 9, 30, 0, 0, time.UTC)
	for i := range 100 {
		// One host commonly has all addresses of a /64.
		if err := limit.Guess(string(rune('a'+i))+"@acme.test", "2001:db8::"+string("0123456789abcdef"[i%16]), now); err != nil {
			t.Fatalf("guess %d: %v", i+1, err)
		}
	}
	if err := limit.Guess("new@acme.test", "2001:db8::ffff", now); !problem.Is(err, problem.KindLimited) {
		t.Errorf("guess 101 = %v, want it limited", err)
	}
	if err := limit.Guess("new@acme.test", "2001:db8:0:1::1", now); err != nil {
		t.Errorf("another network: %v", err)
	}
	for i := range 30_000 {
		_ = limit.Guess("x@acme.test", strings.Repeat("y", i%7)+time.Duration(i).String(), now)
	}
	if n := limit.Size(); n > 20_000 {
		t.Errorf("%d counters are kept", n)
	}
}

func TestRightPasswordsAreNoGuesses(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.account("dev@acme.test", access.User)
		for range 12 {
			if _, err := w.try("dev@acme.test", goodPassword, "192.0.2.66"); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestAnUnknownAccountCostsTheSameHash(t *testing.T) {
	t.Parallel()
	hashes := access.CountHashesForTest(t, func(matches func(hash string)) {
		matches("")
		matches(access.OldHashForTest("x"))
	})
	if hashes != 2 {
		t.Errorf("%d hashes, want one for each", hashes)
	}
}

func TestTheQueueOfPasswordsIsBounded(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.account("dev@acme.test", access.User)
		release := access.HoldHashersForTest(w.Service)
		var waiting sync.WaitGroup
		busy := make(chan error, 200)
		ctx, cancel := context.WithCancel(context.Background())
		for i := range 200 {
			waiting.Go(func() {
				_, err := w.SignIn(ctx, access.SignIn{Email: "dev@acme.test", Password: goodPassword, Address: "192.0.2." + time.Duration(i).String()})
				busy <- err
			})
		}
		refusedNow := 0
		for refusedNow < 200-128 { // two hashers, 64 may wait for each
			err := <-busy
			if !problem.Is(err, problem.KindUnavailable) {
				t.Fatalf("SignIn = %v, want that it is busy", err)
			}
			refusedNow++
		}
		cancel()
		waiting.Wait()
		release()
		if _, err := w.try("dev@acme.test", goodPassword, "192.0.2.1"); err != nil {
			t.Errorf("afterwards: %v", err)
		}
	})
}

func TestTheFirstAdministratorGetsALinkUntilSomebodySignedIn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		first, err := w.FirstAdministrator(w.host, "Admin@acme.test")
		if err != nil || !strings.HasPrefix(first, "https://asm.example/password/") {
			t.Fatalf("link = %q, %v", first, err)
		}
		second, err := w.FirstAdministrator(w.host, "admin@acme.test")
		w.must(err)
		if _, err := w.PasswordLink(context.Background(), tokenOf(first)); !problem.Is(err, problem.KindNotFound) {
			t.Errorf("the link before the last = %v, want that it ended", err)
		}
		in, err := w.SetPassword(context.Background(), tokenOf(second), goodPassword, "192.0.2.1", "")
		w.must(err)
		actor, _ := access.ActorOf(w.byCookie(in.Cookie))
		if !actor.IsAdmin() || actor.Email != "admin@acme.test" {
			t.Errorf("actor = %+v", actor)
		}
		if third, err := w.FirstAdministrator(w.host, "admin@acme.test"); err != nil || third != "" {
			t.Errorf("afterwards = %q, %v, want none", third, err)
		}
		_, err = w.FirstAdministrator(w.byCookie(in.Cookie), "x@acme.test")
		refused(t, "not on the host", err, problem.KindDenied, denied)
	})
}

func TestAPasswordLinkWorksOnceWithinADay(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.account("dev@acme.test", access.User)
		_, cookie := w.signIn("dev@acme.test")
		link, err := w.ResetPassword(w.host, "dev@acme.test")
		w.must(err)
		_, err = w.try("dev@acme.test", goodPassword, "192.0.2.1") // still good
		w.must(err)
		forged := []byte(tokenOf(link))
		forged[40] ^= 1
		_, err = w.SetPassword(context.Background(), string(forged), "another good password", "", "")
		refused(t, "a forged link", err, problem.KindNotFound, "Invalid or Expired")

		email, err := w.PasswordLink(context.Background(), tokenOf(link))
		if err != nil || email != "dev@acme.test" {
			t.Errorf("PasswordLink = %q, %v", email, err)
		}
		_, err = w.SetPassword(context.Background(), tokenOf(link), "another good password", "", "")
		w.must(err)
		_, err = w.Authenticate(context.Background(), nil, cookie, "")
		refused(t, "the session of before", err, problem.KindUnauthenticated, loginRequired)
		_, err = w.SetPassword(context.Background(), tokenOf(link), "a third good password", "", "")
		refused(t, "used again", err, problem.KindNotFound, "Invalid or Expired")

		link, err = w.ResetPassword(w.host, "dev@acme.test")
		w.must(err)
		w.clock.Advance(24*time.Hour - time.Microsecond)
		_, err = w.PasswordLink(context.Background(), tokenOf(link))
		w.must(err)
		w.clock.Advance(time.Microsecond)
		_, err = w.SetPassword(context.Background(), tokenOf(link), "a third good password", "", "")
		refused(t, "after a day", err, problem.KindNotFound, "Invalid or Expired")
		_, err = w.ResetPassword(w.as("dev@acme.test"), "dev@acme.test")
		refused(t, "not on the host", err, problem.KindDenied, denied)
	})
}

func TestPreferencesAreAJSONObjectOf64KiB(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.account("dev@acme.test", access.User)
		me, _ := w.signIn("dev@acme.test")
		largest := `{"x":"` + strings.Repeat("y", 64*1024-8) + `"}`
		w.must(w.UpdatePreferences(me, largest))
		w.must(w.AcceptLegal(me, true))
		settings, err := w.Settings(me)
		if err != nil || settings.Preferences != largest || !settings.Remember {
			t.Errorf("settings of %d bytes, %v, %v", len(settings.Preferences), settings.Remember, err)
		}
		for _, text := range []string{largest + " ", "[]", "null", "{", `"x"`, "", "{\"x\":\"\xff\"}"} {
			err := w.UpdatePreferences(me, text)
			refused(t, text[:min(9, len(text))], err, problem.KindInvalid, "Preferences are a JSON object of at most 64 KiB.")
		}
	})
}
