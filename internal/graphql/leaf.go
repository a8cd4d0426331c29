package graphql

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/vektah/gqlparser/v2/ast"
)

// status says how writing a value ended.
type status uint8

const (
	wrote  status = iota // the value stands in the buffer
	null                 // nothing was appended: the value is null
	broken               // an error was recorded; the place is null, and so is the one around it if null is not allowed
)

// appender appends a leaf value, or a list of them, to the writer's buffer.
type appender[V any] func(w *writer, v V) status

// leafKey names a leaf: a scalar or enum of the schema as a Go type.
type leafKey struct {
	name   string
	goType reflect.Type
}

// leaf makes appenders for a leaf and for lists of it.
type leaf interface {
	// appender answers an appender[G] for the schema's type t, where G is goType; nil when there is none for such a shape.
	appender(t *ast.Type, goType reflect.Type) any
	// reflected appends one value of the leaf's own Go type.
	reflected(w *writer, v reflect.Value) status
}

// leafOf is a leaf with its Go type known, so that the usual shapes need no reflection.
type leafOf[V any] struct{ base appender[V] }

func (l leafOf[V]) reflected(w *writer, v reflect.Value) status {
	value, _ := v.Interface().(V) // a nil interface value has no type, and is V's zero value
	return l.base(w, value)
}

func (l leafOf[V]) appender(t *ast.Type, goType reflect.Type) any {
	switch goType {
	case reflect.TypeFor[V]():
		return l.base
	case reflect.TypeFor[*V]():
		return pointer(l.base)
	case reflect.TypeFor[[]V]():
		return listOf(t, l.base)
	case reflect.TypeFor[[]*V]():
		return listOf(t, pointer(l.base))
	case reflect.TypeFor[[][]V]():
		return listOf(t, listOf(t.Elem, l.base))
	case reflect.TypeFor[[][]*V]():
		return listOf(t, listOf(t.Elem, pointer(l.base)))
	}
	return nil
}

func pointer[V any](base appender[V]) appender[*V] {
	return func(w *writer, v *V) status {
		if v == nil {
			return null
		}
		return base(w, *v)
	}
}

// listOf completes a list value (section 6.4.3): an entry that is null where null is not allowed breaks the list.
func listOf[V any](t *ast.Type, item appender[V]) appender[[]V] {
	nonNull, itemNonNull := t.NonNull, t.Elem.NonNull
	return func(w *writer, values []V) status {
		if values == nil && !nonNull {
			return null
		}
		w.buffer = append(w.buffer, '[')
		w.positions = append(w.positions, 0)
		for i, v := range values {
			if i > 0 {
				w.buffer = append(w.buffer, ',')
			}
			w.positions[len(w.positions)-1] = i
			mark := len(w.buffer)
			if s := item(w, v); s != wrote && !w.nullItem(mark, s, itemNonNull) {
				w.positions = w.positions[:len(w.positions)-1]
				return broken
			}
		}
		w.positions = w.positions[:len(w.positions)-1]
		w.buffer = append(w.buffer, ']')
		return wrote
	}
}

// reflectedAppender writes shapes that no leaf knows: deeper lists, and Go types that only have a fitting kind.
func reflectedAppender(t *ast.Type, goType reflect.Type, base func(*writer, reflect.Value) status) func(*writer, reflect.Value) status {
	if t.Elem != nil {
		item := reflectedAppender(t.Elem, goType.Elem(), base)
		whole := listOf(t, appender[reflect.Value](item))
		return func(w *writer, v reflect.Value) status {
			if v.IsNil() {
				return whole(w, nil)
			}
			entries := make([]reflect.Value, v.Len())
			for i := range entries {
				entries[i] = v.Index(i)
			}
			return whole(w, entries)
		}
	}
	if goType.Kind() == reflect.Pointer {
		return func(w *writer, v reflect.Value) status {
			if v.IsNil() {
				return null
			}
			return base(w, v.Elem())
		}
	}
	return base
}

