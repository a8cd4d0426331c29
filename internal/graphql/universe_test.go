package graphql_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"asm.example/asm/internal/graphql"
)

// A universe is a generated schema with data, bound to the engine. Others (the reference implementation, a naive
// interpreter) answer from the same schema and data, so that answers can be compared.
type universe struct {
	r       *rand.Rand
	sdl     string
	types   map[string]*genType // objects, interfaces and the root types
	objects []string
	members map[string][]string // of abstract types
	data    map[string]any
	schema  *graphql.Schema
}

type genType struct {
	name   string
	fields []*genField
}

// genField is a field; how it is bound decides what its data may be.
type genField struct {
	name string
	form string // the type: "[O1!]!"
	base string
	// level fields may fail; values are objects that are bound by value, so that they cannot be null.
	level, values bool
}

func (t *genType) field(name string) *genField {
	for _, f := range t.fields {
		if f.name == name {
			return f
		}
	}
	return nil
}

const universeHead = `
enum Color { RED GREEN BLUE }
scalar Stamp
input In { x: Int, y: Int! = 7, z: [In!], c: Color = GREEN }
`

const echoField = `  echo(i: Int, n: Int! = 5, s: String = "d", l: [Int!], ll: [[String]!], e: Color = BLUE, in: In, f: Float, id: ID, b: Boolean, t: Stamp): String
`

var leafNames = []string{"Int", "Float", "String", "Boolean", "ID", "Color", "Stamp"}

func newUniverse(t testing.TB, seed uint64) *universe {
	u := &universe{r: rand.New(rand.NewPCG(seed, 1)), types: map[string]*genType{}, members: map[string][]string{}}
	for i := range 2 + u.r.IntN(5) {
		u.objects = append(u.objects, fmt.Sprintf("O%d", i))
	}
	for _, abstract := range []string{"Thing", "Part", "Any"} {
		for _, o := range u.objects {
			if u.r.IntN(2) == 0 {
				u.members[abstract] = append(u.members[abstract], o)
			}
		}
		if u.members[abstract] == nil {
			u.members[abstract] = u.objects[:1]
		}
	}
	u.makeTypes()
	u.data = u.object("Query", 5)
	u.data["__typename"] = "Query"
	u.schema = u.bind(t)
	return u
}

// makeTypes makes the fields of objects and interfaces; names repeat among types so that fields meet.
func (u *universe) makeTypes() {
	common := map[string]*genField{}
	for _, abstract := range []string{"Thing", "Part"} {
		f := u.genField(strings.ToLower(abstract))
		f.level, f.values = true, false
		common[abstract] = f
		u.types[abstract] = &genType{abstract, []*genField{f}}
	}
	for _, name := range append([]string{"Query"}, u.objects...) {
		t := &genType{name: name}
		for i := range 3 + u.r.IntN(4) {
			f := u.genField(fmt.Sprintf("f%d", i))
			if name == "Query" {
				f.level = true
			}
			t.fields = append(t.fields, f)
		}
		for _, abstract := range []string{"Thing", "Part"} {
			if u.is(name, abstract) {
				t.fields = append(t.fields, common[abstract])
			}
		}
		u.types[name] = t
	}
	u.writeSDL()
}

func (u *universe) writeSDL() {
	var s strings.Builder
	s.WriteString(universeHead)
	for _, name := range []string{"Thing", "Part"} {
		fmt.Fprintf(&s, "interface %s {\n%s%s}\n", name, echoField, fieldLines(u.types[name]))
	}
	fmt.Fprintf(&s, "union Any = %s\n", strings.Join(u.members["Any"], " | "))
	for _, name := range append([]string{"Query"}, u.objects...) {
		var implements []string
		for _, abstract := range []string{"Thing", "Part"} {
			if u.is(name, abstract) {
				implements = append(implements, abstract)
			}
		}
		head := "type " + name
		if implements != nil {
			head += " implements " + strings.Join(implements, " & ")
		}
		fmt.Fprintf(&s, "%s {\n%s%s}\n", head, echoField, fieldLines(u.types[name]))
	}
	s.WriteString("type Mutation {\n  bump(by: Int!): Int!\n  tryBump(by: Int!): Int\n}\n")
	u.sdl = s.String()
}

func fieldLines(t *genType) string {
	var s strings.Builder
	for _, f := range t.fields {
		fmt.Fprintf(&s, "  %s: %s\n", f.name, f.form)
	}
	return s.String()
}

func (u *universe) is(object, abstract string) bool {
	if object == abstract {
		return true
	}
	for _, m := range u.members[abstract] {
		if m == object {
			return true
		}
	}
	return false
}

