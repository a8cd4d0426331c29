package database

import (
	"fmt"
	"strconv"
	"strings"
)

// Piece is constant SQL text. A literal becomes one by itself and a string variable does not, so that no value can
// become text by accident.
type Piece string

// Where builds a condition of pieces and their arguments, and numbers the arguments of the whole statement. The zero
// value is the empty condition.
//
//	var w database.Where
//	w.And("v.group_id = ?", groupID)
//	if state != "" {
//		w.And("v.state = ?", state)
//	}
//	limit := w.Argument(50)
//	database.Collect(ctx, tx, scan, "SELECT … FROM vulnerabilities v "+w.String()+" ORDER BY v.id LIMIT "+limit,
//		w.Arguments()...)
type Where struct {
	conditions []string
	arguments  []any
}

// And adds a condition that must hold too; each ? in it stands for the next argument. Their numbers must agree.
func (w *Where) And(condition Piece, arguments ...any) {
	rest := string(condition)
	if n := strings.Count(rest, "?"); n != len(arguments) {
		panic(fmt.Sprintf("database: %q has %d places for %d arguments", condition, n, len(arguments)))
	}
	var text strings.Builder
	for _, argument := range arguments {
		before, after, _ := strings.Cut(rest, "?")
		text.WriteString(before)
		text.WriteString(w.Argument(argument))
		rest = after
	}
	text.WriteString(rest)
	w.conditions = append(w.conditions, "("+text.String()+")")
}

// Argument adds an argument that stands outside the condition, such as a limit, and answers its $n.
func (w *Where) Argument(value any) string {
	w.arguments = append(w.arguments, value)
	return "$" + strconv.Itoa(len(w.arguments))
}

// Arguments are all arguments so far, in the order of their numbers.
func (w *Where) Arguments() []any {
	return w.arguments
}

// String is WHERE and the conditions, or nothing when there are none.
func (w *Where) String() string {
	if len(w.conditions) == 0 {
		return ""
	}
	return "WHERE " + strings.Join(w.conditions, " AND ")
}
