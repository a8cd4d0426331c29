package audit_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"

	"asm.example/asm/internal/asmtest"
	"asm.example/asm/internal/audit"
	"asm.example/asm/internal/database"
)

// keyOf makes a key that is always the same.
func keyOf(name string) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte(name))
	return ed25519.NewKeyFromSeed(seed[:])
}

// grow appends many entries to a chain.
func grow(t *testing.T, db *database.DB, chain string, n int) {
	t.Helper()
	entries := make([]audit.Entry, n)
	for i := range entries {
		entries[i] = entry(chain, fmt.Sprintf("action%d", i+1))
	}
	appendAll(t, db, entries...)
}

func export(t *testing.T, db *database.DB, chain string) string {
	t.Helper()
	var b bytes.Buffer
	if err := audit.New().Export(context.Background(), db, chain, keyOf("ours"), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// reasons verifies an export and answers what does not fit, joined by |.
func reasons(t *testing.T, text string, saved []audit.SignedHead, keys ...string) string {
	t.Helper()
	v := audit.NewVerifier(saved, keys)
	if err := v.Lines(strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, b := range v.Close(true).Breaks {
		told = append(told, b.Reason)
	}
	return strings.Join(told, "|")
}

func TestOneWrongEntryAmongManyIsFoundAndNoOtherAccused(t *testing.T) {
	t.Parallel()
	asmtest.EachRawDatabase(t, func(t *testing.T, db *database.DB, _ *asmtest.Clock) {
		const entries = 12_000
		grow(t, db, acme, entries)
		text := export(t, db, acme)
		lines := strings.SplitAfter(text, "\n")
		if len(lines) != entries+2 {
			t.Fatalf("the export has %d lines, want one for each entry, one for the head and nothing behind", len(lines)-1)
		}
		changed := func(change func(lines []string) []string) string {
			return strings.Join(change(append([]string(nil), lines...)), "")
		}
		chain := "chain " + acme
		wrong := func(n int) string {
			return fmt.Sprintf("%s: entry %d is not what was written, or follows another entry", chain, n)
		}

		for _, row := range []struct {
			what string
			text string
			want string
		}{
			{"nothing", text, ""},
			{"one letter of one entry", changed(func(l []string) []string {
				l[7123] = strings.Replace(l[7123], "owner@acme.test", "other@acme.test", 1)
				return l
			}), wrong(7124)},
			{"one removed", changed(func(l []string) []string { return append(l[:7123], l[7124:]...) }), chain + ": entry 7125 follows entry 7123"},
			{"two swapped", changed(func(l []string) []string { l[7123], l[7124] = l[7124], l[7123]; return l }),
				chain + ": entry 7125 follows entry 7123|" + chain + ": entry 7124 follows entry 7125|" + chain + ": entry 7126 follows entry 7124"},
			{"one put in twice", changed(func(l []string) []string { l[7123] += l[7122]; return l }),
				chain + ": entry 7123 follows entry 7124|" + chain + ": entry 7125 follows entry 7123"},
			{"the last cut off", changed(func(l []string) []string { return append(l[:entries-1], l[entries:]...) }),
				chain + " ends at entry 11999, and its head was signed for another entry, 12000"},
			{"the end cut off with its head", changed(func(l []string) []string { return l[:9000] }),
				chain + " has no signed head behind entry 9000: what was cut off there cannot be told"},
			{"a member that the hash does not cover", changed(func(l []string) []string {
				l[5] = strings.Replace(l[5], `{"chain"`, `{"Actor":"other@acme.test","chain"`, 1)
				return l
			}), "line 6 is no entry of an audit log: the line is not as an export writes it|" + chain + ": entry 7 follows entry 5"},
		} {
			if got := reasons(t, row.text, nil); got != row.want {
				t.Errorf("%s: found\n%s\nwant\n%s", row.what, got, row.want)
			}
		}
	})
}

func TestALogWrittenAnewIsFoundByAHeadSavedBefore(t *testing.T) {
	t.Parallel()
	asmtest.EachRawDatabase(t, func(t *testing.T, db *database.DB, _ *asmtest.Clock) {
		grow(t, db, acme, 3)
		saved, err := audit.ReadHeads(strings.NewReader(export(t, db, acme)))
		if err != nil {
			t.Fatal(err)
		}
		grow(t, db, acme, 2)
		honest := export(t, db, acme)

		// A keeper of the database, who has the key too, writes another log with proper hashes and signs it.
		if err := db.Write(context.Background(), func(tx *database.Tx) error {
			for _, statement := range []string{"DELETE FROM audit_entries", "DELETE FROM audit_heads", "DELETE FROM audit_news"} {
				if _, err := tx.Exec(context.Background(), statement); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		appendAll(t, db, entry(acme, "nothing"), entry(acme, "happened"), entry(acme, "here"), entry(acme, "at all"))
		forged := export(t, db, acme)

		if got := reasons(t, honest, saved); got != "" {
			t.Errorf("the honest log: %s", got)
		}
		if got := reasons(t, forged, nil); got != "" {
			t.Errorf("the forged log in itself: %s", got)
		}
		if got := reasons(t, forged, saved); !strings.Contains(got, "entry 3 is not the one that the head saved on 2027-03-08 09:30:00 was signed for") {
			t.Errorf("the forged log against the saved head: %q", got)
		}
	})
}

func TestAHeadOfAnotherKeyOrChangedIsNotBelieved(t *testing.T) {
	t.Parallel()
	asmtest.EachRawDatabase(t, func(t *testing.T, db *database.DB, _ *asmtest.Clock) {
		grow(t, db, acme, 2)
		text := export(t, db, acme)
		ours := audit.Sign(audit.Head{Chain: acme}, asmtest.Start, keyOf("ours"))
		other := audit.Sign(audit.Head{Chain: acme}, asmtest.Start, keyOf("other"))

		if got := reasons(t, text, nil, ours.Thumbprint()); got != "" {
			t.Errorf("by the believed key: %s", got)
		}
		if got := reasons(t, text, nil, other.Thumbprint()); !strings.Contains(got, "is signed by the key "+ours.Thumbprint()+", which is not one that is believed") {
			t.Errorf("by another key: %q", got)
		}
		later := strings.Replace(text, `"signedAt":"2027`, `"signedAt":"2029`, 1)
		if got := reasons(t, later, nil); !strings.Contains(got, "the signature of the head 2 is wrong") {
			t.Errorf("with another time: %q", got)
		}
		ours.Number = 1
		if got := reasons(t, text, []audit.SignedHead{ours}); !strings.Contains(got, "the saved head 1 of chain "+acme+" has a wrong signature") {
			t.Errorf("against a saved head that was changed: %q", got)
		}
	})
}

func TestHeadsAreSignedOnlyWhileTheLogFitsWhatWasSigned(t *testing.T) {
	t.Parallel()
	asmtest.EachRawDatabase(t, func(t *testing.T, db *database.DB, _ *asmtest.Clock) {
		ctx, log := context.Background(), audit.New()
		signed := func() string {
			t.Helper()
			heads, err := log.SignedHeads(ctx, db)
			if err != nil {
				t.Fatal(err)
			}
			var told []string
			for _, h := range heads {
				told = append(told, fmt.Sprintf("%s %d %v", h.Chain, h.Number, h.IsGenuine()))
			}
			return strings.Join(told, "|")
		}
		grow(t, db, acme, 1500) // more than one page
		grow(t, db, audit.Installation, 1)
		if err := log.SignHeads(ctx, db, keyOf("ours")); err != nil {
			t.Fatal(err)
		}
		if got := signed(); got != acme+" 1500 true|installation 1 true" {
			t.Fatalf("signed: %s", got)
		}

		grow(t, db, acme, 1)
		grow(t, db, audit.Installation, 1)
		if err := db.Write(ctx, func(tx *database.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE audit_entries SET actor = 'other@acme.test' WHERE chain = $1 AND number = 1501", acme)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		err := log.SignHeads(ctx, db, keyOf("ours"))

		if err == nil || !strings.Contains(err.Error(), "entry 1501 is not what was written") {
			t.Errorf("SignHeads = %v, want the changed entry named", err)
		}
		if got := signed(); got != acme+" 1500 true|installation 2 true" {
			t.Errorf("signed: %s, want the broken chain as before and the other moved", got)
		}
	})
}

func TestTheDatabaseIsCheckedAgainstWhatItHadSigned(t *testing.T) {
	t.Parallel()
	asmtest.EachRawDatabase(t, func(t *testing.T, db *database.DB, _ *asmtest.Clock) {
		ctx, log := context.Background(), audit.New()
		grow(t, db, acme, 5)
		if err := log.SignHeads(ctx, db, keyOf("ours")); err != nil {
			t.Fatal(err)
		}
		saved, err := log.SignedHeads(ctx, db)
		if err != nil {
			t.Fatal(err)
		}
		check := func() string {
			t.Helper()
			v := audit.NewVerifier(saved, nil)
			if err := db.Read(ctx, func(tx *database.Tx) error { return log.Check(ctx, tx, v) }); err != nil {
				t.Fatal(err)
			}
			var told []string
			for _, b := range v.Close(false).Breaks {
				told = append(told, b.Reason)
			}
			return strings.Join(told, "|")
		}
		if got := check(); got != "" {
			t.Fatalf("a whole log: %s", got)
		}

		if err := db.Write(ctx, func(tx *database.Tx) error {
			_, err := tx.Exec(ctx, "DELETE FROM audit_entries WHERE number = 5")
			return err
		}); err != nil {
			t.Fatal(err)
		}

		want := "chain " + acme + " ends at entry 4, and its head says 5, or another entry|chain " + acme + " ends at entry 4, before the head 5 saved on 2027-03-08 09:30:00"
		if got := check(); got != want {
			t.Errorf("with its last entry gone:\n%s\nwant\n%s", got, want)
		}
	})
}

func TestTheLogIsListedByWhatIsAskedTheLatestFirst(t *testing.T) {
	t.Parallel()
	asmtest.EachRawDatabase(t, func(t *testing.T, db *database.DB, clock *asmtest.Clock) {
		ctx, log := context.Background(), audit.New()
		other := entry(acme, "addRoot")
		other.Actor, other.Kind, other.ID, other.Group = "other@acme.test", "root", "r1", "g1"
		appendAll(t, db, entry(acme, "addGroup"), other, entry(audit.Installation, "signIn"))
		clock.Advance(asmtest.Day)
		appendAll(t, db, entry(acme, "removeGroup"))
		tomorrow := asmtest.Start.Add(asmtest.Day)

		for _, row := range []struct {
			filter audit.Filter
			want   string
		}{
			{audit.Filter{}, "removeGroup addRoot addGroup"},
			{audit.Filter{Before: 3}, "addRoot addGroup"},
			{audit.Filter{Actor: "other@acme.test"}, "addRoot"},
			{audit.Filter{Action: "addGroup"}, "addGroup"},
			{audit.Filter{Kind: "group", ID: "g1"}, "removeGroup addGroup"},
			{audit.Filter{Group: "g1"}, "addRoot"},
			{audit.Filter{From: tomorrow}, "removeGroup"},
			{audit.Filter{To: tomorrow}, "addRoot addGroup"},
			{audit.Filter{Chain: audit.Installation}, "signIn"},
		} {
			if row.filter.Chain == "" {
				row.filter.Chain = acme
			}
			records, err := log.List(ctx, db, row.filter, 10)
			if err != nil {
				t.Fatal(err)
			}
			var told []string
			for _, r := range records {
				told = append(told, r.Action)
			}
			if got := strings.Join(told, " "); got != row.want {
				t.Errorf("%+v: %s, want %s", row.filter, got, row.want)
			}
			row.filter.Before = 0
			if n, err := log.Count(ctx, db, row.filter); err != nil || int(n) < len(records) {
				t.Errorf("%+v: count %d, %v, want at least %d", row.filter, n, err, len(records))
			}
		}
	})
}

func FuzzExportsOfStrangers(f *testing.F) {
	r := audit.Record{Chain: acme, Number: 1, At: asmtest.Start, Actor: "a", After: `{"x":"<\u2028>"}`, Count: 1}
	line, err := audit.AppendRecord(nil, r)
	if err != nil {
		f.Fatal(err)
	}
	head, err := audit.AppendHead(nil, audit.Sign(audit.Head{Chain: acme, Number: 1}, asmtest.Start, keyOf("ours")))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(line) + string(head))
	f.Add(`{"head":{"publicKey":"00"}}` + "\n{}\n")
	f.Fuzz(func(t *testing.T, text string) {
		v := audit.NewVerifier(nil, nil)
		if err := v.Lines(strings.NewReader(text)); err != nil {
			return
		}
		if report := v.Close(true); text != "" && strings.TrimSpace(text) != "" && report.IsWhole() && len(report.Signed) == 0 {
			t.Errorf("%q is whole, and nobody signed it", text)
		}
	})
}

// BenchmarkVerifyAMillion measures the check of an export of 1,000,000 entries.
func BenchmarkVerifyAMillion(b *testing.B) {
	const entries = 1_000_000
	var text bytes.Buffer
	last := audit.Head{Chain: acme}
	line := []byte(nil)
	for i := range entries {
		r := audit.Record{
			Chain: acme, Number: int64(i + 1), At: asmtest.Start, Actor: "owner@acme.test", CredentialKind: "session", CredentialID: "s1",
			Address: "192.0.2.7", Permission: "api_mutations_add_group_mutate", RequestID: "0123456789abcdef", Action: "addGroup", Kind: "group",
			ID: fmt.Sprint(i), After: `{"name":"web","description":"The shop."}`, Count: 1,
		}
		r.Hash = audit.HashOf(last.Hash, r)
		last.Number, last.Hash = r.Number, r.Hash
		var err error
		if line, err = audit.AppendRecord(line[:0], r); err != nil {
			b.Fatal(err)
		}
		text.Write(line)
	}
	if err := audit.WriteHead(&text, audit.Sign(last, asmtest.Start, keyOf("ours"))); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		v := audit.NewVerifier(nil, nil)
		if err := v.Lines(bytes.NewReader(text.Bytes())); err != nil {
			b.Fatal(err)
		}
		if report := v.Close(true); !report.IsWhole() || report.Entries != entries {
			b.Fatalf("report: %+v", report)
		}
	}
}
