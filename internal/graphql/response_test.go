package graphql_test

import (
	"encoding/json"
	"math"
	"testing"
	"unicode/utf8"

	"asm.example/asm/internal/graphql"
)

func TestAnAnswerIsWrittenErrorsFirst(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		response *graphql.Response
		want     string
	}{
		{"data alone", &graphql.Response{Data: []byte(`{"a":1}`)}, `{"data":{"a":1}}`},
		{"no data, since nothing was executed", graphql.Refuse(&graphql.Error{Message: "no \"x\""}), `{"errors":[{"message":"no \"x\""}]}`},
		{"null, since an error reached the root", &graphql.Response{
			Data: []byte("null"),
			Errors: []*graphql.Error{{
				Message: "m", Locations: []graphql.Location{{Line: 1, Column: 2}, {Line: 3, Column: 4}}, Path: []any{"a", 0, "b"},
				Extensions: map[string]any{"code": "C"},
			}, {Message: "n"}},
			Extensions: map[string]any{"cost": 7},
		}, `{"errors":[{"message":"m","locations":[{"line":1,"column":2},{"line":3,"column":4}],"path":["a",0,"b"],"extensions":{"code":"C"}},` +
			`{"message":"n"}],"data":null,"extensions":{"cost":7}}`},
		{"extensions that are no JSON", &graphql.Response{Extensions: map[string]any{"a": math.NaN()}}, `{"extensions":{}}`},
	} {
		if got := string(c.response.AppendJSON(nil)); got != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", c.name, got, c.want)
		}
	}
}

func FuzzAppendString(f *testing.F) {
	for _, s := range []string{"", "plain", "\"\\/\b\f\n\r\t\x00\x1f\x7f", "ünïcødé \u2028\u2029 \U0001F600", "\xff\xc3", "<script>&"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text := graphql.AppendString([]byte("x"), s)

		var back string
		if err := json.Unmarshal(text[1:], &back); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if utf8.ValidString(s) && back != s {
			t.Errorf("%q was read back as %q", s, back)
		}
		if !utf8.Valid(text) {
			t.Errorf("%q is not UTF-8", text)
		}
	})
}

func TestOptionalTellsAbsentFromNull(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		optional graphql.Optional[int]
		value    int
		there    bool
	}{
		{"absent", graphql.Optional[int]{}, 9, false},
		{"null", graphql.Optional[int]{Present: true, Null: true}, 9, false},
		{"a value", graphql.Optional[int]{Value: 3, Present: true}, 3, true},
	} {
		if _, there := c.optional.Get(); there != c.there || c.optional.Or(9) != c.value {
			t.Errorf("%s: there is %v, or %d", c.name, there, c.optional.Or(9))
		}
	}
}
