// Package contract_test compares the schema that a server answers with the API that existing clients rely on.
//
// api.json holds every type, field, argument and enum value of that API. What a client cannot notice is fine: members
// beyond it, an argument that became optional, an answer that became non-null. missing.txt lists what is not there yet;
// it may only shrink.
package contract_test

import (
	"context"
	"encoding/json"
	"flag"
	"log/slog"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"asm.example/asm/internal/api"
	"asm.example/asm/internal/asm"
	"asm.example/asm/internal/graphql"
)

var update = flag.Bool("update", false, "write missing.txt anew")

// member is a type of the contract.
type member struct {
	Kind   string            `json:"kind"`
	Fields map[string]string `json:"fields"` // "(a: Int! = 1, b: [ID!]): Group @deprecated"
	Values []string          `json:"values"`
	Of     []string          `json:"of"`
}

// reference is a type as introspection names it.
type reference struct {
	Kind, Name string
	OfType     *reference
}

func (r reference) String() string {
	switch r.Kind {
	case "NON_NULL":
		return r.OfType.String() + "!"
	case "LIST":
		return "[" + r.OfType.String() + "]"
	default:
		return r.Name
	}
}

// input is an argument or an input field.
type input struct {
	Name         string
	DefaultValue *string
	Type         reference
}

// shown is a type of the server's.
type shown struct {
	Name   string
	Fields []struct {
		Name string
		Args []input
		Type reference
	}
	InputFields   []input
	EnumValues    []struct{ Name string }
	PossibleTypes []struct{ Name string }
}

const introspection = `{ __schema { types { name
  fields(includeDeprecated: true) { name args { ...A } type { ...T } }
  inputFields { ...A }
  enumValues(includeDeprecated: true) { name }
  possibleTypes { name } } } }
fragment A on __InputValue { name defaultValue type { ...T } }
fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } }`

// server answers the types that a server shows.
func server(t *testing.T) map[string]shown {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	services, err := asm.Open(context.Background(), asm.Config{DataDir: t.TempDir(), URL: "http://asm.test", Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = services.Close() })
	schema, err := api.NewSchema(services, log)
	if err != nil {
		t.Fatal(err)
	}
	plan, errs := schema.Prepare(introspection, "")
	if errs != nil {
		t.Fatal(errs[0].Message)
	}
	var answer struct {
		Schema struct{ Types []shown } `json:"__schema"`
	}
	if err := json.Unmarshal(schema.Execute(context.Background(), plan, graphql.Request{}).Data, &answer); err != nil {
		t.Fatal(err)
	}
	types := map[string]shown{}
	for _, s := range answer.Schema.Types {
		types[s.Name] = s
	}
	return types
}

// answers tells whether an output type serves clients that expect another: it may be stricter about null.
func answers(have, wanted string) bool {
	haveNonNull, wantedNonNull := strings.HasSuffix(have, "!"), strings.HasSuffix(wanted, "!")
	if wantedNonNull && !haveNonNull {
		return false
	}
	have, wanted = strings.TrimSuffix(have, "!"), strings.TrimSuffix(wanted, "!")
	if strings.HasPrefix(have, "[") && strings.HasPrefix(wanted, "[") {
		return answers(have[1:len(have)-1], wanted[1:len(wanted)-1])
	}
	return have == wanted
}

// accepts tells whether an input type takes what clients of another send: it may be laxer about null.
func accepts(have, wanted string) bool { return answers(wanted, have) }

var defaultValue = regexp.MustCompile(` = .*$`)

// parseField reads a field of the contract: its arguments and its type.
func parseField(text string) (arguments map[string]string, kind string) {
	text = strings.ReplaceAll(text, " @deprecated", "")
	arguments = map[string]string{}
	if !strings.HasPrefix(text, "(") {
		return arguments, strings.TrimPrefix(text, ": ")
	}
	inner, kind, _ := strings.Cut(text[1:], "): ")
	for part := range strings.SplitSeq(inner, ", ") {
		name, argument, _ := strings.Cut(part, ": ")
		arguments[name] = defaultValue.ReplaceAllString(argument, "")
	}
	return arguments, kind
}

