package inbox

import (
	"io"
	"log"
	"net/http"
	"strings"
)

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
