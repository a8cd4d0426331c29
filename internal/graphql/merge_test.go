package graphql_test

import (
	"testing"

	"asm.example/asm/internal/graphql"
)

// Section 5.3.2, in rows for what generated documents seldom meet.
func TestFieldsOfOneNameThatCanBeMerged(t *testing.T) {
	t.Parallel()
	l := newLibrary(t, graphql.Options{})
	for _, c := range []struct {
		name, document string
		can            bool
	}{
		{"other fields of types that cannot meet", `{ either { ... on Tome { a: old } ... on Map { a: name } } }`, true},
		{"if one may be null, so may the other", `{ either { ... on Tome { a: name } ... on Map { a: __typename } } }`, false},
		{"a leaf and an object", `{ either { ... on Tome { a: next { name } } ... on Map { a: name } } }`, false},
		{"objects with leaves of other shapes", `{ either { ... on Tome { a: next { b: pages } } ... on Tome { a: next { b: name } } } }`, false},
		{"an interface's field and a member's other", `{ either { ... on Named { a: name } ... on Tome { a: old } } }`, false},
		{"an interface's field and a member's same", `{ either { ... on Named { a: name } ... on Tome { a: name } } }`, true},
		{"the same arguments in another order", `{ fit(of: {word: "a", ratio: 1}, old: 1) fit(old: 1, of: {ratio: 1, word: "a"}) }`, true},
		{"an argument and none", `{ shelf { name } shelf(first: 2) { name } }`, false},
		{"a variable and another", `query($a: Int, $b: Int) { shelf(first: $a) { name } shelf(first: $b) { name } }`, false},
		{"a string and an enum value of one spelling", `{ a: fit(of: {word: "1"}) a: fit(of: {word: 1}) }`, false},
		{"through fragments", `{ ...F tome(title: "a") { a: name } } fragment F on Query { tome(title: "a") { a: pages } }`, false},
	} {
		_, refused := l.schema.Prepare(c.document, "")
		if (refused == nil) != c.can {
			t.Errorf("%s: %v", c.name, refused)
		}
	}
}
