// Package graphql executes GraphQL operations (October 2021 edition) against Go functions bound to a schema.
//
// The schema's text is the source. Every field of it is bound by a typed function, and Binder.Schema checks when the
// program starts that nothing is missing and that every Go type fits; no code is generated.
//
//	b, err := graphql.NewBinder(graphql.Options{}, graphql.Source{Name: "library.graphql", Text: sdl})
//	book := graphql.Object[Book](b, "Book")
//	graphql.Value(book, "title", func(k *Book) string { return k.Title })
//	graphql.Level(book, "author", func(ctx context.Context, books []*Book, _ graphql.None) ([]*Author, error) { … })
//	graphql.Query(b, "book", func(ctx context.Context, a struct{ ISBN string `graphql:"isbn"` }) (*Book, error) { … })
//	schema, err := b.Schema()
//
// An operation travels through the package's files in this order:
//
//	prepare.go   the limits on bytes and tokens, parsing, then limits.go, validate.go and merge.go; cache.go keeps plans
//	plan.go      an operation becomes a plan: a tree of selections, one for each possible object type
//	variant.go   one plan for each combination of the variables that @skip and @include read
//	variables.go the request's variables are coerced by coerce.go, as literal.go does with what the document says;
//	             input.go makes the arguments' Go structs of them
//	cost.go      what the plan costs with these variables
//	execute.go   breadth first: each resolver answers for all the parents of its level at once; shape.go flattens
//	write.go     depth first: the answer's JSON is appended to one buffer, errors get their paths
//	response.go  data, errors and extensions become the answer
//
// Binding is in bind.go, schema.go and check.go, leaf values in leaf.go, introspection (bound like any other type) in
// introspect.go. The folder conformance holds the reference implementation that tests compare answers with. The package
// knows nothing of HTTP.
package graphql
