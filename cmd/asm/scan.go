package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"asm.example/asm/internal/client"
)

// scanCommands are the subcommands of scan.
type scanCommands struct {
	Import scanImportCommand `cmd:"" help:"Import scanners' files (SARIF 2.1.0) into a root."`
}

// scanImportCommand imports files and prints their receipts.
type scanImportCommand struct {
	Files  []string `arg:"" name:"file" help:"Files to import, in this order; - is standard input."`
	Group  string   `help:"Name of the group." required:"" short:"g"`
	Root   string   `help:"Nickname of the root that was scanned." required:"" short:"r"`
	DryRun bool     `help:"Only tell what would happen." env:"-"`
	remote
}

// Help shows how it is used.
func (*scanImportCommand) Help() string {
	return `Examples:
  gosec -fmt sarif -out gosec.sarif ./... ; asm scan import gosec.sarif --group web --root shop
  asm scan import --dry-run --json *.sarif -g web -r shop | jq .created`
}

// Run imports one file after the other and stops at the first that is refused.
func (c *scanImportCommand) Run(ctx context.Context, io streams) error {
	server, err := c.client()
	if err != nil {
		return err
	}
	for _, name := range c.Files {
		receipt, err := c.importFile(ctx, server, name, io)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := c.print(name, receipt, io); err != nil {
			return err
		}
	}
	return nil
}

func (c *scanImportCommand) importFile(ctx context.Context, server *client.Client, name string, io streams) (client.Receipt, error) {
	content := io.in
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return client.Receipt{}, &usageError{unwrapPath(err)}
		}
		defer file.Close()
		content = file
	}
	return server.ImportScan(ctx, client.Import{Group: c.Group, Root: c.Root, DryRun: c.DryRun}, client.Upload{Name: name, Content: content})
}

// unwrapPath answers why a file was not opened, without its name, which the caller says.
func unwrapPath(err error) string {
	if path := new(os.PathError); errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}

// print shows a receipt: as JSON a line each, else in words.
func (c *scanImportCommand) print(name string, r client.Receipt, io streams) error {
	if c.JSON {
		return json.NewEncoder(io.out).Encode(r)
	}
	done := "imported"
	if c.DryRun {
		done = "would import"
	}
	fmt.Fprintf(io.out, "%s: %s %d results: %d created, %d unchanged, %d moved, %d reopened; %d closed\n",
		name, done, r.Read, r.Created, r.Unchanged, r.Moved, r.Reopened, r.Closed)
	if r.Duplicate+r.NotAWeakness+r.Suppressed+r.Rejected > 0 {
		fmt.Fprintf(io.out, "  left out: %d duplicate, %d no weakness, %d suppressed, %d rejected\n", r.Duplicate, r.NotAWeakness, r.Suppressed, r.Rejected)
	}
	for _, note := range r.Notes {
		fmt.Fprintln(io.out, "  note:", note)
	}
	for _, rejection := range r.Rejections {
		fmt.Fprintf(io.out, "  rejected %s: %s\n", rejection.Place, rejection.Reason)
	}
	return nil
}
