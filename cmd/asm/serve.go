package main

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
	"strings"
	"time"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/api"
	"asm.example/asm/internal/asm"
	"asm.example/asm/internal/demo"
	"asm.example/asm/internal/server"
	"asm.example/asm/web"
)

// serveCommand runs the server.
type serveCommand struct {
	host
	Listen        string         `help:"Address to listen on (default: ${default})." default:"127.0.0.1:8000" placeholder:"HOST:PORT"`
	URL           string         `help:"Public address, as people type it; needed unless it listens on a loopback address." placeholder:"https://asm.example"`
	Administrator string         `help:"Mail address of the first administrator of an empty installation (default: ${default})." default:"admin@asm.localhost" placeholder:"EMAIL"`
	Demo          bool           `help:"Fill an empty installation with a made-up world; on a loopback address only."`
	SessionLife   time.Duration  `help:"How long a browser session lasts." default:"40m"`
	MaxTokens     int            `help:"How many live API tokens a person may have." default:"10"`
	Issuers       string         `help:"JSON file of the OpenID Connect issuers that people may sign in with." placeholder:"FILE"`
	StaffDomain   []string       `help:"Mail domain of the operator's people; without any nobody is restricted." placeholder:"DOMAIN"`
	TrustedProxy  []netip.Prefix `help:"Network of proxies whose X-Forwarded-For is believed." placeholder:"CIDR"`
	mailServer
	Metrics   string `help:"Address on which Prometheus reads /metrics, without a credential; none when not given." placeholder:"HOST:PORT"`
	LogFormat string `help:"Form of the log on standard error: text or json." enum:"text,json" default:"text"`
}

// Help shows how it is used.
func (*serveCommand) Help() string {
	return `Examples:
  asm serve                                          an installation in ./asm-data, on http://127.0.0.1:8000
  asm serve --demo --data asm-demo                   a made-up world to look around in
  asm serve --database postgres://asm@db/asm --listen :8000 --url https://asm.example`
}

// Run serves until it is told to stop.
func (c *serveCommand) Run(ctx context.Context, streams streams) error {
	log := slog.New(c.logHandler(streams.err))
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return &usageError{fmt.Sprintf("--listen %s: %s", c.Listen, err)}
	}
	defer listener.Close()
	public, loopback, err := c.publicURL(listener.Addr())
	if err != nil {
		return err
	}
	config, err := c.serverConfig(public, log)
	if err != nil {
		return err
	}
	if c.Demo {
		if err := c.fillDemo(ctx, config, loopback, streams.err); err != nil {
			return err
		}
	}
	services, err := asm.Open(ctx, config)
	if err != nil {
		return err
	}
	return errors.Join(c.serve(ctx, services, listener, server.Config{
		PublicURL: public, Loopback: loopback, TrustedProxies: c.TrustedProxy, TempDir: services.TempDir, Demo: c.Demo,
	}, log, streams.err), services.Close())
}

func (c *serveCommand) logHandler(to io.Writer) slog.Handler {
	if c.LogFormat == "json" {
		return slog.NewJSONHandler(to, nil)
	}
	return slog.NewTextHandler(to, nil)
}

// publicURL answers the address that people use: what they say it is, else the loopback address that is listened on.
func (c *serveCommand) publicURL(address net.Addr) (public *url.URL, loopback bool, err error) {
	listening, err := netip.ParseAddrPort(address.String())
	if err != nil {
		return nil, false, fmt.Errorf("understand the address %s: %w", address, err)
	}
	loopback = listening.Addr().IsLoopback()
	if c.URL == "" {
		if !loopback {
			return nil, false, &usageError{"say by --url at which address people reach the server, or listen on 127.0.0.1"}
		}
		return &url.URL{Scheme: "http", Host: listening.String()}, loopback, nil
	}
	public, err = url.Parse(c.URL)
	if err != nil || public.Host == "" || (public.Scheme != "http" && public.Scheme != "https") || strings.Trim(public.Path, "/") != "" {
		return nil, false, &usageError{fmt.Sprintf("--url %s: an address without a path is expected, such as https://asm.example", c.URL)}
	}
	public.Path = ""
	return public, loopback, nil
}

