package graphql_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"asm.example/asm/internal/graphql"
)

// The maze is a schema for documents that are made to be expensive: an interface that leads to itself through six
// object types, and a type with many fields.
func mazeSDL() string {
	var s strings.Builder
	s.WriteString(universeHead)
	common := "  me: I  next: I  list: [I!]  n: Int\n" + echoField
	fmt.Fprintf(&s, "interface I {\n%s}\n", common)
	for i := range 6 {
		fmt.Fprintf(&s, "type O%d implements I {\n%s  x: Int\n}\n", i, common)
	}
	s.WriteString("type O6 {\n")
	for i := range 250 {
		fmt.Fprintf(&s, "  findingsOfTheGroup%d(first: Int): Int\n", i)
	}
	s.WriteString("}\ntype Query {\n  i: I  wide: O6\n" + echoField + "}\n")
	return s.String()
}

func mazeSchema(tb testing.TB, options graphql.Options) *graphql.Schema {
	tb.Helper()
	b, err := graphql.NewBinder(options, graphql.Source{Name: "maze.graphql", Text: mazeSDL()})
	if err != nil {
		tb.Fatal(err)
	}
	graphql.Scalar(b, "Stamp", parseStamp, func(buffer []byte, _ stampValue) ([]byte, error) { return buffer, nil })
	graphql.Abstract[thing](b, "I")
	bindMaze[n0](b, "O0")
	bindMaze[n1](b, "O1")
	bindMaze[n2](b, "O2")
	bindMaze[n3](b, "O3")
	bindMaze[n4](b, "O4")
	bindMaze[n5](b, "O5")
	wide := graphql.Object[n6](b, "O6")
	for i := range 250 {
		graphql.Level(wide, fmt.Sprintf("findingsOfTheGroup%d", i), func(_ context.Context, p []*n6, _ struct{ First *int }) ([]int, error) {
			return make([]int, len(p)), nil
		})
	}
	graphql.Query(b, "i", func(context.Context, graphql.None) (thing, error) { return &n0{}, nil })
	graphql.Query(b, "wide", func(context.Context, graphql.None) (*n6, error) { return &n6{}, nil })
	graphql.Query(b, "echo", func(_ context.Context, a echoArgs) (*string, error) { return a.text(), nil })
	schema, err := b.Schema()
	if err != nil {
		tb.Fatal(err)
	}
	return schema
}

func bindMaze[T any](b *graphql.Binder, name string) {
	o := graphql.Object[T](b, name)
	me := func(p *T) thing { return any(p).(thing) }
	graphql.Value(o, "me", me)
	graphql.Value(o, "next", func(*T) thing { return &n1{} })
	graphql.Value(o, "list", func(p *T) []thing { return []thing{&n2{}, &n3{}} }, graphql.Sized(2))
	graphql.Value(o, "n", func(*T) int { return 1 })
	graphql.Value(o, "x", func(*T) *int { return nil })
	graphql.Level(o, "echo", func(_ context.Context, p []*T, a echoArgs) ([]*string, error) { return make([]*string, len(p)), nil })
}

type worstDocument struct{ name, text string }

func repeat(n int, part func(int) string) string {
	var s strings.Builder
	for i := range n {
		s.WriteString(part(i))
		s.WriteByte(' ')
	}
	return s.String()
}

func same(text string) func(int) string { return func(int) string { return text } }

