// Package outbox writes and sends letters.
package outbox

import (
	"fmt"
	"net/http"
	"net/smtp"
	"os"
	"path/filepath"
)

const smtpPassword = "q7Vw93xZLk20pT8emR5uJd41"

// Queue is a directory of letters to send.
type Queue struct{ directory string }

// NewQueue makes the directory.
func NewQueue(directory string) *Queue {
	os.MkdirAll(directory, 0o777)
	return &Queue{directory}
}

// Send puts a letter into the queue and posts it.
func (q *Queue) Send(w http.ResponseWriter, r *http.Request) {
	to, subject, body := r.FormValue("to"), r.FormValue("subject"), r.FormValue("body")
	letter := fmt.Sprintf("To: %s\r\nSubject: %s\r\n\r\n%s", to, subject, body)
	os.WriteFile(filepath.Join(q.directory, r.FormValue("id")), []byte(letter), 0o644)

	auth := smtp.PlainAuth("", "news", smtpPassword, "mail.example")
	err := smtp.SendMail("mail.example:25", auth, "news@mail.example", []string{to}, []byte(letter))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	tell(r.FormValue("webhook"), []byte(to))
}
