package graphql_test

import (
	"testing"

	"asm.example/asm/internal/graphql"
)

// What tools' usual query does not ask; the rest is compared with the reference implementation.
func TestIntrospection(t *testing.T) {
	t.Parallel()
	l := newLibrary(t, graphql.Options{})
	for _, c := range []struct{ name, document, want string }{
		{"deprecated fields are left out, and null is what a kind does not have",
			`{ __type(name: "Tome") { fields { name } inputFields { name } enumValues { name } possibleTypes { name } ofType { name } } }`,
			`{"__type":{"fields":[{"name":"name"},{"name":"pages"},{"name":"state"},{"name":"next"},{"name":"sure"},{"name":"reviews"}],` +
				`"inputFields":null,"enumValues":null,"possibleTypes":null,"ofType":null}}`},
		{"deprecated values",
			`{ __type(name: "Shape") { a: enumValues { name } b: enumValues(includeDeprecated: true) { name isDeprecated deprecationReason } } }`,
			`{"__type":{"a":[{"name":"GOOD"},{"name":"TORN"}],"b":[{"name":"GOOD","isDeprecated":false,"deprecationReason":null},` +
				`{"name":"TORN","isDeprecated":false,"deprecationReason":null},{"name":"LOST","isDeprecated":true,"deprecationReason":"No longer supported"}]}}`},
		{"deprecated input fields",
			`{ __type(name: "Fitting") { a: inputFields { name } b: inputFields(includeDeprecated: true) { name } } }`,
			`{"__type":{"a":[{"name":"shapes"},{"name":"word"},{"name":"ratio"}],"b":[{"name":"shapes"},{"name":"word"},{"name":"ratio"},{"name":"old"}]}}`},
		{"null asks like false",
			`{ __type(name: "Shape") { enumValues(includeDeprecated: null) { name } } }`,
			`{"__type":{"enumValues":[{"name":"GOOD"},{"name":"TORN"}]}}`},
		{"a type that is not there",
			`{ __type(name: "Nothing") { name } }`,
			`{"__type":null}`},
		{"where a scalar is specified",
			`{ __type(name: "Label") { kind description specifiedByURL } }`,
			`{"__type":{"kind":"SCALAR","description":"Short and without blanks.","specifiedByURL":"https://example.test/label"}}`},
		{"the root's own fields are hidden",
			`{ __schema { queryType { fields { name } } subscriptionType { name } } __typename }`,
			`{"__schema":{"queryType":{"fields":[{"name":"shelf"},{"name":"tome"},{"name":"either"},{"name":"store"},{"name":"broken"},` +
				`{"name":"many"},{"name":"word"},{"name":"fit"}]},"subscriptionType":{"name":"Subscription"}},"__typename":"Query"}`},
		{"the directives of this edition only",
			`{ __schema { directives { name isRepeatable } } }`,
			`{"__schema":{"directives":[{"name":"deprecated","isRepeatable":false},{"name":"include","isRepeatable":false},` +
				`{"name":"skip","isRepeatable":false},{"name":"specifiedBy","isRepeatable":false}]}}`},
	} {
		for range 2 { // the second answer is the kept one
			if got := l.ask(t, c.document, graphql.Request{}); got != c.want {
				t.Errorf("%s:\ngot  %s\nwant %s", c.name, got, c.want)
			}
		}
	}
}

func TestIntrospectionWithVariablesIsNotKept(t *testing.T) {
	t.Parallel()
	l := newLibrary(t, graphql.Options{})
	const document = `query($n: String!) { __type(name: $n) { name } }`

	first := l.ask(t, document, graphql.Request{Variables: []byte(`{"n": "Tome"}`)})
	second := l.ask(t, document, graphql.Request{Variables: []byte(`{"n": "Map"}`)})

	if first != `{"__type":{"name":"Tome"}}` || second != `{"__type":{"name":"Map"}}` {
		t.Errorf("got %s, then %s", first, second)
	}
}
