package inbox

import (
	"archive/tar"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
)

// unpack writes the files of an attached archive beside it.
func unpack(archive string) error {
	file, err := os.Open(archive)
	if err != nil {
		return err
	}
	plain, err := gzip.NewReader(file)
	if err != nil {
		return err
	}
	for entries := tar.NewReader(plain); ; {
		entry, err := entries.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		to, err := os.Create(filepath.Join(filepath.Dir(archive), entry.Name))
		if err != nil {
			return err
		}
		io.Copy(to, entries)
		to.Close()
	}
}
