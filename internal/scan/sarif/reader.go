package sarif

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// reader walks the JSON text token by token. Its methods consume exactly one value each; null counts as absent.
type reader struct {
	*jsontext.Decoder
	start int64  // of the JSON text in the file
	depth int    // most nested levels
	name  []byte // of the member read last

	// lenient skips a value of the wrong type instead of answering a mismatch: for metadata, which results can do without.
	lenient bool
}

// mismatch is a value of another type than the format asks for, or nested too deep; JSON itself is in order.
type mismatch struct {
	at     Place
	reason string
}

func (m *mismatch) Error() string { return m.reason }

// here is the place of the value or token read last.
func (r *reader) here() Place {
	return Place{Pointer: string(r.StackPointer()), Offset: r.start + r.InputOffset()}
}

// object calls member with the name of each member whose value is not null; member consumes the value.
// The name is good until the next member is read.
func (r *reader) object(member func(name []byte) error) error {
	if kind := r.PeekKind(); kind != '{' {
		return r.mismatched("an object")
	}
	if err := r.enter(); err != nil {
		return err
	}
	for {
		switch r.PeekKind() {
		case '"':
		default: // the end, or an error that reading tells
			_, err := r.ReadToken()
			return err
		}
		quoted, err := r.ReadValue()
		if err != nil {
			return err
		}
		// Looking at the value may refill the decoder's buffer, where the name still is.
		if r.name, err = appendUnquoted(r.name[:0], quoted); err != nil {
			return err
		}
		if r.PeekKind() == 'n' {
			_, err = r.ReadToken()
		} else {
			err = member(r.name)
		}
		if err != nil {
			return err
		}
	}
}

// appendUnquoted is short for names without escapes, which all of the format's are.
func appendUnquoted(b []byte, name jsontext.Value) ([]byte, error) {
	if bytes.IndexByte(name, '\\') >= 0 {
		return jsontext.AppendUnquote(b, name)
	}
	return append(b, name[1:len(name)-1]...), nil
}

// array calls element for each element, null too; element consumes it.
func (r *reader) array(element func(i int) error) error {
	if r.PeekKind() != '[' {
		return r.mismatched("an array")
	}
	if err := r.enter(); err != nil {
		return err
	}
	for i := 0; ; i++ {
		switch r.PeekKind() {
		case ']', 0:
			_, err := r.ReadToken()
			return err
		}
		if err := element(i); err != nil {
			return err
		}
	}
}

// enter reads the beginning of an object or array and watches the depth.
func (r *reader) enter() error {
	if _, err := r.ReadToken(); err != nil {
		return err
	}
	if r.StackDepth() > r.depth {
		return &mismatch{r.here(), fmt.Sprintf("nested deeper than %d levels", r.depth)}
	}
	return nil
}

// text reads a text of any length; what is behind the first max bytes is dropped (0: nothing is).
func (r *reader) text(max int) (string, error) {
	if r.PeekKind() != '"' {
		return "", r.mismatched("a text")
	}
	token, err := r.ReadToken()
	if err != nil {
		return "", err
	}
	return cut(token.String(), max), nil
}

// cut shortens a text to at most max bytes at a character's border and lets go of the rest.
func cut(text string, max int) string {
	if max == 0 || len(text) <= max {
		return text
	}
	end := max
	for end > 0 && text[end]&0xC0 == 0x80 {
		end--
	}
	return strings.Clone(text[:end])
}

// number reads a number; tools that write numbers as text are understood.
func (r *reader) number() (float64, error) {
	switch r.PeekKind() {
	case '0':
		token, err := r.ReadToken()
		if err != nil {
			return 0, err
		}
		number, err := strconv.ParseFloat(token.String(), 64)
		if err != nil {
			return 0, r.wrong("a number", "one beyond all bounds")
		}
		return number, nil
	case '"':
		token, err := r.ReadToken()
		if err != nil {
			return 0, err
		}
		number, err := strconv.ParseFloat(token.String(), 64)
		if err != nil {
			return 0, r.wrong("a number", "a text")
		}
		return number, nil
	}
	return 0, r.mismatched("a number")
}

