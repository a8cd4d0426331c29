package graphql_test

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"

	"asm.example/asm/internal/graphql"
)

// The answers of section 6, and of 7 for the paths of errors. What is compared with the reference implementation
// elsewhere is not repeated; these rows are what only this engine's bindings can do.
func TestAnswers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, document, want string }{
		{"members of an abstract type as values, pointers and nulls",
			`{ either { __typename ... on Named { name } } }`,
			`{"either":[{"__typename":"Tome","name":"first"},{"__typename":"Map","name":"sea"},null,null,{"__typename":"Map","name":"land"}]}`},
		{"an error of one parent leaves the others",
			`{ shelf(first: 3) { next { name } } }`,
			"{\"shelf\":[{\"next\":{\"name\":\"first+\"}},{\"next\":null},{\"next\":null}]}\n[\"shelf\",1,\"next\"] page missing"},
		{"a value outside its enum is a fault",
			`{ shelf { state } }`,
			"{\"shelf\":[{\"state\":\"GOOD\"},{\"state\":null}]}\n[\"shelf\",1,\"state\"] Internal error"},
		{"a number outside Int is a fault",
			`{ tome(title: "123456789012345678901234567890") { pages } }`,
			"{\"tome\":{\"pages\":null}}\n[\"tome\",\"pages\"] Internal error"},
		{"null where the schema has none reaches the nearest place that may be null",
			`{ a: tome(title: "last") { name sure { name } } b: tome(title: "x") { sure { name } } }`,
			"{\"a\":null,\"b\":{\"sure\":{\"name\":\"x\"}}}\n[\"a\",\"sure\"] Internal error"},
		{"an error at the root",
			`{ shelf { name } broken }`,
			"null\n[\"broken\"] broken"},
		{"a panic in a resolver is a fault at its place",
			`{ tome(title: "panic") { name } shelf(first: 1) { name } }`,
			"{\"tome\":null,\"shelf\":[{\"name\":\"first\"}]}\n[\"tome\"] Internal error"},
		{"a panic in a plain function too",
			`{ a: tome(title: "cursed") { name state } b: tome(title: "fine") { name } }`,
			"{\"a\":{\"name\":null,\"state\":null},\"b\":{\"name\":\"fine\"}}\n[\"a\",\"name\"] Internal error\n[\"a\",\"state\"] Internal error"},
		{"a scalar's error and its null", // an error that a binding wrote is for the caller
			`{ a: word(of: "secret") b: word(of: "nothing") c: word(of: "word") }`,
			"{\"a\":null,\"b\":null,\"c\":\"word\"}\n[\"a\"] not for you"},
		{"a panic while a scalar is parsed",
			`{ a: word(of: "panic") b: word(of: "word") }`,
			"{\"a\":null,\"b\":\"word\"}\n[\"a\"] Internal error"},
		{"an empty selection at the root",
			`{ shelf @skip(if: true) { name } }`,
			`{}`},
		{"a subscription is refused in words",
			`subscription { lent { name } }`,
			"Subscriptions are not served here; ask again by a query instead."},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := newLibrary(t, graphql.Options{}).ask(t, c.document, graphql.Request{}); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestALevelIsOneCallForAllParents(t *testing.T) {
	t.Parallel()
	l := newLibrary(t, graphql.Options{})

	l.ask(t, `{ many(n: 500) { next { next { name } } } }`, graphql.Request{})

	if want := []string{"next of 500", "next of 500"}; !reflect.DeepEqual(l.calls, want) {
		t.Errorf("calls = %v, want %v", l.calls, want)
	}
}

func TestTwoAliasesAreTwoCalls(t *testing.T) {
	t.Parallel()
	l := newLibrary(t, graphql.Options{})

	l.ask(t, `{ many(n: 3) { a: next { name } b: next { name } a: next { pages } } }`, graphql.Request{})

	if want := []string{"next of 3", "next of 3"}; !reflect.DeepEqual(l.calls, want) {
		t.Errorf("calls = %v, want %v", l.calls, want)
	}
}

func TestMutationsRunInOrderAndStopWhereNoDataIsLeft(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, document, want string
		lent                 []string
	}{
		{"in order", `mutation { b: lend(title: "1") { next { name } } a: lend(title: "2") { name } }`,
			`{"b":{"next":{"name":"1+"}},"a":{"name":"2"}}`, []string{"1", "2"}},
		{"after a null", `mutation { a: tryLend(title: "last") { name } b: lend(title: "2") { name } }`,
			"{\"a\":null,\"b\":{\"name\":\"2\"}}\n[\"a\"] it is the last", []string{"last", "2"}},
		{"not after a null that is not allowed", `mutation { a: lend(title: "last") { name } b: lend(title: "2") { name } }`,
			"null\n[\"a\"] it is the last", []string{"last"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l := newLibrary(t, graphql.Options{})
			if got := l.ask(t, c.document, graphql.Request{}); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if !reflect.DeepEqual(l.lent, c.lent) {
				t.Errorf("ran %v, want %v", l.lent, c.lent)
			}
		})
	}
}

