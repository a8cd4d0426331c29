package server_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/asmtest/world"
	"asm.example/asm/internal/audit"
)

func TestTheAuditLogIsExportedToAdministratorsAlone(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, h *world.World) {
		h.Serve()
		h.Person("admin@acme.test", access.Admin)
		h.Person("ana@acme.test", access.User)
		h.Organization("acme")
		h.Organization("globex")
		h.Group("acme", "web")
		h.Group("globex", "crm")
		get := func(path, token string) (int, string) {
			t.Helper()
			r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, h.URL+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			if token != "" {
				r.Header.Set("Authorization", "Bearer "+token)
			}
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			text, err := io.ReadAll(answer.Body)
			if err != nil {
				t.Fatal(err)
			}
			return answer.StatusCode, string(text)
		}

		for _, row := range []struct {
			path   string
			chains int
		}{{"/audit.jsonl", 3}, {"/audit.jsonl?chain=acme", 1}} {
			status, text := get(row.path, h.Token("admin@acme.test"))
			v := audit.NewVerifier(nil, nil)
			if err := v.Lines(strings.NewReader(text)); err != nil {
				t.Fatal(err)
			}
			if report := v.Close(true); status != http.StatusOK || !report.IsWhole() || len(report.Signed) != row.chains {
				t.Errorf("%s: status %d, %+v, want %d chains, whole and signed", row.path, status, report, row.chains)
			}
		}
		for _, row := range []struct {
			what, path, token string
		}{
			{"a user", "/audit.jsonl", h.Token("ana@acme.test")},
			{"an unknown chain", "/audit.jsonl?chain=nowhere", h.Token("admin@acme.test")},
			{"nobody", "/audit.jsonl", ""},
			{"a token of no person", "/audit.jsonl", "x.y.z"},
		} {
			if status, text := get(row.path, row.token); status == http.StatusOK || strings.Contains(text, `"action"`) {
				t.Errorf("%s: status %d, %.200s, want a refusal", row.what, status, text)
			}
		}
	})
}