// bindLeaf makes a Go type known as the form of a scalar or enum.
func bindLeaf[V any](b *Binder, name string, base appender[V]) {
	b.leaves[leafKey{name, reflect.TypeFor[V]()}] = leafOf[V]{base}
}

// bindBuiltIns binds the scalars that every schema has (section 3.5) to the Go types that need no declaration.
func bindBuiltIns(b *Binder) {
	bindLeaf(b, "String", appendText[string])
	bindLeaf(b, "ID", appendText[string])
	bindLeaf(b, "Boolean", func(w *writer, v bool) status {
		w.buffer = strconv.AppendBool(w.buffer, v)
		return wrote
	})
	bindInteger[int](b)
	bindInteger[int64](b)
	bindInteger[int32](b)
	bindLeaf(b, "Float", appendFloat[float64])
	bindLeaf(b, "Int", appendWhole[float64])
}

func bindInteger[V int | int32 | int64](b *Binder) {
	bindLeaf(b, "Int", appendInt[V])
	bindLeaf(b, "ID", func(w *writer, v V) status {
		w.buffer = append(w.buffer, '"')
		w.buffer = strconv.AppendInt(w.buffer, int64(v), 10)
		w.buffer = append(w.buffer, '"')
		return wrote
	})
	bindLeaf(b, "Float", func(w *writer, v V) status {
		w.buffer = strconv.AppendInt(w.buffer, int64(v), 10)
		return wrote
	})
}

func appendText[V ~string](w *writer, v V) status {
	w.buffer = AppendString(w.buffer, string(v))
	return wrote
}

// appendInt appends an Int, which has 32 bits (section 3.5.1).
func appendInt[V int | int32 | int64](w *writer, v V) status {
	if int64(v) < math.MinInt32 || int64(v) > math.MaxInt32 {
		return w.fault("%d does not fit in Int", v)
	}
	w.buffer = strconv.AppendInt(w.buffer, int64(v), 10)
	return wrote
}

func appendWhole[V float32 | float64](w *writer, v V) status {
	if f := float64(v); f != math.Trunc(f) || f < math.MinInt32 || f > math.MaxInt32 {
		return w.fault("%v does not fit in Int", v)
	}
	return appendInt(w, int64(v))
}

// appendFloat appends a finite Float (section 3.5.2) in the shortest form that reads back the same.
func appendFloat[V float32 | float64](w *writer, v V) status {
	f := float64(v)
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return w.fault("%v is no Float of the schema", f)
	}
	bits := 64
	if _, short := any(v).(float32); short {
		bits = 32
	}
	if abs := math.Abs(f); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		w.buffer = strconv.AppendFloat(w.buffer, f, 'e', -1, bits)
		if n := len(w.buffer); w.buffer[n-4] == 'e' && w.buffer[n-2] == '0' { // as others write it: e-7, not e-07
			w.buffer = append(w.buffer[:n-2], w.buffer[n-1])
		}
	} else {
		w.buffer = strconv.AppendFloat(w.buffer, f, 'f', -1, bits)
	}
	return wrote
}

// appendEnum answers an appender for an enum's values (section 3.9), which are ready as JSON.
func appendEnum[V ~string](name string, values ast.EnumValueList) appender[V] {
	ready := make(map[V]string, len(values))
	for _, v := range values {
		ready[V(v.Name)] = `"` + v.Name + `"`
	}
	return func(w *writer, v V) status {
		text, known := ready[v]
		if !known {
			return w.fault("%q is no value of the enum %s", string(v), name)
		}
		w.buffer = append(w.buffer, text...)
		return wrote
	}
}

// appendScalar answers an appender for a scalar that a program bound.
func appendScalar[V any](appendJSON func([]byte, V) ([]byte, error)) appender[V] {
	return func(w *writer, v V) status {
		before := len(w.buffer)
		buffer, err := appendJSON(w.buffer, v)
		if err != nil {
			return w.fail(err)
		}
		w.buffer = buffer
		if len(buffer) == before {
			return null
		}
		return wrote
	}
}

