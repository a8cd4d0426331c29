package graphql_test

import (
	"fmt"
	"strings"
	"testing"

	"asm.example/asm/internal/graphql"
)

func TestLimitsOnDocuments(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name          string
		limits        graphql.Limits
		within, above string
		want          string // of the one above
	}{
		{"bytes", graphql.Limits{DocumentBytes: 20}, "{ i { n } }", "{ i { n } }          ",
			"Too much is asked: the document has 21 bytes; 20 are allowed."},
		{"tokens", graphql.Limits{Tokens: 7}, "{ i { n n } }", "{ i { n n n } }",
			"Too much is asked: the document has more than 7 tokens."},
		{"fields", graphql.Limits{Fields: 3}, "{ i { n n } }", "{ i { n n n } }",
			"Too much is asked: the document has 4 fields, those of fragments counted at each spread; 3 are allowed."},
		{"fields of fragments", graphql.Limits{Fields: 4}, "{ i { ...F } } fragment F on I { n }", "{ i { ...F ...F n } } fragment F on I { n }",
			"Too much is asked: the document has 5 fields, those of fragments counted at each spread; 4 are allowed."},
		{"depth", graphql.Limits{Depth: 3}, "{ i { me { n } } }", "{ i { me { ...F } } } fragment F on I { me { n } }",
			"Too much is asked: the document has 4 levels of fields; 3 are allowed."},
		{"depth of values", graphql.Limits{Depth: 2}, `{ echo(t: [["a"]]) }`, `{ echo(t: [[["a"]]]) }`,
			"Too much is asked: the document has 3 levels of values; 2 are allowed."},
		{"aliases", graphql.Limits{Aliases: 1}, "{ a: i { n } }", "{ a: i { b: n } }",
			"Too much is asked: the document has 2 aliases; 1 are allowed."},
		{"repeats", graphql.Limits{Repeats: 2}, "{ i { n n me { n } } }", "{ i { n n ... { n } } }",
			"Too much is asked: the document has 3 fields of one name in one selection; 2 are allowed."},
		{"fragments", graphql.Limits{Fragments: 2}, "{ i { ...F } } fragment F on I { n }", "{ i { ...F ... { n } } } fragment F on I { n }",
			"Too much is asked: the document has 3 fragments and their spreads; 2 are allowed."},
		{"directives", graphql.Limits{Directives: 1}, "{ i @skip(if: true) { n } }", "{ i @skip(if: true) { n @skip(if: true) } }",
			"Too much is asked: the document has 2 directives; 1 are allowed."},
		{"variables", graphql.Limits{Variables: 1}, "query($a: Int) { echo(i: $a) }", "query($a: Int, $b: Int) { echo(i: $a, n: $b) }",
			"Too much is asked: the document has 2 variables; 1 are allowed."},
		{"names", graphql.Limits{NameBytes: 5}, "{ alias: i { n } }", "{ aliass: i { n } }",
			"Too much is asked: the document has 6 bytes in a name; 5 are allowed."},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			schema := mazeSchema(t, graphql.Options{Limits: c.limits})
			for _, e := range second(schema.Prepare(c.within, "")) {
				if e.Extensions["code"] == graphql.CodeLimit {
					t.Errorf("%s: %s", c.within, e)
				}
			}
			refused := second(schema.Prepare(c.above, ""))
			if len(refused) != 1 || refused[0].Message != c.want || refused[0].Extensions["code"] != graphql.CodeLimit {
				t.Errorf("%s: got %v, want %s", c.above, refused, c.want)
			}
		})
	}
}

func second[A, B any](_ A, b B) B { return b }

// The order is that of cost: whoever sends too much is told so before anything looks at the schema.
func TestLimitsComeBeforeTheSchema(t *testing.T) {
	t.Parallel()
	schema := mazeSchema(t, graphql.Options{Limits: graphql.Limits{Aliases: 1}})

	refused := second(schema.Prepare("{ a: unknown b: unknown }", ""))

	if len(refused) != 1 || refused[0].Extensions["code"] != graphql.CodeLimit {
		t.Errorf("refused by %v, want the limit alone", refused)
	}
}

