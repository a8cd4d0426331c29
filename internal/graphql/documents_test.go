package graphql_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// documents generates operations for a universe. Most are valid; names of few kinds make fields meet.
type documents struct {
	u         *universe
	r         *rand.Rand
	variables map[string]string // name to type and default
	values    map[string]any
	fragments []string
	texts     []string
	// wrong is how seldom something invalid is written: one in so many places; 0 is never.
	wrong int
	// plain documents have no arguments.
	plain bool
}

// document is an operation and its variables.
type document struct {
	text      string
	variables map[string]any
}

func (u *universe) document(r *rand.Rand, wrong int) document {
	d := &documents{u: u, r: r, variables: map[string]string{}, values: map[string]any{}, wrong: wrong}
	return d.make()
}

func (u *universe) plainDocument(r *rand.Rand) document {
	d := &documents{u: u, r: r, variables: map[string]string{}, values: map[string]any{}, plain: true}
	return d.make()
}

func (d *documents) make() document {
	operation, body := "query", ""
	if !d.plain && d.chance(12) {
		operation, body = "mutation", d.bumps()
	} else {
		body = d.selection("Query", 4)
	}
	var definitions []string
	for name, form := range d.variables {
		definitions = append(definitions, "$"+name+": "+form)
	}
	slices.Sort(definitions)
	head := operation + " Q"
	if definitions != nil {
		head += "(" + strings.Join(definitions, ", ") + ")"
	}
	return document{head + " " + body + "\n" + strings.Join(d.texts, "\n"), d.values}
}

func (d *documents) chance(n int) bool { return d.r.IntN(n) == 0 }

// mistake is true seldom, and only in universes that have mistakes.
func (d *documents) mistake() bool { return d.wrong > 0 && d.r.IntN(d.wrong) == 0 }

func (d *documents) bumps() string {
	var fields []string
	for i := range 1 + d.r.IntN(4) {
		name := []string{"bump", "tryBump"}[d.r.IntN(2)]
		by := d.r.IntN(8) - 1
		fields = append(fields, fmt.Sprintf("m%d: %s(by: %d)", i, name, by))
	}
	return "{ " + strings.Join(fields, " ") + " }"
}

// selection writes what is selected of an object, interface or union.
func (d *documents) selection(on string, depth int) string {
	var parts []string
	for range 1 + d.r.IntN(4) {
		switch {
		case d.chance(8):
			parts = append(parts, d.typename()+d.directives())
		case d.chance(6) && depth > 1:
			inner := d.overlapping(on)
			condition := " on " + inner
			if d.chance(4) {
				condition, inner = "", on
			}
			parts = append(parts, "..."+condition+d.directives()+" "+d.selection(inner, depth-1))
		case d.chance(8) && depth > 1:
			parts = append(parts, "..."+d.fragment(on, depth-1)+d.directives())
		default:
			parts = append(parts, d.field(on, depth))
		}
	}
	return "{ " + strings.Join(parts, " ") + " }"
}

// overlapping answers a type that objects of another may have.
func (d *documents) overlapping(on string) string {
	all := append([]string{"Thing", "Part", "Any", "Query"}, d.u.objects...)
	for range 20 {
		other := all[d.r.IntN(len(all))]
		if d.mistake() {
			return other
		}
		for _, o := range append([]string{"Query"}, d.u.objects...) {
			if d.u.is(o, on) && d.u.is(o, other) {
				return other
			}
		}
	}
	return on
}

// fragment answers a fragment's name, of one that is there or a new one. Only a mistake makes a circle.
func (d *documents) fragment(on string, depth int) string {
	if len(d.fragments) > 0 && d.mistake() {
		return d.fragments[d.r.IntN(len(d.fragments))]
	}
	for _, text := range d.texts {
		if name, condition, ok := strings.Cut(strings.TrimPrefix(text, "fragment "), " on "); ok && d.chance(2) {
			condition, _, _ = strings.Cut(condition, " ")
			if condition == on {
				return name
			}
		}
	}
	name := fmt.Sprintf("F%d", len(d.fragments))
	d.fragments = append(d.fragments, name)
	condition := d.overlapping(on)
	body := d.selection(condition, depth)
	d.texts = append(d.texts, fmt.Sprintf("fragment %s on %s %s", name, condition, body))
	return name
}

func (d *documents) alias(name string) string {
	if d.chance(10) {
		return []string{"a", "b", "f1", "f2"}[d.r.IntN(4)] + ": " + name
	}
	return name
}

// typename has aliases of its own: the reference does not see that __typename and a list in its place have different
// shapes, where the specification does.
func (d *documents) typename() string {
	if d.chance(10) {
		return "t: __typename"
	}
	return "__typename"
}

func (d *documents) field(on string, depth int) string {
	t := d.u.types[on]
	if t == nil { // a union
		return "__typename"
	}
	if !d.plain && d.chance(5) {
		return d.alias("echo") + d.arguments() + d.directives()
	}
	f := t.fields[d.r.IntN(len(t.fields))]
	name := f.name
	if d.mistake() {
		name = "f9"
	}
	if isLeafName(f.base) {
		return d.alias(name) + d.directives()
	}
	if depth <= 1 {
		return d.typename()
	}
	return d.alias(name) + d.directives() + " " + d.selection(f.base, depth-1)
}

