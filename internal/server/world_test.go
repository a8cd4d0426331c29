package server_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"asm.example/asm/internal/api"
	"asm.example/asm/internal/asmtest"
	"asm.example/asm/internal/asmtest/world"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/server"
)

// ana is the person of most of these tests.
const ana = "ana@acme.test"

// The texts that the front door answers.
const (
	loginRequired = "Login required"
	noJWT         = "Token format unrecognized"
	expired       = "Exception - User token has expired"
)

// The media types that clients ask for.
const (
	plainJSON    = "application/json"
	responseJSON = "application/graphql-response+json"
)

// house is a world's server without a network: a request is handed over as it is, from whatever address the test wants.
type house struct {
	*world.World
	handler http.Handler
}

// open answers a world's server, changed by the test.
func open(t *testing.T, w *world.World, change func(*server.Config)) *house {
	t.Helper()
	public, err := url.Parse("http://asm.test")
	if err != nil {
		t.Fatal(err)
	}
	config := server.Config{PublicURL: public, TempDir: w.TempDir}
	if change != nil {
		change(&config)
	}
	schema, err := api.NewSchema(w.Services, w.Logger)
	if err != nil {
		t.Fatal(err)
	}
	handler, err := server.New(config, server.Parts{
		Schema: schema, Access: w.Access, Lifecycle: w.Lifecycle, Database: w.Database, Log: w.Logger,
		Now: w.Now, WallClock: time.Now, Random: w.Random,
	})
	if err != nil {
		t.Fatal(err)
	}
	return &house{w, handler}
}

// each opens a server on both databases.
func each(t *testing.T, change func(*server.Config), run func(t *testing.T, h *house)) {
	t.Helper()
	world.Each(t, func(t *testing.T, w *world.World) { run(t, open(t, w, change)) })
}

// onSQLite opens a server on the embedded database, for what no database has to do with.
func onSQLite(t *testing.T, change func(*server.Config)) *house {
	t.Helper()
	clock := asmtest.NewClock()
	w := world.New(t, database.Options{Path: t.TempDir() + "/asm.db", Random: asmtest.Random(t)}, clock)
	return open(t, w, change)
}

// trust makes networks of proxies.
func trust(networks ...string) func(*server.Config) {
	return func(c *server.Config) {
		for _, n := range networks {
			c.TrustedProxies = append(c.TrustedProxies, netip.MustParsePrefix(n))
		}
	}
}

// reply is an answer, with its body read.
type reply struct {
	*http.Response
	body string
}

// request makes a request to the server's own host from 192.0.2.1; headers come in pairs of name and value.
func request(method, path, body string, headers ...string) *http.Request {
	r := httptest.NewRequestWithContext(context.Background(), method, path, strings.NewReader(body))
	r.Host = "asm.test"
	r.RemoteAddr = "192.0.2.1:4711"
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	return r
}

// do hands a request over.
func (h *house) do(r *http.Request) reply {
	recorder := httptest.NewRecorder()
	h.handler.ServeHTTP(recorder, r)
	response := recorder.Result()
	text, _ := io.ReadAll(response.Body)
	return reply{response, string(text)}
}

// document is the body of a request that asks an operation.
func document(query string) string {
	text, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		panic(err)
	}
	return string(text)
}

const whoAmI = `{ me { userEmail } }`

// ask sends an operation as JSON.
func (h *house) ask(query string, headers ...string) reply {
	return h.do(request(http.MethodPost, "/api", document(query), append([]string{"Content-Type", plainJSON}, headers...)...))
}

// bearer is the header of a token.
func bearer(token string) []string { return []string{"Authorization", "Bearer " + token} }

// answer is what a GraphQL answer holds.
type answer struct {
	Data   json.RawMessage
	Errors []struct {
		Message    string
		Extensions map[string]any
	}
}

func (r reply) answer(t *testing.T) answer {
	t.Helper()
	var a answer
	if err := json.Unmarshal([]byte(r.body), &a); err != nil {
		t.Fatalf("%s: no JSON: %v: %.200s", r.Status, err, r.body)
	}
	return a
}

// refusedWith reports unless an answer is one error of this text and code, with data null.
func refusedWith(t *testing.T, what string, r reply, message, code string) {
	t.Helper()
	a := r.answer(t)
	if len(a.Errors) != 1 || a.Errors[0].Message != message || a.Errors[0].Extensions["code"] != code || string(a.Data) != "null" {
		t.Errorf("%s: %d %s; want %q with code %s and data null", what, r.StatusCode, r.body, message, code)
	}
}

// signIn signs a person in and answers the cookie.
func (h *house) signIn(t *testing.T, email string, headers ...string) *http.Cookie {
	t.Helper()
	r := h.do(request(http.MethodPost, "/session", `{"email":"`+email+`","password":"`+world.Password+`"}`, headers...))
	if r.StatusCode != http.StatusNoContent || len(r.Cookies()) != 1 {
		t.Fatalf("sign in %s: %d %s, cookies %v", email, r.StatusCode, r.body, r.Cookies())
	}
	return r.Cookies()[0]
}

// with is the header of a cookie.
func with(c *http.Cookie) []string { return []string{"Cookie", c.Name + "=" + c.Value} }
