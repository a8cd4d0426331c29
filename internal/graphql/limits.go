package graphql

import (
	"fmt"
	"reflect"

	"github.com/vektah/gqlparser/v2/ast"
)

// Limits of what a document may ask. A zero field takes its value from DefaultLimits.
type Limits struct {
	DocumentBytes int // of the document's text
	Tokens        int // lexer tokens of the document
	Fields        int // of all operations and fragments, a fragment's counted again at each of its spreads
	Depth         int // of fields below one another (below __schema and __type not counted), and of values
	Aliases       int // in the document
	Repeats       int // of one response name in one selection set
	Fragments     int // definitions, spreads and inline fragments
	Directives    int // in the document
	Variables     int // definitions in the document
	NameBytes     int // of any name
	Cost          int // of the operation with its variables; see Sized and Paged
	AnswerBytes   int // of the answer's data
	Errors        int // listed in the answer; more are left out
}

// DefaultLimits are for a server that strangers can reach: what passes them is parsed, validated and planned in less
// than 50 ms (BenchmarkWorstDocuments has the worst of each kind).
func DefaultLimits() Limits {
	return Limits{
		DocumentBytes: 1 << 20, Tokens: 15_000, Fields: 5_000, Depth: 30, Aliases: 1_000, Repeats: 100, Fragments: 1_000,
		Directives: 500, Variables: 250, NameBytes: 200, Cost: 2_000_000, AnswerBytes: 64 << 20, Errors: 1_000,
	}
}

func (l Limits) orDefault() Limits {
	given, usual := reflect.ValueOf(&l).Elem(), reflect.ValueOf(DefaultLimits())
	for i := range given.NumField() {
		if given.Field(i).Int() == 0 {
			given.Field(i).Set(usual.Field(i))
		}
	}
	return l
}

// measure counts what stands in a document before anything is compared with the schema; it takes time in proportion to
// the document, however its fragments spread one another.
type measure struct {
	fragments map[string]*ast.FragmentDefinition
	known     map[string]*extent // of fragments; nil while one is being measured

	aliases, spreads, directives, variables int

	repeats, names, values extreme
}

// extreme is the largest of a kind and where it stands.
type extreme struct {
	most int
	at   *ast.Position
}

func (e *extreme) note(n int, at *ast.Position) {
	if n > e.most {
		e.most, e.at = n, at
	}
}

// extent is the size of a selection set with its fragments spread.
type extent struct {
	fields int
	depth  int
}

const tooMany = 1 << 30 // counts stop there, so that sums cannot overflow

func (e *extent) add(other extent, below int) {
	e.fields = min(e.fields+other.fields, tooMany)
	e.depth = max(e.depth, other.depth+below)
}

// check answers the first limit that a document breaks.
func (l Limits) check(d *ast.QueryDocument) *Error {
	m := &measure{fragments: map[string]*ast.FragmentDefinition{}, known: map[string]*extent{}}
	for _, f := range d.Fragments {
		if m.fragments[f.Name] == nil {
			m.fragments[f.Name] = f
		}
	}
	var total extent
	for _, o := range d.Operations {
		m.name(o.Name, o.Position)
		m.defineVariables(o.VariableDefinitions)
		m.direct(o.Directives)
		total.add(m.selections(o.SelectionSet), 0)
	}
	for _, f := range d.Fragments {
		m.spreads++
		m.name(f.Name, f.Position)
		m.defineVariables(f.VariableDefinition)
		m.direct(f.Directives)
		// Depth is counted where a fragment is spread: those for introspection may be deep.
		total.add(extent{fields: m.fragment(f.Name).fields}, 0)
	}
	for _, limit := range []struct {
		what        string
		count, most int
		at          *ast.Position
	}{
		{"fields, those of fragments counted at each spread", total.fields, l.Fields, nil},
		{"levels of fields", total.depth, l.Depth, nil},
		{"levels of values", m.values.most, l.Depth, m.values.at},
		{"aliases", m.aliases, l.Aliases, nil},
		{"fields of one name in one selection", m.repeats.most, l.Repeats, m.repeats.at},
		{"fragments and their spreads", m.spreads, l.Fragments, nil},
		{"directives", m.directives, l.Directives, nil},
		{"variables", m.variables, l.Variables, nil},
		{"bytes in a name", m.names.most, l.NameBytes, m.names.at},
	} {
		if limit.count > limit.most {
			return overLimit(limit.at, "the document", limit.what, limit.count, limit.most)
		}
	}
	return nil
}

