package graphql

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// decode puts a coerced value (see inputs) into a Go value, which holds its zero value before.
type decode func(v any, into reflect.Value) error

// structDecoder fills a struct from the coerced values of arguments or of an input object; what is absent stays zero.
type structDecoder struct {
	goType reflect.Type
	fields []structField
}

type structField struct {
	name   string
	index  []int
	decode decode
}

func (d *structDecoder) into(values map[string]any, target reflect.Value) error {
	for _, f := range d.fields {
		v, present := values[f.name]
		if !present {
			continue
		}
		if err := f.decode(v, target.FieldByIndex(f.index)); err != nil {
			return within(f.name, err)
		}
	}
	return nil
}

// arguments answers the struct as the resolver receives it.
func (d *structDecoder) arguments(values map[string]any) (any, error) {
	target := reflect.New(d.goType).Elem()
	if err := d.into(values, target); err != nil {
		return nil, err
	}
	return target.Interface(), nil
}

// decoderKey names an input object as a Go type.
type decoderKey struct {
	name   string
	goType reflect.Type
}

// inputField is an argument or a field of an input object.
type inputField struct {
	name string
	t    *ast.Type
}

func (b *Binder) argumentsDecoder(where string, goType reflect.Type, definitions ast.ArgumentDefinitionList) *structDecoder {
	d := &structDecoder{goType: goType}
	var fields []inputField
	for _, a := range definitions {
		fields = append(fields, inputField{a.Name, a.Type})
	}
	b.fillDecoder(where, d, fields)
	return d
}

func (b *Binder) objectDecoder(where string, goType reflect.Type, definition *ast.Definition) *structDecoder {
	key := decoderKey{definition.Name, goType}
	if known := b.decoders[key]; known != nil {
		return known // or being made: input objects may contain themselves
	}
	made := &structDecoder{goType: goType}
	b.decoders[key] = made
	var fields []inputField
	for _, f := range definition.Fields {
		fields = append(fields, inputField{f.Name, f.Type})
	}
	b.fillDecoder(where+" ("+definition.Name+")", made, fields)
	return made
}

// fillDecoder pairs the schema's fields with the struct's; both must be the same.
func (b *Binder) fillDecoder(where string, d *structDecoder, fields []inputField) {
	if d.goType.Kind() != reflect.Struct {
		b.miss("%s: arguments need a struct, %s is none", where, d.goType)
		return
	}
	byName := map[string]reflect.StructField{}
	for _, f := range reflect.VisibleFields(d.goType) {
		if f.IsExported() && !f.Anonymous {
			byName[fieldName(f)] = f
		}
	}
	for _, field := range fields {
		f, found := byName[field.name]
		if !found {
			b.miss("%s: %s has no field for %s", where, d.goType, field.name)
			continue
		}
		delete(byName, field.name)
		made, err := b.decoder(where+"."+field.name, field.t, f.Type)
		if err != nil {
			b.miss("%s: the field for %s: %w", where, field.name, err)
			continue
		}
		d.fields = append(d.fields, structField{field.name, f.Index, made})
	}
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		b.miss("%s: %s has a field %s for %s, which the schema does not know", where, d.goType, byName[name].Name, name)
	}
}

// isOptional tells an Optional by what only it has.
func isOptional(goType reflect.Type) bool {
	return goType.Kind() == reflect.Struct && goType.PkgPath() == reflect.TypeFor[Optional[int]]().PkgPath() &&
		strings.HasPrefix(goType.Name(), "Optional[")
}

func (b *Binder) decoder(where string, t *ast.Type, goType reflect.Type) (decode, error) {
	switch {
	case isOptional(goType):
		if t.NonNull {
			return nil, fmt.Errorf("%s is never null or absent: %s has no use", t, goType)
		}
		inner, err := b.decoder(where, t, goType.Field(0).Type)
		if err != nil {
			return nil, err
		}
		return decodeOptional(inner), nil
	case t.Elem != nil && goType.Kind() == reflect.Slice:
		item, err := b.decoder(where, t.Elem, goType.Elem())
		if err != nil {
			return nil, err
		}
		return decodeList(item), nil
	case t.Elem == nil:
		if made := b.namedDecoder(where, b.definitions.Types[t.NamedType], goType); made != nil {
			return orNull(made), nil
		}
	}
	if goType.Kind() == reflect.Pointer && goType.Elem().Kind() != reflect.Pointer && !isOptional(goType.Elem()) {
		inner, err := b.decoder(where, t, goType.Elem())
		if err != nil {
			return nil, err
		}
		return decodePointer(inner), nil
	}
	return nil, fmt.Errorf("%s does not fit %s", goType, t)
}

