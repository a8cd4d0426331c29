package graphql

import (
	"encoding/json"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
)

// scope is what the variables in a literal stand for.
type scope struct {
	// values are the coerced variables; those that are absent have no entry.
	values map[string]any
	// checking accepts any variable: only what is written out is looked at.
	checking bool
}

// literal coerces a value as written in a document or schema (section 3, "Input Coercion"). A variable without value
// makes its place absent: present is false then. A nil scope is for literals without variables.
func (in *inputs) literal(t *ast.Type, v *ast.Value, s *scope) (value any, present bool, err error) {
	if v.Kind == ast.Variable {
		return in.variable(t, v.Raw, s)
	}
	switch {
	case v.Kind == ast.NullValue && t.NonNull:
		return nil, true, refused("null is not allowed; expected %s", in.expected(t))
	case v.Kind == ast.NullValue:
		return nil, true, nil
	case t.Elem != nil:
		value, err = in.listLiteral(t, v, s)
		return value, true, err
	}
	switch d := in.types[t.NamedType]; {
	case d.Kind == ast.InputObject:
		value, err = in.objectLiteral(d, v, s)
	case d.Kind == ast.Enum && v.Kind != ast.EnumValue:
		err = refused("expected %s; got %s", in.expectedNamed(d), excerpt(v))
	case in.scalars[d.Name] != nil:
		value, err = in.scalarLiteral(d, v, s)
	case d.Kind != ast.Enum && !literalFits(d.Name, v.Kind):
		err = refused("expected %s; got %s", in.expectedNamed(d), excerpt(v))
	default:
		value, err = in.leafValue(d, plainLeaf(v))
	}
	return value, true, err
}

func (in *inputs) variable(t *ast.Type, name string, s *scope) (any, bool, error) {
	if s == nil || s.checking {
		return nil, true, nil
	}
	value, present := s.values[name]
	if present && value == nil && t.NonNull {
		return nil, true, refused("$%s is null, which is not allowed; expected %s", name, in.expected(t))
	}
	return value, present, nil
}

func (in *inputs) listLiteral(t *ast.Type, v *ast.Value, s *scope) (any, error) {
	if v.Kind != ast.ListValue {
		one, _, err := in.literal(t.Elem, v, s)
		return []any{one}, err
	}
	coerced := make([]any, len(v.Children))
	for i, child := range v.Children {
		value, present, err := in.literal(t.Elem, child.Value, s)
		if err == nil && !present && t.Elem.NonNull {
			err = refused("$%s is absent; expected %s", child.Value.Raw, in.expected(t.Elem))
		}
		if err != nil {
			return nil, within(i, err)
		}
		coerced[i] = value
	}
	return coerced, nil
}

func (in *inputs) objectLiteral(d *ast.Definition, v *ast.Value, s *scope) (any, error) {
	if v.Kind != ast.ObjectValue {
		return nil, refused("expected %s; got %s", in.expectedNamed(d), excerpt(v))
	}
	given := make(map[string]*ast.Value, len(v.Children))
	for _, child := range v.Children {
		if d.Fields.ForName(child.Name) == nil {
			return nil, refused("%s has no field %q; it has %s", d.Name, child.Name, fieldNames(d))
		}
		given[child.Name] = child.Value
	}
	coerced := make(map[string]any, len(d.Fields))
	for _, f := range d.Fields {
		present := given[f.Name] != nil
		if present {
			value, known, err := in.literal(f.Type, given[f.Name], s)
			if err != nil {
				return nil, within(f.Name, err)
			}
			if present = known; present {
				coerced[f.Name] = value
			}
		}
		if !present {
			if err := in.fieldDefault(f, coerced); err != nil {
				return nil, err
			}
		}
	}
	return coerced, nil
}

func (in *inputs) scalarLiteral(d *ast.Definition, v *ast.Value, s *scope) (any, error) {
	if s != nil && s.checking && hasVariable(v) {
		return nil, nil
	}
	return in.leafValue(d, untyped(v, s))
}

// literalFits tells which notations a built-in scalar takes; an ID may be a number, a Float may be whole.
func literalFits(name string, kind ast.ValueKind) bool {
	switch kind {
	case ast.IntValue:
		return name == "Int" || name == "Float" || name == "ID"
	case ast.FloatValue:
		return name == "Float"
	case ast.StringValue, ast.BlockValue:
		return name == "String" || name == "ID"
	case ast.BooleanValue:
		return name == "Boolean"
	}
	return false
}

// plainLeaf is a leaf's literal as the JSON value of the same meaning.
func plainLeaf(v *ast.Value) any {
	switch v.Kind {
	case ast.IntValue, ast.FloatValue:
		return json.Number(v.Raw)
	case ast.BooleanValue:
		return v.Raw == "true"
	case ast.NullValue:
		return nil
	}
	return v.Raw
}

// untyped is a literal for a scalar of any form, as the JSON value of the same meaning.
func untyped(v *ast.Value, s *scope) any {
	switch v.Kind {
	case ast.Variable:
		value, _ := s.lookup(v)
		return uncoerced(value)
	case ast.ListValue:
		list := make([]any, len(v.Children))
		for i, child := range v.Children {
			list[i] = untyped(child.Value, s)
		}
		return list
	case ast.ObjectValue:
		object := make(map[string]any, len(v.Children))
		for _, child := range v.Children {
			if _, known := s.lookup(child.Value); known {
				object[child.Name] = untyped(child.Value, s)
			}
		}
		return object
	}
	return plainLeaf(v)
}

// lookup tells whether a value is there at all: only a variable may be absent.
func (s *scope) lookup(v *ast.Value) (any, bool) {
	if v.Kind != ast.Variable {
		return nil, true
	}
	if s == nil {
		return nil, false
	}
	value, known := s.values[v.Raw]
	return value, known
}

// uncoerced is a variable's value within a scalar's literal: what the variable's own scalars were parsed from.
func uncoerced(v any) any {
	switch v := v.(type) {
	case scalarValue:
		return v.raw
	case int64:
		return json.Number(strconv.FormatInt(v, 10))
	case float64:
		return json.Number(strconv.FormatFloat(v, 'g', -1, 64))
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = uncoerced(v[i])
		}
		return list
	case map[string]any:
		object := make(map[string]any, len(v))
		for name := range v {
			object[name] = uncoerced(v[name])
		}
		return object
	}
	return v
}

func hasVariable(v *ast.Value) bool {
	if v.Kind == ast.Variable {
		return true
	}
	for _, child := range v.Children {
		if hasVariable(child.Value) {
			return true
		}
	}
	return false
}

// excerpt is a literal for a message; only leaves are written out, whole objects could be long.
func excerpt(v *ast.Value) string {
	switch v.Kind {
	case ast.ListValue:
		return "a list"
	case ast.ObjectValue:
		return "an object"
	case ast.StringValue, ast.BlockValue:
		return show(v.Raw)
	}
	if len(v.Raw) > 60 {
		return v.Raw[:60] + "…"
	}
	return v.Raw
}
