package graphql_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"asm.example/asm/internal/graphql"
)

// Each universe costs a schema, each document a line to the reference implementation and back.
const (
	universes            = 120
	documentsPerUniverse = 60
)

// reference is graphql-js in a process of its own.
type reference struct {
	in  io.Writer
	out *bufio.Reader
}

// referenceAnswer is what conformance/serve.mjs answers.
type referenceAnswer struct {
	Refused string
	Why     string
	Data    json.RawMessage
	Errors  []struct {
		Path    []any
		Message string
	}
}

// installReference runs once, for all tests that want it at the same time.
var installReference = sync.OnceValue(func() error {
	if _, err := os.Stat(filepath.Join("conformance", "node_modules", "graphql", "package.json")); err == nil {
		return nil
	}
	install := exec.Command("npm", "ci", "--no-audit", "--no-fund")
	install.Dir = "conformance"
	if text, err := install.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, text)
	}
	return nil
})

func startReference(t *testing.T) *reference {
	t.Helper()
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("the comparison with graphql-js needs %s", program)
		}
	}
	if err := installReference(); err != nil {
		t.Skipf("graphql-js cannot be installed: %v", err)
	}
	node := exec.Command("node", "serve.mjs")
	node.Dir, node.Stderr = "conformance", os.Stderr
	in, err := node.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := node.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := node.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		if err := node.Wait(); err != nil {
			t.Errorf("node: %v", err)
		}
	})
	return &reference{in, bufio.NewReader(out)}
}

func (r *reference) ask(t *testing.T, line any) referenceAnswer {
	t.Helper()
	text, err := json.Marshal(line)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.in.Write(append(text, '\n')); err != nil {
		t.Fatal(err)
	}
	answered, err := r.out.ReadBytes('\n')
	if err != nil {
		t.Fatal(err)
	}
	var a referenceAnswer
	if err := json.Unmarshal(answered, &a); err != nil {
		t.Fatalf("%v: %s", err, answered)
	}
	return a
}

func TestAnswersAreThoseOfTheReference(t *testing.T) {
	t.Parallel()
	r := startReference(t)
	refused, executed, failed := 0, 0, 0
	for seed := range uint64(universes) {
		u := newUniverse(t, seed)
		r.ask(t, map[string]any{"schema": u.sdl, "data": u.data})
		source := rand.New(rand.NewPCG(seed, 2))
		for range documentsPerUniverse {
			d := u.document(source, []int{0, 40}[source.IntN(2)])
			want := r.ask(t, map[string]any{"query": d.text, "variables": d.variables})
			got := u.answer(t, d)
			if difference := compare(got, want); difference != "" {
				variables, _ := json.Marshal(d.variables)
				t.Fatalf("universe %d: %s\n%s\nvariables %s\ngot  %s\nwant %s %s %s %v\n%s",
					seed, difference, d.text, variables, got.AppendJSON(nil), want.Refused, want.Why, want.Data, want.Errors, u.sdl)
			}
			switch {
			case want.Refused != "":
				refused++
			case len(want.Errors) > 0:
				failed++
			default:
				executed++
			}
		}
	}
	t.Logf("%d documents refused, %d answered with errors, %d without", refused, failed, executed)
}

func (u *universe) answer(t testing.TB, d document) *graphql.Response {
	t.Helper()
	plan, errors := u.schema.Prepare(d.text, "")
	if errors != nil {
		return graphql.Refuse(errors...)
	}
	variables, err := json.Marshal(d.variables)
	if err != nil {
		t.Fatal(err)
	}
	return u.schema.Execute(withCounter(), plan, graphql.Request{Variables: variables})
}

// compare answers how an answer differs from the reference's, in what a client may rely on.
func compare(got *graphql.Response, want referenceAnswer) string {
	switch {
	case (got.Data == nil) != (want.Refused != ""):
		return "refused by one only"
	case got.Data == nil:
		return ""
	case string(got.Data) != string(want.Data):
		return "other data"
	}
	var theirs [][]any
	for _, e := range want.Errors {
		theirs = append(theirs, e.Path)
	}
	return compareErrors(got, theirs)
}