func (c *serveCommand) serverConfig(public *url.URL, log *slog.Logger) (asm.Config, error) {
	config, err := c.config()
	if err != nil {
		return asm.Config{}, err
	}
	config.URL = public.String()
	config.SessionLife, config.MaxTokens, config.StaffDomains, config.Log = c.SessionLife, c.MaxTokens, c.StaffDomain, log
	if config.Issuers, err = readIssuers(c.Issuers); err != nil {
		return asm.Config{}, err
	}
	config.SMTP, err = c.mailServer.settings()
	return config, err
}

// fillDemo makes the demo's world where there is none yet.
func (c *serveCommand) fillDemo(ctx context.Context, config asm.Config, loopback bool, talk io.Writer) error {
	if !loopback {
		return &usageError{"a demo is open to everybody who knows this program; it listens on a loopback address only"}
	}
	return demo.Fill(ctx, config, func(doing string) { fmt.Fprintln(talk, "asm:", doing) })
}

// serve answers requests and does the background work until the context ends.
func (c *serveCommand) serve(ctx context.Context, s *asm.Services, listener net.Listener, config server.Config, log *slog.Logger, talk io.Writer) error {
	schema, err := api.NewSchema(s, log)
	if err != nil {
		return err
	}
	handler, err := server.New(config, server.Parts{
		Schema: schema, Access: s.Access, Lifecycle: s.Lifecycle, Database: s.Database, Log: log, Now: s.Now, WallClock: s.Now, Random: s.Random,
	})
	if err != nil {
		return err
	}
	stopMetrics, err := c.serveMetrics(ctx, handler.Metrics())
	if err != nil {
		return err
	}
	defer stopMetrics()
	if err := c.greet(ctx, s, config.PublicURL.String(), talk); err != nil {
		return err
	}
	working, stop := context.WithCancel(context.WithoutCancel(ctx))
	background := make(chan struct{})
	go func() {
		defer close(background)
		s.Run(working)
	}()
	err = handler.Serve(ctx, listener)
	// Requests under way may still wait for a job; only then do the workers stop.
	stop()
	<-background
	return err
}

// serveMetrics answers metrics on an address of their own, where one is given.
func (c *serveCommand) serveMetrics(ctx context.Context, handler http.Handler) (stop func(), err error) {
	if c.Metrics == "" {
		return func() {}, nil
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", c.Metrics)
	if err != nil {
		return nil, &usageError{fmt.Sprintf("--metrics %s: %s", c.Metrics, err)}
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		// It ends when it is closed, and at no other time.
		_ = server.Serve(listener)
	}()
	return func() {
		_ = server.Close()
		<-ended
	}, nil
}

// greet tells where to go and how to sign in.
func (c *serveCommand) greet(ctx context.Context, s *asm.Services, address string, talk io.Writer) error {
	fmt.Fprintf(talk, "\nASM %s is at %s, its API and playground at %s/api\n", version, address, address)
	if !web.Built() {
		fmt.Fprintln(talk, "The web app is not in this binary; 'make build' puts it there.")
	}
	if c.Demo {
		fmt.Fprintf(talk, "This is a demo: its organizations, people and addresses are made up.\nSign in as %s with the password %q.\n"+
			"For what other roles see: %s, the same password.\n\n", demo.Administrator, demo.Password, strings.Join(demo.OtherPeople(), ", "))
		return nil
	}
	ctx = access.WithActor(ctx, access.HostActor("host"))
	link, err := s.Access.FirstAdministrator(ctx, c.Administrator)
	if err != nil {
		return fmt.Errorf("make the first administrator: %w", err)
	}
	if link != "" {
		fmt.Fprintf(talk, "Nobody has signed in here yet. Within 24 hours, this link sets the password of the first administrator, %s, once:\n  %s\n\n", c.Administrator, link)
	}
	return nil
}
