// Package inbox takes what comes back.
package inbox

import (
	"io/ioutil"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
)

// Upload keeps an attachment and has it examined for viruses.
func Upload(w http.ResponseWriter, r *http.Request) {
	path := filepath.Join("/tmp/attachments", r.FormValue("name"))
	content, _ := ioutil.ReadAll(r.Body)
	if err := os.WriteFile(path, content, 0o666); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	unpack(path)
	out, err := exec.Command("clamscan", path).Output()
	if err != nil {
		http.Error(w, string(out), http.StatusUnprocessableEntity)
	}
}
