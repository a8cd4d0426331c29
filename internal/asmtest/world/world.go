// Package world makes an installation for a test: all services on databases of both kinds, people who are made when they are
// named, time that stands still, and a server when one is asked for.
//
// It stands apart from asmtest, which the rooms below the services use, so that testing one of those builds no more than
// that room.
package world

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/api"
	"asm.example/asm/internal/asm"
	"asm.example/asm/internal/asmtest"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/group"
	"asm.example/asm/internal/organization"
	"asm.example/asm/internal/root"
	"asm.example/asm/internal/scan"
	"asm.example/asm/internal/server"
)

// Password is everybody's in a world.
const Password = "a password for tests"

// World is an installation for a test: all services on a database of its own, time that stands still, people who are made
// when they are named. A method that fails ends the test.
type World struct {
	*asm.Services
	*asmtest.Clock

	t testing.TB
	// URL is where its server is, once Serve was called.
	URL string
	// Log is what the installation and its server wrote; read it when they rest.
	Log *bytes.Buffer
	// Logger writes to Log.
	Logger *slog.Logger
}

// Each runs a test in a new world on SQLite and in one on PostgreSQL, as [asmtest.EachDatabaseOptions] does.
func Each(t *testing.T, run func(t *testing.T, w *World)) {
	t.Helper()
	asmtest.EachDatabaseOptions(t, func(t *testing.T, options database.Options, clock *asmtest.Clock) {
		run(t, New(t, options, clock))
	})
}

// New opens an installation on a database; its files are gone when the test ends. adjust changes what it is opened with.
func New(t testing.TB, options database.Options, clock *asmtest.Clock, adjust ...func(*asm.Config)) *World {
	t.Helper()
	w := &World{Clock: clock, t: t, Log: &bytes.Buffer{}}
	w.Logger = slog.New(slog.NewTextHandler(w.Log, nil))
	config := asm.Config{
		DataDir: t.TempDir(), DatabaseURL: options.URL, DatabasePath: options.Path, URL: "http://asm.test",
		Log: w.Logger, Now: clock.Now, Random: options.Random,
	}
	for _, change := range adjust {
		change(&config)
	}
	var err error
	if w.Services, err = asm.Open(context.Background(), config); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Services.Close(); err != nil {
			t.Errorf("close the world: %v", err)
		}
	})
	return w
}

// Now is the world's time.
func (w *World) Now() time.Time { return w.Clock.Now() }

// must ends the test on an error.
func (w *World) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// Host answers a context in which the host acts, who may everything.
func (w *World) Host() context.Context {
	return access.WithActor(context.Background(), access.HostActor("host"))
}

// As answers a context in which a person acts who was made before.
func (w *World) As(email string) context.Context {
	w.t.Helper()
	ctx, err := w.Access.ActingFor(w.Host(), email)
	w.must(err)
	return ctx
}

// Person makes a person with a user-level role and answers a context in which they act.
func (w *World) Person(email string, role access.Role) context.Context {
	w.t.Helper()
	link, err := w.Access.AddPerson(w.Host(), access.NewPerson{Email: email, Role: role})
	w.must(err)
	_, err = w.Access.SetPassword(context.Background(), link[strings.LastIndexByte(link, '/')+1:], Password, "127.0.0.1", "test")
	w.must(err)
	return w.As(email)
}

// Organization makes an organization, without members.
func (w *World) Organization(name string) {
	w.t.Helper()
	_, err := w.Organizations.Add(w.Host(), organization.Addition{Name: name, Country: "Portugal"})
	w.must(err)
}

// Group makes a group in an organization, without members.
func (w *World) Group(organizationName, name string) {
	w.t.Helper()
	_, err := w.Groups.Add(w.Host(), group.Addition{Organization: organizationName, Name: name, Description: "The " + name + "."})
	w.must(err)
}

// GitRoot makes a git root in a group and answers its id.
func (w *World) GitRoot(groupName, nickname string) string {
	w.t.Helper()
	id, err := w.Roots.AddGit(w.Host(), groupName, root.GitSettings{
		URL: "https://git.example/" + groupName + "/" + nickname + ".git", Branch: "main", Environment: "production",
		Nickname: nickname, Gitignore: []string{},
	})
	w.must(err)
	return id
}

