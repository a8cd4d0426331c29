package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"asm.example/asm/internal/audit"
)

// auditCommands are the subcommands of audit.
type auditCommands struct {
	Export auditExportCommand `cmd:"" help:"Write the audit log as lines of JSON, on the server's host."`
	Heads  auditHeadsCommand  `cmd:"" help:"Print the signed head of each chain, to be kept elsewhere, on the server's host."`
	Verify auditVerifyCommand `cmd:"" help:"Find what was changed, removed or put into the audit log, without a server."`
}

// auditExportCommand exports the log.
type auditExportCommand struct {
	host
	Chain string `help:"Only one chain: the name or id of an organization, or installation." env:"-"`
}

// Help shows how it is used.
func (*auditExportCommand) Help() string {
	return "Examples:\n  asm audit export > audit.jsonl\n  asm audit export --chain acme > acme.jsonl"
}

// Run writes the log to standard output.
func (c *auditExportCommand) Run(ctx context.Context, io streams) error {
	ctx, services, err := c.open(ctx, "")
	if err != nil {
		return err
	}
	defer services.Close()
	out := bufio.NewWriterSize(io.out, 1<<16)
	return errors.Join(services.Access.ExportAudit(ctx, c.Chain, out), out.Flush())
}

// auditHeadsCommand prints signed heads.
type auditHeadsCommand struct {
	host
}

// Help shows how it is used.
func (*auditHeadsCommand) Help() string {
	return "Example:\n  asm audit heads > /mnt/elsewhere/heads-$(date +%F).jsonl\n\nWho cannot write there cannot change what was recorded before without being found."
}

// Run prints a line for each chain.
func (c *auditHeadsCommand) Run(ctx context.Context, io streams) error {
	ctx, services, err := c.open(ctx, "")
	if err != nil {
		return err
	}
	defer services.Close()
	heads, err := services.Access.AuditHeads(ctx)
	if err != nil {
		return err
	}
	for _, h := range heads {
		if err := audit.WriteHead(io.out, h); err != nil {
			return err
		}
	}
	return nil
}

// auditVerifyCommand verifies an export or a database.
type auditVerifyCommand struct {
	host
	File string   `arg:"" optional:"" help:"An export; without it the database of the installation is read."`
	Head string   `help:"File with heads saved before: what 'asm audit heads' printed, or an earlier export." placeholder:"FILE" env:"-"`
	Key  []string `help:"Thumbprint of a key whose signatures are believed, as in /.well-known/jwks.json; may be given more than once." placeholder:"THUMBPRINT" env:"-"`
}

// Help shows how it is used.
func (*auditVerifyCommand) Help() string {
	return `Examples:
  asm audit verify audit.jsonl --head heads-2027-03-08.jsonl
  asm audit verify --data /var/lib/asm --head heads-2027-03-08.jsonl

The exit status is 0 when the log is whole, and 1 when something does not fit; each place is printed.`
}

// Run says what does not fit, or that all does.
func (c *auditVerifyCommand) Run(ctx context.Context, io streams) error {
	saved, err := c.saved()
	if err != nil {
		return err
	}
	report, err := c.verify(ctx, saved)
	if err != nil {
		return err
	}
	if report.IsWhole() {
		tellWhole(io.out, report)
		return nil
	}
	for _, b := range report.Breaks {
		fmt.Fprintln(io.out, b.Reason)
	}
	if report.MoreBreaks > 0 {
		fmt.Fprintf(io.out, "and %d more\n", report.MoreBreaks)
	}
	return errAnswerIsNo
}

// tellWhole says how far the log is whole, and who vouches for it.
func tellWhole(out io.Writer, report audit.Report) {
	fmt.Fprintf(out, "The audit log is whole: %d entries in %d chains.\n", report.Entries, len(report.Heads))
	told := map[string]bool{}
	for _, h := range report.Signed {
		if key := h.Thumbprint(); !told[key] {
			told[key] = true
			fmt.Fprintln(out, "Its heads are signed by the key", key)
		}
	}
}

// saved reads the heads saved before.
func (c *auditVerifyCommand) saved() ([]audit.SignedHead, error) {
	if c.Head == "" {
		return nil, nil
	}
	file, err := os.Open(c.Head)
	if err != nil {
		return nil, &usageError{fmt.Sprintf("--head %s: %s", c.Head, unwrapPath(err))}
	}
	defer file.Close()
	heads, err := audit.ReadHeads(file)
	if err != nil {
		return nil, &usageError{fmt.Sprintf("--head %s: %s", c.Head, err)}
	}
	return heads, nil
}

// verify reads a file, or the database.
func (c *auditVerifyCommand) verify(ctx context.Context, saved []audit.SignedHead) (audit.Report, error) {
	if c.File == "" {
		ctx, services, err := c.open(ctx, "")
		if err != nil {
			return audit.Report{}, err
		}
		defer services.Close()
		return services.Access.VerifyAudit(ctx, saved, c.Key)
	}
	file, err := os.Open(c.File)
	if err != nil {
		return audit.Report{}, &usageError{fmt.Sprintf("%s: %s", c.File, unwrapPath(err))}
	}
	defer file.Close()
	v := audit.NewVerifier(saved, c.Key)
	if err := v.Lines(file); err != nil {
		return audit.Report{}, err
	}
	return v.Close(true), nil
}
