package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"asm.example/asm/internal/asm"
	"asm.example/asm/internal/backup"
)

// backupCommand writes a backup.
type backupCommand struct {
	host
	File string `arg:"" help:"File to write; it must not exist." placeholder:"FILE"`
}

// Help shows how it is used.
func (*backupCommand) Help() string {
	return `Examples:
  asm backup /backups/asm-$(date +%F).zip
  asm backup asm.zip --database postgres://asm@db/asm --data /var/lib/asm

The file holds the signing key: whoever has it can make API tokens. It is written for its owner's eyes alone.`
}

// Run writes the backup under another name first, so that a file with the name is always whole.
func (c *backupCommand) Run(ctx context.Context, io streams) error {
	ctx, services, err := c.open(ctx, "")
	if err != nil {
		return err
	}
	defer services.Close()
	if _, err := os.Lstat(c.File); err == nil {
		return &usageError{c.File + " exists; a backup never replaces a file"}
	}
	unfinished, err := os.OpenFile(c.File+".unfinished", os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return &usageError{fmt.Sprintf("%s: %s", c.File, unwrapPath(err))}
	}
	manifest, err := backup.Write(ctx, services, unfinished)
	if err := errors.Join(err, unfinished.Sync(), unfinished.Close()); err != nil {
		return errors.Join(err, os.Remove(unfinished.Name()))
	}
	if err := os.Rename(unfinished.Name(), c.File); err != nil {
		return err
	}
	fmt.Fprintf(io.err, "asm: wrote %d rows of %d tables and %d files to %s\n", manifest.Rows(), len(manifest.Tables), len(manifest.Files), c.File)
	return nil
}

// restoreCommand makes an installation of a backup.
type restoreCommand struct {
	host
	File   string `arg:"" help:"The backup."`
	Verify bool   `help:"Only check that it can be restored: in a directory that is removed afterwards." env:"-"`
}

// Help shows how it is used.
func (*restoreCommand) Help() string {
	return `Examples:
  asm restore --verify asm.zip
  asm restore asm.zip --data /var/lib/asm
  asm restore asm.zip --data /var/lib/asm --database postgres://asm@db/asm

A backup of the embedded database restores into PostgreSQL, and back.`
}

// Run restores or verifies, and says what there was.
func (c *restoreCommand) Run(ctx context.Context, io streams) error {
	file, err := os.Open(c.File)
	if err != nil {
		return &usageError{fmt.Sprintf("%s: %s", c.File, unwrapPath(err))}
	}
	defer file.Close()
	about, err := file.Stat()
	if err != nil {
		return err
	}
	config, err := c.config()
	if err != nil {
		return err
	}
	config.Log = slog.New(slog.DiscardHandler)
	if c.Verify {
		manifest, err := backup.Verify(ctx, config, file, about.Size())
		if err != nil {
			return err
		}
		fmt.Fprintf(io.out, "%s can be restored: %d rows, %d files, audit log whole, as of %s\n",
			filepath.Base(c.File), manifest.Rows(), len(manifest.Files), manifest.CreatedAt.Format("2006-01-02 15:04:05 UTC"))
		return nil
	}
	return c.restore(ctx, config, file, about.Size(), io)
}

func (c *restoreCommand) restore(ctx context.Context, config asm.Config, file *os.File, size int64, io streams) error {
	manifest, err := backup.Restore(ctx, config, file, size)
	if err != nil {
		return err
	}
	fmt.Fprintf(io.err, "asm: restored %d rows and %d files as of %s\n", manifest.Rows(), len(manifest.Files), manifest.CreatedAt.Format("2006-01-02 15:04:05 UTC"))
	return nil
}