func overLimit(at *ast.Position, whose, what string, count, most int) *Error {
	counted := fmt.Sprint(count)
	if count >= tooMany {
		counted = "too many"
	}
	e := problem(CodeLimit, at, fmt.Sprintf("Too much is asked: %s has %s %s; %d are allowed.", whose, counted, what, most))
	e.Extensions["limit"] = most
	return e
}

func (m *measure) selections(set ast.SelectionSet) extent {
	var e extent
	repeats := map[string]int{}
	m.into(set, &e, repeats)
	return e
}

// into measures a selection set; inline fragments share the response names of the set around them.
func (m *measure) into(set ast.SelectionSet, e *extent, repeats map[string]int) {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			m.field(s, e, repeats)
		case *ast.InlineFragment:
			m.spreads++
			m.name(s.TypeCondition, s.Position)
			m.direct(s.Directives)
			m.into(s.SelectionSet, e, repeats)
		case *ast.FragmentSpread:
			m.spreads++
			m.name(s.Name, s.Position)
			m.direct(s.Directives)
			e.add(m.fragment(s.Name), 0)
		}
	}
}

func (m *measure) field(f *ast.Field, e *extent, repeats map[string]int) {
	m.name(f.Name, f.Position)
	if f.Alias != f.Name {
		m.aliases++
		m.name(f.Alias, f.Position)
	}
	repeats[f.Alias]++
	m.repeats.note(repeats[f.Alias], f.Position)
	m.arguments(f.Arguments)
	m.direct(f.Directives)
	below := m.selections(f.SelectionSet)
	if f.Name == "__schema" || f.Name == "__type" {
		below.depth = 0
	}
	below.fields++
	e.add(below, 1)
}

// fragment measures a fragment once; one that spreads itself counts as empty there, and is refused by validation.
func (m *measure) fragment(name string) extent {
	if e, known := m.known[name]; known {
		if e == nil {
			return extent{}
		}
		return *e
	}
	f := m.fragments[name]
	if f == nil {
		return extent{}
	}
	m.known[name] = nil
	e := m.selections(f.SelectionSet)
	m.known[name] = &e
	return e
}

func (m *measure) direct(directives ast.DirectiveList) {
	m.directives += len(directives)
	for _, d := range directives {
		m.name(d.Name, d.Position)
		m.arguments(d.Arguments)
	}
}

func (m *measure) arguments(arguments ast.ArgumentList) {
	for _, a := range arguments {
		m.name(a.Name, a.Position)
		m.value(a.Value, 0)
	}
}

func (m *measure) value(v *ast.Value, depth int) {
	m.values.note(depth, v.Position)
	if v.Kind == ast.Variable || v.Kind == ast.EnumValue {
		m.name(v.Raw, v.Position)
	}
	for _, child := range v.Children {
		m.name(child.Name, child.Position)
		m.value(child.Value, depth+1)
	}
}

func (m *measure) defineVariables(definitions ast.VariableDefinitionList) {
	m.variables += len(definitions)
	for _, d := range definitions {
		m.name(d.Variable, d.Position)
		m.direct(d.Directives)
		depth := 0
		for t := d.Type; t != nil; t = t.Elem {
			m.name(t.NamedType, d.Position)
			m.values.note(depth, d.Position)
			depth++
		}
		if d.DefaultValue != nil {
			m.value(d.DefaultValue, 0)
		}
	}
}

func (m *measure) name(name string, at *ast.Position) {
	m.names.note(len(name), at)
}
