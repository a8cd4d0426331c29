package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets the scripts run this test's binary as asm.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"asm": main})
}

// TestScripts runs the command line as people do, as processes of its own: testdata/*.txtar.
//
// Beside the usual commands a script has `start ARGUMENT…`, which runs `asm serve` with them until the script ends or says
// `stop`, and sets URL and, when one was printed, LINK; `password LINK PASSWORD`, which sets a password as the page does;
// and `keep NAME`, which puts what the last command answered into a variable.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"start": start, "stop": stop, "password": password, "keep": keep,
		},
		Setup: func(env *testscript.Env) error {
			env.Values[serverKey{}] = &running{}
			return nil
		},
	})
}

// serverKey is where a script keeps its server.
type serverKey struct{}

// running is a script's server.
type running struct {
	mutex   sync.Mutex
	command *exec.Cmd
	ended   chan error
}

// program answers the path of asm in a script.
func program(ts *testscript.TestScript) string {
	for _, folder := range filepath.SplitList(ts.Getenv("PATH")) {
		if path := filepath.Join(folder, "asm"); isFile(path) {
			return path
		}
	}
	ts.Fatalf("asm is not on PATH")
	return ""
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// start runs a server on a free port and waits until it has said where it is.
func start(ts *testscript.TestScript, _ bool, arguments []string) {
	server := ts.Value(serverKey{}).(*running)
	command := exec.CommandContext(context.Background(), program(ts), append([]string{"serve", "--listen", "127.0.0.1:0"}, arguments...)...)
	command.Dir = ts.Getenv("WORK")
	command.Env = append(os.Environ(), "ASM_URL=", "ASM_TOKEN=")
	talk, err := command.StderrPipe()
	ts.Check(err)
	ts.Check(command.Start())
	server.mutex.Lock()
	server.command, server.ended = command, make(chan error, 1)
	server.mutex.Unlock()
	ts.Defer(server.kill)

	lines := bufio.NewScanner(talk)
	var said strings.Builder
	for lines.Scan() {
		fmt.Fprintln(&said, lines.Text())
		if _, rest, ok := strings.Cut(lines.Text(), " is at "); ok {
			address, _, _ := strings.Cut(rest, ",")
			ts.Setenv("URL", address)
		}
		if _, link, ok := strings.Cut(lines.Text(), "  http://"); ok {
			ts.Setenv("LINK", "http://"+link)
		}
		// An empty line ends the greeting; before it stands one too.
		if lines.Text() == "" && strings.Contains(said.String(), " is at ") {
			go func() {
				_, _ = io.Copy(io.Discard, talk)
				server.ended <- command.Wait()
			}()
			return
		}
	}
	ts.Fatalf("the server ended: %s", said.String())
}

func (r *running) kill() {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.command != nil {
		_ = r.command.Process.Kill()
		<-r.ended
		r.command = nil
	}
}

// stop asks the server to end, and checks that it does so in order.
func stop(ts *testscript.TestScript, _ bool, _ []string) {
	server := ts.Value(serverKey{}).(*running)
	server.mutex.Lock()
	defer server.mutex.Unlock()
	ts.Check(server.command.Process.Signal(syscall.SIGTERM))
	ts.Check(<-server.ended)
	server.command = nil
}

// password sets a password by a link; with ! the link must be refused.
func password(ts *testscript.TestScript, refused bool, arguments []string) {
	link, chosen := arguments[0], arguments[1]
	body, err := json.Marshal(map[string]string{"link": link[strings.LastIndexByte(link, '/')+1:], "password": chosen})
	ts.Check(err)
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, ts.Getenv("URL")+"/session/password", bytes.NewReader(body))
	ts.Check(err)
	response, err := http.DefaultClient.Do(request)
	ts.Check(err)
	response.Body.Close()
	if got := response.StatusCode != http.StatusNoContent; got != refused {
		ts.Fatalf("the link was refused = %v (%s), want %v", got, response.Status, refused)
	}
}

// keep keeps the last answer, without its line's end, in a variable.
func keep(ts *testscript.TestScript, _ bool, arguments []string) {
	ts.Setenv(arguments[0], strings.TrimSpace(ts.ReadFile("stdout")))
}
