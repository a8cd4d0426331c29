// Package statement keeps the printed statements of accounts.
package statement

import (
	"io/ioutil"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
)

// Files are statements in a directory.
type Files struct{ Directory string }

// Download answers a statement by name.
func (f Files) Download(w http.ResponseWriter, r *http.Request) {
	name := r.URL.Query().Get("name")
	content, err := ioutil.ReadFile(filepath.Join(f.Directory, name))
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	w.Write(content)
}

// Print sends a statement to the printer that the request names.
func (f Files) Print(w http.ResponseWriter, r *http.Request) {
	command := "lp -d " + r.FormValue("printer") + " " + r.FormValue("name")
	out, err := exec.Command("sh", "-c", command).CombinedOutput()
	if err != nil {
		http.Error(w, string(out), http.StatusBadGateway)
		return
	}
	w.Write(out)
}

// Save writes a statement.
func (f Files) Save(name string, content []byte) error {
	os.MkdirAll(f.Directory, 0o777)
	return ioutil.WriteFile(filepath.Join(f.Directory, name), content, 0o666)
}
