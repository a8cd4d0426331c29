package graphql

import (
	"context"
	"reflect"

	"github.com/vektah/gqlparser/v2/ast"
)

// None is the argument type of a field without arguments.
type None = struct{}

// FieldOption tells about a field what its functions cannot.
type FieldOption func(*boundField)

// Sized tells how many entries a list usually has, for the operation's cost; of a field that answers one object, how many
// the lists in its type have (edges, nodes). Lists that say nothing count as 10.
func Sized(entries int) FieldOption {
	return func(f *boundField) { f.size = entries }
}

// Paged tells of a field with an argument `first` how many entries it answers without it, and how many at most, for the
// operation's cost. On a connection it holds for the lists in its type (edges, nodes). Without Paged the argument counts
// as given, its default as in the schema.
func Paged(usual, most int) FieldOption {
	return func(f *boundField) { f.size, f.most = usual, most }
}

// Object binds an object type to a Go type. Fields may answer T or *T for it. Several calls with the same name and T
// answer the same binder, so that a type extended in another file is bound there; one T may be bound to several types.
func Object[T any](b *Binder, name string) *ObjectBinder[T] {
	goType := reflect.TypeFor[T]()
	definition := b.definitions.Types[name]
	switch {
	case definition == nil || definition.Kind != ast.Object:
		b.miss("%s is bound as an object type, but the schema has none of this name", name)
	case definition == b.definitions.Query || definition == b.definitions.Mutation:
		b.miss("%s is bound by Object; use Query and Mutation", name)
	}
	object := b.objects[name]
	if object == nil {
		object = &boundObject{
			name: name, goType: goType, definition: definition, columns: columnsOf[T]{}, fields: map[string]*boundField{},
			collect: func() collector { return &collectorOf[T]{} },
		}
		b.objects[name] = object
	}
	if object.goType != goType {
		b.miss("%s is bound to both %s and %s", name, object.goType, goType)
		object = &boundObject{name: name, fields: map[string]*boundField{}}
	}
	return &ObjectBinder[T]{b, object}
}

// ObjectBinder binds the fields of an object type to functions on T.
type ObjectBinder[T any] struct {
	binder *Binder
	object *boundObject
}

// Member is an ObjectBinder of any Go type.
type Member interface{ bound() *boundObject }

func (o *ObjectBinder[T]) bound() *boundObject { return o.object }

// Value binds a field without arguments to a plain function, which must be quick, free of side effects and of errors:
// it may be called more than once and from several goroutines.
//
// V is what the schema's type asks: see the table at Level.
func Value[T, V any](o *ObjectBinder[T], name string, get func(*T) V, options ...FieldOption) {
	f := o.binder.field(o.object, name, reflect.TypeFor[V](), nil, options)
	f.plain = func(leaf any) leafWriter {
		write := leaf.(appender[V])
		return func(w *writer, parents any, i int) status {
			return write(w, get(parents.([]*T)[i]))
		}
	}
	f.resolve = func(_ context.Context, parents, _ any) (any, int, error) {
		answers, err := getEach(parents.([]*T), get)
		return answers, len(answers), err
	}
	f.adapt = adaptTo[V]
}

// getEach calls a plain function for each parent; a panic fails the one parent.
func getEach[T, V any](parents []*T, get func(*T) V) ([]V, error) {
	answers := make([]V, len(parents))
	var failed Each
	for i := 0; i < len(parents); i++ {
		err := guard(func() error {
			for ; i < len(parents); i++ {
				answers[i] = get(parents[i])
			}
			return nil
		})
		if err != nil {
			if failed == nil {
				failed = Each{}
			}
			failed[i] = err
		}
	}
	if failed != nil {
		return answers, failed
	}
	return answers, nil
}

// adaptTo gives a writer of reflected values the type that the field's function needs.
func adaptTo[V any](write func(*writer, reflect.Value) status) any {
	return appender[V](func(w *writer, v V) status {
		return write(w, reflect.ValueOf(&v).Elem())
	})
}

// Level binds a field to a function that answers for all parents of a level of the response at once, aligned with them:
// it is called once for each place in the operation (two aliases are two calls). Parents are never nil and never none.
//
// A is None or a struct of the field's arguments: a Go field for each, its name in lower camel case (ID, URL and other
// initials at the start or end are lowered as one: ID is id, RootID is rootId) or as the tag `graphql:"name"` says.
// Input objects are structs too. Pointer, slice or Optional fields tell null; only an Optional tells absent from null.
//
//	schema             Go, as answer                         Go, as argument
//	Int                any integer or float type             any integer type that is wide enough
//	Float              any integer or float type             float64, float32
//	String, ID         any type whose kind is string         the same
//	Boolean            bool                                  bool
//	enum E             any type whose kind is string         the same
//	scalar S           a type bound by Scalar                the same
//	object O           T or *T bound by Object               -
//	interface, union   the Go interface bound by Abstract,   -
//	                   or T or *T of a member
//	input I            -                                     a struct
//	[X]                []X (nil is null, or [] for [X]!)     []X
//	X where nullable   X, or *X (nil is null)                X (null is zero), *X, Optional[X]
//
// An error fails the field for all parents; an Each that is returned beside the answers only for those that it names.
func Level[T, A, R any](o *ObjectBinder[T], name string, resolve func(ctx context.Context, parents []*T, arguments A) ([]R, error), options ...FieldOption) {
	f := o.binder.field(o.object, name, reflect.TypeFor[R](), reflect.TypeFor[A](), options)
	f.resolve = func(ctx context.Context, parents, arguments any) (any, int, error) {
		answers, err := resolve(ctx, parents.([]*T), arguments.(A))
		return answers, len(answers), err
	}
	answersOf[R](f)
}

