package graphql

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// The types of introspection (section 4) are bound like all others, to values that are made once from the schema.

type metaSchema struct {
	description                   *string
	types                         []*metaType
	query, mutation, subscription *metaType
	directives                    []*metaDirective
}

type metaType struct {
	kind                              string
	name, description, specifiedByURL *string
	fields                            []*metaField // nil where the kind has none; the same for the following
	interfaces, possibleTypes         []*metaType
	values                            []*metaValue
	inputs                            []*metaInput
	ofType                            *metaType
}

type metaField struct {
	meta
	arguments []*metaInput
	t         *metaType
}

type metaInput struct {
	meta
	t            *metaType
	defaultValue *string
}

type metaValue struct{ meta }

type metaDirective struct {
	meta
	repeatable bool
	locations  []string
	arguments  []*metaInput
}

// meta is what fields, inputs and values have in common.
type meta struct {
	name              string
	description       *string
	deprecationReason *string
}

func (m *meta) deprecated() bool { return m.deprecationReason != nil }

type withDeprecated struct {
	IncludeDeprecated *bool
}

// visible leaves out what is deprecated, unless it is asked for.
func visible[T interface{ deprecated() bool }](all []T, a withDeprecated) []T {
	if all == nil || a.IncludeDeprecated != nil && *a.IncludeDeprecated {
		return all
	}
	kept := make([]T, 0, len(all))
	for _, one := range all {
		if !one.deprecated() {
			kept = append(kept, one)
		}
	}
	return kept
}

// members answers for a level of introspection: a list of each parent's that may have deprecated entries.
func members[T any, R interface{ deprecated() bool }](of func(*T) []R) func(context.Context, []*T, withDeprecated) ([][]R, error) {
	return func(_ context.Context, parents []*T, a withDeprecated) ([][]R, error) {
		answers := make([][]R, len(parents))
		for i, p := range parents {
			answers[i] = visible(of(p), a)
		}
		return answers, nil
	}
}

func bindIntrospection(b *Binder) {
	m := &metaMaker{definitions: b.definitions, types: map[string]*metaType{}}
	schema := m.schema()
	// Queries for everything are frequent and right; how large their lists are is known.
	fields, inputs := m.averages()
	bindMetaSchema(b, len(schema.types), len(schema.directives))
	bindMetaType(b, fields, inputs)
	f := Object[metaField](b, "__Field")
	bindMeta(f, func(f *metaField) *meta { return &f.meta })
	bindDeprecation(f, func(f *metaField) *meta { return &f.meta })
	Level(f, "args", members(func(f *metaField) []*metaInput { return f.arguments }), Sized(inputs))
	Value(f, "type", func(f *metaField) *metaType { return f.t })

	i := Object[metaInput](b, "__InputValue")
	bindMeta(i, func(i *metaInput) *meta { return &i.meta })
	bindDeprecation(i, func(i *metaInput) *meta { return &i.meta })
	Value(i, "type", func(i *metaInput) *metaType { return i.t })
	Value(i, "defaultValue", func(i *metaInput) *string { return i.defaultValue })

	v := Object[metaValue](b, "__EnumValue")
	bindMeta(v, func(v *metaValue) *meta { return &v.meta })
	bindDeprecation(v, func(v *metaValue) *meta { return &v.meta })

	d := Object[metaDirective](b, "__Directive")
	bindMeta(d, func(d *metaDirective) *meta { return &d.meta })
	Value(d, "isRepeatable", func(d *metaDirective) bool { return d.repeatable })
	Value(d, "locations", func(d *metaDirective) []string { return d.locations })
	Level(d, "args", members(func(d *metaDirective) []*metaInput { return d.arguments }), Sized(inputs))

	Query(b, "__schema", func(context.Context, None) (*metaSchema, error) { return schema, nil })
	Query(b, "__type", func(_ context.Context, a struct{ Name string }) (*metaType, error) {
		if b.definitions.Types[a.Name] == nil {
			return nil, nil
		}
		return m.types[a.Name], nil
	})
}

