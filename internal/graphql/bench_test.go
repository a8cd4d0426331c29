package graphql_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"asm.example/asm/internal/graphql"
)

// row and its owner make the answers that are measured.
type row struct {
	ID, Title, Where string
	Severity         float64
	Line             int
	Open             bool
	State            string
	Owner            *owner
	Tags             []string
}

type owner struct{ Name, Email string }

const benchSchema = `
type Query { one: Row!  rows: [Row!]! }
type Row { id: ID! title: String! where: String! severity: Float! line: Int! open: Boolean! state: State! owner: Owner tags: [String!]! }
type Owner { name: String! email: String! }
enum State { OPEN CLOSED }
`

func benchmarkSchema(tb testing.TB, rows int) *graphql.Schema {
	tb.Helper()
	all := make([]row, rows)
	for i := range all {
		all[i] = row{
			ID: fmt.Sprintf("0192f%07d", i), Title: "083. XML injection (XXE)", Where: fmt.Sprintf("src/app/module%d/file.go", i%50),
			Severity: 6.5, Line: i, Open: true, State: "OPEN", Owner: &owner{"Ada", "ada@acme.test"}, Tags: []string{"web", "pci"},
		}
	}
	b, err := graphql.NewBinder(graphql.Options{}, graphql.Source{Name: "bench.graphql", Text: benchSchema})
	if err != nil {
		tb.Fatal(err)
	}
	o := graphql.Object[row](b, "Row")
	graphql.Value(o, "id", func(r *row) string { return r.ID })
	graphql.Value(o, "title", func(r *row) string { return r.Title })
	graphql.Value(o, "where", func(r *row) string { return r.Where })
	graphql.Value(o, "severity", func(r *row) float64 { return r.Severity })
	graphql.Value(o, "line", func(r *row) int { return r.Line })
	graphql.Value(o, "open", func(r *row) bool { return r.Open })
	graphql.Value(o, "state", func(r *row) string { return r.State })
	graphql.Value(o, "tags", func(r *row) []string { return r.Tags })
	graphql.Level(o, "owner", func(_ context.Context, parents []*row, _ graphql.None) ([]*owner, error) {
		answers := make([]*owner, len(parents))
		for i, r := range parents {
			answers[i] = r.Owner
		}
		return answers, nil
	}, graphql.Sized(1))
	w := graphql.Object[owner](b, "Owner")
	graphql.Value(w, "name", func(o *owner) string { return o.Name })
	graphql.Value(w, "email", func(o *owner) string { return o.Email })
	graphql.Query(b, "one", func(context.Context, graphql.None) (*row, error) { return &all[0], nil })
	graphql.Query(b, "rows", func(context.Context, graphql.None) ([]row, error) { return all, nil })
	schema, err := b.Schema()
	if err != nil {
		tb.Fatal(err)
	}
	return schema
}

func benchmarkQuery(b *testing.B, schema *graphql.Schema, query string) {
	buffer, bytes := make([]byte, 0), 0
	b.ReportAllocs()
	for b.Loop() {
		plan, refused := schema.Prepare(query, "")
		if refused != nil {
			b.Fatal(refused[0])
		}
		answer := schema.Execute(context.Background(), plan, graphql.Request{Buffer: buffer})
		if len(answer.Errors) > 0 {
			b.Fatal(answer.Errors[0])
		}
		buffer, bytes = answer.Data, len(answer.Data)
	}
	b.ReportMetric(float64(bytes), "answer-bytes")
}

func BenchmarkLargeAnswer(b *testing.B) {
	benchmarkQuery(b, benchmarkSchema(b, 850),
		`{ rows { id title where severity line open state tags owner { name email } } }`)
}

func BenchmarkSmallField(b *testing.B) {
	benchmarkQuery(b, benchmarkSchema(b, 1), `{ one { id } }`)
}

func BenchmarkIntrospection(b *testing.B) {
	benchmarkQuery(b, benchmarkSchema(b, 1), `{ __schema { types { name kind fields { name type { name kind ofType { name } } } } } }`)
}

func BenchmarkPrepareIntrospection(b *testing.B) {
	u := newUniverse(b, 3)
	for i := 0; b.Loop(); i++ {
		if _, refused := u.schema.Prepare(fmt.Sprintf("# %d\n%s", i, introspectionQuery), ""); refused != nil {
			b.Fatal(refused[0])
		}
	}
}

// BenchmarkWorstDocuments measures the first use of documents that are as large as the limits allow, each in its own
// way. None may take more than 50 ms.
func BenchmarkWorstDocuments(b *testing.B) {
	schema := mazeSchema(b, graphql.Options{})
	for _, w := range worstDocuments() {
		b.Run(strings.ReplaceAll(w.name, " ", "-"), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				schema.Prepare(fmt.Sprintf("#%d\n%s", i, w.text), "")
			}
		})
	}
}

// introspectionQuery is what tools ask to learn a schema.
const introspectionQuery = `
query IntrospectionQuery {
  __schema {
    description
    queryType { name } mutationType { name } subscriptionType { name }
    types { ...FullType }
    directives { name description isRepeatable locations args(includeDeprecated: true) { ...InputValue } }
  }
}
fragment FullType on __Type {
  kind name description specifiedByURL
  fields(includeDeprecated: true) {
    name description
    args(includeDeprecated: true) { ...InputValue }
    type { ...TypeRef }
    isDeprecated deprecationReason
  }
  inputFields(includeDeprecated: true) { ...InputValue }
  interfaces { ...TypeRef }
  enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
  possibleTypes { ...TypeRef }
}
fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue isDeprecated deprecationReason }
fragment TypeRef on __Type {
  kind name
  ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } }
}
`