func TestIntrospectionIsExemptFromDepthNotFromCost(t *testing.T) {
	t.Parallel()
	deep := "{ __schema { types { " + strings.Repeat("fields { type { ", 20) + "name" + strings.Repeat(" } }", 20) + " } } }"
	schema := mazeSchema(t, graphql.Options{Limits: graphql.Limits{Depth: 3}})

	plan, refused := schema.Prepare(introspectionQuery, "")
	if refused != nil {
		t.Fatal(refused[0])
	}
	usual := schema.Execute(t.Context(), plan, graphql.Request{})
	if len(usual.Errors) > 0 {
		t.Errorf("the usual introspection: %v", usual.Errors[0])
	}
	if plan, refused = schema.Prepare(deep, ""); refused == nil {
		refused = schema.Execute(t.Context(), plan, graphql.Request{}).Errors
	}
	if len(refused) != 1 || refused[0].Extensions["code"] != graphql.CodeLimit {
		t.Errorf("the deep introspection: %v, want the limit on cost", refused)
	}
}

func TestValidationListsTenErrorsAtMost(t *testing.T) {
	t.Parallel()
	schema := mazeSchema(t, graphql.Options{})

	refused := second(schema.Prepare("{ "+repeat(500, func(i int) string { return fmt.Sprintf("u%d", i) })+"}", ""))

	if len(refused) != 10 {
		t.Errorf("%d errors, want 10", len(refused))
	}
}

func TestDocumentsThatAreRefusedSayWhere(t *testing.T) {
	t.Parallel()
	schema := mazeSchema(t, graphql.Options{})
	for _, c := range []struct{ document, operation, code, want string }{
		{"{ i { n }", "", graphql.CodeSyntax, "1:10 The document cannot be read: Expected Name, found <EOF>."},
		{"", "", graphql.CodeInvalid, "The document has no operation."},
		{"query A { i { n } } query B { i { n } }", "", graphql.CodeInvalid, "The document has several operations; say by operationName which to run: A, B."},
		{"query A { i { n } }", "C", graphql.CodeInvalid, "The document has no operation \"C\"; it has A."},
		{"{ i { nn } }", "", graphql.CodeInvalid, "1:7 Cannot query field \"nn\" on type \"I\". Did you mean \"n\"?"},
		{"{ echo(i: 1.5) }", "", graphql.CodeInvalid, "1:11 Argument \"i\" of Query.echo: expected a whole number from -2147483648 to 2147483647; got 1.5."},
		{"{ echo(in: {z: [{y: null}]}) }", "", graphql.CodeInvalid, "1:12 Argument \"in\" of Query.echo: at z.0.y: null is not allowed; expected a whole number from -2147483648 to 2147483647."},
		{"query($v: Int = \"a\") { echo(i: $v) }", "", graphql.CodeInvalid, "1:18 The default of $v: expected a whole number from -2147483648 to 2147483647; got \"a\"."},
		{"{ i { a: n a: me { n } } }", "", graphql.CodeInvalid, "1:7 1:12 The fields named \"a\" cannot be merged: they answer Int and I. Give one of them an alias."},
		{"{ a: echo(i: 1, s: \"x\") a: echo(s: \"x\", i: 2) }", "", graphql.CodeInvalid, "1:3 1:25 The fields named \"a\" cannot be merged: they have different arguments. Give one of them an alias."},
		{"{ i { ...F } } fragment F on I { n ...F }", "", graphql.CodeInvalid, "1:39 Cannot spread fragment \"F\" within itself."},
	} {
		refused := second(schema.Prepare(c.document, c.operation))
		if len(refused) == 0 {
			t.Errorf("%s was accepted", c.document)
			continue
		}
		got := ""
		for _, l := range refused[0].Locations {
			got += fmt.Sprintf("%d:%d ", l.Line, l.Column)
		}
		if got += refused[0].Message; got != c.want || refused[0].Extensions["code"] != c.code {
			t.Errorf("%s:\ngot  %s (%v)\nwant %s (%s)", c.document, got, refused[0].Extensions["code"], c.want, c.code)
		}
	}
}
