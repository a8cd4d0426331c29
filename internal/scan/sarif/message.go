package sarif

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// message is a text, or the id of one that rule or driver hold, with what fills its placeholders.
type message struct {
	text      string
	id        string
	arguments []string
}

// message reads a message or a multi-format message string; markdown stands in for a missing text.
func (r *reader) message() (message, error) {
	var m message
	var markdown string
	err := r.object(func(name []byte) (err error) {
		switch string(name) {
		case "text":
			m.text, err = r.text(maxText)
		case "markdown":
			markdown, err = r.text(maxText)
		case "id":
			m.id, err = r.text(maxName)
		case "arguments":
			err = r.texts(maxLists, maxName, func(text string) { m.arguments = append(m.arguments, text) })
		default:
			err = r.skip()
		}
		return err
	})
	if m.text == "" {
		m.text = markdown
	}
	return m, err
}

// render fills the placeholders of a message's text, or of the one its id means to the rule or the driver, takes links to
// related locations down to their words, and cleans what comes out.
func (m message) render(rule *Rule, driver *component) string {
	text := m.text
	if text == "" && m.id != "" {
		if rule != nil {
			text = rule.messages[m.id]
		}
		if text == "" {
			text = driver.messages[m.id]
		}
	}
	return Clean(cut(unlink(fill(text, m.arguments)), maxText))
}

// fill puts arguments in place of {0}, {1} …; doubled braces mean one (SARIF 2.1.0, 3.11.5). Without arguments braces are
// left alone, since many tools write them unescaped.
func fill(text string, arguments []string) string {
	if len(arguments) == 0 || !strings.ContainsAny(text, "{}") {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case (c == '{' || c == '}') && i+1 < len(text) && text[i+1] == c:
			b.WriteByte(c)
			i++
		case c == '{':
			number, _, closed := strings.Cut(text[i+1:], "}")
			index, err := strconv.Atoi(number)
			if !closed || err != nil || index < 0 || index >= len(arguments) {
				b.WriteByte(c)
				continue
			}
			b.WriteString(arguments[index])
			i += len(number) + 1
		default:
			b.WriteByte(c)
		}
		if b.Len() > 2*maxText {
			break
		}
	}
	return b.String()
}

// unlink turns [words](7), a link to a related location, into words (SARIF 2.1.0, 3.11.6); other links stay.
func unlink(text string) string {
	if !strings.Contains(text, "](") {
		return text
	}
	var b strings.Builder
	for {
		before, after, found := strings.Cut(text, "](")
		if !found {
			break
		}
		target, rest, closed := strings.Cut(after, ")")
		opening := strings.LastIndexByte(before, '[')
		if _, err := strconv.Atoi(target); err != nil || !closed || opening < 0 {
			b.WriteString(before)
			b.WriteString("](")
			text = after
			continue
		}
		b.WriteString(before[:opening])
		b.WriteString(before[opening+1:])
		text = rest
	}
	b.WriteString(text)
	return b.String()
}

// Clean makes a scanner's text fit for people and databases: line ends become line feeds; other control characters but
// the tab, and bytes that are no UTF-8, become U+FFFD; white space around it goes.
func Clean(text string) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	text = strings.Map(func(c rune) rune {
		switch {
		case c == '\n' || c == '\t':
			return c
		case c == '\r':
			return '\n'
		case unicode.IsControl(c):
			return utf8.RuneError
		}
		return c
	}, text)
	return strings.TrimSpace(text)
}
