package graphql

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// Schema answers the executable schema, or one error that lists in words everything that is missing or does not fit.
func (b *Binder) Schema() (*Schema, error) {
	bindIntrospection(b)
	b.checkAbstracts()
	names := slices.Sorted(maps.Keys(b.definitions.Types))
	for _, name := range names {
		switch d := b.definitions.Types[name]; {
		case d == b.definitions.Subscription: // refused when asked for
		case d.Kind == ast.Object:
			b.checkObject(d)
		case d.Kind == ast.Scalar && !d.BuiltIn && b.scalars[name] == nil && b.uploads[name] == nil:
			b.miss("scalar %s is not bound", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(b.objects)) {
		b.checkUnknownFields(b.objects[name])
	}
	if len(b.misses) > 0 {
		return nil, fmt.Errorf("the schema and its binding differ in %d places:\n%w", len(b.misses), errors.Join(b.misses...))
	}
	in := &inputs{types: b.definitions.Types, scalars: b.scalars, uploads: b.uploads}
	s := &Schema{options: b.options, definitions: b.definitions, objects: b.objects, inputs: in}
	s.plans = newPlanCache(b.options.PlanCacheBytes)
	return s, nil
}

// checkAbstracts finds each abstract type's members and their Go types.
func (b *Binder) checkAbstracts() {
	for _, name := range slices.Sorted(maps.Keys(b.abstracts)) {
		a := b.abstracts[name]
		possible := b.possibleTypes(name)
		if a.named != nil {
			b.checkMembers(a, possible)
		}
		for _, object := range possible {
			for _, goType := range []reflect.Type{object.goType, reflect.PointerTo(object.goType)} {
				if !goType.Implements(a.goType) {
					continue
				}
				if other, taken := a.memberOf[goType]; taken {
					b.miss("%s: %s stands for both %s and %s", name, goType, a.members[other].name, object.name)
				}
				a.memberOf[goType] = len(a.members)
			}
			if _, implements := a.memberOf[reflect.PointerTo(object.goType)]; !implements {
				b.miss("%s: neither %s nor a pointer to it implements %s", name, object.goType, a.goType)
			}
			a.members = append(a.members, object)
		}
	}
}

func (b *Binder) checkMembers(a *boundAbstract, possible []*boundObject) {
	var names []string
	for _, object := range possible {
		names = append(names, object.name)
	}
	slices.Sort(names)
	slices.Sort(a.named)
	if !slices.Equal(names, a.named) {
		b.miss("%s: the members bound are %v, the schema's are %v", a.name, a.named, names)
	}
}

// possibleTypes answers the bound object types that an abstract type may be.
func (b *Binder) possibleTypes(name string) []*boundObject {
	var possible []*boundObject
	for _, d := range b.definitions.PossibleTypes[name] {
		if object := b.objects[d.Name]; d.Kind == ast.Object && object != nil && object.goType != nil {
			possible = append(possible, object)
		}
	}
	return possible
}

func (b *Binder) checkObject(d *ast.Definition) {
	object := b.objects[d.Name]
	if object == nil {
		b.miss("type %s is not bound", d.Name)
		return
	}
	object.conditions = map[string]bool{d.Name: true}
	for _, abstract := range b.definitions.Implements[d.Name] {
		object.conditions[abstract.Name] = true
	}
	for _, field := range d.Fields {
		f := object.fields[field.Name]
		if f == nil {
			b.miss("%s.%s is not bound", d.Name, field.Name)
			continue
		}
		f.definition = field
		b.checkField(d.Name+"."+field.Name, f)
	}
}

func (b *Binder) checkUnknownFields(object *boundObject) {
	for _, name := range slices.Sorted(maps.Keys(object.fields)) {
		if object.definition != nil && object.definition.Fields.ForName(name) == nil {
			b.miss("%s.%s is bound, but the schema has no such field", object.name, name)
		}
	}
}

func (b *Binder) checkField(where string, f *boundField) {
	switch {
	case f.arguments != nil:
		f.decode = b.argumentsDecoder(where, f.arguments, f.definition.Arguments)
	case len(f.definition.Arguments) > 0:
		b.miss("%s has arguments: bind it by Level", where)
	}
	if f.most > 0 && f.definition.Arguments.ForName("first") == nil {
		b.miss("%s is Paged, but has no argument `first`", where)
	}
	named, goType, depth, err := throughLists(f.definition.Type, f.answer)
	if err != nil {
		b.miss("%s: %w", where, err)
		return
	}
	if d := b.definitions.Types[named.NamedType]; d.IsLeafType() {
		b.checkLeaf(where, f, named, goType)
	} else {
		b.checkComposite(where, f, d, goType, depth)
	}
}

// throughLists follows a type and its Go type through lists to what is in them.
func throughLists(t *ast.Type, goType reflect.Type) (named *ast.Type, element reflect.Type, depth int, err error) {
	whole, wholeGo := t, goType
	for ; t.Elem != nil; t, goType = t.Elem, goType.Elem() {
		if goType.Kind() != reflect.Slice {
			return nil, nil, 0, fmt.Errorf("%s is a list, %s is not", whole, wholeGo)
		}
		depth++
	}
	return t, goType, depth, nil
}

func (b *Binder) checkLeaf(where string, f *boundField, named *ast.Type, goType reflect.Type) {
	if b.uploads[named.NamedType] != nil {
		b.miss("%s: %s cannot be answered", where, named.NamedType)
		return
	}
	known, base := b.leafFor(named.NamedType, goType)
	if base == nil && goType.Kind() == reflect.Pointer {
		if known, base = b.leafFor(named.NamedType, goType.Elem()); base != nil && named.NonNull {
			b.miss("%s: %s may be null, %s never is", where, goType, named)
			return
		}
	}
	if base == nil {
		b.miss("%s: %s does not fit %s%s", where, goType, named, b.leafHint(named.NamedType))
		return
	}
	var write any
	if known != nil {
		write = known.appender(f.definition.Type, f.answer)
	}
	if write == nil {
		write = f.adapt(reflectedAppender(f.definition.Type, f.answer, base))
	}
	if f.plain != nil {
		f.write = f.plain(write)
		return
	}
	f.write, f.resolved = f.column(write), true
}

// leafFor answers how a Go type is written as a leaf of the schema: by its binding, or by its kind alone.
func (b *Binder) leafFor(name string, goType reflect.Type) (leaf, func(*writer, reflect.Value) status) {
	key := leafKey{name, goType}
	d := b.definitions.Types[name]
	if d.Kind == ast.Enum && goType == reflect.TypeFor[string]() && b.leaves[key] == nil {
		bindLeaf(b, name, appendEnum[string](name, d.EnumValues))
	}
	if known := b.leaves[key]; known != nil {
		return known, known.reflected
	}
	switch {
	case d.Kind == ast.Enum && goType.Kind() == reflect.String:
		write := appendEnum[string](name, d.EnumValues)
		return nil, func(w *writer, v reflect.Value) status { return write(w, v.String()) }
	case kindFits(name, goType.Kind()):
		return nil, reflectedBuiltIn(name)
	}
	return nil, nil
}

func (b *Binder) leafHint(name string) string {
	switch d := b.definitions.Types[name]; {
	case d.Kind == ast.Enum:
		return "; an enum is a Go string, or a type whose kind is string"
	case !d.BuiltIn:
		return "; bind the type by Scalar"
	}
	return ""
}

func (b *Binder) checkComposite(where string, f *boundField, d *ast.Definition, goType reflect.Type, depth int) {
	f.resolved = true
	if depth > 2 {
		b.miss("%s: lists of objects are at most two deep", where)
		return
	}
	is := func(object *boundObject) bool {
		return goType == object.goType || goType == reflect.PointerTo(object.goType)
	}
	if a := b.abstracts[d.Name]; a != nil && a.goType == goType {
		f.columns, f.members = a.columns, a.members
		return
	}
	var fitting []*boundObject
	if d.Kind == ast.Object {
		object := b.objects[d.Name]
		if object == nil || object.goType == nil {
			if object != nil {
				b.miss("%s: the root type %s cannot be answered", where, d.Name)
			}
			return // else missed where it is not bound
		}
		if is(object) {
			fitting = append(fitting, object)
		}
	} else {
		for _, object := range b.possibleTypes(d.Name) {
			if is(object) {
				fitting = append(fitting, object)
			}
		}
	}
	switch len(fitting) {
	case 1:
		f.columns, f.members = fitting[0].columns, fitting
	case 0:
		b.miss("%s: %s does not fit %s%s", where, goType, d.Name, b.compositeHint(d))
	default:
		b.miss("%s: %s stands for several members of %s", where, goType, d.Name)
	}
}

func (b *Binder) compositeHint(d *ast.Definition) string {
	if object := b.objects[d.Name]; object != nil {
		return fmt.Sprintf("; it is bound to %s", object.goType)
	}
	if a := b.abstracts[d.Name]; a != nil {
		return fmt.Sprintf("; it is bound to %s", a.goType)
	}
	return "; bind it by Abstract, or answer the Go type of a member"
}

// fieldName is the GraphQL name of a Go field: its tag, else its name in lower camel case, initials as one word.
func fieldName(f reflect.StructField) string {
	if name := f.Tag.Get("graphql"); name != "" {
		return name
	}
	var name strings.Builder
	for i, word := range words(f.Name) {
		word = strings.ToLower(word)
		if i > 0 {
			word = strings.ToUpper(word[:1]) + word[1:]
		}
		name.WriteString(word)
	}
	return name.String()
}

// words divides a Go name: RootURLPath is Root, URL, Path.
func words(name string) []string {
	upper := func(i int) bool { return name[i] >= 'A' && name[i] <= 'Z' }
	lower := func(i int) bool { return name[i] >= 'a' && name[i] <= 'z' }
	var all []string
	start := 0
	for i := 1; i < len(name); i++ {
		if upper(i) && (!upper(i-1) || i+1 < len(name) && lower(i+1)) {
			all = append(all, name[start:i])
			start = i
		}
	}
	return append(all, name[start:])
}
