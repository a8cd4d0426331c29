package backup_test

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"strings"
	"testing"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/asm"
	"asm.example/asm/internal/asmtest"
	"asm.example/asm/internal/asmtest/world"
	"asm.example/asm/internal/backup"
	"asm.example/asm/internal/problem"
)

const oneResult = `{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "probe"}}, "results": [{"ruleId": "sql", "message": {"text": "query from input"},
  "locations": [{"physicalLocation": {"artifactLocation": {"uri": "login.go"}, "region": {"startLine": 41}}}]}]}]}`

// installation makes a world with a person, a token and a scan.
func installation(w *world.World) (token string) {
	w.Organization("acme")
	w.Group("acme", "web")
	w.GitRoot("web", "shop")
	w.Person("ana@acme.test", access.Admin)
	w.Import(w.Host(), "web", "shop", oneResult)
	return w.Token("ana@acme.test")
}

// elsewhere is where a backup of a world is restored to.
func elsewhere(t *testing.T, w *world.World) asm.Config {
	t.Helper()
	return asm.Config{DataDir: t.TempDir(), URL: "http://asm.test", Now: w.Clock.Now, Random: asmtest.Random(t)}
}

func write(t *testing.T, w *world.World) []byte {
	t.Helper()
	var archive bytes.Buffer
	if _, err := backup.Write(context.Background(), w.Services, &archive); err != nil {
		t.Fatal(err)
	}
	return archive.Bytes()
}

func TestARestoredInstallationIsTheOneThatWasCopied(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		token := installation(w)
		archive, config := write(t, w), elsewhere(t, w)

		manifest, err := backup.Restore(context.Background(), config, bytes.NewReader(archive), int64(len(archive)))
		if err != nil {
			t.Fatal(err)
		}

		restored, err := asm.Open(context.Background(), config)
		if err != nil {
			t.Fatal(err)
		}
		defer restored.Close()
		actor, err := restored.Access.Authenticate(context.Background(), []string{"Bearer " + token}, "", "127.0.0.1")
		if err != nil || actor.Email != "ana@acme.test" {
			t.Fatalf("the token answers %v, %v", actor, err)
		}
		ctx := access.WithActor(context.Background(), actor)
		groups, err := restored.Groups.ByKeys(ctx, []string{"web"})
		if err != nil || groups[0].Counters.Open.Total() != 1 {
			t.Errorf("groups = %v, %v, want web with one open location", groups, err)
		}
		if len(manifest.Files) != 1 {
			t.Errorf("files = %v, want the scan", manifest.Files)
		}
		if again, err := restored.Scans.PagesOfGroups(ctx, []string{groups[0].ID}, 10, ""); err != nil || len(again[0].Scans) != 1 {
			t.Errorf("scans = %v, %v", again, err)
		}
	})
}

func TestABackupIsNotRestoredOverAnInstallation(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		installation(w)
		archive, config := write(t, w), elsewhere(t, w)
		if _, err := backup.Restore(context.Background(), config, bytes.NewReader(archive), int64(len(archive))); err != nil {
			t.Fatal(err)
		}

		_, err := backup.Restore(context.Background(), config, bytes.NewReader(archive), int64(len(archive)))

		if !problem.Is(err, problem.KindConflict) {
			t.Errorf("error = %v, want a Conflict", err)
		}
	})
}

// changed answers an archive in which one entry has another content.
func changed(t *testing.T, archive []byte, name string, change func(string) string) []byte {
	t.Helper()
	from, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		t.Fatal(err)
	}
	var to bytes.Buffer
	writer := zip.NewWriter(&to)
	found := false
	for _, entry := range from.File {
		content, err := entry.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(content)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(entry.Name, name) {
			found, text = true, []byte(change(string(text)))
		}
		made, err := writer.Create(entry.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := made.Write(text); err != nil {
			t.Fatal(err)
		}
	}
	if err := writer.Close(); err != nil || !found {
		t.Fatalf("no entry %s: %v", name, err)
	}
	return to.Bytes()
}

func TestADamagedBackupIsRefusedInWords(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		installation(w)
		whole := write(t, w)
		drop := func(string) string { return "" }
		for _, tt := range []struct {
			name    string
			archive []byte
			want    string
		}{
			{"no archive", []byte("not a zip"), "this is no backup"},
			{"cut short", whole[:len(whole)-100], "this is no backup"},
			{"a row changed", changed(t, whole, "tables/organizations", func(s string) string { return strings.Replace(s, "acme", "evil", 1) }), "organizations is not what was written"},
			{"a row removed", changed(t, whole, "tables/audit_entries", drop), "audit_entries is not what was written"},
			{"a file changed", changed(t, whole, "files/", func(s string) string { return s + " " }), "is not what was written"},
			{"a key changed", changed(t, whole, "keys/signing.key", func(s string) string { return s + " " }), "signing.key is not what was written"},
			{"another form", changed(t, whole, "manifest.json", func(s string) string { return strings.Replace(s, `"format": 1`, `"format": 9`, 1) }), "has the form 9"},
		} {
			_, err := backup.Verify(context.Background(), elsewhere(t, w), bytes.NewReader(tt.archive), int64(len(tt.archive)))

			if !problem.Is(err, problem.KindInvalid) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%s: error = %v, want %q", tt.name, err, tt.want)
			}
		}
		if _, err := backup.Verify(context.Background(), elsewhere(t, w), bytes.NewReader(whole), int64(len(whole))); err != nil {
			t.Errorf("the whole backup: %v", err)
		}
	})
}

func TestABackupIsOfOneMomentWhileOthersWrite(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		installation(w)
		ana := w.As("ana@acme.test")
		stop, ended := make(chan struct{}), make(chan error, 1)
		go func() {
			for {
				select {
				case <-stop:
					ended <- nil
					return
				default:
				}
				if err := w.Access.AcceptLegal(ana, true); err != nil {
					ended <- err
					return
				}
			}
		}()

		for range 5 {
			var archive bytes.Buffer
			if _, err := backup.Write(context.Background(), w.Services, &archive); err != nil {
				t.Errorf("write a backup while others wrote: %v", err)
				break
			}
			if _, err := backup.Verify(context.Background(), elsewhere(t, w), bytes.NewReader(archive.Bytes()), int64(archive.Len())); err != nil {
				t.Errorf("a backup while others wrote: %v", err)
			}
		}
		close(stop)

		if err := <-ended; err != nil {
			t.Errorf("a write while backups were made: %v", err)
		}
	})
}