// orNull leaves the zero value where null came.
func orNull(inner decode) decode {
	return func(v any, into reflect.Value) error {
		if v == nil {
			return nil
		}
		return inner(v, into)
	}
}

// decodeOptional relies on the order of Optional's fields: Value, Present, Null.
func decodeOptional(inner decode) decode {
	return func(v any, into reflect.Value) error {
		into.Field(1).SetBool(true)
		into.Field(2).SetBool(v == nil)
		return inner(v, into.Field(0))
	}
}

func decodeList(item decode) decode {
	return orNull(func(v any, into reflect.Value) error {
		entries := v.([]any)
		into.Set(reflect.MakeSlice(into.Type(), len(entries), len(entries)))
		for i, entry := range entries {
			if err := item(entry, into.Index(i)); err != nil {
				return within(i, err)
			}
		}
		return nil
	})
}

func decodePointer(inner decode) decode {
	return orNull(func(v any, into reflect.Value) error {
		into.Set(reflect.New(into.Type().Elem()))
		return inner(v, into.Elem())
	})
}

// namedDecoder answers nil when the Go type is no form of the schema's.
func (b *Binder) namedDecoder(where string, d *ast.Definition, goType reflect.Type) decode {
	switch d.Kind {
	case ast.InputObject:
		if goType.Kind() != reflect.Struct {
			return nil
		}
		fields := b.objectDecoder(where, goType, d)
		return func(v any, into reflect.Value) error { return fields.into(v.(map[string]any), into) }
	case ast.Enum:
		if goType.Kind() == reflect.String {
			return func(v any, into reflect.Value) error { into.SetString(v.(string)); return nil }
		}
		return nil
	}
	if b.uploads[d.Name] == goType {
		return func(v any, into reflect.Value) error { into.Set(reflect.ValueOf(v)); return nil }
	}
	for _, s := range b.scalars[d.Name] {
		if s.goType == goType {
			return s.decode
		}
	}
	return builtInDecoder(d.Name, goType)
}

// decode sets what was parsed; where the scalar has several Go types it may have to be parsed again for this one.
func (s boundScalar) decode(v any, into reflect.Value) error {
	parsed := v.(scalarValue)
	value := reflect.ValueOf(parsed.value)
	if !value.IsValid() || value.Type() != s.goType && s.goType.Kind() != reflect.Interface {
		again, err := s.parse(parsed.raw)
		if err != nil {
			return err
		}
		value = reflect.ValueOf(again)
	}
	if value.IsValid() {
		into.Set(value)
	}
	return nil
}

func builtInDecoder(name string, goType reflect.Type) decode {
	kind := goType.Kind()
	switch {
	case (name == "String" || name == "ID") && kind == reflect.String:
		return func(v any, into reflect.Value) error { into.SetString(v.(string)); return nil }
	case name == "Boolean" && kind == reflect.Bool:
		return func(v any, into reflect.Value) error { into.SetBool(v.(bool)); return nil }
	case name == "Float" && (kind == reflect.Float64 || kind == reflect.Float32):
		return func(v any, into reflect.Value) error { into.SetFloat(v.(float64)); return nil }
	case name == "Int" && kind >= reflect.Int && kind <= reflect.Int64:
		return func(v any, into reflect.Value) error {
			if into.OverflowInt(v.(int64)) {
				return refused("%d is outside what is allowed here", v)
			}
			into.SetInt(v.(int64))
			return nil
		}
	case name == "Int" && kind >= reflect.Uint && kind <= reflect.Uint64:
		return func(v any, into reflect.Value) error {
			if n := v.(int64); n < 0 || into.OverflowUint(uint64(n)) {
				return refused("%d is outside what is allowed here", n)
			}
			into.SetUint(uint64(v.(int64)))
			return nil
		}
	}
	return nil
}