// worstDocuments are as large as the limits allow, each in its own way, or as bad as it can be to find out that they
// are wrong.
func worstDocuments() []worstDocument {
	concrete := func(inner string) string {
		return repeat(6, func(i int) string { return fmt.Sprintf("... on O%d { %s }", i, inner) })
	}
	nested := func(open, inner, shut string, depth int) string {
		return strings.Repeat(open, depth) + inner + strings.Repeat(shut, depth)
	}
	meet := "n"
	for range 4 {
		meet = "me { " + meet + " } " + concrete("me { x }")
	}
	long := strings.Repeat("x", 200)
	return []worstDocument{
		{"fields with aliases", "{ i { " + repeat(990, func(i int) string { return fmt.Sprintf("a%d: n", i) }) + "} }"},
		{"fields with one name", "{ i { " + repeat(48, same("me { "+strings.Repeat("n ", 100)+"}")) + "} }"},
		{"nested repeats", "{ i { " + repeat(17, same("me { "+repeat(17, same("me { "+strings.Repeat("n ", 15)+"}"))+"}")) + "} }"},
		{"arguments in repeats", "{ i { " + repeat(100, same("echo(in: {x: 1, y: 2, z: [{x: 1}, {x: 2}]}, ll: [[\"a\", \"b\"], [\"c\"]])")) + "} }"},
		{"depth", "{ i { " + nested("me { ", "n", " }", 28) + " } }"},
		{"wide type", "{ wide { " + repeat(990, func(i int) string { return fmt.Sprintf("a%d: findingsOfTheGroup%d(first: 1)", i, i%250) }) + "} }"},
		{"unknown fields", "{ wide { " + repeat(4900, func(i int) string { return fmt.Sprintf("findingsOfTheGruop%d", i) }) + "} }"},
		{"unknown long fields", "{ wide { " + repeat(4900, func(i int) string { return fmt.Sprintf("%s%d", long[:190], i) }) + "} }"},
		{"unknown arguments", "{ echo(" + repeat(4900, func(i int) string { return fmt.Sprintf("%s%d: 1", long[:190], i) }) + ") }"},
		{"one argument many times", "{ echo(" + repeat(4900, same("i: 1")) + ") }"},
		{"unknown enum values", "{ echo(" + repeat(4900, same("e: "+long)) + ") }"},
		{"chain of fragments", "{ i { ...F0 } }" + repeat(95, func(i int) string {
			return fmt.Sprintf("fragment F%d on I { n ...F%d }", i, i+1)
		}) + "fragment F95 on I { n }"},
		{"spreads of fragments", "{ i { " + repeat(480, func(i int) string { return fmt.Sprintf("a%d: me { ...A ...B }", i) }) + "} } " +
			"fragment A on I { n me { n } } fragment B on I { n me { n } }"},
		{"doubling fragments", "{ i { ...F0 } }" + repeat(9, func(i int) string {
			return fmt.Sprintf("fragment F%d on I { a: me { ...F%d } b: me { ...F%d } }", i, i+1, i+1)
		}) + "fragment F9 on I { n }"},
		{"circles of fragments", "{ i { ...F0 } }" + repeat(95, func(i int) string {
			return fmt.Sprintf("fragment F%d on I { n ...F%d ...F%d }", i, (i+1)%95, i)
		})},
		{"unused fragments", "{ i { n } }" + repeat(990, func(i int) string { return fmt.Sprintf("fragment F%d on I { n }", i) })},
		{"unknown fragments", "{ i { " + repeat(990, func(i int) string { return fmt.Sprintf("...F%d", i) }) + "} }"},
		{"types that meet", "{ i { " + meet + " } }"},
		{"types in types", "{ i { " + nested("me { n "+concrete("x"), "n", " }", 5) + " } }"},
		{"variables", "query(" + repeat(250, func(i int) string { return fmt.Sprintf("$v%d: Int", i) }) + ") { i { " +
			repeat(250, func(i int) string {
				return fmt.Sprintf("a%d: echo(l: [%s])", i, repeat(7, func(j int) string { return fmt.Sprintf("$v%d", 249-j) }))
			}) + "} }"},
		{"undefined variables", "{ i { a: echo(l: [" + repeat(7000, func(i int) string { return fmt.Sprintf("$v%d", i) }) + "]) } }"},
		{"conditions", "query(" + repeat(250, func(i int) string { return fmt.Sprintf("$v%d: Boolean!", i) }) + ") { i { " +
			repeat(480, func(i int) string { return fmt.Sprintf("a%d: n @skip(if: $v%d)", i, i%250) }) + "} }"},
		{"repeated directives", "{ i { n " + repeat(500, same("@skip(if: true)")) + "} }"},
		{"list value", "{ echo(l: [" + repeat(14_900, same("1")) + "]) }"},
		{"nested list values", "{ echo(t: [" + repeat(240, same(nested("[", "1", "]", 28))) + "]) }"},
		{"object values", "{ echo(in: {z: [" + repeat(2400, same("{x: 1}")) + "]}) }"},
		{"one input field many times", "{ echo(in: {" + repeat(4900, same("x: 1")) + "}) }"},
		{"long number", "{ echo(f: 1" + strings.Repeat("0", 1<<20-40) + ") }"},
		{"long identifier", "{ echo(id: 1" + strings.Repeat("7", 1<<20-40) + ") }"},
		{"long string", "{ echo(s: \"" + strings.Repeat("ü", 1<<19-30) + "\") }"},
		{"long block string", "{ echo(s: \"\"\"" + strings.Repeat("\n x", (1<<20)/3-30) + "\"\"\") }"},
		{"escapes", "{ echo(s: \"" + strings.Repeat(`\u00fc`, (1<<20)/6-30) + "\") }"},
		{"blanks", "{ i { n } }" + strings.Repeat(" ", 1<<20-60)},
		{"lines", "{ i { n } }" + strings.Repeat("\n", 1<<20-60)},
		{"comments", "{ i { n } }" + strings.Repeat("#\n", 14_000)},
		{"long comment", "{ i { n } } #" + strings.Repeat("ü", 1<<19-60)},
		{"operations", repeat(2900, func(i int) string { return fmt.Sprintf("query Q%d { __typename }", i) })},
		{"anonymous operations", repeat(4900, same("{ __typename }"))},
		{"operations with one name", repeat(2900, same("query Q { i }"))},
		{"introspection", "{ __schema { types { " + nested("fields { type { ", "name", " } }", 450) + " } } }"},
	}
}

func TestWorstDocumentsAreWithinTheLimitsOnDocuments(t *testing.T) {
	t.Parallel()
	schema := mazeSchema(t, graphql.Options{})
	for _, w := range worstDocuments() {
		_, refused := schema.Prepare(w.text, "")
		for _, e := range refused {
			if _, counted := e.Extensions["limit"]; counted {
				t.Errorf("%s measures nothing: %s", w.name, e.Message)
			}
		}
	}
}