// JoinGroup makes a person member of a group.
func (w *World) JoinGroup(email, groupName string, role access.Role) {
	w.t.Helper()
	invited, err := w.Access.InviteToGroup(w.Host(), groupName, access.Invite{Email: email, Role: role})
	w.must(err)
	w.accept(invited)
}

// JoinOrganization makes a person member of an organization.
func (w *World) JoinOrganization(email, organizationName string, role access.Role) {
	w.t.Helper()
	invited, err := w.Access.InviteToOrganization(w.Host(), organizationName, access.Invite{Email: email, Role: role})
	w.must(err)
	w.accept(invited)
}

func (w *World) accept(invited *access.Stakeholder) {
	w.t.Helper()
	link := invited.InvitationURL
	_, err := w.Access.AnswerInvitation(context.Background(), link[strings.LastIndexByte(link, '/')+1:], true, "127.0.0.1")
	w.must(err)
}

// Import imports a scan into a root and answers its receipt.
func (w *World) Import(ctx context.Context, groupName, nickname, sarif string) scan.Receipt {
	w.t.Helper()
	imported, err := w.Scans.Import(ctx, scan.Import{
		GroupName: groupName, RootNickname: nickname, Wait: true,
		File: &scan.Upload{Name: "scan.sarif", Size: int64(len(sarif)), Content: strings.NewReader(sarif)},
	})
	w.must(err)
	return *imported.Receipt
}

// Token makes an API token of a person's that lasts a day.
func (w *World) Token(email string) string {
	w.t.Helper()
	token, err := w.Access.AddToken(w.As(email), "test", w.Now().Add(asmtest.Day))
	w.must(err)
	return token
}

// Serve starts the world's server and its background work; both end with the test.
func (w *World) Serve() *World {
	w.t.Helper()
	schema, err := api.NewSchema(w.Services, w.Logger)
	w.must(err)
	listening := httptest.NewUnstartedServer(nil)
	public, err := url.Parse("http://" + listening.Listener.Addr().String())
	w.must(err)
	handler, err := server.New(server.Config{
		PublicURL: public, Loopback: true, TempDir: w.TempDir,
		Limits: server.Limits{AnonymousRate: 1e6, AnonymousBurst: 1e6, FailureRate: 1e6, FailureBurst: 1e6},
	}, server.Parts{
		Schema: schema, Access: w.Access, Lifecycle: w.Lifecycle, Database: w.Database, Log: w.Logger,
		Now: w.Now, WallClock: time.Now, Random: w.Random,
	})
	w.must(err)
	listening.Config.Handler = handler
	listening.Start()
	working, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		w.Services.Run(working)
	}()
	w.t.Cleanup(func() {
		listening.Close()
		stop()
		<-ended
	})
	w.URL = listening.URL
	return w
}

// Answer is what the API answered.
type Answer struct {
	Status int
	Header http.Header
	Data   map[string]any
	Errors []struct {
		Message    string
		Path       []any
		Extensions map[string]any
	}
}

// Message is the first error's; empty when there is none.
func (a Answer) Message() string {
	if len(a.Errors) == 0 {
		return ""
	}
	return a.Errors[0].Message
}

// Ask sends an operation with a bearer token, or without any for "".
func (w *World) Ask(token, query string, variables map[string]any) Answer {
	w.t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	w.must(err)
	return w.send(token, "application/json", bytes.NewReader(body))
}

// Upload sends an operation whose variable `file` is a file.
func (w *World) Upload(token, query string, variables map[string]any, content string) Answer {
	w.t.Helper()
	variables["file"] = nil
	operations, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	w.must(err)
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	w.must(form.WriteField("operations", string(operations)))
	w.must(form.WriteField("map", `{"0":["variables.file"]}`))
	part, err := form.CreateFormFile("0", "scan.sarif")
	w.must(err)
	_, err = io.WriteString(part, content)
	w.must(err)
	w.must(form.Close())
	return w.send(token, form.FormDataContentType(), &body)
}

func (w *World) send(token, contentType string, body io.Reader) Answer {
	w.t.Helper()
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, w.URL+"/api", body)
	w.must(err)
	request.Header.Set("Content-Type", contentType)
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultClient.Do(request)
	w.must(err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	w.must(err)
	answer := Answer{Status: response.StatusCode, Header: response.Header}
	if err := json.Unmarshal(text, &answer); err != nil {
		w.t.Fatalf("answer %s is no JSON: %v: %.300s", response.Status, err, text)
	}
	return answer
}
