package graphql

import (
	"context"
	"reflect"
)

// Source is a piece of schema definition language and the name by which errors mention it.
type Source struct {
	Name string
	Text string
}

// Options of a schema; the zero value is usable.
type Options struct {
	// Limits on documents and answers; a zero field takes its value from DefaultLimits.
	Limits Limits
	// PlanCacheBytes bounds the memory of kept plans, by estimate; zero means 32 MiB.
	PlanCacheBytes int
	// Present makes the answer's error of what a resolver, a scalar or the engine itself reported. Faults of the program
	// (panics, nulls in places that are never null, values outside an enum) arrive as *Fault. The engine adds locations
	// and path. Nil means the error's text, and "Internal error" for a Fault.
	Present func(ctx context.Context, err error) *Error
}

// None is the argument type of a field without arguments.
type None = struct{}

// FieldOption tells about a field what its functions cannot.
type FieldOption func(*boundField)

// Sized tells how many entries a list usually has, for the operation's cost. Lists that say nothing count as 10.
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
	return nil
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
//	enum E             a type bound by Enum, or string       the same
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
}

// Query binds a field of the schema's query type. A and R are as in Level.
func Query[A, R any](b *Binder, name string, resolve func(ctx context.Context, arguments A) (R, error), options ...FieldOption) {
}

// Mutation binds a field of the schema's mutation type; the fields of one operation run one after the other, each with
// everything selected below it. A field that fails where null is not allowed ends the operation.
func Mutation[A, R any](b *Binder, name string, resolve func(ctx context.Context, arguments A) (R, error), options ...FieldOption) {
}

// Abstract binds an interface or union to a Go interface that the members' Go types (T or *T) implement. Fields are
// bound on the members only. Without members, all of the schema's possible types are meant. A nil interface and a nil
// pointer in one are null.
func Abstract[I any](b *Binder, name string, members ...Member) {
}

// Enum binds an enum to a Go string type. The values, if given, must be exactly the schema's. Without a binding an enum
// is a plain Go string. A Go value outside the schema's is a Fault when it is answered.
func Enum[T ~string](b *Binder, name string, values ...T) {
}

// Scalar binds a scalar to a Go type; a scalar may be bound to several. Parse is handed what came in: a string, bool,
// json.Number, []any or map[string]any of these and nil (an enum literal comes as string), never nil itself; its error's
// text should say what is allowed. AppendJSON appends valid JSON, or nothing for null.
func Scalar[T any](b *Binder, name string, parse func(any) (T, error), appendJSON func([]byte, T) ([]byte, error)) {
}

// Upload binds a scalar whose values are never in the document or in the variables' JSON: they come with
// Request.Uploads and must be of type T. It cannot be answered.
func Upload[T any](b *Binder, name string) {
}

// Binder collects the bindings of a schema; it is for one goroutine.
type Binder struct {
	types map[reflect.Type]any
}

// NewBinder parses and validates the schema's sources, which are taken as one text (`extend type` included).
func NewBinder(options Options, sources ...Source) (*Binder, error) {
	return nil, nil
}

// Schema answers the executable schema, or one error that lists in words everything that is missing or does not fit.
func (b *Binder) Schema() (*Schema, error) {
	return nil, nil
}

// Schema is a bound schema; it may be used from several goroutines.
type Schema struct{}

type boundField struct{ size, most int }
type boundObject struct{}
