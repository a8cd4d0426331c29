// Command asm is the Attack Surface Manager: server, host commands and command-line client in one binary.
//
// Each subcommand is a struct of flags with one Run method, in a file of its own; what it does is done by a service or by
// the API's client. Answers go to standard output, talk to standard error. The exit status is 0 when it is done, 1 when
// the answer is no, 2 for bad usage or input, 3 when it could not be done.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"asm.example/asm/internal/client"
	"asm.example/asm/internal/problem"
)

// version is set by the build.
var version = "development"

// The exit statuses.
const (
	statusDone  = 0
	statusUsage = 2
	statusFault = 3
)

// streams are where a command reads and writes.
type streams struct {
	out, err io.Writer
	in       io.Reader
}

// commands is the command line as a whole.
type commands struct {
	Serve   serveCommand     `cmd:"" help:"Run the server: web app, API and playground."`
	User    userCommands     `cmd:"" help:"People, on the server's host."`
	Token   tokenCommands    `cmd:"" help:"API tokens, on the server's host."`
	Scan    scanCommands     `cmd:"" help:"Scans, by the API of a server."`
	Backup  backupCommand    `cmd:"" help:"Copy an installation into one file, while it is in use."`
	Restore restoreCommand   `cmd:"" help:"Make an installation of a backup, or check that one can be made."`
	Audit   auditCommands    `cmd:"" help:"The log of every change."`
	Query   queryCommand     `cmd:"" help:"Send any operation to the API of a server."`
	Version kong.VersionFlag `help:"Print the version." env:"-"`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], streams{os.Stdout, os.Stderr, os.Stdin}))
}

// run runs one command and answers the exit status.
func run(ctx context.Context, arguments []string, io streams) int {
	var status int
	exited := false
	parser, err := newParser(&commands{}, io, func(code int) { status, exited = code, true })
	if err != nil {
		fmt.Fprintln(io.err, "asm:", err)
		return statusFault
	}
	if len(arguments) == 0 {
		arguments = []string{"--help"}
	}
	parsed, err := parser.Parse(arguments)
	if exited {
		return status
	}
	if err != nil {
		fmt.Fprintf(io.err, "asm: %s\nTry 'asm %s--help'.\n", err, commandOf(err))
		return statusUsage
	}
	parsed.BindTo(ctx, (*context.Context)(nil))
	parsed.Bind(io)
	if err := parsed.Run(); err != nil {
		if !errors.Is(err, errAnswerIsNo) {
			fmt.Fprintln(io.err, "asm:", err)
		}
		return statusOf(err)
	}
	return statusDone
}

// newParser answers the parser of the command line.
func newParser(into *commands, io streams, exit func(int)) (*kong.Kong, error) {
	return kong.New(into,
		kong.Name("asm"),
		kong.Description("ASM, the Attack Surface Manager: every known weakness of your applications in one place.\n\nEvery flag can be given by environment too: --data as ASM_DATA."),
		kong.Vars{"version": version},
		kong.DefaultEnvars("ASM"),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.Writers(io.out, io.err),
		kong.Exit(exit),
	)
}

// commandOf answers the words of the command that was not understood, for a hint.
func commandOf(err error) string {
	if parsing := new(kong.ParseError); errors.As(err, &parsing) {
		if command := parsing.Context.Command(); command != "" {
			return command + " "
		}
	}
	return ""
}

// errAnswerIsNo ends a command with status 1; what it had to say was said.
var errAnswerIsNo = errors.New("the answer is no")

// statusOf maps an error to the exit status.
func statusOf(err error) int {
	if errors.Is(err, errAnswerIsNo) {
		return 1
	}
	if p, ok := problem.As(err); ok {
		return p.Kind.ExitStatus()
	}
	if refused, ok := client.AsRefused(err); ok && refused.Code() == problem.KindInvalid.Code() {
		return statusUsage
	}
	if usage := new(usageError); errors.As(err, &usage) {
		return statusUsage
	}
	return statusFault
}

// usageError is bad input that only the command can see.
type usageError struct{ message string }

func (u *usageError) Error() string { return u.message }
