package graphql

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	_ "embed"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"
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
	// (panics, nulls in places that are never null, values outside an enum) arrive as *Fault; what ended the context, as
	// it is. The engine adds locations and path; an *Error that a resolver answers is used as it is, without Present. An
	// error that fails a whole level is presented once. Nil means the error's text, and "Internal error" for a Fault.
	Present func(ctx context.Context, err error) *Error
}

// prelude is what section 4.2 says every schema holds, as far as the October 2021 edition goes.
//
//go:embed prelude.graphql
var prelude string

// Binder collects the bindings of a schema; it is for one goroutine.
type Binder struct {
	options     Options
	definitions *ast.Schema
	objects     map[string]*boundObject
	abstracts   map[string]*boundAbstract
	scalars     map[string][]boundScalar
	uploads     map[string]reflect.Type
	leaves      map[leafKey]leaf
	decoders    map[decoderKey]*structDecoder
	misses      []error
}

// NewBinder parses and validates the schema's sources, which are taken as one text (`extend type` included).
func NewBinder(options Options, sources ...Source) (*Binder, error) {
	texts := []*ast.Source{{Name: "prelude.graphql", Input: prelude, BuiltIn: true}}
	for _, s := range sources {
		texts = append(texts, &ast.Source{Name: s.Name, Input: s.Text})
	}
	definitions, err := validator.LoadSchema(texts...)
	if err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	if definitions.Query == nil {
		return nil, errors.New("schema: there is no type Query")
	}
	options.Limits = options.Limits.orDefault()
	if options.PlanCacheBytes == 0 {
		options.PlanCacheBytes = 32 << 20
	}
	if options.Present == nil {
		options.Present = present
	}
	b := &Binder{
		options: options, definitions: definitions,
		objects: map[string]*boundObject{}, abstracts: map[string]*boundAbstract{}, scalars: map[string][]boundScalar{},
		uploads: map[string]reflect.Type{}, leaves: map[leafKey]leaf{}, decoders: map[decoderKey]*structDecoder{},
	}
	bindBuiltIns(b)
	return b, nil
}

func (b *Binder) miss(text string, values ...any) {
	b.misses = append(b.misses, fmt.Errorf(text, values...))
}

// boundObject is an object type of the schema with its Go type.
type boundObject struct {
	name       string
	goType     reflect.Type // nil for the root types
	definition *ast.Definition
	fields     map[string]*boundField
	conditions map[string]bool // the names of all types that it is: its own, interfaces, unions
	columns    columns
	collect    func() collector
}

// boundAbstract is an interface or union with its Go interface. Fields that answer members' own Go types need none.
type boundAbstract struct {
	name     string
	goType   reflect.Type
	named    []string // as bound
	members  []*boundObject
	memberOf map[reflect.Type]int
	columns  columns
}

// boundScalar is one Go type of a scalar.
type boundScalar struct {
	goType reflect.Type
	parse  func(any) (any, error)
}

// leafWriter writes the leaf value at a position of a column.
type leafWriter func(w *writer, column any, i int) status

// boundField is a field with its function. The binding sets the functions that know the Go types; Schema, after it has
// checked them, the rest.
type boundField struct {
	name       string
	size, most int          // see Sized and Paged
	answer     reflect.Type // R of a Level, V of a Value
	arguments  reflect.Type // A of a Level, nil for a Value
	definition *ast.FieldDefinition

	// resolve answers a column: a slice of the answer type, aligned with the parents.
	resolve func(ctx context.Context, parents, arguments any) (answers any, count int, err error)
	// plain makes the writer of a Value's leaf, straight from the parents; column that of a Level's leaf, from its answers.
	plain, column func(leaf any) leafWriter
	// adapt makes an appender of the answer type of one for reflected values.
	adapt func(func(*writer, reflect.Value) status) any

	decode   *structDecoder // makes the arguments' struct
	write    leafWriter     // of a leaf
	columns  columns        // of a composite
	members  []*boundObject // possible object types; one, where the Go type is an object's
	resolved bool           // whether the field has a column of its own, and no plain function
}

// Schema is a bound schema; it may be used from several goroutines.
type Schema struct {
	options     Options
	definitions *ast.Schema
	objects     map[string]*boundObject
	inputs      *inputs
	plans       *planCache
}
