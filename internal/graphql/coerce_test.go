package graphql_test

import (
	"encoding/json"
	"strings"
	"testing"

	"asm.example/asm/internal/graphql"
)

// Section 6.1.2, and the input coercion of section 3's types. Messages name the variable, the place in it, and what is
// allowed.
func TestVariablesThatAreRefused(t *testing.T) {
	t.Parallel()
	schema := mazeSchema(t, graphql.Options{})
	for _, c := range []struct{ definition, argument, variables, want string }{
		{"$v: Int!", "i: $v", `{}`, "Variable $v is missing; expected a whole number from -2147483648 to 2147483647."},
		{"$v: Int!", "i: $v", `{"v": null}`, "Variable $v is refused: null is not allowed; expected a whole number from -2147483648 to 2147483647."},
		{"$v: Int", "i: $v", `{"v": 1.5}`, "Variable $v is refused: expected a whole number from -2147483648 to 2147483647; got 1.5."},
		{"$v: Int", "i: $v", `{"v": 2147483648}`, "Variable $v is refused: expected a whole number from -2147483648 to 2147483647; got 2147483648."},
		{"$v: Int", "i: $v", `{"v": "1"}`, "Variable $v is refused: expected a whole number from -2147483648 to 2147483647; got \"1\"."},
		{"$v: Boolean", "b: $v", `{"v": 1}`, "Variable $v is refused: expected true or false; got 1."},
		{"$v: String", "s: $v", `{"v": ["a"]}`, "Variable $v is refused: expected a string; got [\"a\"]."},
		{"$v: ID", "id: $v", `{"v": 1.5}`, "Variable $v is refused: expected a string or a whole number; got 1.5."},
		{"$v: Float", "f: $v", `{"v": 1e999}`, "Variable $v is refused: expected a number; got 1e999."},
		{"$v: Color", "e: $v", `{"v": "PINK"}`, "Variable $v is refused: expected one of RED, GREEN, BLUE; got \"PINK\"."},
		{"$v: [Int!]", "l: $v", `{"v": [1, null]}`, "Variable $v at 1: null is not allowed; expected a whole number from -2147483648 to 2147483647."},
		{"$v: In", "in: $v", `{"v": {"z": [{}, {"y": true}]}}`, "Variable $v at z.1.y: expected a whole number from -2147483648 to 2147483647; got true."},
		{"$v: In", "in: $v", `{"v": {"w": 1}}`, "Variable $v is refused: In has no field \"w\"; it has x, y, z, c."},
		{"$v: In", "in: $v", `{"v": 7}`, "Variable $v is refused: expected an object of x, y, z, c; got 7."},
		{"$v: Stamp", "t: $v", `{"v": true}`, "Variable $v is refused: Stamp: expected s: and a text, or a number."},
		{"$v: Int", "i: $v", `[1]`, "The variables are refused: they are no JSON object: cannot unmarshal array into Go value of type map[string]interface {}."},
		{"$v: Int", "i: $v", `{} {}`, "The variables are refused: something follows their JSON object."},
	} {
		plan, refused := schema.Prepare("query("+c.definition+") { echo("+c.argument+") }", "")
		if refused != nil {
			t.Errorf("%s: %v", c.definition, refused[0])
			continue
		}
		r := schema.Execute(t.Context(), plan, graphql.Request{Variables: []byte(c.variables)})
		if r.Data != nil || len(r.Errors) != 1 || r.Errors[0].Message != c.want || r.Errors[0].Extensions["code"] != graphql.CodeInput {
			t.Errorf("%s with %s:\ngot  %s\nwant %s", c.definition, c.variables, answerText(r), c.want)
		}
	}
}