// kindFits tells the Go kinds that fit a built-in scalar without being bound, as named string types do for String.
func kindFits(name string, kind reflect.Kind) bool {
	integer := kind >= reflect.Int && kind <= reflect.Uint64
	float := kind == reflect.Float32 || kind == reflect.Float64
	switch name {
	case "String":
		return kind == reflect.String
	case "ID":
		return kind == reflect.String || integer
	case "Int", "Float":
		return integer || float
	case "Boolean":
		return kind == reflect.Bool
	}
	return false
}

// reflectedBuiltIn writes a value of a built-in scalar by its kind alone.
func reflectedBuiltIn(name string) func(*writer, reflect.Value) status {
	return func(w *writer, v reflect.Value) status {
		switch {
		case v.Kind() == reflect.String:
			return appendText(w, v.String())
		case v.Kind() == reflect.Bool:
			w.buffer = strconv.AppendBool(w.buffer, v.Bool())
			return wrote
		case v.CanFloat():
			if name == "Int" {
				return appendWhole(w, v.Float())
			}
			if v.Kind() == reflect.Float32 {
				return appendFloat(w, float32(v.Float()))
			}
			return appendFloat(w, v.Float())
		}
		return appendIntegerKind(w, name, v)
	}
}

func appendIntegerKind(w *writer, name string, v reflect.Value) status {
	var digits []byte
	if v.CanInt() {
		digits = strconv.AppendInt(nil, v.Int(), 10)
	} else {
		digits = strconv.AppendUint(nil, v.Uint(), 10)
	}
	switch name {
	case "Int":
		number, err := strconv.ParseInt(string(digits), 10, 64)
		if err != nil {
			return w.fault("%s does not fit in Int", digits)
		}
		return appendInt(w, number)
	case "ID":
		w.buffer = append(w.buffer, '"')
		w.buffer = append(w.buffer, digits...)
		w.buffer = append(w.buffer, '"')
	default:
		w.buffer = append(w.buffer, digits...)
	}
	return wrote
}

const hexDigits = "0123456789abcdef"

// plainByte tells the bytes that stand for themselves in a JSON string.
var plainByte = func() (table [256]bool) {
	for c := 0x20; c < utf8.RuneSelf; c++ {
		table[c] = c != '"' && c != '\\'
	}
	return table
}()

// AppendString appends a string as JSON, for scalars. Bytes that are not UTF-8 become U+FFFD.
func AppendString(buffer []byte, s string) []byte {
	buffer = append(buffer, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if plainByte[c] {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				buffer = append(append(buffer, s[start:i]...), "\ufffd"...)
				start = i + 1
			}
			i += size
			continue
		}
		buffer = append(buffer, s[start:i]...)
		buffer = appendEscape(buffer, c)
		i++
		start = i
	}
	buffer = append(buffer, s[start:]...)
	return append(buffer, '"')
}

func appendEscape(buffer []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(buffer, '\\', c)
	case '\n':
		return append(buffer, '\\', 'n')
	case '\r':
		return append(buffer, '\\', 'r')
	case '\t':
		return append(buffer, '\\', 't')
	case '\b':
		return append(buffer, '\\', 'b')
	case '\f':
		return append(buffer, '\\', 'f')
	}
	return append(buffer, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
}

// missingValues tells in words how the values bound to an enum differ from the schema's.
func missingValues[T ~string](declared ast.EnumValueList, bound []T) string {
	var missing, unknown []string
	for _, d := range declared {
		if !slices.Contains(bound, T(d.Name)) {
			missing = append(missing, d.Name)
		}
	}
	for _, v := range bound {
		if declared.ForName(string(v)) == nil {
			unknown = append(unknown, string(v))
		}
	}
	if missing == nil && unknown == nil {
		return ""
	}
	return fmt.Sprintf("values of the schema that are not bound: %v; bound, but not in the schema: %v", missing, unknown)
}
