package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/asm"
)

// host are the flags of commands that open an installation by themselves, on the server's host. They work beside a
// running server.
type host struct {
	Data       string `help:"Directory of the installation: embedded database, files, signing key (default: ${default})." default:"./asm-data" placeholder:"DIR" env:"ASM_DATA"`
	Database   string `help:"PostgreSQL to use instead of the embedded database." placeholder:"postgres://…" env:"ASM_DATABASE"`
	SigningKey string `help:"File of the key that signs tokens; signing.key in the data directory when not given." placeholder:"FILE" env:"ASM_SIGNING_KEY"`
}

// config answers what asm.Open needs to know of these flags.
func (h host) config() (asm.Config, error) {
	data, err := filepath.Abs(h.Data)
	if err != nil {
		return asm.Config{}, fmt.Errorf("find the data directory: %w", err)
	}
	return asm.Config{DataDir: data, DatabaseURL: h.Database, SigningKey: h.SigningKey, URL: defaultURL}, nil
}

// defaultURL is where a server is when nothing else is said.
const defaultURL = "http://127.0.0.1:8000"

// open opens the installation for a host command; the context it answers carries the host as the caller.
func (h host) open(ctx context.Context, url string) (context.Context, *asm.Services, error) {
	config, err := h.config()
	if err != nil {
		return nil, nil, err
	}
	if url != "" {
		config.URL = url
	}
	if h.Database == "" {
		if _, err := os.Stat(filepath.Join(config.DataDir, "asm.db")); err != nil {
			return nil, nil, &usageError{fmt.Sprintf("there is no installation in %s; name its directory by --data, or start one by 'asm serve'", h.Data)}
		}
	}
	config.Log = slog.New(slog.DiscardHandler)
	services, err := asm.Open(ctx, config)
	if err != nil {
		return nil, nil, err
	}
	return access.WithActor(ctx, access.HostActor("host")), services, nil
}

// readIssuers reads the OpenID Connect issuers from a JSON file.
func readIssuers(file string) ([]access.Issuer, error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, &usageError{fmt.Sprintf("--issuers %s: %s", file, unwrapPath(err))}
	}
	var issuers []access.Issuer
	if err := json.Unmarshal(text, &issuers); err != nil {
		return nil, &usageError{fmt.Sprintf("--issuers %s is not a JSON list of issuers: %s", file, err)}
	}
	return issuers, nil
}
