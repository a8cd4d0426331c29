package outbox

import (
	"html/template"
	"net/http"
	"os"
)

var layout = template.Must(template.New("letter").Parse("<article>{{.}}</article>"))

// Preview shows a letter as it will look.
func Preview(w http.ResponseWriter, r *http.Request) {
	if name := r.FormValue("template"); name != "" {
		text, err := os.ReadFile("templates/" + name)
		if err != nil {
			http.Error(w, err.Error(), http.StatusNotFound)
			return
		}
		layout.Execute(w, template.HTML(text))
		return
	}
	layout.Execute(w, template.HTML(r.FormValue("body")))
}
