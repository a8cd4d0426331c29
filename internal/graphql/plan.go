package graphql

import (
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/vektah/gqlparser/v2/ast"
)

// Kind is the kind of an operation.
type Kind string

// The kinds of operation. A subscription is never prepared: it is refused in words.
const (
	KindQuery    Kind = "query"
	KindMutation Kind = "mutation"
)

// Plan is a prepared operation of one schema; it may be executed many times and at the same time.
type Plan struct {
	key               planKey
	kind              Kind
	name              string
	operation         *ast.OperationDefinition
	onlyIntrospection bool
	variants          variants
	bytes             int // by estimate; the cache's mutex guards it
	// answer is kept when it can only be the same again: introspection without variables.
	answer atomic.Pointer[Response]
}

// Kind of the operation.
func (p *Plan) Kind() Kind { return p.kind }

// Name of the operation, empty for an anonymous one.
func (p *Plan) Name() string { return p.name }

// OnlyIntrospection says whether nothing but __typename, __schema and __type is selected at the root.
func (p *Plan) OnlyIntrospection() bool { return p.onlyIntrospection }

// Bytes that a plan is taken to need: its document several times over, and each planned field.
const (
	planBytesPerCharacter = 20
	planBytesPerField     = 400
)

// planSteps times the limit on fields is how many fields a plan may have, and how many selections may be looked at for
// it: those on an abstract type are planned once for each type that it may be.
const planSteps = 10

func (s *Schema) plan(key planKey, operation *ast.OperationDefinition) (*Plan, *Error) {
	p := &Plan{
		key: key, kind: KindQuery, name: operation.Name, operation: operation,
		bytes: 1000 + planBytesPerCharacter*len(key.document),
	}
	if operation.Operation == ast.Mutation {
		p.kind = KindMutation
	}
	p.onlyIntrospection = onlyIntrospection(operation.SelectionSet)
	p.variants.conditions = conditionsOf(operation.SelectionSet)
	if len(p.variants.conditions) > 0 {
		return p, nil // planned when the variables are known
	}
	v, refusal := s.compile(operation, nil)
	if refusal != nil {
		return nil, refusal
	}
	p.variants.only = v
	p.bytes += v.fields * planBytesPerField
	return p, nil
}

func onlyIntrospection(set ast.SelectionSet) bool {
	for _, selection := range set {
		only := true
		switch s := selection.(type) {
		case *ast.Field:
			only = s.Name == "__typename" || s.Name == "__schema" || s.Name == "__type"
		case *ast.InlineFragment:
			only = onlyIntrospection(s.SelectionSet)
		case *ast.FragmentSpread:
			only = onlyIntrospection(s.Definition.SelectionSet)
		}
		if !only {
			return false
		}
	}
	return true
}

// selection is what is selected of one object type at one place of the answer, merged and in order.
type selection struct {
	object *boundObject
	fields []plannedField
	// columns is the number of fields that are resolved before writing.
	columns int
}

// plannedField is one response name of a selection.
type plannedField struct {
	name string // in the answer
	key  []byte // the name as JSON, with the colon, and the comma unless it comes first
	at   *ast.Position

	field    *boundField // nil for __typename
	typename []byte      // JSON, for __typename
	nonNull  []bool      // of the type, from the outside in: the field, its entries, their entries
	column   int         // among the frame's columns, if the field is resolved

	arguments plannedArguments
	page      page

	// below has a selection for each of the field's members; none for a leaf.
	below []*selection
}

// plannedArguments are ready where nothing depends on variables.
type plannedArguments struct {
	ready any
	given ast.ArgumentList // if not ready
}

// compiler plans an operation for given truths of the variables that @skip and @include read.
type compiler struct {
	schema *Schema
	truths map[string]bool
	steps  int // fields planned
	looks  int // selections looked at, which are more where fields repeat
}

func (s *Schema) compile(operation *ast.OperationDefinition, truths map[string]bool) (v *variant, refusal *Error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case *Error:
			refusal = p
		default:
			panic(p)
		}
	}()
	c := &compiler{schema: s, truths: truths}
	object := s.objects[s.rootDefinition(operation.Operation).Name]
	v = &variant{root: c.selection(object, []ast.SelectionSet{operation.SelectionSet})}
	v.fields = c.steps
	v.cost, v.costVaries = costOf(v.root, nil)
	return v, nil
}

func (c *compiler) selection(object *boundObject, sets []ast.SelectionSet) *selection {
	groups := c.collect(object, sets)
	s := &selection{object: object, fields: make([]plannedField, len(groups))}
	for i, g := range groups {
		f := &s.fields[i]
		c.field(object, g, f)
		f.key = append(AppendString(nil, g.name), ':')
		if i > 0 {
			f.key = slices.Insert(f.key, 0, ',')
		}
		if f.field != nil && f.field.resolved {
			f.column = s.columns
			s.columns++
		}
	}
	return s
}

