// Command world serves an installation whose clock can be moved, for the browser tests beside it. It is never shipped.
//
// It is wired as `asm serve --demo` is, on a port of the system's choice, and is filled with the demo's world. A second
// port moves the clock and tells the log. Both listen on the loopback address alone. When it is ready it prints one line of
// JSON with both addresses; it ends when standard input does, so that it never outlives the test that started it.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"syscall"
	"time"

	"asm.example/asm/internal/api"
	"asm.example/asm/internal/asm"
	"asm.example/asm/internal/demo"
	"asm.example/asm/internal/server"
	"asm.example/asm/web"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "world:", err)
		os.Exit(1)
	}
}

// run serves a world until the context ends or the input does.
func run(ctx context.Context, input io.Reader, output io.Writer) error {
	if !web.Built() {
		return errors.New("the web app is not built; run make build")
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		// What stands there does not matter; an error ends the world as the end does.
		_, _ = io.Copy(io.Discard, input)
		stop()
	}()
	directory, err := os.MkdirTemp("", "asm-world-")
	if err != nil {
		return fmt.Errorf("make a directory: %w", err)
	}
	defer os.RemoveAll(directory)
	w := &world{clock: &clock{}, log: &tail{}}
	return w.serve(ctx, directory, output)
}

// world is one installation with its control.
type world struct {
	clock *clock
	log   *tail
}

// ready is the line that tells where a world is.
type ready struct {
	URL           string   `json:"url"`
	Control       string   `json:"control"`
	Administrator string   `json:"administrator"`
	Password      string   `json:"password"`
	Others        []string `json:"others"`
}

func (w *world) serve(ctx context.Context, directory string, output io.Writer) error {
	front, err := listen(ctx)
	if err != nil {
		return err
	}
	defer front.Close()
	control, err := listen(ctx)
	if err != nil {
		return err
	}
	defer control.Close()
	public := &url.URL{Scheme: "http", Host: front.Addr().String()}
	log := slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	config := asm.Config{DataDir: directory, URL: public.String(), Log: log, Now: w.clock.now}
	if err := demo.Fill(ctx, config, func(doing string) { log.Info(doing) }); err != nil {
		return err
	}
	services, err := asm.Open(ctx, config)
	if err != nil {
		return err
	}
	handler, err := newServer(services, public, log)
	if err != nil {
		return errors.Join(err, services.Close())
	}
	go func() {
		controller := &http.Server{Handler: w.control(services), ReadHeaderTimeout: time.Minute}
		// It ends with its listener, and nothing of it is to be kept.
		_ = controller.Serve(control)
	}()
	err = json.NewEncoder(output).Encode(ready{
		URL: public.String(), Control: "http://" + control.Addr().String(),
		Administrator: demo.Administrator, Password: demo.Password, Others: demo.OtherPeople(),
	})
	if err != nil {
		return errors.Join(err, services.Close())
	}
	return errors.Join(serveWithJobs(ctx, services, handler, front), services.Close())
}

// newServer wires the server as cmd/asm does, for a demo. Many browsers come from the one address in a short time, so
// that what guards against strangers is wider here; its own tests are in internal/server and internal/access.
func newServer(services *asm.Services, public *url.URL, log *slog.Logger) (*server.Server, error) {
	schema, err := api.NewSchema(services, log)
	if err != nil {
		return nil, err
	}
	return server.New(server.Config{
		PublicURL: public, Loopback: true, TempDir: services.TempDir, Demo: true,
		Limits: server.Limits{AnonymousRate: 1000, AnonymousBurst: 10_000, FailureRate: 100, FailureBurst: 1000},
	}, server.Parts{
		Schema: schema, Access: services.Access, Lifecycle: services.Lifecycle, Database: services.Database, Log: log,
		Now: services.Now, WallClock: time.Now, Random: services.Random,
	})
}

// serveWithJobs answers requests and does the background work until the context ends.
func serveWithJobs(ctx context.Context, services *asm.Services, handler *server.Server, listener net.Listener) error {
	working, stop := context.WithCancel(context.WithoutCancel(ctx))
	background := make(chan struct{})
	go func() {
		defer close(background)
		services.Run(working)
	}()
	err := handler.Serve(ctx, listener)
	stop()
	<-background
	return err
}

func listen(ctx context.Context) (net.Listener, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	return listener, nil
}