func (d *documents) directives() string {
	if !d.chance(8) {
		return ""
	}
	name := []string{"skip", "include"}[d.r.IntN(2)]
	if d.chance(3) {
		return fmt.Sprintf(" @%s(if: %v)", name, d.chance(2))
	}
	variable := fmt.Sprintf("c%d", d.r.IntN(3))
	d.variables[variable] = "Boolean!"
	if _, known := d.values[variable]; !known {
		d.values[variable] = d.chance(2)
	}
	return fmt.Sprintf(" @%s(if: $%s)", name, variable)
}

var echoTypes = [][2]string{
	{"i", "Int"}, {"n", "Int!"}, {"s", "String"}, {"l", "[Int!]"}, {"ll", "[[String]!]"}, {"e", "Color"}, {"in", "In"},
	{"f", "Float"}, {"id", "ID"}, {"b", "Boolean"}, {"t", "Stamp"},
}

func (d *documents) arguments() string {
	var given []string
	for _, a := range echoTypes {
		if d.chance(4) {
			given = append(given, a[0]+": "+d.literal(a[1], true))
		}
	}
	if given == nil {
		return ""
	}
	return "(" + strings.Join(given, ", ") + ")"
}

// variable answers a new variable for a place of a type.
func (d *documents) variable(form string) string {
	name := fmt.Sprintf("v%d", len(d.variables))
	definition := form
	switch {
	case d.chance(4):
		definition = strings.TrimSuffix(form, "!") + "!"
	case d.mistake():
		definition = strings.TrimSuffix(form, "!")
	}
	if d.chance(4) && !strings.HasSuffix(definition, "!") {
		definition += " = " + d.literal(form, false)
	}
	d.variables[name] = definition
	if strings.HasSuffix(definition, "!") || d.chance(2) {
		d.values[name] = d.json(form)
	}
	return "$" + name
}

// literal writes a value of a type; seldom one that is refused.
func (d *documents) literal(form string, variables bool) string {
	if variables && d.chance(4) {
		return d.variable(form)
	}
	if d.mistake() {
		return []string{"null", "PINK", `"x"`, "1", "1.5", "[]", "{}", "99999999999", "true"}[d.r.IntN(9)]
	}
	nonNull := strings.HasSuffix(form, "!")
	form = strings.TrimSuffix(form, "!")
	if !nonNull && d.chance(6) {
		return "null"
	}
	if form[0] == '[' {
		inner := form[1 : len(form)-1]
		if d.chance(4) {
			return d.literal(inner, variables) // a list of one
		}
		var entries []string
		for range d.r.IntN(3) {
			entries = append(entries, d.literal(inner, variables))
		}
		return "[" + strings.Join(entries, ", ") + "]"
	}
	if form == "In" {
		return d.inputLiteral(variables)
	}
	return d.pick(form, [][2]string{{"Color", "RED BLUE"}, {"ID", `"id" 12`}, {"Float", "1.5 2 -0.25"}, {"Stamp", `"s:x" 4 2.5`}})
}

func (d *documents) pick(form string, special [][2]string) string {
	choices := map[string]string{"Int": "0 7 -12", "String": `"a" "" "ü"`, "Boolean": "true false"}[form]
	for _, s := range special {
		if s[0] == form {
			choices = s[1]
		}
	}
	all := strings.Fields(choices)
	return all[d.r.IntN(len(all))]
}

func (d *documents) inputLiteral(variables bool) string {
	var fields []string
	for _, f := range [][2]string{{"x", "Int"}, {"y", "Int!"}, {"z", "[In!]"}, {"c", "Color"}} {
		if d.chance(3) {
			fields = append(fields, f[0]+": "+d.literal(f[1], variables))
		}
	}
	if d.mistake() {
		fields = append(fields, "w: 1")
	}
	return "{" + strings.Join(fields, ", ") + "}"
}

// json makes a variable's value; seldom one that is refused.
func (d *documents) json(form string) any {
	if d.mistake() {
		return []any{nil, "PINK", 1, 1.5, []any{}, map[string]any{}, 99999999999, true, "s:"}[d.r.IntN(9)]
	}
	nonNull := strings.HasSuffix(form, "!")
	form = strings.TrimSuffix(form, "!")
	if !nonNull && d.chance(6) {
		return nil
	}
	if form[0] == '[' {
		inner := form[1 : len(form)-1]
		if d.chance(4) {
			return d.json(inner)
		}
		entries := []any{}
		for range d.r.IntN(3) {
			entries = append(entries, d.json(inner))
		}
		return entries
	}
	if form == "In" {
		fields := map[string]any{}
		for _, f := range [][2]string{{"x", "Int"}, {"y", "Int!"}, {"z", "[In!]"}, {"c", "Color"}} {
			if d.chance(3) {
				fields[f[0]] = d.json(f[1])
			}
		}
		return fields
	}
	text := d.pick(form, [][2]string{{"Color", `"RED" "BLUE"`}, {"ID", `"id" 12`}, {"Float", "1.5 2 -0.25"}, {"Stamp", `"s:x" 4 2.5`}})
	return json.RawMessage(text)
}