// comparison collects what differs.
type comparison struct {
	missing   []string // not there
	different []string // there, and no client could live with it
}

// compare compares one type.
func (c *comparison) compare(name string, wanted member, have shown, isThere bool) {
	if !isThere {
		c.missing = append(c.missing, name)
		return
	}
	for _, value := range wanted.Values {
		if !slices.ContainsFunc(have.EnumValues, func(v struct{ Name string }) bool { return v.Name == value }) {
			c.missing = append(c.missing, name+"."+value)
		}
	}
	for _, one := range wanted.Of {
		if !slices.ContainsFunc(have.PossibleTypes, func(p struct{ Name string }) bool { return p.Name == one }) {
			c.missing = append(c.missing, name+" of "+one)
		}
	}
	for field, text := range wanted.Fields {
		if wanted.Kind == "input" {
			c.compareInput(name+"."+field, text, field, have.InputFields)
		} else {
			c.compareField(name, field, text, have)
		}
	}
}

func (c *comparison) compareInput(path, text, field string, have []input) {
	_, kind := parseField(text)
	kind = defaultValue.ReplaceAllString(kind, "")
	at := slices.IndexFunc(have, func(i input) bool { return i.Name == field })
	switch {
	case at < 0:
		c.missing = append(c.missing, path)
	case !accepts(have[at].Type.String(), kind):
		c.different = append(c.different, path+" is "+have[at].Type.String()+", the contract says "+kind)
	}
}

func (c *comparison) compareField(name, field, text string, have shown) {
	path := name + "." + field
	arguments, kind := parseField(text)
	for _, f := range have.Fields {
		if f.Name != field {
			continue
		}
		if !answers(f.Type.String(), kind) {
			c.different = append(c.different, path+" is "+f.Type.String()+", the contract says "+kind)
		}
		for argument, wanted := range arguments {
			c.compareInput(path+"("+argument+")", ": "+wanted, argument, f.Args)
		}
		for _, a := range f.Args {
			if _, known := arguments[a.Name]; !known && a.Type.Kind == "NON_NULL" && a.DefaultValue == nil {
				c.different = append(c.different, path+"("+a.Name+") is required, and the contract does not know it")
			}
		}
		return
	}
	c.missing = append(c.missing, path)
}

func TestExistingClientsAreServed(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("api.json")
	if err != nil {
		t.Fatal(err)
	}
	var contract map[string]member
	if err := json.Unmarshal(text, &contract); err != nil {
		t.Fatal(err)
	}
	types := server(t)
	var c comparison
	for name, wanted := range contract {
		have, ok := types[name]
		c.compare(name, wanted, have, ok)
	}
	slices.Sort(c.missing)
	for _, line := range c.different {
		t.Error(line)
	}

	const golden = "missing.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(strings.Join(c.missing, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	text, err = os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	known := strings.Split(strings.TrimSpace(string(text)), "\n")
	for _, line := range c.missing {
		if !slices.ContainsFunc(known, func(k string) bool { return k == line || isPartOf(line, k) }) {
			t.Errorf("%s was there and is missing now", line)
		}
	}
	for _, line := range known {
		if !slices.Contains(c.missing, line) {
			t.Errorf("%s is there now: go test ./test/contract -update", line)
		}
	}
}

// isPartOf tells whether a member is one of a type or an argument of a field: what is missing as a whole may come in parts.
func isPartOf(line, whole string) bool {
	rest, ok := strings.CutPrefix(line, whole)
	return ok && rest != "" && strings.ContainsRune(".( ", rune(rest[0]))
}

func TestWhatClientsNoticeIsADifference(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		have, wanted     string
		answers, accepts bool
	}{
		{"String", "String", true, true},
		{"String!", "String", true, false},
		{"String", "String!", false, true},
		{"[ID!]!", "[ID]", true, false},
		{"[ID]", "[ID!]", false, true},
		{"ID", "String", false, false},
		{"[ID]", "ID", false, false},
	} {
		if answers(row.have, row.wanted) != row.answers || accepts(row.have, row.wanted) != row.accepts {
			t.Errorf("%s for %s: answers %v, accepts %v", row.have, row.wanted, answers(row.have, row.wanted), accepts(row.have, row.wanted))
		}
	}
}
