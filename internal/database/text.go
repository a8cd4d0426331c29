package database

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Fold makes text comparable without case: normal form NFKC in lower case. Columns that are searched without case hold
// folded text, and so does what is searched for.
func Fold(s string) string {
	return norm.NFKC.String(strings.ToLower(norm.NFKC.String(s)))
}

// likeEscaper puts \ before what LIKE gives a meaning.
var likeEscaper = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// EscapeLike makes text match itself in a LIKE pattern with ESCAPE '\'.
func EscapeLike(s string) string {
	return likeEscaper.Replace(s)
}
