package graphql_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"asm.example/asm/internal/graphql"
)

func TestAPlanTellsWhatItIs(t *testing.T) {
	t.Parallel()
	schema := newLibrary(t, graphql.Options{}).schema
	for _, c := range []struct {
		document, operation string
		kind                graphql.Kind
		only                bool
	}{
		{"{ shelf { name } }", "", graphql.KindQuery, false},
		{"query Q { __typename }", "Q", graphql.KindQuery, true},
		{"query Q { ...F } fragment F on Query { __schema { types { name } } ... { __type(name: \"Tome\") { name } } }", "Q", graphql.KindQuery, true},
		{"query Q { __typename ...F } fragment F on Query { shelf { name } }", "Q", graphql.KindQuery, false},
		{"query($c: Boolean!) { __typename shelf @include(if: $c) { name } }", "", graphql.KindQuery, false},
		{"mutation M { tryLend(title: \"a\") { name } } query Q { __typename }", "M", graphql.KindMutation, false},
	} {
		plan, refused := schema.Prepare(c.document, c.operation)
		if refused != nil {
			t.Errorf("%s: %v", c.document, refused[0])
			continue
		}
		if plan.Kind() != c.kind || plan.OnlyIntrospection() != c.only || plan.Name() != c.operation {
			t.Errorf("%s is a %s named %q, only introspection %v", c.document, plan.Kind(), plan.Name(), plan.OnlyIntrospection())
		}
	}
}

func TestPlansAreKeptUpToTheirBytes(t *testing.T) {
	t.Parallel()
	schema := newLibrary(t, graphql.Options{PlanCacheBytes: 20_000}).schema
	first, _ := schema.Prepare("{ shelf { name } }", "")

	again, _ := schema.Prepare("{ shelf { name } }", "")
	for i := range 50 {
		schema.Prepare(fmt.Sprintf("{ shelf { name } } # %d", i), "")
	}
	later, _ := schema.Prepare("{ shelf { name } }", "")

	if again != first {
		t.Error("a plan was made twice")
	}
	if later == first {
		t.Error("a plan was kept that had to go")
	}
}

// Field order and merging depend on what is selected, so each combination of the variables has its own plan.
func TestEveryCombinationOfConditionsIsAnswered(t *testing.T) {
	t.Parallel()
	l := newLibrary(t, graphql.Options{})
	var definitions, fields []string
	for i := range 8 { // 256 combinations, of which 64 are kept
		definitions = append(definitions, fmt.Sprintf("$v%d: Boolean!", i))
		fields = append(fields, fmt.Sprintf("a%d: name @include(if: $v%d)", i, i))
	}
	document := "query(" + strings.Join(definitions, " ") + ") { tome(title: \"x\") { " + strings.Join(fields, " ") + " } }"
	for range 2 {
		for n := range 256 {
			var variables, want []string
			for i := range 8 {
				chosen := n>>i&1 == 1
				variables = append(variables, fmt.Sprintf(`"v%d":%v`, i, chosen))
				if chosen {
					want = append(want, fmt.Sprintf(`"a%d":"x"`, i))
				}
			}
			got := l.ask(t, document, graphql.Request{Variables: []byte("{" + strings.Join(variables, ",") + "}")})
			if w := `{"tome":{` + strings.Join(want, ",") + `}}`; got != w {
				t.Fatalf("combination %d: got %s, want %s", n, got, w)
			}
		}
	}
}

func TestFieldsComeInTheOrderOfWhatIsSelected(t *testing.T) {
	t.Parallel()
	l := newLibrary(t, graphql.Options{})
	const document = `query($c: Boolean!) { tome(title: "x") { name @include(if: $c) pages next @skip(if: $c) { name } name next { pages } } }`

	with := l.ask(t, document, graphql.Request{Variables: []byte(`{"c": true}`)})
	without := l.ask(t, document, graphql.Request{Variables: []byte(`{"c": false}`)})

	if want := `{"tome":{"name":"x","pages":1,"next":{"pages":2}}}`; with != want {
		t.Errorf("with: got %s, want %s", with, want)
	}
	if want := `{"tome":{"pages":1,"next":{"name":"x+","pages":2},"name":"x"}}`; without != want {
		t.Errorf("without: got %s, want %s", without, want)
	}
}

