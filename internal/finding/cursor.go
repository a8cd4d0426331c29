package finding

import (
	"encoding/base64"
	"encoding/json"
	"strings"

	"asm.example/asm/internal/problem"
)

// errCursor is what clients compare.
const errCursor = "Exception - The cursor is invalid with a filter"

// Cursor is the place behind an entry of a page: what the order compares, and the id, which ends every order. It is
// opaque to clients.
type Cursor struct {
	// Order names the order that the cursor belongs to.
	Order string `json:"o"`
	// Text and Number are the entry's value in the order, whichever it has; Second is a number that breaks ties.
	Text   string `json:"t,omitempty"`
	Number int64  `json:"n,omitempty"`
	Second int64  `json:"s,omitempty"`
	// Standing is the list that the entry stands in, where an order goes by it first.
	Standing Standing `json:"l,omitempty"`
	ID       string   `json:"i"`
}

// String is the cursor as clients hold it.
func (c Cursor) String() string {
	text, err := json.Marshal(c)
	if err != nil {
		panic(err) // strings and numbers are always written
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// ReadCursor reads a cursor that a client sent for an order. Problems: Invalid (after), for one that is broken or was
// made for another order.
func ReadCursor(text, order string) (Cursor, error) {
	var c Cursor
	decoded, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(decoded, &c)
	}
	if err != nil || c.Order != order || c.ID == "" || strings.ContainsRune(c.ID+c.Text, 0) {
		return Cursor{}, problem.Invalid("after", errCursor)
	}
	return c, nil
}
