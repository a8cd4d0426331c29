package graphql_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"asm.example/asm/internal/graphql"
)

// The library is a small world for the tests that look at one thing each.
const libraryHead = `
"Where the library begins."
type Query {
  shelf(first: Int = 2): [Tome!]!
  tome(title: String!): Tome
  either: [Holding]
  store(file: Deposit): String
  broken: String!
  many(n: Int!): [Tome!]!
  word(of: Label!): Label
  fit(of: Fitting = {shapes: [GOOD, TORN], word: "a\"b", ratio: 2.5}, old: Int = 3 @deprecated): Int
}
input Fitting { shapes: [Shape!], word: String = "b", ratio: Float = 0.5, old: Int @deprecated(reason: "Use word.") }
type Mutation { lend(title: String!): Tome!  tryLend(title: String!): Tome }
type Subscription { lent: Tome }
interface Named { name: String }
union Holding = Tome | Map
type Tome implements Named {
  name: String
  pages: Int
  state: Shape
  next: Tome
  sure: Tome!
  reviews(first: Int): Reviews
  old: String @deprecated(reason: "Use name.")
}
type Map implements Named { name: String }
type Reviews { edges: [Tome!]! }
enum Shape { GOOD TORN LOST @deprecated }
scalar Deposit
"Short and without blanks."
scalar Label @specifiedBy(url: "https://example.test/label")
`

type shape string

type fitting struct {
	Shapes []shape
	Word   string
	Ratio  float64
	Old    *int
}

type tome struct {
	title string
	shape shape
}

func (t *tome) holding() {}

type chart struct{ title string }

func (chart) holding() {}

type holding interface{ holding() }

// library counts what its resolvers are asked.
type library struct {
	schema *graphql.Schema
	calls  []string
	lent   []string
	during func() // runs in each level of next
}

func newLibrary(t testing.TB, options graphql.Options) *library {
	t.Helper()
	l := &library{during: func() {}}
	b, err := graphql.NewBinder(options, graphql.Source{Name: "library.graphql", Text: libraryHead})
	if err != nil {
		t.Fatal(err)
	}
	l.bindTome(b)
	l.bindRoots(b)
	graphql.Value(graphql.Object[chart](b, "Map"), "name", func(c *chart) string { return c.title })
	reviews := graphql.Object[[]tome](b, "Reviews")
	graphql.Value(reviews, "edges", func(r *[]tome) []tome { return *r })
	graphql.Abstract[holding](b, "Holding")
	graphql.Upload[*strings.Reader](b, "Deposit")
	graphql.Scalar(b, "Label", func(raw any) (string, error) {
		switch word, isText := raw.(string); {
		case word == "panic":
			panic("in parse")
		case !isText || strings.Contains(word, " "):
			return "", errors.New("expected a word")
		default:
			return word, nil
		}
	}, func(buffer []byte, word string) ([]byte, error) {
		if word == "secret" {
			return nil, errors.New("not for you")
		}
		if word == "nothing" {
			return buffer, nil
		}
		return graphql.AppendString(buffer, word), nil
	})
	if l.schema, err = b.Schema(); err != nil {
		t.Fatal(err)
	}
	return l
}