func TestACancelledContextStopsBetweenLevels(t *testing.T) {
	t.Parallel()
	l := newLibrary(t, graphql.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	l.during = cancel

	got := answerText(l.answer(ctx, `{ many(n: 2) { next { next { next { name } } } } }`, graphql.Request{}))

	if want := "null\ncontext canceled"; got != want {
		t.Errorf("answer = %s, want %s", got, want)
	}
	if want := []string{"next of 2"}; !reflect.DeepEqual(l.calls, want) {
		t.Errorf("calls = %v, want %v", l.calls, want)
	}
}

func TestPresentMakesTheErrorOfTheAnswer(t *testing.T) {
	t.Parallel()
	var faults []string
	l := newLibrary(t, graphql.Options{Present: func(_ context.Context, err error) *graphql.Error {
		if fault := new(graphql.Fault); errors.As(err, &fault) {
			faults = append(faults, fault.Reason)
		}
		return &graphql.Error{Message: "presented", Extensions: map[string]any{"code": "OURS"}}
	}})

	r := l.answer(t.Context(), `{ a: tome(title: "panic") { name } b: tome(title: "last") { sure { name } } c: tome(title: "torn") { next { name } } }`, graphql.Request{})

	for _, e := range r.Errors {
		if e.Message != "presented" || e.Extensions["code"] != "OURS" || len(e.Locations) != 1 || len(e.Path) == 0 {
			t.Errorf("error = %+v, want ours with location and path", e)
		}
	}
	if len(r.Errors) != 3 {
		t.Errorf("%d errors, want 3", len(r.Errors))
	}
	if want := []string{"panic: in tome", "null, but Tome! is never null"}; !reflect.DeepEqual(faults, want) {
		t.Errorf("faults = %q, want %q", faults, want)
	}
}

func TestAnAnswerEndsAtItsLimit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, document string }{
		{"while it is written", `{ many(n: 300) { name pages state old __typename } }`},
		{"while it is resolved", `{ many(n: 10000) { next { next { next { name } } } } }`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l := newLibrary(t, graphql.Options{Limits: graphql.Limits{AnswerBytes: 8000}})
			got := l.ask(t, c.document, graphql.Request{})
			if want := "null\nToo much is asked: the answer would have more than 8000 bytes."; got != want {
				t.Errorf("answer = %.200s, want %s", got, want)
			}
		})
	}
}

func TestErrorsAreListedUpToTheirLimit(t *testing.T) {
	t.Parallel()
	l := newLibrary(t, graphql.Options{Limits: graphql.Limits{Errors: 5}})

	r := l.answer(t.Context(), `{ many(n: 50) { state } }`, graphql.Request{})

	if len(r.Errors) != 5 || strings.Count(string(r.Data), `{"state":null}`) != 50 {
		t.Errorf("%d errors in %s, want 5 and all the data", len(r.Errors), r.Data)
	}
}

func TestABufferIsUsedAgain(t *testing.T) {
	t.Parallel()
	l := newLibrary(t, graphql.Options{})
	buffer := make([]byte, 0, 1000)

	r := l.answer(t.Context(), `{ shelf { name } }`, graphql.Request{Buffer: buffer})

	if &buffer[:1][0] != &r.Data[0] {
		t.Error("the data stands in another buffer")
	}
}
