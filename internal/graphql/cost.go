package graphql

import (
	"fmt"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
)

// usualSize is how many entries a list has of which nobody said anything.
const usualSize = 10

// page is what is known of the size of a field's answer: the argument `first`, else what the binding declares.
type page struct {
	first    int    // as written or by default, -1 if neither
	variable string // that `first` is taken from, if any
	declared int    // by Sized or Paged, 0 if not
	most     int    // by Paged, 0 if unlimited
}

func pageOf(f *boundField, node *ast.Field) page {
	p := page{first: -1, declared: f.size, most: f.most}
	definition := f.definition.Arguments.ForName("first")
	if definition == nil || definition.Type.Name() != "Int" || definition.Type.Elem != nil {
		return p
	}
	value := definition.DefaultValue
	if a := node.Arguments.ForName("first"); a != nil {
		value = a.Value
	}
	switch {
	case value == nil:
	case value.Kind == ast.Variable:
		p.variable = value.Raw
	case value.Kind == ast.IntValue:
		p.first, _ = strconv.Atoi(value.Raw) // coerced before: it has 32 bits
	}
	return p
}

// size answers how many entries to expect; ok is false when nothing is known.
func (p page) size(variables map[string]any) (entries int, ok bool) {
	first := p.first
	if n, given := variables[p.variable].(int64); given && p.variable != "" {
		first = int(n)
	}
	switch {
	case first >= 0 && p.most > 0:
		return min(first, p.most), true
	case first >= 0:
		return first, true
	case p.declared > 0:
		return p.declared, true
	}
	return 0, false
}

// costOf answers what a selection costs with given variables: 1 a field, and what is selected of a list as often as it
// has entries. Of the types that an abstract one may be, the most expensive counts. Varies tells whether other variables
// may lead to another cost.
func costOf(s *selection, variables map[string]any) (cost int, varies bool) {
	return selectionCost(s, variables, 0)
}

// selectionCost also takes the size of the page that the selection's object is the connection of; 0 if it is none.
func selectionCost(s *selection, variables map[string]any, connection int) (cost int, varies bool) {
	for i := range s.fields {
		f := &s.fields[i]
		cost++
		if f.below == nil {
			continue
		}
		entries, known := f.page.size(variables)
		inner := 0
		switch isList := len(f.nonNull) > 1; {
		case !isList:
			inner, entries = entries, 1
		case known:
		case connection > 0:
			entries = connection
		default:
			entries = usualSize
		}
		dearest := 0
		for _, below := range f.below {
			c, v := selectionCost(below, variables, inner)
			dearest, varies = max(dearest, c), varies || v
		}
		varies = varies || f.page.variable != ""
		cost = min(cost+min(entries, tooMany)*dearest, tooMany)
	}
	return cost, varies
}

func tooDear(at *ast.Position, cost, most int) *Error {
	e := problem(CodeLimit, at, fmt.Sprintf(
		"Too much is asked: the operation costs %d; %d is allowed. Ask for fewer fields, or smaller pages.", cost, most))
	e.Extensions["limit"], e.Extensions["cost"] = most, cost
	return e
}
