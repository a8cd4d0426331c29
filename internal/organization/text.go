package organization

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"asm.example/asm/internal/problem"
)

// What the contract says of texts that are refused.
const (
	ErrLength     = "Exception - Invalid field length in form"
	ErrCharacters = "Exception - Invalid characters"
	ErrValue      = "Exception - Error value is not valid"
)

// Text is a rule for what people write: any valid UTF-8 without control characters but those that lay out a text. What
// is dangerous somewhere (in HTML, in a spreadsheet) is made safe there, when it is written out.
type Text struct {
	// Field is the argument that a problem names.
	Field string
	// Max is the greatest number of characters.
	Max int
	// Required wants a character that is no white space.
	Required bool
}

// Check answers an Invalid problem when the value breaks the rule.
func (t Text) Check(value string) error {
	if !utf8.ValidString(value) || strings.ContainsFunc(value, isForbidden) {
		return problem.Invalid(t.Field, ErrCharacters)
	}
	if utf8.RuneCountInString(value) > t.Max {
		return problem.Invalid(t.Field, ErrLength).With("max", t.Max)
	}
	if t.Required && strings.TrimSpace(value) == "" {
		return problem.Invalid(t.Field, ErrValue)
	}
	return nil
}

// isForbidden tells control characters; line ends, of Windows too, and tabs are none.
func isForbidden(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t'
}
