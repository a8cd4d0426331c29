package backup

import (
	"archive/zip"
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"os"
	"path/filepath"

	"asm.example/asm/internal/asm"
	"asm.example/asm/internal/audit"
	"asm.example/asm/internal/blob"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/problem"
)

// longestRow bounds a row of a table in an archive.
const longestRow = 64 << 20

// Restore makes an installation of a backup, in an empty data directory or on an empty database, and checks it: every
// digest, every number of rows, every chain of the audit log. When it fails, what was made is of no use. Problems: Conflict
// when there is an installation already; Invalid when the backup is damaged.
func Restore(ctx context.Context, c asm.Config, from io.ReaderAt, size int64) (Manifest, error) {
	archive, manifest, err := open(from, size)
	if err != nil {
		return Manifest{}, problem.Invalid("backup", err.Error())
	}
	c.SetDefaults()
	if err := os.MkdirAll(c.DataDir, 0o700); err != nil {
		return Manifest{}, fmt.Errorf("make the data directory: %w", err)
	}
	db, err := database.Open(ctx, database.Options{Path: c.DatabasePath, URL: c.DatabaseURL, Now: c.Now, Random: c.Random})
	if err != nil {
		return Manifest{}, fmt.Errorf("open the database: %w", err)
	}
	r := &restoring{archive: archive, manifest: manifest, config: c, db: db}
	return manifest, errors.Join(r.run(ctx), db.Close())
}

// restoring is one restoration.
type restoring struct {
	archive  *zip.Reader
	manifest Manifest
	config   asm.Config
	db       *database.DB
}

func (r *restoring) run(ctx context.Context) error {
	for _, step := range []func(context.Context) error{r.checkEmpty, r.fillTables, r.putFiles, r.putKeys, r.checkAudit} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (r *restoring) checkEmpty(ctx context.Context) error {
	const everybody = `
	SELECT count(*)
	  FROM access_stakeholders`
	people, err := database.One(ctx, r.db, database.Value[int64], everybody)
	if err != nil {
		return fmt.Errorf("look for an installation: %w", err)
	}
	if people > 0 {
		return problem.Conflict("There is an installation already; restore into an empty directory or database.")
	}
	return nil
}

// fillTables fills every table and compares the numbers of rows.
func (r *restoring) fillTables(ctx context.Context) error {
	tables, err := database.Tables()
	if err != nil {
		return err
	}
	entries := map[string]Entry{}
	for _, entry := range r.manifest.Tables {
		entries[entry.Name] = entry
	}
	return r.db.Write(ctx, func(tx *database.Tx) error {
		if err := tx.Empty(ctx); err != nil {
			return err
		}
		for _, table := range tables {
			entry, ok := entries[table.Name]
			if !ok { // a table that is younger than the backup
				continue
			}
			rows, err := table.Fill(ctx, tx, r.lines(entry))
			if err != nil {
				return fmt.Errorf("fill %s: %w", table.Name, err)
			}
			if rows != entry.Rows {
				return damaged("The table %s has %d rows, and %d were written.", table.Name, rows, entry.Rows)
			}
		}
		return nil
	})
}

func damaged(format string, values ...any) error {
	return problem.Invalid("backup", "The backup is damaged. "+fmt.Sprintf(format, values...))
}

// lines reads the rows of a table, and compares the digest at their end.
func (r *restoring) lines(entry Entry) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		content, err := r.archive.Open("tables/" + entry.Name + ".jsonl")
		if err != nil {
			yield(nil, damaged("The table %s is missing.", entry.Name))
			return
		}
		defer content.Close()
		sum := sha256.New()
		lines := bufio.NewScanner(io.TeeReader(content, sum))
		lines.Buffer(nil, longestRow)
		for lines.Scan() {
			if !yield(lines.Bytes(), nil) {
				return
			}
		}
		switch {
		case lines.Err() != nil:
			yield(nil, damaged("The table %s cannot be read: %s.", entry.Name, lines.Err()))
		case hex.EncodeToString(sum.Sum(nil)) != entry.SHA256:
			yield(nil, damaged("The table %s is not what was written.", entry.Name))
		}
	}
}

func (r *restoring) putFiles(ctx context.Context) error {
	files, err := blob.Open(filepath.Join(r.config.DataDir, "files"))
	if err != nil {
		return err
	}
	for _, entry := range r.manifest.Files {
		content, err := r.archive.Open("files/" + entry.Name)
		if err != nil {
			return damaged("The file %s is missing.", entry.Name)
		}
		digest, _, err := files.Put(ctx, content, math.MaxInt64)
		if err := errors.Join(err, content.Close()); err != nil {
			return damaged("The file %s cannot be read: %s.", entry.Name, err)
		}
		if string(digest) != entry.Name {
			return damaged("The file %s is not what was written.", entry.Name)
		}
	}
	return nil
}

func (r *restoring) putKeys(context.Context) error {
	for _, entry := range r.manifest.Keys {
		if !isPlainName(entry.Name) {
			return damaged("The key %q has no place.", entry.Name)
		}
		place := filepath.Join(filepath.Dir(r.config.SigningKey), entry.Name)
		if entry.Name == "signing.key" {
			place = r.config.SigningKey
		}
		if err := r.putKey(entry, place); err != nil {
			return err
		}
	}
	return nil
}

func (r *restoring) putKey(entry Entry, place string) error {
	content, err := r.archive.Open("keys/" + entry.Name)
	if err != nil {
		return damaged("The key %s is missing.", entry.Name)
	}
	defer content.Close()
	text, err := io.ReadAll(content)
	if sum := sha256.Sum256(text); err != nil || hex.EncodeToString(sum[:]) != entry.SHA256 {
		return damaged("The key %s is not what was written.", entry.Name)
	}
	if err := os.MkdirAll(filepath.Dir(place), 0o700); err != nil {
		return fmt.Errorf("write a key: %w", err)
	}
	if err := os.WriteFile(place, text, 0o600); err != nil {
		return fmt.Errorf("write a key: %w", err)
	}
	return nil
}

// checkAudit verifies every chain of the audit log from its beginning to its head.
func (r *restoring) checkAudit(ctx context.Context) error {
	log := audit.New()
	heads, err := log.Heads(ctx, r.db)
	if err != nil {
		return err
	}
	const atOnce = 1000
	for _, head := range heads {
		var at audit.Head
		for {
			records, err := log.After(ctx, r.db, head.Chain, at.Number, atOnce)
			if err != nil {
				return err
			}
			if at, err = audit.Verify(at, records); err != nil {
				return damaged("The audit log does not hold: %s.", err)
			}
			if len(records) < atOnce {
				break
			}
		}
		if at.Number != head.Number || at.Hash != head.Hash {
			return damaged("The audit log of %s ends at entry %d; its head says %d.", head.Chain, at.Number, head.Number)
		}
	}
	return nil
}

// Verify restores a backup into a directory that is removed afterwards, on the embedded database, and so checks that it can
// be relied on. Problems are those of [Restore].
func Verify(ctx context.Context, c asm.Config, from io.ReaderAt, size int64) (Manifest, error) {
	scratch, err := os.MkdirTemp("", "asm-verify-")
	if err != nil {
		return Manifest{}, fmt.Errorf("make a directory to verify in: %w", err)
	}
	manifest, err := Restore(ctx, asm.Config{DataDir: scratch, URL: c.URL, Log: c.Log, Now: c.Now, Random: c.Random}, from, size)
	return manifest, errors.Join(err, os.RemoveAll(scratch))
}
