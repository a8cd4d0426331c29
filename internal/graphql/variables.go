package graphql

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// coerceVariables answers the operation's variables by name (section 6.1.2); absent ones have no entry.
func (s *Schema) coerceVariables(ctx context.Context, definitions ast.VariableDefinitionList, r Request) (map[string]any, []*Error) {
	if len(definitions) == 0 {
		return nil, nil
	}
	given, err := r.given()
	if err != nil {
		return nil, []*Error{inputProblem(nil, fmt.Sprintf("The variables are refused: %v.", err))}
	}
	coerced := make(map[string]any, len(definitions))
	var errors []*Error
	for _, d := range definitions {
		value, present := given[d.Variable]
		if !present && d.DefaultValue == nil {
			if d.Type.NonNull {
				errors = append(errors, inputProblem(d.Position, fmt.Sprintf(
					"Variable $%s is missing; expected %s.", d.Variable, s.inputs.expected(d.Type))))
			}
			continue
		}
		if present {
			value, err = s.inputs.value(d.Type, value)
		} else {
			value, _, err = s.inputs.literal(d.Type, d.DefaultValue, nil)
		}
		if isFault(err) {
			errors = append(errors, s.options.Present(ctx, err))
			continue
		}
		if err != nil {
			errors = append(errors, inputProblem(d.Position, fmt.Sprintf("Variable $%s %s.", d.Variable, placed(err))))
			continue
		}
		coerced[d.Variable] = value
	}
	return coerced, errors
}

// placed joins an input error to the sentence that names the variable.
func placed(err error) string {
	if in, ok := err.(*inputError); ok && len(in.path) > 0 {
		return in.Error()
	}
	return "is refused: " + err.Error()
}

// given answers the request's variables before coercion, uploads in their places.
func (r Request) given() (map[string]any, error) {
	values := map[string]any{}
	if text := bytes.TrimSpace(r.Variables); len(text) > 0 {
		d := json.NewDecoder(bytes.NewReader(text))
		d.UseNumber()
		if err := d.Decode(&values); err != nil {
			return nil, refused("they are no JSON object: %s", strings.TrimPrefix(err.Error(), "json: "))
		}
		if _, err := d.Token(); err != io.EOF {
			return nil, refused("something follows their JSON object")
		}
	}
	if values == nil || len(r.Values) > 0 {
		all := make(map[string]any, len(values)+len(r.Values))
		maps.Copy(all, values)
		maps.Copy(all, r.Values)
		values = all
	}
	for _, place := range slices.Sorted(maps.Keys(r.Uploads)) {
		if err := put(values, place, uploaded{r.Uploads[place]}); err != nil {
			return nil, err
		}
	}
	return values, nil
}

// put sets what stands at a place like "variables.input.files.0"; only the first variable may be absent there.
func put(values map[string]any, place string, value any) error {
	steps := strings.Split(place, ".")
	wrong := refused("the place %q, where a file belongs, is not null or not there", place)
	if len(steps) < 2 || steps[0] != "variables" {
		return refused("the place %q, where a file belongs, does not begin with \"variables.\"", place)
	}
	if len(steps) == 2 && values[steps[1]] == nil {
		values[steps[1]] = value
		return nil
	}
	var around any = values
	for i, step := range steps[1:] {
		last := i == len(steps)-2
		switch in := around.(type) {
		case map[string]any:
			inner, present := in[step]
			if last && present && inner == nil {
				in[step] = value
				return nil
			}
			around = inner
		case []any:
			n, err := strconv.Atoi(step)
			if err != nil || n < 0 || n >= len(in) {
				return wrong
			}
			if last && in[n] == nil {
				in[n] = value
				return nil
			}
			around = in[n]
		default:
			return wrong
		}
	}
	return wrong
}