// compareErrors wants the same places. Where an error makes an ancestor null, others below that ancestor may be left
// out, since nothing is left of their places: one that has its reason is enough.
func compareErrors(got *graphql.Response, theirs [][]any) string {
	ours := map[string]bool{}
	for _, e := range got.Errors {
		if ours[fmt.Sprint(e.Path)] {
			return fmt.Sprintf("the error at %v twice", e.Path)
		}
		ours[fmt.Sprint(e.Path)] = true
		if !slices.ContainsFunc(theirs, func(p []any) bool { return fmt.Sprint(p) == fmt.Sprint(e.Path) }) {
			return fmt.Sprintf("an error at %v", e.Path)
		}
	}
	var data any
	if err := json.Unmarshal(got.Data, &data); err != nil {
		return "no JSON: " + err.Error()
	}
	for _, path := range theirs {
		if ours[fmt.Sprint(path)] {
			continue
		}
		null := nullAbove(data, path)
		if null == len(path) {
			return fmt.Sprintf("no error at %v", path)
		}
		prefix := strings.TrimSuffix(fmt.Sprint(path[:null]), "]")
		explained := false
		for at := range ours {
			explained = explained || null == 0 || strings.HasPrefix(at, prefix)
		}
		if !explained {
			return fmt.Sprintf("no error at or beside %v", path)
		}
	}
	return ""
}

// nullAbove answers how many steps of a path lead to the first null.
func nullAbove(data any, path []any) int {
	for n, step := range path {
		switch in := data.(type) {
		case nil:
			return n
		case map[string]any:
			data = in[step.(string)]
		case []any:
			data = in[int(step.(float64))]
		}
	}
	return len(path)
}

func TestIntrospectionIsThatOfTheReference(t *testing.T) {
	t.Parallel()
	r := startReference(t)
	r.ask(t, map[string]any{"schema": libraryHead})
	compareIntrospection(t, newLibrary(t, graphql.Options{}).schema, r.ask(t, map[string]any{"query": introspectionQuery}))
	for seed := range uint64(10) {
		u := newUniverse(t, seed)
		r.ask(t, map[string]any{"schema": u.sdl, "data": u.data})
		compareIntrospection(t, u.schema, r.ask(t, map[string]any{"query": introspectionQuery}))
	}
}

// compareIntrospection compares what the schema's author wrote; both describe the built-in types in their own words.
func compareIntrospection(t *testing.T, schema *graphql.Schema, want referenceAnswer) {
	t.Helper()
	plan, refused := schema.Prepare(introspectionQuery, "")
	if refused != nil {
		t.Fatal(refused[0])
	}
	for range 2 { // the second answer is the kept one
		ours := introspected(t, schema.Execute(t.Context(), plan, graphql.Request{}).Data)
		theirs := introspected(t, want.Data)
		for name := range theirs {
			if !reflect.DeepEqual(ours[name], theirs[name]) {
				t.Errorf("%s:\ngot  %v\nwant %v", name, ours[name], theirs[name])
			}
			delete(ours, name)
		}
		for name := range ours {
			t.Errorf("%s is not there in the reference", name)
		}
	}
}

// introspected answers the parts of an introspection by name.
func introspected(t *testing.T, data []byte) map[string]any {
	t.Helper()
	var answer struct {
		Schema struct {
			Types        []map[string]any
			Directives   []map[string]any
			QueryType    any
			MutationType any
		} `json:"__schema"`
	}
	if err := json.Unmarshal(data, &answer); err != nil {
		t.Fatal(err)
	}
	parts := map[string]any{"query": answer.Schema.QueryType, "mutation": answer.Schema.MutationType}
	for _, d := range answer.Schema.Types {
		name := d["name"].(string)
		if !strings.HasPrefix(name, "__") && !slices.Contains([]string{"Int", "Float", "String", "Boolean", "ID"}, name) {
			parts[name] = d
		}
	}
	for _, d := range answer.Schema.Directives {
		if name := d["name"]; name == "skip" || name == "include" {
			parts["@"+name.(string)] = d["locations"]
		}
	}
	return parts
}