func TestASchemaServesManyAtOnce(t *testing.T) {
	t.Parallel()
	schema := mazeSchema(t, graphql.Options{PlanCacheBytes: 50_000})
	var wait sync.WaitGroup
	for g := range 8 {
		wait.Go(func() {
			for i := range 100 {
				document := fmt.Sprintf("query($c: Boolean!) { i { a%d: n list { n @include(if: $c) x: echo(i: %d) } } __schema { types { name } } }", i%20, g)
				plan, refused := schema.Prepare(document, "")
				if refused != nil {
					t.Error(refused[0])
					return
				}
				r := schema.Execute(t.Context(), plan, graphql.Request{Variables: fmt.Appendf(nil, `{"c": %v}`, i%2 == 0)})
				if len(r.Errors) > 0 {
					t.Error(r.Errors[0])
				}
			}
		})
	}
	wait.Wait()
}

func TestCost(t *testing.T) {
	t.Parallel()
	l := newLibrary(t, graphql.Options{})
	for _, c := range []struct {
		name, document, variables string
		want                      int
	}{
		{"1 a field", `{ tome(title: "x") { name pages } }`, ``, 3},
		{"a list as often as its first by default", `{ shelf { name pages } }`, ``, 1 + 2*2},
		{"as given", `{ shelf(first: 7) { name } }`, ``, 1 + 7},
		{"as a variable says", `query($n: Int) { shelf(first: $n) { name } }`, `{"n": 30}`, 1 + 30},
		{"as the variable's default says", `query($n: Int = 4) { shelf(first: $n) { name } }`, ``, 1 + 4},
		{"ten where nobody says", `{ many(n: 1) { name } }`, ``, 1 + 10},
		{"a connection's lists as often as its page", `{ tome(title: "x") { reviews(first: 5) { edges { name } } } }`, ``, 1 + 1 + 1 + 5},
		{"its usual page", `{ tome(title: "x") { reviews { edges { name } } } }`, ``, 1 + 1 + 1 + 20},
		{"its largest page", `{ tome(title: "x") { reviews(first: 9999) { edges { name } } } }`, ``, 1 + 1 + 1 + 100},
		{"the dearest of the types that may come", `{ either { ... on Tome { name pages state } ... on Map { name } } }`, ``, 1 + 10*3},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := l.answer(t.Context(), c.document, graphql.Request{Variables: []byte(c.variables)})
			if r.Extensions["cost"] != c.want {
				t.Errorf("cost = %v, want %d (%s)", r.Extensions["cost"], c.want, answerText(r))
			}
		})
	}
}

func TestWhatCostsTooMuchIsNotExecuted(t *testing.T) {
	t.Parallel()
	l := newLibrary(t, graphql.Options{Limits: graphql.Limits{Cost: 100}})
	const document = `query($n: Int) { shelf(first: $n) { next { name } } }`

	cheap := l.ask(t, document, graphql.Request{Variables: []byte(`{"n": 1}`)})
	dear := l.ask(t, document, graphql.Request{Variables: []byte(`{"n": 50}`)})

	if want := `{"shelf":[{"next":{"name":"first+"}}]}`; cheap != want {
		t.Errorf("got %s, want %s", cheap, want)
	}
	if want := "Too much is asked: the operation costs 101; 100 is allowed. Ask for fewer fields, or smaller pages."; dear != want {
		t.Errorf("got %s, want %s", dear, want)
	}
	if len(l.calls) != 1 {
		t.Errorf("calls = %v, want those of the cheap one", l.calls)
	}
}
