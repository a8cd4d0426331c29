// Package server is ASM's one way in by HTTP: the endpoint of the API, signing in, the web app and the playground, health.
//
// Every request passes the same front door (door.go): the host it was sent to, the address it came from, and the
// credential it carries are judged once, before anything else looks at it. Behind the door stand few routes; what they do
// is done by the services, with the Actor that the door put into the context. The package holds no rule of the domain.
package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/graphql"
	"asm.example/asm/internal/lifecycle"
)

// Config is what the server is told from outside.
type Config struct {
	// PublicURL is the address that people use: links, issuers' redirects and cookies follow it.
	PublicURL *url.URL
	// Loopback says that the server listens on a loopback address, whose names are then answered too.
	Loopback bool
	// TrustedProxies are the networks whose X-Forwarded-For is believed.
	TrustedProxies []netip.Prefix
	// TempDir is where uploads are spooled; its files are removed with their request.
	TempDir string
	// Demo is true when everything shown is made up; the sign-in page says so.
	Demo bool
	// Limits bound what a client can send; a zero field takes its default.
	Limits Limits
}

// Limits bound what a client can send.
type Limits struct {
	JSONBytes      int64   // of a JSON request, default 1 MiB
	MultipartBytes int64   // of a multipart request, default 256 MiB
	Files          int     // of a multipart request, default 10
	AnonymousRate  float64 // requests a second for each address without a credential, default 20
	AnonymousBurst int     // at once, default 100
	FailureRate    float64 // failed credentials a second for each address, default 2
	FailureBurst   int     // at once, default 30
}

func (l Limits) withDefaults() Limits {
	orElse(&l.JSONBytes, 1<<20)
	orElse(&l.MultipartBytes, 256<<20)
	orElse(&l.Files, 10)
	orElse(&l.AnonymousRate, 20)
	orElse(&l.AnonymousBurst, 100)
	orElse(&l.FailureRate, 2)
	orElse(&l.FailureBurst, 30)
	return l
}

func orElse[T comparable](value *T, otherwise T) {
	var zero T
	if *value == zero {
		*value = otherwise
	}
}

// Parts are the rooms that the server opens to the network.
type Parts struct {
	Schema   *graphql.Schema
	Access   *access.Service
	Database *database.DB
	// Lifecycle ends accounts.
	Lifecycle *lifecycle.Service
	Log       *slog.Logger
	// Now is the clock of sessions, tokens and limits.
	Now func() time.Time
	// WallClock is the machine's own, for the deadlines of connections.
	WallClock func() time.Time
	Random    io.Reader
}

// Server answers HTTP requests. It is an http.Handler; Serve adds the time limits of connections.
type Server struct {
	config  Config
	parts   Parts
	routes  http.Handler
	app     *app
	metrics *metrics
	// anonymous and failures count requests by address.
	anonymous *throttle
	failures  *throttle
}

// New answers a server; an error means that the web app's files are not what the build makes.
func New(config Config, parts Parts) (*Server, error) {
	config.Limits = config.Limits.withDefaults()
	pages, err := newApp(config)
	if err != nil {
		return nil, fmt.Errorf("open web app: %w", err)
	}
	s := &Server{
		config:    config,
		parts:     parts,
		app:       pages,
		metrics:   newMetrics(),
		anonymous: newThrottle(config.Limits.AnonymousRate, config.Limits.AnonymousBurst, parts.Now),
		failures:  newThrottle(config.Limits.FailureRate, config.Limits.FailureBurst, parts.Now),
	}
	s.routes = s.frontDoor(s.measured(s.mux()))
	return s, nil
}

// mux is every route of the server.
func (s *Server) mux() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("/api", s.endpoint)
	mux.HandleFunc("GET /session", s.describeSession)
	mux.HandleFunc("POST /session", s.signIn)
	mux.HandleFunc("DELETE /session", s.signOut)
	mux.HandleFunc("POST /session/password", s.setPassword)
	mux.HandleFunc("GET /session/invitation", s.describeInvitation)
	mux.HandleFunc("POST /session/invitation", s.answerInvitation)
	mux.HandleFunc("GET /session/deletion", s.describeDeletion)
	mux.HandleFunc("POST /session/deletion", s.confirmDeletion)
	mux.HandleFunc("GET /session/oidc/{issuer}", s.beginIssuer)
	mux.HandleFunc("GET /session/oidc/{issuer}/callback", s.finishIssuer)
	mux.HandleFunc("GET /.well-known/jwks.json", s.keys)
	mux.HandleFunc("GET /audit.jsonl", s.exportAudit)
	mux.HandleFunc("GET /healthz", s.healthy)
	mux.HandleFunc("GET /readyz", s.ready)
	mux.HandleFunc("GET /assets/", s.app.serveAsset)
	mux.HandleFunc("/", s.app.servePage)
	return mux
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.routes.ServeHTTP(w, r)
}

// stopWithin is how long requests under way may take once the server is asked to stop.
const stopWithin = 10 * time.Second

// Serve answers on a listener until the context ends, then lets requests under way finish, for at most 10 seconds.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(s.parts.Log.Handler(), slog.LevelDebug),
	}
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		waiting, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
		defer cancel()
		stopped <- server.Shutdown(waiting)
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve %s: %w", listener.Addr(), err)
	}
	return <-stopped
}