func bindMetaSchema(b *Binder, types, directives int) {
	s := Object[metaSchema](b, "__Schema")
	Value(s, "description", func(s *metaSchema) *string { return s.description })
	Value(s, "types", func(s *metaSchema) []*metaType { return s.types }, Sized(types))
	Value(s, "queryType", func(s *metaSchema) *metaType { return s.query })
	Value(s, "mutationType", func(s *metaSchema) *metaType { return s.mutation })
	Value(s, "subscriptionType", func(s *metaSchema) *metaType { return s.subscription })
	Value(s, "directives", func(s *metaSchema) []*metaDirective { return s.directives }, Sized(directives))
}

func bindMetaType(b *Binder, fields, inputs int) {
	t := Object[metaType](b, "__Type")
	Value(t, "kind", func(t *metaType) string { return t.kind })
	Value(t, "name", func(t *metaType) *string { return t.name })
	Value(t, "description", func(t *metaType) *string { return t.description })
	Value(t, "specifiedByURL", func(t *metaType) *string { return t.specifiedByURL })
	Level(t, "fields", members(func(t *metaType) []*metaField { return t.fields }), Sized(fields))
	Value(t, "interfaces", func(t *metaType) []*metaType { return t.interfaces }, Sized(1))
	Value(t, "possibleTypes", func(t *metaType) []*metaType { return t.possibleTypes }, Sized(1))
	Level(t, "enumValues", members(func(t *metaType) []*metaValue { return t.values }), Sized(inputs))
	Level(t, "inputFields", members(func(t *metaType) []*metaInput { return t.inputs }), Sized(inputs))
	Value(t, "ofType", func(t *metaType) *metaType { return t.ofType })
}

func bindMeta[T any](o *ObjectBinder[T], of func(*T) *meta) {
	Value(o, "name", func(t *T) string { return of(t).name })
	Value(o, "description", func(t *T) *string { return of(t).description })
}

func bindDeprecation[T any](o *ObjectBinder[T], of func(*T) *meta) {
	Value(o, "isDeprecated", func(t *T) bool { return of(t).deprecated() })
	Value(o, "deprecationReason", func(t *T) *string { return of(t).deprecationReason })
}

// metaMaker makes the values of introspection; types are by the text of their form, "[Int!]" and "Int!" included.
type metaMaker struct {
	definitions *ast.Schema
	types       map[string]*metaType
}

func (m *metaMaker) schema() *metaSchema {
	s := &metaSchema{description: text(m.definitions.Description)}
	for _, name := range slices.Sorted(maps.Keys(m.definitions.Types)) {
		s.types = append(s.types, m.named(name))
	}
	for _, name := range slices.Sorted(maps.Keys(m.definitions.Directives)) {
		s.directives = append(s.directives, m.directive(m.definitions.Directives[name]))
	}
	root := func(d *ast.Definition) *metaType {
		if d == nil {
			return nil
		}
		return m.named(d.Name)
	}
	s.query, s.mutation, s.subscription = root(m.definitions.Query), root(m.definitions.Mutation), root(m.definitions.Subscription)
	return s
}

// averages answers how many fields a type has, and how many inputs a field or an input object, on average and at least 1.
func (m *metaMaker) averages() (fields, inputs int) {
	var types, allFields, takers, allInputs int
	for _, d := range m.definitions.Types {
		if d.Kind != ast.Object && d.Kind != ast.Interface {
			continue
		}
		types, allFields = types+1, allFields+len(d.Fields)
		for _, f := range d.Fields {
			takers, allInputs = takers+1, allInputs+len(f.Arguments)
		}
	}
	return allFields/types + 1, allInputs/takers + 1
}