// integer reads a whole number from min to the largest of 31 bits; when lenient, -1 stands for anything else.
func (r *reader) integer(min int) (int, error) {
	number, err := r.number()
	if err != nil {
		return 0, err
	}
	if number < float64(min) || number > math.MaxInt32 || number != math.Trunc(number) {
		return -1, r.wrong(fmt.Sprintf("a whole number from %d to %d", min, math.MaxInt32), strconv.FormatFloat(number, 'g', -1, 64))
	}
	return int(number), nil
}

// scalar reads a text, number or boolean as text, for properties that tools write either way; other values are skipped.
func (r *reader) scalar(max int) (string, error) {
	switch r.PeekKind() {
	case '"', '0', 't', 'f':
		token, err := r.ReadToken()
		if err != nil {
			return "", err
		}
		return cut(token.String(), max), nil
	}
	return "", r.skip()
}

// texts reads an array of texts, or one text, at most limit of them; elements of another type are skipped.
func (r *reader) texts(limit, max int, add func(string)) error {
	if r.PeekKind() != '[' {
		return r.oneText(max, add)
	}
	return r.array(func(i int) error {
		if i >= limit {
			return r.skip()
		}
		return r.oneText(max, add)
	})
}

func (r *reader) oneText(max int, add func(string)) error {
	if r.PeekKind() != '"' {
		return r.skip()
	}
	text, err := r.text(max)
	if err == nil {
		add(text)
	}
	return err
}

// skip reads over one value, token by token, so that memory does not grow with it.
func (r *reader) skip() error {
	base := r.StackDepth()
	for {
		if _, err := r.ReadToken(); err != nil {
			return err
		}
		switch depth := r.StackDepth(); {
		case depth <= base:
			return nil
		case depth > r.depth:
			return &mismatch{r.here(), fmt.Sprintf("nested deeper than %d levels", r.depth)}
		}
	}
}

// leave reads on until the stack is no deeper than depth, whatever comes.
func (r *reader) leave(depth int) error {
	for r.StackDepth() > depth {
		if _, err := r.ReadToken(); err != nil {
			return err
		}
	}
	return nil
}

// mismatched consumes a value that is not what was wanted and says so, or nothing when lenient.
func (r *reader) mismatched(wanted string) error {
	kind := r.PeekKind()
	if kind == 0 || kind == '}' || kind == ']' { // broken JSON: reading tells how
		if _, err := r.ReadToken(); err != nil {
			return err
		}
	}
	if r.lenient {
		return r.skip()
	}
	if _, err := r.ReadToken(); err != nil {
		return err
	}
	return r.wrong(wanted, kindName(kind))
}

func (r *reader) wrong(wanted, got string) error {
	if r.lenient {
		return nil
	}
	return &mismatch{r.here(), "found " + got + " in place of " + wanted}
}

func kindName(kind jsontext.Kind) string {
	switch kind {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "a text"
	case '0':
		return "a number"
	case 't', 'f':
		return "a boolean"
	}
	return "null"
}

// refusal turns what ended the reading into a sentence for people. Errors of disk and context stay as they are.
func (r *reader) refusal(err error) error {
	var refusal *Refusal
	if errors.As(err, &refusal) {
		if refusal.At != nil {
			refusal.At.Offset += r.start
		}
		return refusal
	}
	var wrong *mismatch
	if errors.As(err, &wrong) {
		return &Refusal{Reason: "The scan is no valid SARIF: " + wrong.reason, At: &wrong.at}
	}
	at := Place{Pointer: string(r.StackPointer()), Offset: r.start + r.InputOffset()}
	if errors.Is(err, io.ErrUnexpectedEOF) || err == io.EOF {
		return &Refusal{Reason: "The scan is cut off: the file ends in the middle", At: &at}
	}
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) {
		at.Offset = r.start + syntax.ByteOffset
		return &Refusal{Reason: "The scan is no valid JSON: " + syntax.Err.Error(), At: &at}
	}
	return fmt.Errorf("read the scan: %w", err)
}
