package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"asm.example/asm/internal/asm"
)

func TestAnAuditLogIsExportedAndVerifiedOnTheHost(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	data, file, heads := filepath.Join(folder, "data"), filepath.Join(folder, "audit.jsonl"), filepath.Join(folder, "heads.jsonl")
	services, err := asm.Open(context.Background(), asm.Config{DataDir: data, URL: "http://asm.test"})
	if err != nil {
		t.Fatal(err)
	}
	if err := services.Close(); err != nil {
		t.Fatal(err)
	}
	keep := func(file, text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	_, out, _ := command(t, "audit", "heads", "--data", data)
	keep(heads, out)
	_, out, _ = command(t, "audit", "export", "--data", data)
	keep(file, out)

	for _, arguments := range [][]string{{file, "--head", heads}, {"--data", data, "--head", heads}, {file, "--head", file}} {
		status, out, talk := command(t, append([]string{"audit", "verify"}, arguments...)...)
		if status != statusDone || !strings.HasPrefix(out, "The audit log is whole: 2 entries in 1 chains.") {
			t.Errorf("asm audit verify %v: status %d, %s%s", arguments, status, out, talk)
		}
	}

	keep(file, strings.Replace(out, "exportAudit", "exportNothing", 1))
	status, told, _ := command(t, "audit", "verify", file)
	if status != 1 || told != "chain installation: entry 2 is not what was written, or follows another entry\n" {
		t.Errorf("a changed entry: status %d, %q", status, told)
	}
	if status, _, talk := command(t, "audit", "verify", file, "--head", filepath.Join(data, "signing.key")); status != statusUsage {
		t.Errorf("a file without heads: status %d, %s", status, talk)
	}
}
