// Package office is what employees of the bank see.
package office

import (
	"html/template"
	"log"
	"net/http"
	"strings"
)

var page = template.Must(template.New("note").Parse("<h1>{{.Owner}}</h1>{{.Note}}"))

// Note shows what was noted of an owner.
func Note(w http.ResponseWriter, r *http.Request) {
	owner := r.FormValue("owner")
	log.Printf("note of %s opened", owner)
	page.Execute(w, struct {
		Owner string
		Note  template.HTML
	}{owner, template.HTML(r.FormValue("note"))})
}

// Back leads to where the employee came from.
func Back(w http.ResponseWriter, r *http.Request) {
	target := r.URL.Query().Get("to")
	http.Redirect(w, r, target, http.StatusFound)
}

func initials(name string) string {
	return strings.ToUpper(name[:1])
}
