package graphql_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"asm.example/asm/internal/graphql"
)

func TestASchemaTellsAllThatIsMissingOrDoesNotFit(t *testing.T) {
	t.Parallel()
	type thing struct{}
	type pair struct{ Left int }
	b, err := graphql.NewBinder(graphql.Options{}, graphql.Source{Name: "a.graphql", Text: `
		type Query { one(first: Int!, q: In): Thing  two: Any  three: [Thing!]  four: When }
		type Thing { name: String!  size: Int  many: [Int]  kind: Kind  page(n: Int): Int  lost: Int  deep: [[[Thing]]] }
		type Unbound { x: Int }
		union Any = Thing | Unbound
		enum Kind { A B }
		scalar When
		input In { a: Int!  b: [String!] }`})
	if err != nil {
		t.Fatal(err)
	}
	o := graphql.Object[thing](b, "Thing")
	graphql.Value(o, "name", func(*thing) *string { return nil })
	graphql.Value(o, "size", func(*thing) string { return "" })
	graphql.Value(o, "many", func(*thing) int { return 0 })
	graphql.Value(o, "kind", func(*thing) int { return 0 })
	graphql.Value(o, "page", func(*thing) int { return 0 })
	graphql.Value(o, "deep", func(*thing) [][][]thing { return nil })
	graphql.Value(o, "more", func(*thing) int { return 0 })
	graphql.Value(o, "more", func(*thing) int { return 0 })
	graphql.Enum(b, "Kind", "A", "C")
	graphql.Query(b, "one", func(_ context.Context, a struct {
		First string
		Q     *pair
		Other int
	}) (*thing, error) {
		return nil, nil
	})
	graphql.Query(b, "two", func(context.Context, graphql.None) (any, error) { return nil, nil })
	graphql.Query(b, "three", func(context.Context, graphql.None) ([]pair, error) { return nil, nil }, graphql.Paged(1, 2))
	graphql.Mutation(b, "five", func(context.Context, graphql.None) (int, error) { return 0, nil })

	_, err = b.Schema()

	if err == nil {
		t.Fatal("the schema was accepted")
	}
	for _, want := range []string{
		"Thing.name: *string may be null, String! never is",
		"Thing.size: string does not fit Int",
		"Thing.many: [Int] is a list, int is not",
		"Thing.kind: int does not fit Kind",
		"Thing.page has arguments: bind it by Level",
		"Thing.lost is not bound",
		"Thing.deep: lists of objects are at most two deep",
		"Thing.more is bound, but the schema has no such field",
		"Thing.more is bound twice",
		"type Unbound is not bound",
		"scalar When is not bound",
		"enum Kind: values of the schema that are not bound: [B]; bound, but not in the schema: [C]",
		"Query.one: the field for first: string does not fit Int!",
		"Query.one.q (In): graphql_test.pair has no field for a",
		"Query.one.q (In): graphql_test.pair has no field for b",
		"Query.one.q (In): graphql_test.pair has a field Left for left, which the schema does not know",
		"has a field Other for other, which the schema does not know",
		"Query.two: interface {} does not fit Any; bind it by Abstract, or answer the Go type of a member",
		"Query.three: graphql_test.pair does not fit Thing; it is bound to graphql_test.thing",
		"Query.three is Paged, but has no argument `first`",
		"Query.four is not bound",
		"Mutation five is bound, but the schema has no mutations",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say %q", want)
		}
	}
	if got := strings.Count(err.Error(), "\n"); got != 22 {
		t.Errorf("%d misses, want 22:\n%v", got, err)
	}
}

func TestAnAbstractTypeIsBoundToWhatItsMembersImplement(t *testing.T) {
	t.Parallel()
	sdl := `type Query { any: Any } union Any = A | B  type A { x: Int } type B { x: Int }`
	for _, c := range []struct {
		name string
		bind func(b *graphql.Binder)
		want string
	}{
		{"a member that does not implement it", func(b *graphql.Binder) {
			bindX[tome](b, "A")
			bindX[node](b, "B")
			graphql.Abstract[holding](b, "Any")
		}, "Any: neither graphql_test.node nor a pointer to it implements graphql_test.holding"},
		{"one Go type for two members", func(b *graphql.Binder) {
			bindX[tome](b, "A")
			bindX[tome](b, "B")
			graphql.Abstract[holding](b, "Any")
		}, "Any: *graphql_test.tome stands for both A and B"},
		{"other members than the schema's", func(b *graphql.Binder) {
			a := bindX[tome](b, "A")
			bindX[chart](b, "B")
			graphql.Abstract[holding](b, "Any", a)
		}, "Any: the members bound are [A], the schema's are [A B]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b, err := graphql.NewBinder(graphql.Options{}, graphql.Source{Text: sdl})
			if err != nil {
				t.Fatal(err)
			}
			c.bind(b)
			graphql.Query(b, "any", func(context.Context, graphql.None) (holding, error) { return nil, nil })
			if _, err := b.Schema(); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error = %v, want %s", err, c.want)
			}
		})
	}
}

func bindX[T any](b *graphql.Binder, name string) graphql.Member {
	o := graphql.Object[T](b, name)
	graphql.Value(o, "x", func(*T) int { return 0 })
	return o
}

