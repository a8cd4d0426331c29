package graphql

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// inputs coerces input values (section 3, "Input Coercion" of each type). A coerced value is nil for null, an int64 for
// Int, a float64 for Float, a bool, a string for String, ID and enums, a scalarValue for other scalars, the value itself
// for an upload, []any for a list and map[string]any for an input object, defaults included.
type inputs struct {
	types   map[string]*ast.Definition
	scalars map[string][]boundScalar
	uploads map[string]reflect.Type
}

// scalarValue is a parsed scalar, with what it was parsed from.
type scalarValue struct {
	raw   any
	value any
}

// uploaded wraps a value of Request.Uploads among the variables, so that no other scalar takes it.
type uploaded struct{ value any }

// inputError is a value that the caller may not give, and where it stands in the whole.
type inputError struct {
	path   []string
	reason string
}

func (e *inputError) Error() string {
	if len(e.path) == 0 {
		return e.reason
	}
	return "at " + strings.Join(e.path, ".") + ": " + e.reason
}

func refused(reason string, values ...any) error {
	return &inputError{reason: fmt.Sprintf(reason, values...)}
}

// within adds a step to the place of an input error; a Fault is nothing that the caller could correct.
func within(step any, err error) error {
	if isFault(err) {
		return err
	}
	var in *inputError
	if !errors.As(err, &in) {
		in = &inputError{reason: err.Error()}
	}
	return &inputError{append([]string{fmt.Sprint(step)}, in.path...), in.reason}
}

// value coerces what came as JSON (decoded with UseNumber).
func (in *inputs) value(t *ast.Type, v any) (any, error) {
	switch {
	case v == nil && t.NonNull:
		return nil, refused("null is not allowed; expected %s", in.expected(t))
	case v == nil:
		return nil, nil
	case t.Elem != nil:
		return in.listValue(t, v)
	}
	d := in.types[t.NamedType]
	if d.Kind == ast.InputObject {
		return in.objectValue(d, v)
	}
	return in.leafValue(d, v)
}

// listValue coerces a list; a value that is none becomes a list of one (section 3.11).
func (in *inputs) listValue(t *ast.Type, v any) (any, error) {
	entries, isList := v.([]any)
	if !isList {
		one, err := in.value(t.Elem, v)
		if err != nil {
			return nil, err
		}
		return []any{one}, nil
	}
	coerced := make([]any, len(entries))
	for i, entry := range entries {
		value, err := in.value(t.Elem, entry)
		if err != nil {
			return nil, within(i, err)
		}
		coerced[i] = value
	}
	return coerced, nil
}

// objectValue coerces an input object (section 3.10).
func (in *inputs) objectValue(d *ast.Definition, v any) (any, error) {
	given, isObject := v.(map[string]any)
	if !isObject {
		return nil, refused("expected %s; got %s", in.expectedNamed(d), show(v))
	}
	coerced := make(map[string]any, len(d.Fields))
	for _, f := range d.Fields {
		value, present := given[f.Name]
		if !present {
			if err := in.fieldDefault(f, coerced); err != nil {
				return nil, err
			}
			continue
		}
		value, err := in.value(f.Type, value)
		if err != nil {
			return nil, within(f.Name, err)
		}
		coerced[f.Name] = value
	}
	if len(given) > 0 {
		for name := range given {
			if d.Fields.ForName(name) == nil {
				return nil, refused("%s has no field %q; it has %s", d.Name, name, fieldNames(d))
			}
		}
	}
	return coerced, nil
}

// fieldDefault puts an absent field's default into an input object, or nothing where it may be absent.
func (in *inputs) fieldDefault(f *ast.FieldDefinition, coerced map[string]any) error {
	if f.DefaultValue != nil {
		value, _, err := in.literal(f.Type, f.DefaultValue, nil)
		coerced[f.Name] = value
		return err
	}
	if f.Type.NonNull {
		return refused("the field %q is missing; expected %s", f.Name, in.expected(f.Type))
	}
	return nil
}

