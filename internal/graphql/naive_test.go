package graphql_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"asm.example/asm/internal/graphql"
)

// naive interprets an operation word by word as section 6 tells it: field after field, value after value, without plan,
// levels or columns. It knows no arguments.
type naive struct {
	u         *universe
	fragments ast.FragmentDefinitionList
	variables map[string]any
	errors    [][]any
}

// failed says that a value is an error's null where null is not allowed.
type failed struct{}

func (n *naive) fail(path []any) {
	n.errors = append(n.errors, slices.Clone(path))
	panic(failed{})
}

// collect is CollectFields; names come in the order in which they are first met.
func (n *naive) collect(object string, set ast.SelectionSet, visited map[string]bool, names *[]string, fields map[string][]*ast.Field) {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			if n.selected(s.Directives) {
				if fields[s.Alias] == nil {
					*names = append(*names, s.Alias)
				}
				fields[s.Alias] = append(fields[s.Alias], s)
			}
		case *ast.InlineFragment:
			if n.selected(s.Directives) && (s.TypeCondition == "" || n.u.is(object, s.TypeCondition)) {
				n.collect(object, s.SelectionSet, visited, names, fields)
			}
		case *ast.FragmentSpread:
			if f := n.fragments.ForName(s.Name); n.selected(s.Directives) && !visited[s.Name] {
				visited[s.Name] = true
				if n.u.is(object, f.TypeCondition) {
					n.collect(object, f.SelectionSet, visited, names, fields)
				}
			}
		}
	}
}

func (n *naive) selected(directives ast.DirectiveList) bool {
	for _, d := range directives {
		condition := d.Arguments.ForName("if").Value
		truth := condition.Raw == "true"
		if condition.Kind == ast.Variable {
			truth = n.variables[condition.Raw].(bool)
		}
		if truth == (d.Name == "skip") {
			return false
		}
	}
	return true
}

func (n *naive) object(raw map[string]any, sets []ast.SelectionSet, path []any) string {
	name := raw["__typename"].(string)
	var names, members []string
	fields, visited := map[string][]*ast.Field{}, map[string]bool{}
	for _, set := range sets {
		n.collect(name, set, visited, &names, fields)
	}
	for _, alias := range names {
		members = append(members, fmt.Sprintf("%q:%s", alias, n.field(name, raw, fields[alias], append(path, alias))))
	}
	return "{" + strings.Join(members, ",") + "}"
}

func (n *naive) field(object string, raw map[string]any, nodes []*ast.Field, path []any) string {
	if nodes[0].Name == "__typename" {
		return fmt.Sprintf("%q", object)
	}
	f := n.u.types[object].field(nodes[0].Name)
	var sets []ast.SelectionSet
	for _, node := range nodes {
		sets = append(sets, node.SelectionSet)
	}
	return n.complete(f, f.form, raw[f.name], sets, path)
}

// complete is CompleteValue; an error stops at the next place that may be null.
func (n *naive) complete(f *genField, form string, v any, sets []ast.SelectionSet, path []any) (text string) {
	if !strings.HasSuffix(form, "!") {
		defer func() {
			if p := recover(); p == (failed{}) {
				text = "null"
			} else if p != nil {
				panic(p)
			}
		}()
		if v == nil {
			return "null"
		}
	}
	if v == nil || failure(v) != nil {
		n.fail(path)
	}
	form = strings.TrimSuffix(form, "!")
	switch {
	case form[0] == '[':
		var entries []string
		for i, entry := range v.([]any) {
			entries = append(entries, n.complete(f, form[1:len(form)-1], entry, sets, append(path, float64(i))))
		}
		return "[" + strings.Join(entries, ",") + "]"
	case isLeafName(f.base):
		return n.leaf(f.base, v, path)
	case !n.u.is(v.(map[string]any)["__typename"].(string), f.base):
		n.fail(path)
	}
	return n.object(v.(map[string]any), sets, path)
}

func (n *naive) leaf(base string, v any, path []any) string {
	if i, isInt := v.(int); base == "Color" && v == "PINK" || base == "Int" && isInt && i != int(int32(i)) {
		n.fail(path)
	}
	return strings.TrimSuffix(string(graphqlJSON(v)), "\n")
}

// graphqlJSON is encoding/json without its care for HTML.
func graphqlJSON(v any) []byte {
	var text strings.Builder
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err)
	}
	return []byte(strings.NewReplacer(`\u2028`, "\u2028").Replace(text.String()))
}

// interpret answers the data and the errors' paths.
func (u *universe) interpret(t *testing.T, d document) (data string, errors [][]any) {
	t.Helper()
	parsed, err := parser.ParseQuery(&ast.Source{Input: d.text})
	if err != nil {
		t.Fatal(err)
	}
	n := &naive{u: u, fragments: parsed.Fragments, variables: d.variables}
	defer func() {
		if p := recover(); p == (failed{}) {
			data, errors = "null", n.errors
		} else if p != nil {
			panic(p)
		}
	}()
	return n.object(u.data, []ast.SelectionSet{parsed.Operations[0].SelectionSet}, nil), n.errors
}

func FuzzAnswersAreThoseOfTheNaiveInterpreter(f *testing.F) {
	for seed := range uint64(400) {
		f.Add(seed%20, seed)
	}
	kept := map[uint64]*universe{}
	f.Fuzz(func(t *testing.T, which, seed uint64) {
		which %= 1000
		u := kept[which]
		if u == nil {
			u = newUniverse(t, which)
			kept[which] = u
		}
		for source := rand.New(rand.NewPCG(seed, 3)); ; {
			d := u.plainDocument(source)
			got := u.answer(t, d)
			if got.Data == nil {
				continue // the fields of this one do not merge
			}
			data, errors := u.interpret(t, d)
			if string(got.Data) != data {
				t.Fatalf("universe %d:\n%s\n%v\ngot  %s\nwant %s", which, d.text, d.variables, got.Data, data)
			}
			if difference := compareErrors(got, errors); difference != "" {
				t.Fatalf("universe %d:\n%s\n%v\n%s: got %v, want %v", which, d.text, d.variables, difference, got.Errors, errors)
			}
			return
		}
	})
}

// FuzzDocument sends what strangers might: the engine answers in JSON, whatever comes.
func FuzzDocument(f *testing.F) {
	for _, w := range worstDocuments() {
		if len(w.text) < 2000 {
			f.Add(w.text, `{}`)
		}
	}
	f.Add(`query($a: In, $b: [Int!]) { echo(in: $a, l: $b) i { ...on O1 { x @skip(if: false) } } }`, `{"a": {"x": 1, "z": [{}]}, "b": 3}`)
	f.Add(`query($t: Stamp = "s:1", $c: Boolean!) { echo(t: {a: [$t]}) @include(if: $c) }`, `{"c": true}`)
	f.Add(introspectionQuery, `null`)
	schema := mazeSchema(f, graphql.Options{})
	f.Fuzz(func(t *testing.T, document, variables string) {
		answer := &graphql.Response{}
		if plan, refused := schema.Prepare(document, ""); refused != nil {
			answer = graphql.Refuse(refused...)
		} else {
			answer = schema.Execute(t.Context(), plan, graphql.Request{Variables: []byte(variables)})
		}
		text := answer.AppendJSON(nil)
		if !json.Valid(text) {
			t.Fatalf("no JSON: %s", text)
		}
		if answer.Data == nil && len(answer.Errors) == 0 {
			t.Fatalf("neither data nor errors: %s", text)
		}
	})
}
