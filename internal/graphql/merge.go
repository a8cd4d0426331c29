package graphql

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/core"
)

// mergeSteps times the limit on fields is how many fields may be looked at while merging. A valid document needs two
// looks at each field; more are needed only where fields of abstract types meet fields of many object types.
const mergeSteps = 10

// merging checks that fields of one response name can be merged (section 5.3.2, Field Selection Merging).
//
// The specification compares every pair. Here all fields that will be merged are collected once for each response name
// and compared with the first of them, which is enough because both comparisons are equivalences: "has the same shape"
// among all of them, "is the same field with the same arguments" among those that one object type can meet.
type merging struct {
	schema *Schema
	budget int
	add    core.AddErrFunc
	texts  map[*ast.Field]string
}

// mergedField is a field and the type in whose selection it was written.
type mergedField struct {
	node   *ast.Field
	parent *ast.Definition
}

// mergedSet is a selection set among those that are merged.
type mergedSet struct {
	selections ast.SelectionSet
	parent     *ast.Definition
}

// sameName are the fields of one response name, in the document's order.
type sameName struct {
	name   string
	fields []mergedField
}

// overBudget ends the check of a document that would take too long.
type overBudget struct{}

func (m *merging) check(d *ast.QueryDocument) (refusal []*Error) {
	m.texts = map[*ast.Field]string{}
	defer func() {
		switch p := recover().(type) {
		case nil, enough:
		case overBudget:
			refusal = []*Error{problem(CodeLimit, nil,
				"Too much is asked: the document's fields on interfaces and unions meet in too many ways.")}
		default:
			panic(p)
		}
	}()
	for _, o := range d.Operations {
		set := []mergedSet{{o.SelectionSet, m.schema.rootDefinition(o.Operation)}}
		m.sameShape(set)
		m.sameField(set)
	}
	return nil
}

func (s *Schema) rootDefinition(o ast.Operation) *ast.Definition {
	switch o {
	case ast.Mutation:
		return s.definitions.Mutation
	case ast.Subscription:
		return s.definitions.Subscription
	}
	return s.definitions.Query
}

// collect answers the fields of all sets by response name.
func (m *merging) collect(sets []mergedSet) []sameName {
	var names []sameName
	index := map[string]int{}
	visited := map[string]bool{}
	var into func(set mergedSet)
	into = func(set mergedSet) {
		for _, selection := range set.selections {
			if m.budget--; m.budget < 0 {
				panic(overBudget{})
			}
			switch s := selection.(type) {
			case *ast.Field:
				n, known := index[s.Alias]
				if !known {
					n = len(names)
					index[s.Alias] = n
					names = append(names, sameName{name: s.Alias})
				}
				names[n].fields = append(names[n].fields, mergedField{s, set.parent})
			case *ast.InlineFragment:
				into(mergedSet{s.SelectionSet, m.condition(s.TypeCondition, set.parent)})
			case *ast.FragmentSpread:
				if !visited[s.Name] {
					visited[s.Name] = true
					into(mergedSet{s.Definition.SelectionSet, m.condition(s.Definition.TypeCondition, set.parent)})
				}
			}
		}
	}
	for _, set := range sets {
		into(set)
	}
	return names
}

func (m *merging) condition(name string, around *ast.Definition) *ast.Definition {
	if name == "" {
		return around
	}
	return m.schema.definitions.Types[name]
}

func (m *merging) typeOf(f mergedField) *ast.Type {
	if f.node.Name == "__typename" {
		return ast.NonNullNamedType("String", nil)
	}
	return f.parent.Fields.ForName(f.node.Name).Type
}

// below are the selections of fields that are merged.
func (m *merging) below(fields []mergedField) []mergedSet {
	var sets []mergedSet
	for _, f := range fields {
		if len(f.node.SelectionSet) > 0 {
			sets = append(sets, mergedSet{f.node.SelectionSet, m.schema.definitions.Types[m.typeOf(f).Name()]})
		}
	}
	return sets
}

