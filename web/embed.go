// Package web holds the React app and carries its build inside the binary.
//
// `make build` writes the app to dist/app; a bare clone has only dist/index.html, which says so, and compiles all the
// same. Text files lie in the build as brotli copies alone (main.js.br): a server sends those bytes as they are to a
// client that reads brotli, and opens the plain name for any other.
package web

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"time"

	"github.com/andybalholm/brotli"
)

//go:embed all:dist
var dist embed.FS

// Built tells whether the binary carries the app, or only the page that says how to build it.
func Built() bool {
	_, err := fs.Stat(dist, "dist/app")
	return err == nil
}

// Files answers the files of the app: index.html, playground.html, and assets/ with names that change with their content.
//
// Open finds main.js whether it was embedded plain or as main.js.br, decoding the copy; main.js.br itself opens where
// there is a copy. Without a build, index.html is the page that says `make build`.
func Files() fs.FS {
	dir := "dist"
	if Built() {
		dir = "dist/app"
	}
	files, err := fs.Sub(dist, dir)
	if err != nil {
		panic(err) // the name is a constant and valid
	}
	return decoding{files}
}

// decoding opens a file by its plain name when only its brotli copy is there.
type decoding struct{ files fs.FS }

// Open implements fs.FS.
func (d decoding) Open(name string) (fs.File, error) {
	f, err := d.files.Open(name)
	if !errors.Is(err, fs.ErrNotExist) {
		return f, err
	}
	coded, codedErr := fs.ReadFile(d.files, name+".br")
	if codedErr != nil {
		return nil, err
	}
	plain, err := io.ReadAll(brotli.NewReader(bytes.NewReader(coded)))
	if err != nil {
		return nil, fmt.Errorf("decode %s: %w", name, err)
	}
	return &decoded{Reader: bytes.NewReader(plain), info: info{name: name, size: int64(len(plain))}}, nil
}

// decoded is an opened file whose bytes were decoded into memory.
type decoded struct {
	*bytes.Reader
	info info
}

func (f *decoded) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *decoded) Close() error               { return nil }

// info describes a decoded file as package embed would have: read-only and without a time.
type info struct {
	name string
	size int64
}

func (i info) Name() string       { return path.Base(i.name) }
func (i info) Size() int64        { return i.size }
func (i info) Mode() fs.FileMode  { return 0o444 }
func (i info) ModTime() time.Time { return time.Time{} }
func (i info) IsDir() bool        { return false }
func (i info) Sys() any           { return nil }
