package database

import "strings"

// token is a piece of a statement; the pieces together are the statement again.
type token struct {
	kind tokenKind
	text string
}

type tokenKind int

const (
	symbol    tokenKind = iota // an operator or a bracket
	word                       // a keyword or a name
	parameter                  // $n
	quoted                     // 'text' or "name"
	blank                      // space or a comment
)

// is compares a token with a keyword, a symbol or a quoted name.
func (t token) is(text string) bool {
	if t.kind == quoted {
		return t.text == text
	}
	return strings.EqualFold(t.text, text)
}

// isName tells whether the token can stand in the list after FOR UPDATE OF.
func (t token) isName() bool {
	switch {
	case t.kind == word:
		return !t.is("SKIP") && !t.is("NOWAIT")
	case t.kind == quoted:
		return true
	default:
		return t.text == ","
	}
}

// tokens cuts a statement up as SQL's lexer does, as far as [rewrite] cares.
func tokens(statement string) []token {
	var all []token
	for rest := statement; rest != ""; {
		kind, n := nextToken(rest)
		all = append(all, token{kind, rest[:n]})
		rest = rest[n:]
	}
	return all
}

func nextToken(s string) (tokenKind, int) {
	switch c := s[0]; {
	case c == '\'' || c == '"':
		return quoted, quotedLength(s)
	case strings.HasPrefix(s, "--"):
		return blank, lengthUntil(s, "\n")
	case strings.HasPrefix(s, "/*"):
		return blank, lengthUntil(s, "*/")
	case isSpace(c):
		return blank, length(s, isSpace)
	case c == '$' && len(s) > 1 && isDigit(s[1]):
		return parameter, 1 + length(s[1:], isDigit)
	case isWord(c):
		return word, length(s, isWord)
	case strings.HasPrefix(s, "<>"):
		return symbol, 2
	case strings.HasPrefix(s, "<=") || strings.HasPrefix(s, ">=") || strings.HasPrefix(s, "!="):
		return symbol, 2 // so that their = is none of its own
	default:
		return symbol, 1
	}
}

// quotedLength finds the closing quote; a doubled one is text.
func quotedLength(s string) int {
	for i := 1; i < len(s); i++ {
		if s[i] != s[0] {
			continue
		}
		if i+1 < len(s) && s[i+1] == s[0] {
			i++
			continue
		}
		return i + 1
	}
	return len(s)
}

func lengthUntil(s, end string) int {
	if i := strings.Index(s, end); i >= 0 {
		return i + len(end)
	}
	return len(s)
}

func length(s string, member func(byte) bool) int {
	for i := range len(s) {
		if !member(s[i]) {
			return i
		}
	}
	return len(s)
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }
func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// isWord takes every byte above ASCII for a letter, as both databases do.
func isWord(c byte) bool {
	return isDigit(c) || c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c >= 0x80
}