func (u *universe) genField(name string) *genField {
	bases := append([]string{"Thing", "Part", "Any"}, u.objects...)
	if u.r.IntN(2) == 0 {
		bases = leafNames
	}
	f := &genField{name: name, base: bases[u.r.IntN(len(bases))], level: u.r.IntN(2) == 0, values: u.r.IntN(2) == 0}
	forms := []string{"%s", "%s", "%s!", "%s!", "[%s]", "[%s!]", "[%s]!", "[%s!]!", "[[%s]]", "[[%s!]!]!", "[[%s!]]"}
	f.form = fmt.Sprintf(forms[u.r.IntN(len(forms))], f.base)
	f.values = f.values && f.form[0] == '[' // else an object that contains its like would have no end
	return f
}

func isLeafName(base string) bool {
	return base[0] != 'O' && base != "Thing" && base != "Part" && base != "Any"
}

// object makes an object with data for all its fields.
func (u *universe) object(name string, depth int) map[string]any {
	o := map[string]any{"__typename": name}
	for _, f := range u.types[name].fields {
		o[f.name] = u.value(f, f.form, depth)
		if f.level && u.r.IntN(12) == 0 {
			o[f.name] = map[string]any{"$error": "e" + f.name}
		}
	}
	return o
}

// value makes data for a type, with nulls where the binding can say null and, seldom, where the schema forbids it.
func (u *universe) value(f *genField, form string, depth int) any {
	nonNull := strings.HasSuffix(form, "!")
	form = strings.TrimSuffix(form, "!")
	if !nonNull && u.r.IntN(6) == 0 {
		return nil
	}
	if form[0] == '[' {
		list := []any{}
		for range u.r.IntN(3) {
			if depth == 0 && !isLeafName(f.base) {
				break
			}
			list = append(list, u.value(f, form[1:len(form)-1], depth))
		}
		return list
	}
	if isLeafName(f.base) {
		return u.leaf(f.base)
	}
	byValue := f.values && nonNull && f.base[0] == 'O'
	if !byValue && (depth == 0 || nonNull && u.r.IntN(25) == 0) {
		return nil
	}
	possible := u.members[f.base]
	if f.base[0] == 'O' {
		possible = []string{f.base}
	} else if u.r.IntN(25) == 0 {
		possible = u.objects // some are no members
	}
	return u.object(possible[u.r.IntN(len(possible))], max(depth-1, 0))
}

func (u *universe) leaf(base string) any {
	pick := func(values ...any) any { return values[u.r.IntN(len(values))] }
	switch base {
	case "Int":
		if u.r.IntN(20) == 0 {
			return pick(1<<40, -(1 << 31), 1<<31-1)
		}
		return u.r.IntN(100) - 50
	case "Float":
		return pick(0.5, -2, 1e21, 1.5e-7, 3.25, 123456789.125, 0)
	case "String":
		return pick("", "a", "quote\" \\ \n\t\b\f\r\u0001", "ünïcødé \u2028 \U0001F600", "<&>")
	case "Boolean":
		return u.r.IntN(2) == 0
	case "ID":
		return pick("7", "abc")
	case "Color":
		if u.r.IntN(20) == 0 {
			return "PINK"
		}
		return pick("RED", "GREEN", "BLUE")
	}
	return pick("s:1", 5, 2.5)
}

// The Go types of the universe's objects; all are the same but in name.
type node struct{ raw map[string]any }

func (n *node) set(raw map[string]any) { n.raw = raw }
func (n *node) get() map[string]any    { return n.raw }

type (
	n0 struct{ node }
	n1 struct{ node }
	n2 struct{ node }
	n3 struct{ node }
	n4 struct{ node }
	n5 struct{ node }
	n6 struct{ node }
)

// thing is what all members of abstract types are.
type thing interface{ get() map[string]any }

// stampValue is the Go type of the scalar Stamp.
type stampValue struct{ v any }

func parseStamp(raw any) (stampValue, error) {
	switch v := raw.(type) {
	case json.Number:
		return stampValue{v}, nil
	case string:
		if strings.HasPrefix(v, "s:") {
			return stampValue{v}, nil
		}
	}
	return stampValue{}, errors.New("expected s: and a text, or a number")
}