// sameShape is SameResponseShape: whatever the types of the objects will be, a name answers one kind of value.
func (m *merging) sameShape(sets []mergedSet) {
	for _, same := range m.collect(sets) {
		first := m.typeOf(same.fields[0])
		for _, other := range same.fields[1:] {
			if t := m.typeOf(other); !m.shapesAgree(first, t) {
				m.conflict(same, other, fmt.Sprintf("they answer %s and %s", first, t))
			}
		}
		if sets := m.below(same.fields); len(sets) > 0 {
			m.sameShape(sets)
		}
	}
}

func (m *merging) shapesAgree(a, b *ast.Type) bool {
	if a.NonNull != b.NonNull || (a.Elem == nil) != (b.Elem == nil) {
		return false
	}
	if a.Elem != nil {
		return m.shapesAgree(a.Elem, b.Elem)
	}
	types := m.schema.definitions.Types
	return a.NamedType == b.NamedType || !types[a.NamedType].IsLeafType() && !types[b.NamedType].IsLeafType()
}

// sameField is FieldsInSetCanMerge: for any one object type, a name is one field with one set of arguments.
func (m *merging) sameField(sets []mergedSet) {
	for _, same := range m.collect(sets) {
		for _, meeting := range meetings(same.fields) {
			first := meeting[0]
			for _, other := range meeting[1:] {
				if first.node.Name != other.node.Name {
					m.conflict(same, other, fmt.Sprintf("%q and %q are different fields", first.node.Name, other.node.Name))
				} else if first.node != other.node && m.argumentText(first.node) != m.argumentText(other.node) {
					m.conflict(same, other, "they have different arguments")
				}
			}
			if sets := m.below(meeting); len(sets) > 0 {
				m.sameField(sets)
			}
		}
	}
}

// meetings divides fields by the object type that they are on; those on abstract types meet each of them.
func meetings(fields []mergedField) [][]mergedField {
	if len(fields) == 1 {
		return [][]mergedField{fields}
	}
	var abstract []mergedField
	var order []*ast.Definition
	byObject := map[*ast.Definition][]mergedField{}
	for _, f := range fields {
		if f.parent.Kind != ast.Object {
			abstract = append(abstract, f)
			continue
		}
		if byObject[f.parent] == nil {
			order = append(order, f.parent)
		}
		byObject[f.parent] = append(byObject[f.parent], f)
	}
	if order == nil {
		return [][]mergedField{abstract}
	}
	all := make([][]mergedField, len(order))
	for i, object := range order {
		all[i] = append(slices.Clip(abstract), byObject[object]...)
	}
	return all
}

// argumentText is equal for equal arguments, in whatever order they are written.
func (m *merging) argumentText(f *ast.Field) string {
	if len(f.Arguments) == 0 {
		return ""
	}
	if text, known := m.texts[f]; known {
		return text
	}
	texts := make([]string, len(f.Arguments))
	for i, a := range f.Arguments {
		texts[i] = a.Name + ":" + valueText(a.Value)
	}
	slices.Sort(texts)
	m.texts[f] = strings.Join(texts, ",")
	return m.texts[f]
}

func valueText(v *ast.Value) string {
	if v.Kind != ast.ListValue && v.Kind != ast.ObjectValue {
		return fmt.Sprintf("%d%q", v.Kind, v.Raw)
	}
	texts := make([]string, len(v.Children))
	for i, child := range v.Children {
		texts[i] = child.Name + ":" + valueText(child.Value)
	}
	if v.Kind == ast.ListValue {
		return "[" + strings.Join(texts, ",") + "]"
	}
	slices.Sort(texts)
	return "{" + strings.Join(texts, ",") + "}"
}

func (m *merging) conflict(same sameName, other mergedField, why string) {
	m.add(core.Message("%s", fmt.Sprintf("The fields named %q cannot be merged: %s. Give one of them an alias.", same.name, why)),
		core.At(same.fields[0].node.Position), core.At(other.node.Position))
}