// answersOf lets the writer reach into a field's column of answers.
func answersOf[R any](f *boundField) {
	f.column = func(leaf any) leafWriter {
		write := leaf.(appender[R])
		return func(w *writer, answers any, i int) status {
			return write(w, answers.([]R)[i])
		}
	}
	f.adapt = adaptTo[R]
}

// Query binds a field of the schema's query type. A and R are as in Level.
func Query[A, R any](b *Binder, name string, resolve func(ctx context.Context, arguments A) (R, error), options ...FieldOption) {
	root(b, b.definitions.Query, name, resolve, options)
}

// Mutation binds a field of the schema's mutation type; the fields of one operation run one after the other, each with
// everything selected below it. A field that fails where null is not allowed ends the operation.
func Mutation[A, R any](b *Binder, name string, resolve func(ctx context.Context, arguments A) (R, error), options ...FieldOption) {
	if b.definitions.Mutation == nil {
		b.miss("Mutation %s is bound, but the schema has no mutations", name)
		return
	}
	root(b, b.definitions.Mutation, name, resolve, options)
}

// root binds a field of a root type, whose level has always one parent, and none that matters.
func root[A, R any](b *Binder, definition *ast.Definition, name string, resolve func(context.Context, A) (R, error), options []FieldOption) {
	object := b.objects[definition.Name]
	if object == nil {
		object = &boundObject{name: definition.Name, definition: definition, fields: map[string]*boundField{}}
		b.objects[definition.Name] = object
	}
	f := b.field(object, name, reflect.TypeFor[R](), reflect.TypeFor[A](), options)
	f.resolve = func(ctx context.Context, _, arguments any) (any, int, error) {
		answer, err := resolve(ctx, arguments.(A))
		return []R{answer}, 1, err
	}
	answersOf[R](f)
}

// Abstract binds an interface or union to a Go interface that the members' Go types (T or *T) implement. Fields are
// bound on the members only. Without members, all of the schema's possible types are meant. A nil interface and a nil
// pointer in one are null.
func Abstract[I any](b *Binder, name string, members ...Member) {
	goType := reflect.TypeFor[I]()
	definition := b.definitions.Types[name]
	switch {
	case definition == nil || !definition.IsAbstractType():
		b.miss("%s is bound as an interface or union, but the schema has none of this name", name)
		return
	case goType.Kind() != reflect.Interface:
		b.miss("%s is bound to %s, which is no Go interface", name, goType)
		return
	case b.abstracts[name] != nil:
		b.miss("%s is bound twice", name)
		return
	}
	abstract := &boundAbstract{name: name, goType: goType, memberOf: map[reflect.Type]int{}}
	for _, m := range members {
		abstract.named = append(abstract.named, m.bound().name)
	}
	abstract.columns = abstractColumns[I]{abstract}
	b.abstracts[name] = abstract
}

// Enum binds an enum to a Go string type. The values, if given, must be exactly the schema's. An enum need not be bound:
// any Go type whose kind is string will do, but one that is bound is written faster. A Go value outside the schema's is a
// Fault when it is answered.
func Enum[T ~string](b *Binder, name string, values ...T) {
	definition := b.definitions.Types[name]
	if definition == nil || definition.Kind != ast.Enum {
		b.miss("%s is bound as an enum, but the schema has none of this name", name)
		return
	}
	if len(values) > 0 {
		if different := missingValues(definition.EnumValues, values); different != "" {
			b.miss("enum %s: %s", name, different)
		}
	}
	bindLeaf(b, name, appendEnum[T](name, definition.EnumValues))
}

// Scalar binds a scalar to a Go type; a scalar may be bound to several. Parse is handed what came in: a string, bool,
// json.Number, []any or map[string]any of these and nil (an enum literal comes as string), never nil itself; its error's
// text, which the caller reads, should say what is allowed. AppendJSON appends valid JSON, or nothing for null.
func Scalar[T any](b *Binder, name string, parse func(any) (T, error), appendJSON func([]byte, T) ([]byte, error)) {
	if !b.isScalar(name) {
		return
	}
	b.scalars[name] = append(b.scalars[name], boundScalar{reflect.TypeFor[T](), func(raw any) (value any, err error) {
		err = guard(func() (err error) {
			value, err = parse(raw)
			return err
		})
		return value, err
	}})
	bindLeaf(b, name, appendScalar(appendJSON))
}

func (b *Binder) isScalar(name string) bool {
	definition := b.definitions.Types[name]
	if definition == nil || definition.Kind != ast.Scalar || definition.BuiltIn {
		b.miss("%s is bound as a scalar, but the schema has none of this name", name)
		return false
	}
	return true
}

// Upload binds a scalar whose values are never in the document or in the variables' JSON: they come with
// Request.Uploads and must be of type T. It cannot be answered.
func Upload[T any](b *Binder, name string) {
	if b.isScalar(name) {
		b.uploads[name] = reflect.TypeFor[T]()
	}
}

// field records that a field is bound; what it is bound to is checked by Schema.
func (b *Binder) field(object *boundObject, name string, answer, arguments reflect.Type, options []FieldOption) *boundField {
	f := &boundField{name: name, answer: answer, arguments: arguments}
	for _, option := range options {
		option(f)
	}
	if object.fields[name] != nil {
		b.miss("%s.%s is bound twice", object.name, name)
	}
	object.fields[name] = f
	return f
}
