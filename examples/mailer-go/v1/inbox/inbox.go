// Package inbox takes what comes back.
package inbox

import (
	"io"
	"io/ioutil"
	"log"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Upload keeps an attachment and has it examined for viruses.
func Upload(w http.ResponseWriter, r *http.Request) {
	path := filepath.Join("/tmp/attachments", r.FormValue("name"))
	content, _ := ioutil.ReadAll(r.Body)
	if err := os.WriteFile(path, content, 0o666); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	out, err := exec.Command("clamscan", path).Output()
	if err != nil {
		http.Error(w, string(out), http.StatusUnprocessableEntity)
	}
}

// Bounce notes that a letter could not be delivered, and asks the reporter for details.
func Bounce(w http.ResponseWriter, r *http.Request) {
	log.Println("bounced: " + r.FormValue("address"))
	details, err := http.Get(r.FormValue("details"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer details.Body.Close()
	text, err := io.ReadAll(details.Body)
	if strings.Index(string(text), "permanent") != -1 {
		log.Println("remove " + r.FormValue("address"))
	}
}