func TestVariablesThatAreTaken(t *testing.T) {
	t.Parallel()
	schema := mazeSchema(t, graphql.Options{})
	for _, c := range []struct{ definition, argument, variables, want string }{
		{"$v: Int", "i: $v", `{"v": 3.0}`, `{"i":3,"n":5,"s":"d","e":"BLUE"}`},
		{"$v: Int", "i: $v", `{"v": null}`, `{"i":null,"n":5,"s":"d","e":"BLUE"}`},
		{"$v: Int", "i: $v", ``, `{"n":5,"s":"d","e":"BLUE"}`},
		{"$v: String", "s: $v", `null`, `{"n":5,"s":"d","e":"BLUE"}`},
		{"$v: Int = 9", "n: $v", `{}`, `{"n":9,"s":"d","e":"BLUE"}`},
		{"$v: ID", "id: $v", `{"v": 12345678901234567}`, `{"n":5,"s":"d","e":"BLUE","id":"12345678901234567"}`},
		{"$v: [Int!]", "l: $v", `{"v": 4}`, `{"n":5,"s":"d","l":[4],"e":"BLUE"}`},
		{"$v: Int!", "l: [1, $v]", `{"v": 4}`, `{"n":5,"s":"d","l":[1,4],"e":"BLUE"}`},
		{"$v: [[String]!]", "ll: $v", `{"v": ["a", [null, "b"]]}`, `{"n":5,"s":"d","ll":[["a"],[null,"b"]],"e":"BLUE"}`},
		{"$v: In", "in: $v", `{"v": {"z": {"x": null}}}`, `{"n":5,"s":"d","e":"BLUE","in":{"y":7,"z":[{"x":null,"y":7,"c":"GREEN"}],"c":"GREEN"}}`},
		{"$v: Int", "in: {x: $v, y: 1}", `{}`, `{"n":5,"s":"d","e":"BLUE","in":{"y":1,"c":"GREEN"}}`},
		{"$v: Stamp", "t: $v", `{"v": "s:a"}`, `{"n":5,"s":"d","e":"BLUE","t":"s:a"}`},
	} {
		plan, refused := schema.Prepare("query("+c.definition+") { echo("+c.argument+") }", "")
		if refused != nil {
			t.Errorf("%s: %v", c.definition, refused[0])
			continue
		}
		r := schema.Execute(t.Context(), plan, graphql.Request{Variables: []byte(c.variables)})
		var data struct{ Echo string }
		if err := json.Unmarshal(r.Data, &data); err != nil || data.Echo != c.want {
			t.Errorf("%s with %s:\ngot  %s\nwant %s", c.definition, c.variables, answerText(r), c.want)
		}
	}
}

// A nullable variable may stand where null is not allowed if there is a default (section 5.8.5); null itself then fails
// the field.
func TestAnExplicitNullFailsTheFieldThatDoesNotAllowIt(t *testing.T) {
	t.Parallel()
	l := newLibrary(t, graphql.Options{})

	got := l.ask(t, `query($t: String = "x") { tome(title: $t) { name } }`, graphql.Request{Variables: []byte(`{"t": null}`)})

	want := "{\"tome\":null}\n[\"tome\"] Argument at title: $t is null, which is not allowed; expected a string."
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestUploadsComeThroughVariablesOnly(t *testing.T) {
	t.Parallel()
	const store = `query($f: Deposit) { store(file: $f) }`
	file := map[string]any{"variables.f": strings.NewReader("12345")}
	for _, c := range []struct {
		name, document string
		request        graphql.Request
		want           string
	}{
		{"in its place", store, graphql.Request{Variables: []byte(`{"f": null}`), Uploads: file}, `{"store":"5"}`},
		{"in a place that was left out", store, graphql.Request{Uploads: file}, `{"store":"5"}`},
		{"as JSON", store, graphql.Request{Variables: []byte(`{"f": "12345"}`)},
			"Variable $f is refused: Deposit comes as a file of a multipart request, not as JSON."},
		{"in the document", `{ store(file: "12345") }`, graphql.Request{},
			"Argument \"file\" of Query.store: expected a Deposit; got \"12345\"."},
		{"for another scalar", `query($t: String!) { tome(title: $t) { name } }`, graphql.Request{Uploads: map[string]any{"variables.t": strings.NewReader("")}},
			"Variable $t is refused: expected a string; got a file."},
		{"of another kind", store, graphql.Request{Uploads: map[string]any{"variables.f": 7}},
			"Variable $f is refused: expected a file of another kind."},
		{"where something is", store, graphql.Request{Variables: []byte(`{"f": 1}`), Uploads: file},
			"The variables are refused: the place \"variables.f\", where a file belongs, is not null or not there."},
		{"nowhere", store, graphql.Request{Uploads: map[string]any{"variables.a.0.b": 7}},
			"The variables are refused: the place \"variables.a.0.b\", where a file belongs, is not null or not there."},
		{"outside", store, graphql.Request{Uploads: map[string]any{"query": 7}},
			"The variables are refused: the place \"query\", where a file belongs, does not begin with \"variables.\"."},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := newLibrary(t, graphql.Options{}).ask(t, c.document, c.request); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}
