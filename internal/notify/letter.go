package notify

import (
	"embed"
	"fmt"
	htmltemplate "html/template"
	"strings"
	texttemplate "text/template"

	"asm.example/asm/internal/access"
)

// letter is what a mail says, before it is laid out: a notice fills it in, and the two layouts make text and HTML of it, so
// that no notice can forget to escape or to have a plain part.
type letter struct {
	// Subject is what stands behind the product's name and [Group].
	Subject string
	// Group is the group that it is about; "" for none.
	Group string
	// Paragraphs are sentences; Facts are what else is known; Places are listed one in a line.
	Paragraphs []string
	Facts      []fact
	Places     []string
	// More is how many places are left out.
	More int
	// Buttons lead on.
	Buttons []button
	// Switchable is filled in by queue: the mail tells where to switch it off.
	Switchable bool
	// Settings is the address where that is.
	Settings string

	// link is the link whose address stands where acceptAddress and rejectAddress do.
	link access.MailedLink
	// severityTenths is the highest of the locations told of; -1 where severity does not matter.
	severityTenths int64
	// to are addressees that the letter itself names, beside those by role.
	to []string
	// former are readers by the roles that they had, named by the record because their memberships may be gone.
	former []string
}

// fact is a name and what it is; facts without a value are left out.
type fact struct{ Name, Value string }

// button is a link and what it says.
type button struct{ Label, Address string }

// Where the addresses of a letter's link stand until it is sent. The host cannot exist (RFC 2606).
const (
	acceptAddress = "https://link.invalid/accept"
	rejectAddress = "https://link.invalid/reject"
)

//go:embed templates
var templates embed.FS

// layouts make a mail's two parts.
type layouts struct {
	text *texttemplate.Template
	html *htmltemplate.Template
}

// layout is how every mail looks. A mistake in a template is a mistake of the program.
var layout = newLayouts()

func newLayouts() layouts {
	return layouts{
		text: texttemplate.Must(texttemplate.ParseFS(templates, "templates/mail.txt")),
		html: htmltemplate.Must(htmltemplate.ParseFS(templates, "templates/mail.html")),
	}
}

// subjectLine is the whole subject, without line breaks.
func (l letter) subjectLine() string {
	subject := "ASM: " + l.Subject
	if l.Group != "" {
		subject = "ASM [" + l.Group + "]: " + l.Subject
	}
	const most = 180
	runes := []rune(strings.Join(strings.Fields(subject), " "))
	if len(runes) > most {
		runes = append(runes[:most-1], '…')
	}
	return string(runes)
}

// render lays a letter out.
func (l letter) render() (text, html string, err error) {
	kept := l.Facts[:0:0]
	for _, f := range l.Facts {
		if f.Value != "" {
			kept = append(kept, f)
		}
	}
	l.Facts = kept
	var plain, marked strings.Builder

	if err := layout.text.Execute(&plain, l); err != nil {
		return "", "", fmt.Errorf("lay out the text of a mail: %w", err)
	}
	if err := layout.html.Execute(&marked, l); err != nil {
		return "", "", fmt.Errorf("lay out the HTML of a mail: %w", err)
	}
	return plain.String(), marked.String(), nil
}
