package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"asm.example/asm/internal/client"
)

// remote are the flags of commands that call a server.
type remote struct {
	URL   string `help:"Address of the server." placeholder:"https://asm.example" env:"ASM_URL"`
	Token string `help:"API token; better given by environment than on the command line." env:"ASM_TOKEN"`
	JSON  bool   `help:"Answer in JSON, for programs." name:"json" env:"-"`
}

// client answers a client of the server.
func (r *remote) client() (*client.Client, error) {
	if r.URL == "" || r.Token == "" {
		return nil, &usageError{"say which server by --url or ASM_URL, and who you are by ASM_TOKEN (an API token)"}
	}
	c, err := client.New(r.URL, r.Token, &http.Client{Timeout: 10 * time.Minute})
	if err != nil {
		return nil, &usageError{err.Error()}
	}
	return c, nil
}

// readAll reads a stream of at most this many bytes.
func readAll(from io.Reader, most int64) (string, error) {
	text, err := io.ReadAll(io.LimitReader(from, most+1))
	if err != nil {
		return "", fmt.Errorf("read standard input: %w", err)
	}
	if int64(len(text)) > most {
		return "", &usageError{fmt.Sprintf("standard input is longer than %d bytes", most)}
	}
	return string(text), nil
}

// printJSON prints JSON for people and programs alike: indented, the order kept.
func printJSON(to io.Writer, text []byte) error {
	var indented bytes.Buffer
	if err := json.Indent(&indented, text, "", "  "); err != nil {
		return fmt.Errorf("print answer: %w", err)
	}
	indented.WriteByte('\n')
	_, err := indented.WriteTo(to)
	return err
}
