package audit_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"asm.example/asm/internal/asmtest"
	"asm.example/asm/internal/audit"
	"asm.example/asm/internal/database"
)

const acme = "ORG#0190a5d4-0000-7000-8000-000000000001"

func entry(chain, action string) audit.Entry {
	return audit.Entry{
		Chain: chain, Actor: "owner@acme.test", CredentialKind: "session", CredentialID: "s1", Address: "192.0.2.7",
		Permission: "api_mutations_add_group_mutate", RequestID: "r1",
		Change: audit.Change{Action: action, Kind: "group", ID: "g1", After: map[string]any{"name": "web"}},
	}
}

func appendAll(t *testing.T, db *database.DB, entries ...audit.Entry) {
	t.Helper()
	err := db.Write(context.Background(), func(tx *database.Tx) error {
		return audit.New().Append(context.Background(), tx, entries...)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func chainOf(t *testing.T, db *database.DB, chain string) []audit.Record {
	t.Helper()
	records, err := audit.New().After(context.Background(), db, chain, 0, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	return records
}

func TestEntriesFollowEachOtherInTheirChain(t *testing.T) {
	t.Parallel()
	asmtest.EachRawDatabase(t, func(t *testing.T, db *database.DB, _ *asmtest.Clock) {
		appendAll(t, db, entry(acme, "addGroup"), entry(audit.Installation, "signIn"), entry(acme, "addRoot"))
		appendAll(t, db, entry(acme, "removeGroup"))

		records := chainOf(t, db, acme)

		var told []string
		for _, r := range records {
			told = append(told, fmt.Sprintf("%d %s %s %s", r.Number, r.Action, r.After, r.At.Format("15:04")))
		}
		want := `1 addGroup {"name":"web"} 09:30|2 addRoot {"name":"web"} 09:30|3 removeGroup {"name":"web"} 09:30`
		if got := strings.Join(told, "|"); got != want {
			t.Errorf("chain:\n%s\nwant\n%s", got, want)
		}
		head, err := audit.Verify(audit.Head{}, records)
		if err != nil {
			t.Fatal(err)
		}
		heads, err := audit.New().Heads(context.Background(), db)
		if err != nil || len(heads) != 2 || heads[0] != head {
			t.Errorf("heads = %v, %v, want that of the organization to be %v, and the installation's", heads, err, head)
		}
	})
}

func TestVerifyFindsWhatWasChangedRemovedOrPutIn(t *testing.T) {
	t.Parallel()
	asmtest.EachRawDatabase(t, func(t *testing.T, db *database.DB, _ *asmtest.Clock) {
		appendAll(t, db, entry(acme, "addGroup"), entry(acme, "addRoot"), entry(acme, "removeRoot"))
		written := chainOf(t, db, acme)

		for _, row := range []struct {
			what   string
			change func([]audit.Record) []audit.Record
			want   string
		}{
			{"nothing", func(r []audit.Record) []audit.Record { return r }, ""},
			{"who did it", func(r []audit.Record) []audit.Record { r[1].Actor = "other@acme.test"; return r }, "entry 2 is not what was written"},
			{"what was before", func(r []audit.Record) []audit.Record { r[0].Before = "{}"; return r }, "entry 1 is not what was written"},
			{"text moved to its neighbour", func(r []audit.Record) []audit.Record {
				r[0].Kind, r[0].ID = "groupg", "1"
				return r
			}, "entry 1 is not what was written"},
			{"one removed", func(r []audit.Record) []audit.Record { return append(r[:1], r[2:]...) }, "entry 3 follows entry 1"},
			{"one removed, numbers mended", func(r []audit.Record) []audit.Record {
				r = append(r[:1], r[2:]...)
				r[1].Number = 2
				return r
			}, "entry 2 is not what was written"},
			{"one of another chain", func(r []audit.Record) []audit.Record { r[2].Chain = audit.Installation; return r }, "belongs to the chain installation"},
		} {
			_, err := audit.Verify(audit.Head{}, row.change(append([]audit.Record(nil), written...)))

			if row.want == "" && err != nil || row.want != "" && (err == nil || !strings.Contains(err.Error(), row.want)) {
				t.Errorf("%s: Verify = %v, want %q", row.what, err, row.want)
			}
		}
	})
}

func TestVerifyGoesOnFromASavedHead(t *testing.T) {
	t.Parallel()
	asmtest.EachRawDatabase(t, func(t *testing.T, db *database.DB, _ *asmtest.Clock) {
		appendAll(t, db, entry(acme, "addGroup"))
		saved, err := audit.Verify(audit.Head{}, chainOf(t, db, acme))
		if err != nil {
			t.Fatal(err)
		}
		appendAll(t, db, entry(acme, "addRoot"))
		later := chainOf(t, db, acme)[1:]

		if _, err := audit.Verify(saved, later); err != nil {
			t.Errorf("Verify = %v, want none", err)
		}
		saved.Hash[0] ^= 1
		if _, err := audit.Verify(saved, later); err == nil {
			t.Error("entries follow a head that they do not follow")
		}
	})
}

func TestWritersOfOneChainLeaveNoGaps(t *testing.T) {
	t.Parallel()
	asmtest.EachRawDatabase(t, func(t *testing.T, db *database.DB, _ *asmtest.Clock) {
		var writers sync.WaitGroup
		errs := make(chan error, 8)
		for range 8 {
			writers.Go(func() {
				for range 5 {
					errs <- db.Write(context.Background(), func(tx *database.Tx) error {
						return audit.New().Append(context.Background(), tx, entry(acme, "addGroup"))
					})
				}
			})
		}
		go func() { writers.Wait(); close(errs) }()
		for err := range errs {
			if err != nil {
				t.Error(err)
			}
		}

		head, err := audit.Verify(audit.Head{}, chainOf(t, db, acme))

		if err != nil || head.Number != 40 {
			t.Errorf("Verify = number %d, %v, want 40 entries that follow each other", head.Number, err)
		}
	})
}

func TestWhatIsRolledBackLeavesNoEntry(t *testing.T) {
	t.Parallel()
	asmtest.EachRawDatabase(t, func(t *testing.T, db *database.DB, _ *asmtest.Clock) {
		changed := errors.New("changed our mind")

		err := db.Write(context.Background(), func(tx *database.Tx) error {
			if err := audit.New().Append(context.Background(), tx, entry(acme, "addGroup")); err != nil {
				return err
			}
			return changed
		})

		if !errors.Is(err, changed) || len(chainOf(t, db, acme)) != 0 {
			t.Errorf("Write = %v and %d entries, want none", err, len(chainOf(t, db, acme)))
		}
	})
}

func TestAConsumerSeesNewsOnceFromWhenItJoined(t *testing.T) {
	t.Parallel()
	asmtest.EachRawDatabase(t, func(t *testing.T, db *database.DB, _ *asmtest.Clock) {
		ctx, log := context.Background(), audit.New()
		write := func(work func(tx *database.Tx) error) {
			t.Helper()
			if err := db.Write(ctx, work); err != nil {
				t.Fatal(err)
			}
		}
		news := func(consumer string) string {
			t.Helper()
			records, err := log.News(ctx, db, consumer, 100)
			if err != nil {
				t.Fatal(err)
			}
			var told []string
			for _, r := range records {
				told = append(told, r.Action)
			}
			return strings.Join(told, " ")
		}
		appendAll(t, db, entry(acme, "before"))
		write(func(tx *database.Tx) error { return log.Join(ctx, tx, "mail") })
		appendAll(t, db, entry(acme, "first"), entry(acme, "second"))
		write(func(tx *database.Tx) error { return log.Join(ctx, tx, "mail") }) // again: changes nothing
		write(func(tx *database.Tx) error { return log.Join(ctx, tx, "webhooks") })
		appendAll(t, db, entry(acme, "third"), entry(audit.Installation, "elsewhere"))

		if got := news("mail"); got != "first second third elsewhere" {
			t.Errorf("mail sees %q", got)
		}
		write(func(tx *database.Tx) error { return log.Pass(ctx, tx, "mail", acme, 3) })
		write(func(tx *database.Tx) error { return log.Pass(ctx, tx, "mail", acme, 2) }) // never back
		if got := news("mail"); got != "third elsewhere" {
			t.Errorf("after passing two, mail sees %q", got)
		}
		if got := news("webhooks"); got != "third elsewhere" {
			t.Errorf("webhooks, which joined later, sees %q", got)
		}
		write(func(tx *database.Tx) error { return log.Pass(ctx, tx, "mail", acme, 4) })
		write(func(tx *database.Tx) error { return log.DropSeen(ctx, tx) })
		if got := news("webhooks"); got != "third elsewhere" {
			t.Errorf("after dropping what all have seen, webhooks sees %q", got)
		}
		left, err := database.One(ctx, db, database.Value[int], "SELECT count(*) FROM audit_news")
		if err != nil || left != 2 {
			t.Errorf("%d rows of news are left, %v, want 2", left, err)
		}
	})
}