func (l *library) bindTome(b *graphql.Binder) {
	o := graphql.Object[tome](b, "Tome")
	graphql.Value(o, "name", func(t *tome) string {
		if t.title == "cursed" {
			panic("cursed")
		}
		return t.title
	})
	graphql.Value(o, "pages", func(t *tome) int { return len(t.title) << (8 * (len(t.title) / 6)) })
	graphql.Value(o, "state", func(t *tome) shape { return t.shape })
	graphql.Value(o, "old", func(t *tome) *string { return nil })
	graphql.Level(o, "next", func(_ context.Context, parents []*tome, _ graphql.None) ([]*tome, error) {
		l.calls = append(l.calls, fmt.Sprintf("next of %d", len(parents)))
		l.during()
		answers := make([]*tome, len(parents))
		failed := graphql.Each{}
		for i, p := range parents {
			switch p.title {
			case "last":
			case "torn":
				failed[i] = errors.New("page missing")
			default:
				answers[i] = &tome{title: p.title + "+"}
			}
		}
		if len(failed) > 0 {
			return answers, failed
		}
		return answers, nil
	})
	graphql.Level(o, "sure", func(_ context.Context, parents []*tome, _ graphql.None) ([]*tome, error) {
		answers := make([]*tome, len(parents))
		for i, p := range parents {
			if p.title != "last" {
				answers[i] = p
			}
		}
		return answers, nil
	})
	graphql.Level(o, "reviews", func(_ context.Context, parents []*tome, a struct{ First *int }) ([]*[]tome, error) {
		return make([]*[]tome, len(parents)), nil
	}, graphql.Paged(20, 100))
}

func (l *library) bindRoots(b *graphql.Binder) {
	tomes := []tome{{"first", "GOOD"}, {"torn", "BURNT"}, {"last", "TORN"}}
	graphql.Query(b, "shelf", func(_ context.Context, a struct{ First int }) ([]tome, error) {
		return tomes[:min(max(a.First, 0), len(tomes))], nil
	})
	graphql.Query(b, "many", func(_ context.Context, a struct{ N int }) ([]tome, error) {
		return make([]tome, a.N), nil
	})
	graphql.Query(b, "tome", func(_ context.Context, a struct{ Title string }) (*tome, error) {
		switch a.Title {
		case "none":
			return nil, nil
		case "panic":
			panic("in tome")
		}
		return &tome{title: a.Title}, nil
	})
	graphql.Query(b, "either", func(context.Context, graphql.None) ([]holding, error) {
		return []holding{&tomes[0], chart{"sea"}, (*tome)(nil), nil, &chart{"land"}}, nil
	})
	graphql.Query(b, "store", func(_ context.Context, a struct{ File *strings.Reader }) (string, error) {
		return fmt.Sprint(a.File.Len()), nil
	})
	graphql.Query(b, "broken", func(context.Context, graphql.None) (string, error) { return "", errors.New("broken") })
	graphql.Query(b, "fit", func(_ context.Context, a struct {
		Of  fitting
		Old *int
	}) (int, error) {
		return len(a.Of.Shapes), nil
	})
	graphql.Query(b, "word", func(_ context.Context, a struct{ Of string }) (string, error) { return a.Of, nil })
	type lend struct{ Title string }
	graphql.Mutation(b, "tryLend", func(_ context.Context, a lend) (*tome, error) {
		l.lent = append(l.lent, a.Title)
		if a.Title == "last" {
			return nil, errors.New("it is the last")
		}
		return &tome{title: a.Title}, nil
	})
	graphql.Mutation(b, "lend", func(_ context.Context, a lend) (*tome, error) {
		l.lent = append(l.lent, a.Title)
		if a.Title == "last" {
			return nil, errors.New("it is the last")
		}
		return &tome{title: a.Title}, nil
	})
}

// ask answers the whole answer without its extensions, errors as "path: message".
func (l *library) ask(t testing.TB, document string, r graphql.Request) string {
	t.Helper()
	return answerText(l.answer(t.Context(), document, r))
}

func (l *library) answer(ctx context.Context, document string, r graphql.Request) *graphql.Response {
	plan, refused := l.schema.Prepare(document, "")
	if refused != nil {
		return graphql.Refuse(refused...)
	}
	return l.schema.Execute(ctx, plan, r)
}

func answerText(r *graphql.Response) string {
	lines := []string{}
	if r.Data != nil {
		lines = append(lines, string(r.Data))
	}
	for _, e := range r.Errors {
		path, _ := json.Marshal(e.Path)
		if e.Path == nil {
			path = nil
		}
		lines = append(lines, strings.TrimSpace(string(path)+" "+e.Message))
	}
	return strings.Join(lines, "\n")
}
