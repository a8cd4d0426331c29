package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

var update = flag.Bool("update", false, "write the golden files anew")

const referenceFile = "../../docs/reference/command-line.md"

// command runs a command and answers its status and streams.
func command(t *testing.T, arguments ...string) (status int, out, talk string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	status = run(context.Background(), arguments, streams{&stdout, &stderr, strings.NewReader("")})
	return status, stdout.String(), stderr.String()
}

// leaves are the words of every command that does something.
func leaves(t *testing.T) [][]string {
	t.Helper()
	parser, err := newParser(&commands{}, streams{}, func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	var all [][]string
	for _, leaf := range parser.Model.Leaves(true) {
		all = append(all, wordsOf(leaf))
	}
	return all
}

func wordsOf(node *kong.Node) []string {
	if node.Parent == nil {
		return nil
	}
	return append(wordsOf(node.Parent), node.Name)
}

func TestTheCommandLinesReferenceIsTrue(t *testing.T) {
	t.Parallel()
	var page strings.Builder
	page.WriteString("# The command line\n\nMade from the program's own help by `make reference`. Answers go to standard output, talk to standard error.\n" +
		"The exit status is 0 when it is done, 1 when the answer is no, 2 for bad usage or input, 3 when it could not be done.\n" +
		"Every flag can be given by environment too, where the help names a variable in `($…)`.\n")
	for _, words := range leaves(t) {
		status, help, talk := command(t, append(words, "--help")...)
		if status != statusDone || talk != "" {
			t.Errorf("asm %s --help: status %d, %s", strings.Join(words, " "), status, talk)
		}
		fmt.Fprintf(&page, "\n## asm %s\n\n```text\n%s\n```\n", strings.Join(words, " "), strings.TrimSpace(help))
	}
	if *update {
		if err := os.WriteFile(referenceFile, []byte(page.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	have, err := os.ReadFile(referenceFile)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != page.String() {
		t.Errorf("%s is not what the help says; run: make reference", referenceFile)
	}
}

func TestBadUsageEndsWithStatus2AndSaysHowToGoOn(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		arguments []string
		want      string
	}{
		{[]string{"nonsense"}, "unexpected argument nonsense"},
		{[]string{"serve", "--nonsense"}, "unknown flag --nonsense"},
		{[]string{"token", "add"}, "missing flags: --owner"},
		{[]string{"scan", "import", "x.sarif", "--root", "shop"}, "missing flags: --group"},
		{[]string{"query", "{ me }"}, "say which server by --url or ASM_URL"},
		{[]string{"user", "list", "--data", "/nonexistent/asm"}, "there is no installation in /nonexistent/asm"},
		{[]string{"serve", "--listen", "0.0.0.0:0", "--data", "/nonexistent/asm"}, "say by --url"},
		{[]string{"serve", "--demo", "--listen", "0.0.0.0:0", "--url", "http://asm.example", "--data", "/nonexistent/asm"}, "loopback"},
	} {
		status, out, talk := command(t, tt.arguments...)
		if status != statusUsage || !strings.Contains(talk, tt.want) || out != "" {
			t.Errorf("asm %s: status %d, out %q, talk %q; want status 2 and %q", strings.Join(tt.arguments, " "), status, out, talk, tt.want)
		}
	}
}