// leafValue coerces a scalar (section 3.5) or an enum (section 3.9).
func (in *inputs) leafValue(d *ast.Definition, v any) (any, error) {
	if up, isUpload := v.(uploaded); isUpload || in.uploads[d.Name] != nil {
		return in.upload(d, up.value, isUpload)
	}
	if known := in.scalars[d.Name]; known != nil {
		value, err := known[0].parse(v)
		if err != nil && !isFault(err) {
			err = refused("%s: %v", d.Name, err)
		}
		return scalarValue{v, value}, err
	}
	if value, ok := in.builtIn(d, v); ok {
		return value, nil
	}
	return nil, refused("expected %s; got %s", in.expectedNamed(d), show(v))
}

func (in *inputs) upload(d *ast.Definition, v any, isUpload bool) (any, error) {
	goType := in.uploads[d.Name]
	switch {
	case !isUpload:
		return nil, refused("%s comes as a file of a multipart request, not as JSON", d.Name)
	case goType == nil:
		return nil, refused("expected %s; got a file", in.expectedNamed(d))
	case reflect.TypeOf(v) == nil || !reflect.TypeOf(v).AssignableTo(goType):
		return nil, refused("expected a file of another kind")
	}
	return v, nil
}

func (in *inputs) builtIn(d *ast.Definition, v any) (any, bool) {
	if d.Kind == ast.Enum {
		name, ok := v.(string)
		return name, ok && d.EnumValues.ForName(name) != nil
	}
	switch d.Name {
	case "String":
		text, ok := v.(string)
		return text, ok
	case "Boolean":
		truth, ok := v.(bool)
		return truth, ok
	case "Int":
		f, ok := number(v)
		return int64(f), ok && f == math.Trunc(f) && f >= math.MinInt32 && f <= math.MaxInt32
	case "Float":
		f, ok := number(v)
		return f, ok
	case "ID":
		if text, ok := v.(string); ok {
			return text, true
		}
		return wholeNumber(v)
	}
	return nil, false
}

// number answers a finite number that came as JSON, or as one of Go's number types in Request.Values.
func number(v any) (float64, bool) {
	switch n := v.(type) {
	case json.Number:
		f, err := strconv.ParseFloat(string(n), 64)
		return f, err == nil
	case float64:
		return n, !math.IsNaN(n) && !math.IsInf(n, 0)
	case int:
		return float64(n), true
	case int64:
		return float64(n), true
	case int32:
		return float64(n), true
	}
	return 0, false
}

// wholeNumber answers a number as the text of an ID.
func wholeNumber(v any) (any, bool) {
	f, ok := number(v)
	if !ok || f != math.Trunc(f) {
		return nil, false
	}
	if n, isNumber := v.(json.Number); isNumber {
		if _, err := strconv.ParseInt(string(n), 10, 64); err == nil {
			return string(n), true
		}
	}
	return strconv.FormatFloat(f, 'f', -1, 64), true
}

// expected says in words what a type takes.
func (in *inputs) expected(t *ast.Type) string {
	if t.Elem != nil {
		return "a list of " + t.Elem.String()
	}
	return in.expectedNamed(in.types[t.NamedType])
}

func (in *inputs) expectedNamed(d *ast.Definition) string {
	switch d.Name {
	case "Int":
		return "a whole number from -2147483648 to 2147483647"
	case "Float":
		return "a number"
	case "String":
		return "a string"
	case "Boolean":
		return "true or false"
	case "ID":
		return "a string or a whole number"
	}
	switch d.Kind {
	case ast.Enum:
		names := make([]string, 0, len(d.EnumValues))
		for _, v := range d.EnumValues {
			names = append(names, v.Name)
		}
		return "one of " + strings.Join(names, ", ")
	case ast.InputObject:
		return "an object of " + fieldNames(d)
	}
	return "a " + d.Name
}

func fieldNames(d *ast.Definition) string {
	names := make([]string, 0, len(d.Fields))
	for _, f := range d.Fields {
		names = append(names, f.Name)
	}
	return strings.Join(names, ", ")
}

// show writes a refused value for a message, not more than a line of it.
func show(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return "something else"
	}
	if s := []rune(string(text)); len(s) > 60 {
		return string(s[:60]) + "…"
	}
	return string(text)
}