func (u *universe) bind(t testing.TB) *graphql.Schema {
	b, err := graphql.NewBinder(graphql.Options{}, graphql.Source{Name: "universe.graphql", Text: u.sdl})
	if err != nil {
		t.Fatalf("%v\n%s", err, u.sdl)
	}
	graphql.Scalar(b, "Stamp", parseStamp, func(buffer []byte, s stampValue) ([]byte, error) {
		text, err := json.Marshal(s.v)
		return append(buffer, text...), err
	})
	graphql.Enum[color](b, "Color", "RED", "GREEN", "BLUE")
	for _, abstract := range []string{"Thing", "Part", "Any"} {
		graphql.Abstract[thing](b, abstract)
	}
	bindObject[n0](b, u, "O0")
	bindObject[n1](b, u, "O1")
	bindObject[n2](b, u, "O2")
	bindObject[n3](b, u, "O3")
	bindObject[n4](b, u, "O4")
	bindObject[n5](b, u, "O5")
	bindObject[n6](b, u, "O6")
	q := &queryBinder{b, u.data}
	for _, f := range u.types["Query"].fields {
		bindByBase(q, f)
	}
	graphql.Query(b, "echo", func(_ context.Context, a echoArgs) (*string, error) { return a.text(), nil })
	bindBumps(b)
	schema, err := b.Schema()
	if err != nil {
		t.Fatalf("%v\n%s", err, u.sdl)
	}
	return schema
}

type counterKey struct{}

func withCounter() context.Context {
	return context.WithValue(context.Background(), counterKey{}, new(int))
}

func bindBumps(b *graphql.Binder) {
	type by struct{ By int }
	bump := func(ctx context.Context, a by) (int, error) {
		if a.By < 0 {
			return 0, errors.New("down")
		}
		count := ctx.Value(counterKey{}).(*int)
		*count += a.By
		return *count, nil
	}
	graphql.Mutation(b, "bump", bump)
	graphql.Mutation(b, "tryBump", func(ctx context.Context, a by) (*int, error) {
		count, err := bump(ctx, a)
		return &count, err
	})
}

func bindObject[T any](b *graphql.Binder, u *universe, name string) {
	t := u.types[name]
	if t == nil {
		return
	}
	o := graphql.Object[T](b, name)
	graphql.Level(o, "echo", func(_ context.Context, parents []*T, a echoArgs) ([]*string, error) {
		answers := make([]*string, len(parents))
		for i := range answers {
			answers[i] = a.text()
		}
		return answers, nil
	})
	for _, f := range t.fields {
		bindByBase(&objectBinder[T]{o}, f)
	}
}

// fieldBinder binds a field of whatever parents to a function from its raw data.
type fieldBinder interface{ isFieldBinder() }

type objectBinder[T any] struct{ o *graphql.ObjectBinder[T] }

type queryBinder struct {
	b    *graphql.Binder
	data map[string]any
}

func (*objectBinder[T]) isFieldBinder() {}
func (*queryBinder) isFieldBinder()     {}

func bindByBase(on fieldBinder, f *genField) {
	switch f.base {
	case "Int":
		bindForm(on, f, func(v any) int64 { return int64(number(v)) })
	case "Float":
		bindForm(on, f, number)
	case "String", "ID":
		bindForm(on, f, func(v any) string { return v.(string) })
	case "Color":
		bindForm(on, f, func(v any) color { return color(v.(string)) })
	case "Boolean":
		bindForm(on, f, func(v any) bool { return v.(bool) })
	case "Stamp":
		bindForm(on, f, func(v any) stampValue { return stampValue{v} })
	case "Thing", "Part", "Any":
		bindThings(on, f)
	default:
		bindObjects(on, f)
	}
}

type color string

func number(v any) float64 {
	if i, isInt := v.(int); isInt {
		return float64(i)
	}
	return v.(float64)
}

func bindObjects(on fieldBinder, f *genField) {
	switch f.base {
	case "O0":
		bindForm(on, f, object[n0])
	case "O1":
		bindForm(on, f, object[n1])
	case "O2":
		bindForm(on, f, object[n2])
	case "O3":
		bindForm(on, f, object[n3])
	case "O4":
		bindForm(on, f, object[n4])
	case "O5":
		bindForm(on, f, object[n5])
	case "O6":
		bindForm(on, f, object[n6])
	}
}

func object[T any](v any) (made T) {
	any(&made).(interface{ set(map[string]any) }).set(v.(map[string]any))
	return made
}

// bindThings answers Go interfaces.
func bindThings(on fieldBinder, f *genField) {
	bindDepth(on, f, func(v any) thing {
		raw, present := v.(map[string]any)
		if !present {
			return nil
		}
		switch raw["__typename"] {
		case "O0":
			return &n0{node{raw}}
		case "O1":
			return &n1{node{raw}}
		case "O2":
			return &n2{node{raw}}
		case "O3":
			return &n3{node{raw}}
		case "O4":
			return &n4{node{raw}}
		case "O5":
			return &n5{node{raw}}
		}
		return &n6{node{raw}}
	})
}

