package graphql_test

import (
	"context"
	"fmt"

	"asm.example/asm/internal/graphql"
)

type author struct{ ID, Name string }

type book struct {
	Title    string
	AuthorID string
	Year     *int
}

const librarySchema = `
type Query {
  "Books whose title contains a text."
  books(contains: String = "", first: Int = 10): [Book!]!
}

type Book {
  title: String!
  author: Author
  year: Int
}

type Author {
  name: String!
}
`

// A level asks for all its parents at once: however many books there are, authors are looked up by one call.
func Example() {
	year := 1605
	shelf := []book{{"Don Quixote", "c", &year}, {"Dead Souls", "g", nil}}
	authors := map[string]*author{"c": {"c", "Cervantes"}}

	b, err := graphql.NewBinder(graphql.Options{}, graphql.Source{Name: "library.graphql", Text: librarySchema})
	if err != nil {
		fmt.Println(err)
		return
	}
	books := graphql.Object[book](b, "Book")
	graphql.Value(books, "title", func(k *book) string { return k.Title })
	graphql.Value(books, "year", func(k *book) *int { return k.Year })
	graphql.Level(books, "author", func(_ context.Context, parents []*book, _ graphql.None) ([]*author, error) {
		answers := make([]*author, len(parents))
		for i, k := range parents {
			answers[i] = authors[k.AuthorID]
		}
		return answers, nil
	}, graphql.Sized(1))
	graphql.Value(graphql.Object[author](b, "Author"), "name", func(a *author) string { return a.Name })
	graphql.Query(b, "books", func(_ context.Context, a struct {
		Contains string
		First    *int
	}) ([]book, error) {
		return shelf, nil
	}, graphql.Paged(10, 100))
	schema, err := b.Schema()
	if err != nil {
		fmt.Println(err)
		return
	}

	plan, refused := schema.Prepare(`query Shelf($n: Int) { books(first: $n) { title year by: author { name } } }`, "Shelf")
	if refused != nil {
		fmt.Println(refused[0])
		return
	}
	answer := schema.Execute(context.Background(), plan, graphql.Request{Variables: []byte(`{"n": 2}`)})
	fmt.Println(string(answer.AppendJSON(nil)))

	// Output:
	// {"data":{"books":[{"title":"Don Quixote","year":1605,"by":{"name":"Cervantes"}},{"title":"Dead Souls","year":null,"by":null}]},"extensions":{"cost":9}}
}
