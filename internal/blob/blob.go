// Package blob keeps files by their content: what is put in is found again by its SHA-256, and putting it in twice
// keeps it once. Evidence, scans and reports lie here; the database says which of them belong to what.
//
// A file is written beside the others, flushed to the disk and only then renamed to its place, so that whatever
// stands in the store is whole, and what Put has answered survives a power cut. Several processes may use one
// directory.
package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"math"
	"os"
	"path/filepath"
	"time"
)

// Digest names a content: its SHA-256 as 64 lower-case hexadecimal digits.
type Digest string

// isWhole tells whether the text is a digest at all; no other text may become a path.
func (d Digest) isWhole() bool {
	if len(d) != 2*sha256.Size {
		return false
	}
	for _, c := range []byte(d) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

var (
	// ErrTooLarge says that there was more to put than the limit allows; nothing was kept.
	ErrTooLarge = errors.New("blob: larger than the limit")
	// ErrNotFound says that the store has no such content.
	ErrNotFound = errors.New("blob: not found")
)

// Store is a directory of files. It is safe for concurrent use.
type Store struct {
	directory string
}

// Open makes the directory when it is missing, for its owner's eyes only.
func Open(directory string) (*Store, error) {
	s := &Store{directory: directory}
	if err := os.MkdirAll(s.unfinished(), 0o700); err != nil {
		return nil, fmt.Errorf("open the file store: %w", err)
	}
	return s, nil
}

// unfinished is where files are written that have no name yet.
func (s *Store) unfinished() string { return filepath.Join(s.directory, "tmp") }

// path spreads files over 256 directories.
func (s *Store) path(d Digest) string {
	return filepath.Join(s.directory, string(d[:2]), string(d[2:]))
}

// Put reads a content to its end and keeps it; it answers its digest and size in bytes. At most limit bytes are
// allowed, else ErrTooLarge. An error of the reader, or the end of ctx, keeps nothing.
func (s *Store) Put(ctx context.Context, content io.Reader, limit int64) (digest Digest, size int64, err error) {
	f, err := os.CreateTemp(s.unfinished(), "put-")
	if err != nil {
		return "", 0, fmt.Errorf("put a file: %w", err)
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}()
	sum := sha256.New()
	// One byte more than is allowed tells that there is more.
	enough := min(limit, math.MaxInt64-1) + 1
	size, err = io.Copy(io.MultiWriter(f, sum), io.LimitReader(cancelled{ctx, content}, enough))
	if err != nil {
		return "", 0, fmt.Errorf("put a file: %w", err)
	}
	if size > limit {
		return "", 0, ErrTooLarge
	}
	digest = Digest(hex.EncodeToString(sum.Sum(nil)))
	if err := s.keep(f, digest); err != nil {
		return "", 0, fmt.Errorf("put a file: %w", err)
	}
	return digest, size, nil
}

// keep flushes a file and moves it to its place, replacing the same content if it is there.
func (s *Store) keep(f *os.File, digest Digest) error {
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	place := s.path(digest)
	folder := filepath.Dir(place)
	err := os.Mkdir(folder, 0o700)
	if err == nil {
		err = syncFolder(s.directory)
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if err := os.Rename(f.Name(), place); err != nil {
		return err
	}
	return syncFolder(folder)
}

// syncFolder makes the names in a folder survive a power cut.
func syncFolder(folder string) error {
	f, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Open answers a content and its size in bytes; the caller closes it. ErrNotFound when there is none.
func (s *Store) Open(digest Digest) (content io.ReadSeekCloser, size int64, err error) {
	if !digest.isWhole() {
		return nil, 0, ErrNotFound
	}
	f, err := os.Open(s.path(digest))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, ErrNotFound
	}
	if err != nil {
		return nil, 0, fmt.Errorf("open file %s: %w", digest, err)
	}
	about, err := f.Stat()
	if err != nil {
		return nil, 0, errors.Join(fmt.Errorf("open file %s: %w", digest, err), f.Close())
	}
	return f, about.Size(), nil
}

// Remove forgets a content; it is no error when there is none. The caller has made sure that nothing refers to it,
// and that nobody puts the same meanwhile.
func (s *Store) Remove(digest Digest) error {
	if !digest.isWhole() {
		return nil
	}
	if err := os.Remove(s.path(digest)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove file %s: %w", digest, err)
	}
	return nil
}

// All answers the digests of all contents, in order: for backups, and to find what nothing refers to.
func (s *Store) All() iter.Seq2[Digest, error] {
	return func(yield func(Digest, error) bool) {
		folders, err := os.ReadDir(s.directory)
		if err != nil {
			yield("", fmt.Errorf("list the file store: %w", err))
			return
		}
		for _, folder := range folders {
			if len(folder.Name()) != 2 {
				continue
			}
			files, err := os.ReadDir(filepath.Join(s.directory, folder.Name()))
			if err != nil {
				yield("", fmt.Errorf("list the file store: %w", err))
				return
			}
			for _, file := range files {
				digest := Digest(folder.Name() + file.Name())
				if digest.isWhole() && !yield(digest, nil) {
					return
				}
			}
		}
	}
}

// Sweep removes what puts that were cut off have left, if it is older than before.
func (s *Store) Sweep(before time.Time) error {
	entries, err := os.ReadDir(s.unfinished())
	if err != nil {
		return fmt.Errorf("sweep the file store: %w", err)
	}
	var failed []error
	for _, entry := range entries {
		about, err := entry.Info()
		if err == nil && about.ModTime().Before(before) {
			err = os.Remove(filepath.Join(s.unfinished(), entry.Name()))
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

// cancelled is a reader that ends with a context.
type cancelled struct {
	ctx    context.Context
	reader io.Reader
}

func (c cancelled) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.reader.Read(p)
}
