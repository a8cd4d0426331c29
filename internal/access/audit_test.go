package access_test

import (
	"bytes"
	"context"
	"strconv"
	"strings"
	"testing"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/audit"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/problem"
)

func TestAdministratorsReadTheAuditLogAndNobodyElse(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.member("boss@acme.test", webID, access.UserManager)
		w.must(w.AddStakeholder(w.host, "admin@acme.test", access.Admin))
		boss, admin := w.as("boss@acme.test"), w.as("admin@acme.test")

		page, err := w.AuditEntries(admin, access.AuditQuery{Action: "addStakeholder", First: 10})
		w.must(err)
		if len(page.Entries) != 1 || page.Entries[0].ID != "admin@acme.test" || page.Entries[0].CredentialKind != "host" {
			t.Errorf("entries = %+v, want that of the administrator", page.Entries)
		}
		page, err = w.AuditEntries(admin, access.AuditQuery{Group: "web", First: 10})
		w.must(err)
		for _, e := range page.Entries {
			if e.Chain != acmeID || e.Group != webID {
				t.Errorf("an entry of %s in %s among those of the group web", e.Group, e.Chain)
			}
		}

		var b bytes.Buffer
		_, err = w.AuditEntries(boss, access.AuditQuery{Organization: "acme", First: 10})
		refused(t, "entries", err, problem.KindDenied, denied)
		_, err = w.CountAuditEntries(boss, access.AuditQuery{Organization: "acme"})
		refused(t, "count", err, problem.KindDenied, denied)
		_, err = w.AuditHeads(boss)
		refused(t, "heads", err, problem.KindDenied, denied)
		refused(t, "export", w.ExportAudit(boss, "acme", &b), problem.KindDenied, denied)
		_, err = w.VerifyAudit(admin, nil, nil)
		refused(t, "verifying, which is the host's", err, problem.KindDenied, denied)
		_, err = w.AuditEntries(admin, access.AuditQuery{First: 0})
		refused(t, "no page", err, problem.KindInvalid, "Exception - The argument must be a positive integer: first")
		_, err = w.AuditEntries(admin, access.AuditQuery{First: 1, After: "x"})
		refused(t, "a made-up cursor", err, problem.KindInvalid, "Exception - The cursor is invalid with a filter")
		if b.Len() > 0 {
			t.Errorf("a refused export wrote %q", b.String())
		}
	})
}

func TestPagesOfTheAuditLogFollowEachOther(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		for _, email := range []string{"a@acme.test", "b@acme.test", "c@acme.test"} {
			w.must(w.AddStakeholder(w.host, email, access.User))
		}
		q := access.AuditQuery{Action: "addStakeholder", First: 2}

		first, err := w.AuditEntries(w.host, q)
		w.must(err)
		if len(first.Entries) != 2 || !first.HasNext || first.Entries[0].ID != "c@acme.test" {
			t.Fatalf("first page = %+v", first)
		}
		q.After = strconv.FormatInt(first.Entries[1].Number, 10)
		second, err := w.AuditEntries(w.host, q)
		w.must(err)
		if len(second.Entries) != 1 || second.HasNext || second.Entries[0].ID != "a@acme.test" {
			t.Errorf("second page = %+v", second)
		}
		if n, err := w.CountAuditEntries(w.host, q); err != nil || n != 3 {
			t.Errorf("count = %d, %v, want 3", n, err)
		}
	})
}

func TestAnExportTellsOfItselfAndIsVerifiedWithoutTheDatabase(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.member("dev@acme.test", webID, access.User)
		saved, err := w.AuditHeads(w.host)
		w.must(err)
		var text strings.Builder
		w.must(w.ExportAudit(w.host, "", &text))

		v := audit.NewVerifier(saved, nil)
		w.must(v.Lines(strings.NewReader(text.String())))
		report := v.Close(true)

		if !report.IsWhole() || len(report.Signed) != len(report.Heads) {
			t.Errorf("report = %+v, want every chain whole and signed", report)
		}
		if !strings.Contains(text.String(), `"action":"exportAudit"`) {
			t.Error("the export does not tell of itself")
		}
	})
}

func TestTheHostFindsWhatWasChangedBehindItsBack(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.must(w.AddStakeholder(w.host, "a@acme.test", access.User))
		w.must(w.SignAudit(context.Background()))
		report, err := w.VerifyAudit(w.host, nil, nil)
		w.must(err)
		if !report.IsWhole() {
			t.Fatalf("a whole log: %+v", report.Breaks)
		}

		w.write(func(ctx context.Context, tx *database.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE audit_entries SET actor = 'nobody' WHERE action = 'addStakeholder'")
			return err
		})

		report, err = w.VerifyAudit(w.host, nil, nil)
		w.must(err)
		if len(report.Breaks) != 1 || !strings.Contains(report.Breaks[0].Reason, "is not what was written") {
			t.Errorf("breaks = %+v, want the changed entry", report.Breaks)
		}
	})
}
