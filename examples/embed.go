// Package examples holds what real scanners found in three small programs, weak on purpose, as they changed over three
// months: a bank and a mailer in Go, a shop in JavaScript. The demo imports it; docs and tests tell their stories with it.
//
// The programs are modules of their own in the folders beside this file (bank-go/v1 … v5 and so on), so that nothing here
// builds them. Their scans are made by scripts/make-example-scans.sh and embedded; the programs are not.
package examples

import (
	"embed"
	"encoding/json"
	"fmt"
)

// FS holds the folder scans: the manifest and the files that it names.
//
//go:embed scans
var FS embed.FS

// Scan is one scanner's file about one version of a program.
type Scan struct {
	Program string // the folder: bank-go, mailer-go, shop-web
	Version string // v1 is the oldest
	Tool    string // gosec, staticcheck, eslint
	File    string // SARIF 2.1.0, a path in FS
	DaysAgo int    // how long before today the scan took place in the story, 1 to 90
	// Repository and Branch are where the program would lie; the host does not exist.
	Repository string
	Branch     string
}

// Manifest answers all scans in the order in which they took place, the oldest first.
func Manifest() ([]Scan, error) {
	text, err := FS.ReadFile("scans/manifest.json")
	if err != nil {
		return nil, fmt.Errorf("read the manifest of the examples: %w", err)
	}
	var manifest struct{ Scans []Scan }
	if err := json.Unmarshal(text, &manifest); err != nil {
		return nil, fmt.Errorf("parse the manifest of the examples: %w", err)
	}
	return manifest.Scans, nil
}