func (c *compiler) field(object *boundObject, g fieldGroup, f *plannedField) {
	c.count(&c.steps)
	first := g.nodes[0]
	f.name, f.at = g.name, first.Position
	if first.Name == "__typename" {
		f.typename, f.nonNull = AppendString(nil, object.name), []bool{true}
		return
	}
	f.field = object.fields[first.Name]
	for t := f.field.definition.Type; t != nil; t = t.Elem {
		f.nonNull = append(f.nonNull, t.NonNull)
	}
	c.arguments(first, f)
	f.page = pageOf(f.field, first)
	if f.field.members == nil {
		return
	}
	sets := make([]ast.SelectionSet, len(g.nodes))
	for i, node := range g.nodes {
		sets[i] = node.SelectionSet
	}
	f.below = make([]*selection, len(f.field.members))
	for i, member := range f.field.members {
		f.below[i] = c.selection(member, sets)
	}
}

// count ends the planning of what would take too long.
func (c *compiler) count(work *int) {
	if *work++; *work > planSteps*c.schema.options.Limits.Fields {
		panic(problem(CodeLimit, nil, "Too much is asked: the fields on interfaces and unions meet too many types."))
	}
}

// arguments decodes constant arguments now, so that executions need not.
func (c *compiler) arguments(node *ast.Field, f *plannedField) {
	if f.field.decode == nil {
		return
	}
	for _, a := range node.Arguments {
		if hasVariable(a.Value) {
			f.arguments.given = node.Arguments
			return
		}
	}
	ready, err := c.schema.inputs.arguments(f.field, node.Arguments, &scope{})
	if isFault(err) {
		f.arguments.given = node.Arguments // fails at its place
		return
	}
	if err != nil {
		panic(problem(CodeInvalid, node.Position, fmt.Sprintf("Field %q: %v.", node.Name, err)))
	}
	f.arguments.ready = ready
}

// arguments coerces a field's arguments (section 6.4.1) and makes its function's struct of them.
func (in *inputs) arguments(f *boundField, given ast.ArgumentList, s *scope) (any, error) {
	values := make(map[string]any, len(f.definition.Arguments))
	for _, d := range f.definition.Arguments {
		a := given.ForName(d.Name)
		if a != nil {
			value, present, err := in.literal(d.Type, a.Value, s)
			if err != nil {
				return nil, within(d.Name, err)
			}
			if present {
				values[d.Name] = value
				continue
			}
		}
		switch {
		case d.DefaultValue != nil:
			value, _, err := in.literal(d.Type, d.DefaultValue, nil)
			if err != nil {
				return nil, within(d.Name, err)
			}
			values[d.Name] = value
		case d.Type.NonNull:
			return nil, within(d.Name, refused("it is missing; expected %s", in.expected(d.Type)))
		}
	}
	return f.decode.arguments(values)
}

// fieldGroup are the fields that are merged into one response name.
type fieldGroup struct {
	name  string
	nodes []*ast.Field
}

// collect is CollectFields (section 6.3.2) for merged selection sets (section 6.4.3, MergeSelectionSets).
func (c *compiler) collect(object *boundObject, sets []ast.SelectionSet) []fieldGroup {
	var groups []fieldGroup
	index := map[string]int{}
	visited := map[string]bool{}
	var into func(set ast.SelectionSet)
	into = func(set ast.SelectionSet) {
		for _, selection := range set {
			c.count(&c.looks)
			switch s := selection.(type) {
			case *ast.Field:
				if !c.selected(s.Directives) {
					continue
				}
				g, known := index[s.Alias]
				if !known {
					g = len(groups)
					index[s.Alias] = g
					groups = append(groups, fieldGroup{name: s.Alias})
				}
				groups[g].nodes = append(groups[g].nodes, s)
			case *ast.FragmentSpread:
				if visited[s.Name] || !c.selected(s.Directives) {
					continue
				}
				visited[s.Name] = true
				if object.conditions[s.Definition.TypeCondition] {
					into(s.Definition.SelectionSet)
				}
			case *ast.InlineFragment:
				if c.selected(s.Directives) && (s.TypeCondition == "" || object.conditions[s.TypeCondition]) {
					into(s.SelectionSet)
				}
			}
		}
	}
	for _, set := range sets {
		into(set)
	}
	return groups
}

// selected evaluates @skip and @include (section 3.13).
func (c *compiler) selected(directives ast.DirectiveList) bool {
	for _, d := range directives {
		if d.Name != "skip" && d.Name != "include" {
			continue
		}
		condition := d.Arguments.ForName("if").Value
		truth := condition.Raw == "true"
		if condition.Kind == ast.Variable {
			truth = c.truths[condition.Raw]
		}
		if truth == (d.Name == "skip") {
			return false
		}
	}
	return true
}