// bindForm chooses between values and pointers.
func bindForm[V any](on fieldBinder, f *genField, of func(any) V) {
	nonNull := strings.Contains(f.form, f.base+"!")
	if nonNull && (isLeafName(f.base) || f.values) {
		bindDepth(on, f, of)
		return
	}
	bindDepth(on, f, func(v any) *V {
		if v == nil {
			return nil
		}
		made := of(v)
		return &made
	})
}

// bindDepth chooses between single values and lists.
func bindDepth[V any](on fieldBinder, f *genField, of func(any) V) {
	switch strings.Count(f.form, "[") {
	case 0:
		bindRaw(on, f, of)
	case 1:
		bindRaw(on, f, listOf(of))
	case 2:
		bindRaw(on, f, listOf(listOf(of)))
	}
}

func listOf[V any](of func(any) V) func(any) []V {
	return func(v any) []V {
		if v == nil {
			return nil
		}
		list := make([]V, len(v.([]any)))
		for i, entry := range v.([]any) {
			list[i] = of(entry)
		}
		return list
	}
}

func bindRaw[R any](on fieldBinder, f *genField, of func(any) R) {
	switch on := on.(type) {
	case *queryBinder:
		graphql.Query(on.b, f.name, func(context.Context, graphql.None) (answer R, err error) {
			raw := on.data[f.name]
			if err = failure(raw); err == nil {
				answer = of(raw)
			}
			return answer, err
		})
	case *objectBinder[n0]:
		bindOn(on.o, f, of)
	case *objectBinder[n1]:
		bindOn(on.o, f, of)
	case *objectBinder[n2]:
		bindOn(on.o, f, of)
	case *objectBinder[n3]:
		bindOn(on.o, f, of)
	case *objectBinder[n4]:
		bindOn(on.o, f, of)
	case *objectBinder[n5]:
		bindOn(on.o, f, of)
	case *objectBinder[n6]:
		bindOn(on.o, f, of)
	}
}

func failure(raw any) error {
	if m, isObject := raw.(map[string]any); isObject && m["$error"] != nil {
		return errors.New(m["$error"].(string))
	}
	return nil
}

func bindOn[T, R any](o *graphql.ObjectBinder[T], f *genField, of func(any) R) {
	raw := func(p *T) any { return any(p).(thing).get()[f.name] }
	if !f.level {
		graphql.Value(o, f.name, func(p *T) R { return of(raw(p)) })
		return
	}
	graphql.Level(o, f.name, func(_ context.Context, parents []*T, _ graphql.None) ([]R, error) {
		answers := make([]R, len(parents))
		failed := graphql.Each{}
		for i, p := range parents {
			if err := failure(raw(p)); err != nil {
				failed[i] = err
				continue
			}
			answers[i] = of(raw(p))
		}
		if len(failed) > 0 {
			return answers, failed
		}
		return answers, nil
	})
}

// echoArgs are one argument of each kind.
type echoArgs struct {
	I  graphql.Optional[int]
	N  int
	S  graphql.Optional[string]
	L  graphql.Optional[[]int]
	LL graphql.Optional[[][]*string]
	E  graphql.Optional[color]
	In graphql.Optional[echoInput]
	F  graphql.Optional[float64]
	ID graphql.Optional[string]
	B  graphql.Optional[bool]
	T  graphql.Optional[stampValue]
}

type echoInput struct {
	X graphql.Optional[int]
	Y int
	Z graphql.Optional[[]echoInput]
	C graphql.Optional[color]
}

// text writes what was received, as the reference's test server does.
func (a echoArgs) text() *string {
	var o ordered
	addOptional(&o, "i", a.I)
	o.add("n", a.N)
	addOptional(&o, "s", a.S)
	addOptional(&o, "l", a.L)
	addOptional(&o, "ll", a.LL)
	addOptional(&o, "e", a.E)
	addOptional(&o, "in", a.In)
	addOptional(&o, "f", a.F)
	addOptional(&o, "id", a.ID)
	addOptional(&o, "b", a.B)
	addOptional(&o, "t", a.T)
	text := "{" + strings.Join(o, ",") + "}"
	return &text
}

func (i echoInput) MarshalJSON() ([]byte, error) {
	var o ordered
	addOptional(&o, "x", i.X)
	o.add("y", i.Y)
	addOptional(&o, "z", i.Z)
	addOptional(&o, "c", i.C)
	return []byte("{" + strings.Join(o, ",") + "}"), nil
}

func (s stampValue) MarshalJSON() ([]byte, error) { return json.Marshal(s.v) }

type ordered []string

func (o *ordered) add(name string, v any) {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	*o = append(*o, fmt.Sprintf("%q:%s", name, text))
}

func addOptional[V any](o *ordered, name string, v graphql.Optional[V]) {
	switch {
	case v.Null:
		o.add(name, nil)
	case v.Present:
		o.add(name, v.Value)
	}
}
