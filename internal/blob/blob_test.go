package blob_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"asm.example/asm/internal/blob"
)

// The SHA-256 of "abc" is FIPS 180-2's first example.
const (
	abc     blob.Digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
	nothing blob.Digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	noLimit             = 1 << 20
)

func open(t *testing.T) (store *blob.Store, directory string) {
	t.Helper()
	directory = filepath.Join(t.TempDir(), "files")
	store, err := blob.Open(directory)
	if err != nil {
		t.Fatal(err)
	}
	return store, directory
}

// unfinished counts the files that puts have left behind.
func unfinished(t *testing.T, directory string) int {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(directory, "tmp"))
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

func TestWhatIsPutIsFoundByItsDigest(t *testing.T) {
	t.Parallel()
	store, directory := open(t)

	for content, want := range map[string]blob.Digest{"abc": abc, "": nothing} {
		digest, size, err := store.Put(t.Context(), strings.NewReader(content), noLimit)
		if err != nil || digest != want || size != int64(len(content)) {
			t.Errorf("Put(%q) = %s, %d, %v, want %s, %d", content, digest, size, err, want, len(content))
		}
		f, size, err := store.Open(want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(f)
		if err := errors.Join(err, f.Close()); err != nil || string(got) != content || size != int64(len(content)) {
			t.Errorf("Open(%s) = %q, %d, %v, want %q", want, got, size, err, content)
		}
	}
	if n := unfinished(t, directory); n != 0 {
		t.Errorf("%d unfinished files are left", n)
	}
}

func TestTheSameContentIsKeptOnce(t *testing.T) {
	t.Parallel()
	store, _ := open(t)

	var puts sync.WaitGroup
	for range 8 {
		puts.Go(func() {
			if digest, _, err := store.Put(t.Context(), strings.NewReader("abc"), noLimit); err != nil || digest != abc {
				t.Errorf("Put = %s, %v", digest, err)
			}
		})
	}
	puts.Wait()

	var all []blob.Digest
	for digest, err := range store.All() {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, digest)
	}
	if len(all) != 1 || all[0] != abc {
		t.Errorf("All = %v, want %s alone", all, abc)
	}
}

func TestAPutThatEndsEarlyKeepsNothing(t *testing.T) {
	t.Parallel()
	errRead := errors.New("connection lost")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, row := range []struct {
		name    string
		ctx     context.Context
		content io.Reader
		limit   int64
		want    error
	}{
		{"at the limit", t.Context(), strings.NewReader("abc"), 3, nil},
		{"a byte beyond", t.Context(), strings.NewReader("abcd"), 3, blob.ErrTooLarge},
		{"a reader that fails", t.Context(), io.MultiReader(strings.NewReader("abc"), iotest.ErrReader(errRead)), noLimit, errRead},
		{"a context that ended", ended, strings.NewReader("abc"), noLimit, context.Canceled},
	} {
		store, directory := open(t)

		_, _, err := store.Put(row.ctx, row.content, row.limit)

		if !errors.Is(err, row.want) {
			t.Errorf("%s: Put = %v, want %v", row.name, err, row.want)
		}
		_, _, found := store.Open(abc)
		if kept := found == nil; kept != (row.want == nil) || unfinished(t, directory) != 0 {
			t.Errorf("%s: kept %v, %d unfinished files", row.name, kept, unfinished(t, directory))
		}
	}
}

func TestOnlyADigestIsFound(t *testing.T) {
	t.Parallel()
	store, directory := open(t)
	if err := os.WriteFile(filepath.Join(directory, "secret"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}

	for _, digest := range []blob.Digest{"", "../secret", abc, blob.Digest(strings.ToUpper(string(abc))), abc + "0"} {
		if _, _, err := store.Open(digest); !errors.Is(err, blob.ErrNotFound) {
			t.Errorf("Open(%q) = %v, want ErrNotFound", digest, err)
		}
		if err := store.Remove(digest); err != nil {
			t.Errorf("Remove(%q) = %v", digest, err)
		}
	}
	if _, err := os.Stat(filepath.Join(directory, "secret")); err != nil {
		t.Errorf("a file beside the store: %v", err)
	}
}

func TestWhatIsRemovedIsGone(t *testing.T) {
	t.Parallel()
	store, _ := open(t)
	if _, _, err := store.Put(t.Context(), strings.NewReader("abc"), noLimit); err != nil {
		t.Fatal(err)
	}

	if err := store.Remove(abc); err != nil {
		t.Fatal(err)
	}

	if _, _, err := store.Open(abc); !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("Open = %v, want ErrNotFound", err)
	}
}

func TestSweepRemovesWhatWasCutOffLongAgo(t *testing.T) {
	t.Parallel()
	store, directory := open(t)
	old, young := filepath.Join(directory, "tmp", "put-1"), filepath.Join(directory, "tmp", "put-2")
	for _, path := range []string{old, young} {
		if err := os.WriteFile(path, bytes.Repeat([]byte("x"), 10), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	limit := time.Now().Add(-time.Hour)
	if err := os.Chtimes(old, limit.Add(-time.Second), limit.Add(-time.Second)); err != nil {
		t.Fatal(err)
	}

	if err := store.Sweep(limit); err != nil {
		t.Fatal(err)
	}

	if _, err := os.Stat(old); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the old one: %v, want it gone", err)
	}
	if _, err := os.Stat(young); err != nil {
		t.Errorf("the young one: %v, want it there", err)
	}
}

func TestTheFilesAreTheirOwnersAlone(t *testing.T) {
	t.Parallel()
	store, directory := open(t)
	if _, _, err := store.Put(t.Context(), strings.NewReader("abc"), noLimit); err != nil {
		t.Fatal(err)
	}

	for path, want := range map[string]os.FileMode{
		directory:                      0o700,
		filepath.Join(directory, "ba"): 0o700,
		filepath.Join(directory, "ba", string(abc[2:])): 0o600,
	} {
		about, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := about.Mode().Perm(); got != want {
			t.Errorf("the mode of %s is %o, want %o", path, got, want)
		}
	}
}
