package server_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/api"
	"asm.example/asm/internal/asm"
	"asm.example/asm/internal/asmtest"
	"asm.example/asm/internal/asmtest/world"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/graphql"
	"asm.example/asm/internal/server"
)

func TestWhatAnotherProcessEndsIsRefusedWithinASecond(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		what string
		end  func(s *asm.Services, host, owner context.Context) error
	}{
		{"revoked", func(s *asm.Services, _, owner context.Context) error { return s.Access.InvalidateToken(owner, "") }},
		{"disabled", func(s *asm.Services, host, _ context.Context) error { return s.Access.SetActive(host, ana, false) }},
	} {
		t.Run(row.what, func(t *testing.T) {
			t.Parallel()
			asmtest.EachDatabaseOptions(t, func(t *testing.T, options database.Options, clock *asmtest.Clock) {
				w := world.New(t, options, clock)
				h := open(t, w, nil)
				h.Person(ana, access.User)
				token := bearer(h.Token(ana))
				if r := h.ask(whoAmI, token...); strings.Contains(r.body, "errors") {
					t.Fatal(r.body)
				}
				another, err := asm.Open(context.Background(), asm.Config{
					DataDir: t.TempDir(), DatabaseURL: options.URL, DatabasePath: options.Path, URL: "http://asm.test", Log: w.Logger,
					SigningKey: filepath.Join(filepath.Dir(w.TempDir), "signing.key"), Now: clock.Now,
				})
				if err != nil {
					t.Fatal(err)
				}
				defer another.Close()
				host := access.WithActor(context.Background(), access.HostActor("another process"))
				owner, err := another.Access.ActingFor(host, ana)
				if err != nil {
					t.Fatal(err)
				}

				if err := row.end(another, host, owner); err != nil {
					t.Fatal(err)
				}
				clock.Advance(time.Second)

				refusedWith(t, "a second later", h.ask(whoAmI, token...), loginRequired, "UNAUTHENTICATED")
			})
		})
	}
}

// breaking is a server whose every field panics; wallClock is its clock for connections.
func breaking(t *testing.T, w *world.World, wallClock func() time.Time) http.Handler {
	t.Helper()
	present := func(ctx context.Context, err error) *graphql.Error { return api.Present(ctx, w.Logger, err) }
	b, err := graphql.NewBinder(graphql.Options{Present: present}, graphql.Source{Name: "broken.graphql", Text: `type Query { me: String }`})
	if err != nil {
		t.Fatal(err)
	}
	graphql.Query(b, "me", func(context.Context, graphql.None) (*string, error) { panic("a secret of the house") })
	schema, err := b.Schema()
	if err != nil {
		t.Fatal(err)
	}
	handler, err := server.New(server.Config{PublicURL: &url.URL{Scheme: "http", Host: "asm.test"}, Loopback: true, TempDir: w.TempDir}, server.Parts{
		Schema: schema, Access: w.Access, Database: w.Database, Log: w.Logger, Now: w.Now, WallClock: wallClock, Random: w.Random,
	})
	if err != nil {
		t.Fatal(err)
	}
	return handler
}

func TestAPanicIsHiddenFromTheCaller(t *testing.T) {
	t.Parallel()
	h := onSQLite(t, nil)
	h.Person(ana, access.User)
	h.handler = breaking(t, h.World, time.Now)

	r := h.ask(`{ me }`, bearer(h.Token(ana))...)

	if strings.Contains(r.body, "secret") || strings.Contains(r.body, "goroutine") || !strings.Contains(r.body, `"code":"INTERNAL_SERVER_ERROR"`) ||
		!strings.Contains(r.body, r.Header.Get("X-Request-Id")) {
		t.Errorf("%d %s, request %s", r.StatusCode, r.body, r.Header.Get("X-Request-Id"))
	}
	if log := h.Log.String(); !strings.Contains(log, "a secret of the house") || !strings.Contains(log, r.Header.Get("X-Request-Id")) {
		t.Errorf("the log does not tell what happened to request %s: %s", r.Header.Get("X-Request-Id"), log)
	}
}

func TestAClientThatSendsNothingMoreIsGivenUp(t *testing.T) {
	t.Parallel()
	h := onSQLite(t, nil)
	// Of the 30 seconds that a body may take a fifth of a second is left.
	almostOver := func() time.Time { return time.Now().Add(200*time.Millisecond - 30*time.Second) }
	listening := httptest.NewServer(breaking(t, h.World, almostOver))
	defer listening.Close()
	connection, err := new(net.Dialer).DialContext(context.Background(), "tcp", listening.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	head := "POST /api HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
	if _, err := io.WriteString(connection, head); err != nil {
		t.Fatal(err)
	}

	response, err := http.ReadResponse(bufio.NewReader(connection), nil)

	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusBadRequest {
		t.Errorf("answered %s, want 400", response.Status)
	}
}