func TestATypeIsExtendedAndBoundInAnotherFile(t *testing.T) {
	t.Parallel()
	b, err := graphql.NewBinder(graphql.Options{},
		graphql.Source{Name: "a.graphql", Text: `type Query { a: A } type A { x: Int }`},
		graphql.Source{Name: "b.graphql", Text: `extend type A { y: Int } extend type Query { b: Int }`})
	if err != nil {
		t.Fatal(err)
	}
	bindX[tome](b, "A")
	graphql.Value(graphql.Object[tome](b, "A"), "y", func(*tome) int { return 7 })
	graphql.Query(b, "a", func(context.Context, graphql.None) (*tome, error) { return &tome{}, nil })
	graphql.Query(b, "b", func(context.Context, graphql.None) (int, error) { return 1, nil })
	schema, err := b.Schema()
	if err != nil {
		t.Fatal(err)
	}

	plan, refused := schema.Prepare(`{ a { x y } b }`, "")
	if refused != nil {
		t.Fatal(refused[0])
	}

	if got, want := string(schema.Execute(t.Context(), plan, graphql.Request{}).Data), `{"a":{"x":0,"y":7},"b":1}`; got != want {
		t.Errorf("data = %s, want %s", got, want)
	}
}

// kinds are Go types that no binding names: their kind is enough.
type (
	label   string
	count   uint16
	ratio   float32
	flag    bool
	kindsOf struct{}
)

func TestGoTypesOfFittingKindNeedNoBinding(t *testing.T) {
	t.Parallel()
	b, err := graphql.NewBinder(graphql.Options{}, graphql.Source{Text: `
		enum Size { SMALL LARGE }
		type Query { of(size: Size!, id: ID!, n: Int, some: [Size!], words: [String]): Kinds }
		type Kinds { a: String b: Int c: Float d: Boolean e: ID f: Size g: [[[Int]]] h: [Size!]! i: String j: Int }`})
	if err != nil {
		t.Fatal(err)
	}
	o := graphql.Object[kindsOf](b, "Kinds")
	large := label("LARGE")
	graphql.Value(o, "a", func(*kindsOf) label { return "text" })
	graphql.Value(o, "b", func(*kindsOf) count { return 65535 })
	graphql.Value(o, "c", func(*kindsOf) ratio { return 0.1 })
	graphql.Value(o, "d", func(*kindsOf) flag { return true })
	graphql.Value(o, "e", func(*kindsOf) uint64 { return 1 << 63 })
	graphql.Value(o, "f", func(*kindsOf) *label { return &large })
	graphql.Value(o, "g", func(*kindsOf) [][][]count { return [][][]count{nil, {nil, {1, 2}}} })
	graphql.Value(o, "h", func(*kindsOf) []label { return nil })
	graphql.Value(o, "i", func(*kindsOf) *label { return nil })
	graphql.Value(o, "j", func(*kindsOf) uint64 { return 1 << 63 })
	var got any
	graphql.Query(b, "of", func(_ context.Context, a struct {
		Size  label
		ID    label
		N     *count
		Some  []label
		Words []*string
	}) (kindsOf, error) {
		got = slices.Concat([]label{a.Size, a.ID}, a.Some)
		return kindsOf{}, nil
	})
	schema, err := b.Schema()
	if err != nil {
		t.Fatal(err)
	}
	plan, refused := schema.Prepare(`{ of(size: SMALL, id: 12, n: 9, some: LARGE) { a b c d e f g h i j } }`, "")
	if refused != nil {
		t.Fatal(refused[0])
	}

	answer := answerText(schema.Execute(t.Context(), plan, graphql.Request{}))

	want := `{"of":{"a":"text","b":65535,"c":0.1,"d":true,"e":"9223372036854775808","f":"LARGE","g":[null,[null,[1,2]]],"h":[],"i":null,"j":null}}` +
		"\n[\"of\",\"j\"] Internal error"
	if answer != want {
		t.Errorf("got  %s\nwant %s", answer, want)
	}
	if all := got.([]label); !slices.Equal(all, []label{"SMALL", "12", "LARGE"}) {
		t.Errorf("arguments = %v", all)
	}
}

func TestArgumentsAreNamedAsGoNamesThem(t *testing.T) {
	t.Parallel()
	b, err := graphql.NewBinder(graphql.Options{}, graphql.Source{Text: `type Query {
		a(id: Int, rootId: Int, urlPath: Int, file1: Int, my_own: Int, httpURLs: Int, first: Int): Int }`})
	if err != nil {
		t.Fatal(err)
	}
	type paging struct{ First int }
	type arguments struct {
		ID, RootID, URLPath, File1 int
		Own                        int `graphql:"my_own"`
		URLs                       int `graphql:"httpURLs"`
		paging
	}
	graphql.Query(b, "a", func(_ context.Context, a arguments) (int, error) {
		return a.ID + 2*a.RootID + 4*a.URLPath + 8*a.File1 + 16*a.Own + 32*a.URLs + 64*a.First, nil
	})
	schema, err := b.Schema()
	if err != nil {
		t.Fatal(err)
	}
	plan, refused := schema.Prepare(`{ a(id: 1, rootId: 1, urlPath: 1, file1: 1, my_own: 1, httpURLs: 1, first: 1) }`, "")
	if refused != nil {
		t.Fatal(refused[0])
	}

	if got := string(schema.Execute(t.Context(), plan, graphql.Request{}).Data); got != `{"a":127}` {
		t.Errorf("data = %s, want all arguments", got)
	}
}