func (m *metaMaker) named(name string) *metaType {
	if known := m.types[name]; known != nil {
		return known
	}
	d := m.definitions.Types[name]
	t := &metaType{kind: string(d.Kind), name: &d.Name, description: text(d.Description)}
	m.types[name] = t
	switch d.Kind {
	case ast.Scalar:
		if by := d.Directives.ForName("specifiedBy"); by != nil {
			t.specifiedByURL = &by.Arguments.ForName("url").Value.Raw
		}
	case ast.Object, ast.Interface:
		m.fillFields(t, d)
	case ast.Union:
		t.possibleTypes = m.possible(d)
	case ast.Enum:
		for _, v := range d.EnumValues {
			t.values = append(t.values, &metaValue{meta{v.Name, text(v.Description), reason(v.Directives)}})
		}
	case ast.InputObject:
		for _, f := range d.Fields {
			t.inputs = append(t.inputs, m.input(meta{f.Name, text(f.Description), reason(f.Directives)}, f.Type, f.DefaultValue))
		}
	}
	return t
}

func (m *metaMaker) fillFields(t *metaType, d *ast.Definition) {
	t.fields, t.interfaces = []*metaField{}, []*metaType{}
	for _, f := range d.Fields {
		if strings.HasPrefix(f.Name, "__") {
			continue
		}
		t.fields = append(t.fields, &metaField{
			meta{f.Name, text(f.Description), reason(f.Directives)}, m.arguments(f.Arguments), m.of(f.Type),
		})
	}
	for _, name := range d.Interfaces {
		t.interfaces = append(t.interfaces, m.named(name))
	}
	if d.Kind == ast.Interface {
		t.possibleTypes = m.possible(d)
	}
}

func (m *metaMaker) possible(d *ast.Definition) []*metaType {
	possible := []*metaType{}
	for _, p := range m.definitions.PossibleTypes[d.Name] {
		if p.Kind == ast.Object {
			possible = append(possible, m.named(p.Name))
		}
	}
	return possible
}

func (m *metaMaker) arguments(definitions ast.ArgumentDefinitionList) []*metaInput {
	all := []*metaInput{}
	for _, a := range definitions {
		all = append(all, m.input(meta{a.Name, text(a.Description), reason(a.Directives)}, a.Type, a.DefaultValue))
	}
	return all
}

func (m *metaMaker) input(common meta, t *ast.Type, defaultValue *ast.Value) *metaInput {
	i := &metaInput{meta: common, t: m.of(t)}
	if defaultValue != nil {
		written := literalText(defaultValue)
		i.defaultValue = &written
	}
	return i
}

func (m *metaMaker) directive(d *ast.DirectiveDefinition) *metaDirective {
	made := &metaDirective{
		meta: meta{name: d.Name, description: text(d.Description)}, repeatable: d.IsRepeatable, arguments: m.arguments(d.Arguments),
	}
	for _, l := range d.Locations {
		made.locations = append(made.locations, string(l))
	}
	return made
}

// of answers a type with its wrappings.
func (m *metaMaker) of(t *ast.Type) *metaType {
	if t.Elem == nil && !t.NonNull {
		return m.named(t.NamedType)
	}
	form := t.String()
	if known := m.types[form]; known != nil {
		return known
	}
	made := &metaType{kind: "LIST"}
	m.types[form] = made
	if t.NonNull {
		inner := *t
		inner.NonNull = false
		made.kind, made.ofType = "NON_NULL", m.of(&inner)
	} else {
		made.ofType = m.of(t.Elem)
	}
	return made
}

func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// reason answers why something is deprecated, nil if it is not.
func reason(directives ast.DirectiveList) *string {
	d := directives.ForName("deprecated")
	if d == nil {
		return nil
	}
	if a := d.Arguments.ForName("reason"); a != nil && a.Value.Kind != ast.NullValue {
		return &a.Value.Raw
	}
	usual := "No longer supported"
	return &usual
}

// literalText writes a value as GraphQL.
func literalText(v *ast.Value) string {
	if v.Kind != ast.ListValue && v.Kind != ast.ObjectValue {
		return v.String()
	}
	texts := make([]string, len(v.Children))
	for i, child := range v.Children {
		texts[i] = literalText(child.Value)
		if v.Kind == ast.ObjectValue {
			texts[i] = child.Name + ": " + texts[i]
		}
	}
	if v.Kind == ast.ListValue {
		return "[" + strings.Join(texts, ", ") + "]"
	}
	return "{" + strings.Join(texts, ", ") + "}"
}
