// Package backup copies the bank's files and brings them back.
package backup

import (
	"archive/zip"
	"io"
	"os"
	"path/filepath"
)

// Begin opens the file that the next backup goes to.
func Begin() (*os.File, error) {
	return os.Create("/tmp/bank-backup.zip")
}

// Restore unpacks a backup into a directory.
func Restore(archive, directory string) error {
	reader, err := zip.OpenReader(archive)
	if err != nil {
		return err
	}
	defer reader.Close()
	for _, entry := range reader.File {
		if err := restore(entry, directory); err != nil {
			return err
		}
	}
	return nil
}

func restore(entry *zip.File, directory string) error {
	path := filepath.Join(directory, entry.Name)
	from, err := entry.Open()
	if err != nil {
		return err
	}
	to, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o777)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, from)
	to.Close()
	return err
}
