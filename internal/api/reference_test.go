package api_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"asm.example/asm/internal/api"
)

var update = flag.Bool("update", false, "write the golden files anew")

const referenceFile = "../../docs/reference/api.md"

// schema parses the schema as the engine does.
func schema(t *testing.T) *ast.Schema {
	t.Helper()
	sources, err := api.Sources()
	if err != nil {
		t.Fatal(err)
	}
	inputs := make([]*ast.Source, len(sources))
	for i, s := range sources {
		inputs[i] = &ast.Source{Name: s.Name, Input: s.Text}
	}
	parsed, err := gqlparser.LoadSchema(inputs...)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// ownTypes are the types that the schema's files define, by name.
func ownTypes(s *ast.Schema) []*ast.Definition {
	var own []*ast.Definition
	for _, d := range s.Types {
		if !d.BuiltIn && !strings.HasPrefix(d.Name, "__") {
			own = append(own, d)
		}
	}
	slices.SortFunc(own, func(a, b *ast.Definition) int { return strings.Compare(a.Name, b.Name) })
	return own
}

func TestEverythingInTheSchemaIsDescribed(t *testing.T) {
	t.Parallel()
	check := func(name, description string) {
		text := strings.TrimSpace(description)
		switch {
		case text == "":
			t.Errorf("%s has no description; the playground shows it to people", name)
		case !strings.HasSuffix(text, "."):
			t.Errorf("%s: the description %q does not end with a full stop", name, text)
		}
	}
	parsed := schema(t)
	for _, d := range ownTypes(parsed) {
		if d != parsed.Query && d != parsed.Mutation {
			check(d.Name, d.Description)
		}
		for _, f := range d.Fields {
			if strings.HasPrefix(f.Name, "__") {
				continue
			}
			check(d.Name+"."+f.Name, f.Description)
			for _, a := range f.Arguments {
				check(fmt.Sprintf("%s.%s(%s)", d.Name, f.Name, a.Name), a.Description)
			}
		}
		for _, v := range d.EnumValues {
			check(d.Name+"."+v.Name, v.Description)
		}
	}
}

func TestTheAPIsReferenceIsTrue(t *testing.T) {
	t.Parallel()
	want := writeReference(schema(t))
	if *update {
		if err := os.WriteFile(referenceFile, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	have, err := os.ReadFile(referenceFile)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != want {
		t.Errorf("%s is not what the schema says; run: make reference", referenceFile)
	}
}

// writeReference writes the schema as a page for people.
func writeReference(s *ast.Schema) string {
	var page strings.Builder
	page.WriteString("# The API\n\nMade from the schema by `make reference`; the playground at `/api` shows the same, with search.\n")
	for _, part := range []struct {
		title string
		of    *ast.Definition
	}{{"Queries", s.Query}, {"Mutations", s.Mutation}} {
		fmt.Fprintf(&page, "\n## %s\n", part.title)
		fields := slices.Clone(part.of.Fields)
		slices.SortFunc(fields, func(a, b *ast.FieldDefinition) int { return strings.Compare(a.Name, b.Name) })
		for _, f := range fields {
			if !strings.HasPrefix(f.Name, "__") {
				fmt.Fprintf(&page, "\n### %s\n\n", f.Name)
				writeField(&page, f)
			}
		}
	}
	page.WriteString("\n## Types\n")
	for _, d := range ownTypes(s) {
		if d == s.Query || d == s.Mutation {
			continue
		}
		fmt.Fprintf(&page, "\n### %s\n\n%s: %s\n", d.Name, kindOf(d), oneLine(d.Description))
		writeMembers(&page, d)
	}
	return page.String()
}

func kindOf(d *ast.Definition) string {
	kind := strings.ToLower(strings.ReplaceAll(string(d.Kind), "_", " "))
	switch {
	case len(d.Interfaces) > 0:
		return kind + " (" + strings.Join(d.Interfaces, ", ") + ")"
	case d.Kind == ast.Union:
		return kind + " of " + strings.Join(d.Types, ", ")
	}
	return kind
}

func writeField(page *strings.Builder, f *ast.FieldDefinition) {
	fmt.Fprintf(page, "%s\n\nAnswers `%s`.%s\n", oneLine(f.Description), f.Type, deprecation(f.Directives))
	if len(f.Arguments) == 0 {
		return
	}
	page.WriteString("\n| argument | type | |\n|---|---|---|\n")
	for _, a := range f.Arguments {
		kind := "`" + a.Type.String() + "`"
		if a.DefaultValue != nil {
			kind += " = `" + a.DefaultValue.String() + "`"
		}
		fmt.Fprintf(page, "| `%s` | %s | %s |\n", a.Name, kind, oneLine(a.Description))
	}
}

func writeMembers(page *strings.Builder, d *ast.Definition) {
	if len(d.Fields) > 0 {
		page.WriteString("\n| field | type | |\n|---|---|---|\n")
	}
	for _, f := range d.Fields {
		name := "`" + f.Name + "`"
		if len(f.Arguments) > 0 {
			var arguments []string
			for _, a := range f.Arguments {
				arguments = append(arguments, a.Name)
			}
			name = "`" + f.Name + "(" + strings.Join(arguments, ", ") + ")`"
		}
		fmt.Fprintf(page, "| %s | `%s` | %s%s |\n", name, f.Type, oneLine(f.Description), deprecation(f.Directives))
	}
	if len(d.EnumValues) > 0 {
		page.WriteString("\n| value | |\n|---|---|\n")
	}
	for _, v := range d.EnumValues {
		fmt.Fprintf(page, "| `%s` | %s |\n", v.Name, oneLine(v.Description))
	}
}

func deprecation(directives ast.DirectiveList) string {
	d := directives.ForName("deprecated")
	if d == nil {
		return ""
	}
	return " Deprecated: " + d.Arguments.ForName("reason").Value.Raw
}

// oneLine keeps a description within a table's cell.
func oneLine(text string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(text), " "), "|", `\|`)
}
