// Package backup copies an installation into one file, while it is in use, and makes an installation of such a file again,
// on either database: a backup of SQLite restores into PostgreSQL, and back.
//
// The file is a ZIP archive: a JSON line for each row of each table (tables/NAME.jsonl), the kept files by their digest
// (files/DIGEST), the signing keys (keys/…), and at the end manifest.json, which counts and digests the rest. All tables are
// read in one transaction, so they are of one moment; files are kept by their content and never change. Whoever has a
// backup can make API tokens and links: it holds the signing key.
package backup

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"asm.example/asm/internal/asm"
	"asm.example/asm/internal/blob"
	"asm.example/asm/internal/database"
)

// format is the version of the archive's form.
const format = 1

// manifestName is the entry that tells what else there is.
const manifestName = "manifest.json"

// Manifest tells what a backup holds.
type Manifest struct {
	// Format is the version of the archive's form.
	Format int `json:"format"`
	// Installation is the id of the installation that was copied.
	Installation string `json:"installation"`
	// CreatedAt is the moment that the tables are of, UTC.
	CreatedAt time.Time `json:"createdAt"`
	// Tables are the tables, in the order in which they can be filled.
	Tables []Entry `json:"tables"`
	// Files are the kept files, by digest.
	Files []Entry `json:"files"`
	// Keys are the signing keys, the one in use first.
	Keys []Entry `json:"keys"`
}

// Entry is one entry of the archive.
type Entry struct {
	// Name is that of the table, the file's digest, or the key's path beside the data.
	Name string `json:"name"`
	// Rows are the rows of a table; 0 for others.
	Rows int64 `json:"rows,omitempty"`
	// SHA256 is over the entry's content, in hexadecimal.
	SHA256 string `json:"sha256"`
}

// Rows are the rows of all tables.
func (m Manifest) Rows() int64 {
	var rows int64
	for _, table := range m.Tables {
		rows += table.Rows
	}
	return rows
}

// Write writes a backup of an open installation. Others may go on reading and writing meanwhile.
func Write(ctx context.Context, s *asm.Services, to io.Writer) (Manifest, error) {
	w := &writer{archive: zip.NewWriter(to), manifest: Manifest{Format: format, CreatedAt: s.Now().UTC()}}
	// Files come after the tables that name them: a file is never removed while a row names it.
	err := s.Database.Read(ctx, func(tx *database.Tx) error { return w.tables(ctx, tx) })
	if err == nil {
		err = w.files(s.Files)
	}
	if err == nil {
		err = w.keys(s.SigningKey)
	}
	if err == nil {
		err = w.finish()
	}
	if err != nil {
		return Manifest{}, fmt.Errorf("write backup: %w", err)
	}
	return w.manifest, nil
}

// writer writes one archive.
type writer struct {
	archive  *zip.Writer
	manifest Manifest
}

func (w *writer) tables(ctx context.Context, tx *database.Tx) error {
	about, err := database.InstallationOf(ctx, tx)
	if err != nil {
		return err
	}
	w.manifest.Installation = about.ID
	tables, err := database.Tables()
	if err != nil {
		return err
	}
	for _, table := range tables {
		entry, err := w.table(ctx, tx, table)
		if err != nil {
			return err
		}
		w.manifest.Tables = append(w.manifest.Tables, entry)
	}
	return nil
}

func (w *writer) table(ctx context.Context, tx *database.Tx, table database.Table) (Entry, error) {
	to, sum, err := w.create("tables/" + table.Name + ".jsonl")
	if err != nil {
		return Entry{}, err
	}
	entry := Entry{Name: table.Name}
	for line, err := range table.Rows(ctx, tx) {
		if err == nil {
			_, err = to.Write(append(line, '\n'))
		}
		if err != nil {
			return Entry{}, err
		}
		entry.Rows++
	}
	entry.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return entry, nil
}

// create begins an entry whose content is digested as it is written.
func (w *writer) create(name string) (io.Writer, hash.Hash, error) {
	entry, err := w.archive.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: w.manifest.CreatedAt})
	if err != nil {
		return nil, nil, err
	}
	sum := sha256.New()
	return io.MultiWriter(entry, sum), sum, nil
}

func (w *writer) files(files *blob.Store) error {
	for digest, err := range files.All() {
		if err != nil {
			return err
		}
		content, _, err := files.Open(digest)
		if errors.Is(err, blob.ErrNotFound) { // removed meanwhile, so nothing named it
			continue
		}
		if err != nil {
			return err
		}
		entry, err := w.copy("files/"+string(digest), content)
		if err := errors.Join(err, content.Close()); err != nil {
			return err
		}
		entry.Name = string(digest)
		w.manifest.Files = append(w.manifest.Files, entry)
	}
	return nil
}

func (w *writer) copy(name string, content io.Reader) (Entry, error) {
	to, sum, err := w.create(name)
	if err != nil {
		return Entry{}, err
	}
	if _, err := io.Copy(to, content); err != nil {
		return Entry{}, err
	}
	return Entry{Name: name, SHA256: hex.EncodeToString(sum.Sum(nil))}, nil
}

// keys copies the key in use and those of before, which stand beside it.
func (w *writer) keys(current string) error {
	old, err := filepath.Glob(filepath.Join(filepath.Dir(current), "old-keys", "*.key"))
	if err != nil {
		return err
	}
	for i, file := range append([]string{current}, old...) {
		name := "signing.key"
		if i > 0 {
			name = "old-keys/" + filepath.Base(file)
		}
		content, err := os.Open(file)
		if err != nil {
			return err
		}
		entry, err := w.copy("keys/"+name, content)
		if err := errors.Join(err, content.Close()); err != nil {
			return err
		}
		entry.Name = name
		w.manifest.Keys = append(w.manifest.Keys, entry)
	}
	return nil
}

func (w *writer) finish() error {
	text, err := json.MarshalIndent(w.manifest, "", "  ")
	if err != nil {
		return err
	}
	entry, err := w.archive.Create(manifestName)
	if err != nil {
		return err
	}
	if _, err := entry.Write(append(text, '\n')); err != nil {
		return err
	}
	return w.archive.Close()
}

// open reads the manifest of an archive.
func open(from io.ReaderAt, size int64) (*zip.Reader, Manifest, error) {
	archive, err := zip.NewReader(from, size)
	if err != nil {
		return nil, Manifest{}, fmt.Errorf("this is no backup, or only the beginning of one: %w", err)
	}
	file, err := archive.Open(manifestName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, Manifest{}, errors.New("this archive is no backup: it has no " + manifestName)
	}
	if err != nil {
		return nil, Manifest{}, err
	}
	defer file.Close()
	var manifest Manifest
	if err := json.NewDecoder(file).Decode(&manifest); err != nil {
		return nil, Manifest{}, fmt.Errorf("read %s: %w", manifestName, err)
	}
	if manifest.Format != format {
		return nil, Manifest{}, fmt.Errorf("this backup has the form %d; this program reads %d", manifest.Format, format)
	}
	return archive, manifest, nil
}

// isPlainName tells names that stay in the folder that they are meant for.
func isPlainName(name string) bool {
	return filepath.IsLocal(name) && !strings.ContainsRune(name, '\\')
}
