package graphql

import (
	"errors"
	"fmt"
	"runtime/debug"
)

// writer writes the answer's data depth first into one buffer, from frames that are resolved.
//
// A value that fails leaves nothing in the buffer; whoever asked for it writes null where that is allowed, else cuts the
// buffer back to where it began and fails in turn (section 6.4.4). Errors get their paths here, since only here it is
// known which of them are reached.
type writer struct {
	x      *execution
	buffer []byte
	errors []*Error
	full   bool // the answer is larger than allowed

	// path leads to the object being written; field is the one of its fields being written, positions lead into that
	// field's lists of leaves.
	path      []step
	field     *plannedField
	positions []int

	// careful guards each leaf against panics. It is set when one has happened: then everything is written again.
	careful bool
}

// step is a response name, or a position in a list when there is no field.
type step struct {
	field    *plannedField
	position int
}

func newWriter(x *execution, buffer []byte, expected int) *writer {
	if buffer == nil {
		buffer = make([]byte, 0, expected+expected/8+512)
	}
	return &writer{x: x, buffer: buffer[:0]}
}

// response is called once all is written.
func (w *writer) response(s status, v *variant) *Response {
	if most := w.x.schema.options.Limits.AnswerBytes; w.full || len(w.buffer) > most {
		e := problem(CodeLimit, nil, fmt.Sprintf("Too much is asked: the answer would have more than %d bytes.", most))
		e.Extensions["limit"] = most
		w.errors, s = []*Error{e}, broken
	}
	if s != wrote {
		w.buffer = append(w.buffer[:0], "null"...)
	} else {
		w.buffer = append(w.buffer, '}')
		v.answerBytes.Store(int64(len(w.buffer)))
	}
	return &Response{Data: w.buffer, Errors: w.errors}
}

// root writes some of the root's fields, which follow those written before. When bound code panics, they are written
// once more, carefully: the panic is unlikely, and guarding each leaf would be paid always.
func (w *writer) root(f *frame, from, to int) status {
	if from == 0 {
		w.buffer = append(w.buffer, '{')
	}
	mark, known := len(w.buffer), len(w.errors)
	s, panicked := w.try(func() status { return w.fields(f, from, to, 0) })
	if panicked == nil {
		return s
	}
	w.buffer, w.errors, w.path, w.positions = w.buffer[:mark], w.errors[:known], w.path[:0], w.positions[:0]
	w.careful = true
	return w.fields(f, from, to, 0)
}

func (w *writer) try(write func() status) (s status, panicked *Fault) {
	defer func() {
		if p := recover(); p != nil {
			panicked = &Fault{Reason: fmt.Sprintf("panic: %v", p), Stack: debug.Stack()}
		}
	}()
	return write(), nil
}

// object writes an object (section 6.4.3, CompleteValue, and 6.3, ExecuteSelectionSet).
func (w *writer) object(f *frame, i int) status {
	if len(w.buffer) > w.x.schema.options.Limits.AnswerBytes {
		w.full = true
		return broken
	}
	w.buffer = append(w.buffer, '{')
	if s := w.fields(f, 0, len(f.selection.fields), i); s != wrote {
		return s
	}
	w.buffer = append(w.buffer, '}')
	return wrote
}

func (w *writer) fields(frame *frame, from, to, i int) status {
	fields := frame.selection.fields
	for n := from; n < to; n++ {
		f := &fields[n]
		w.buffer = append(w.buffer, f.key...)
		mark := len(w.buffer)
		var s status
		switch {
		case f.field == nil:
			w.buffer = append(w.buffer, f.typename...)
			continue
		case f.field.resolved:
			w.field = f
			s = w.column(&frame.columns[f.column], f, i)
		case w.careful:
			w.field = f
			s = w.carefully(f, frame.objects.parents, i)
		default:
			w.field = f
			s = f.field.write(w, frame.objects.parents, i)
		}
		if s == wrote {
			continue
		}
		if f.nonNull[0] {
			if s == null {
				w.field = f
				w.fault("null, but %s is never null", f.field.definition.Type)
			}
			return broken
		}
		w.buffer = append(w.buffer[:mark], "null"...)
	}
	return wrote
}

// carefully writes a leaf whose function may panic.
func (w *writer) carefully(f *plannedField, column any, i int) status {
	mark, depth := len(w.buffer), len(w.positions)
	s, panicked := w.try(func() status { return f.field.write(w, column, i) })
	if panicked != nil {
		w.buffer, w.positions = w.buffer[:mark], w.positions[:depth]
		return w.fail(panicked)
	}
	return s
}

// column writes a resolved field of one object.
func (w *writer) column(c *column, f *plannedField, i int) status {
	switch {
	case c.err != nil:
		if c.presented == nil {
			c.presented = w.present(c.err)
		}
		return w.failAs(c.presented)
	case c.each != nil && c.each[i] != nil:
		return w.fail(c.each[i])
	case c.branch == nil && w.careful:
		return w.carefully(f, c.answers, i)
	case c.branch == nil:
		return f.field.write(w, c.answers, i)
	}
	w.path = append(w.path, step{field: f})
	s := w.branch(c.branch, f, 0, i)
	w.path = w.path[:len(w.path)-1]
	return s
}

// branch writes a list at a depth, or the object in a slot.
func (w *writer) branch(b *branch, f *plannedField, depth, i int) status {
	if depth == len(b.ends) {
		return w.slot(b, i)
	}
	ends := b.ends[depth]
	start, end := 0, int(ends[i])
	if i > 0 {
		start = int(max(ends[i-1], ^ends[i-1]))
	}
	if end < 0 {
		if !f.nonNull[depth] {
			return null
		}
		end = start
	}
	itemNonNull := f.nonNull[depth+1]
	w.buffer = append(w.buffer, '[')
	w.path = append(w.path, step{})
	place := len(w.path) - 1
	for n := start; n < end; n++ {
		if n > start {
			w.buffer = append(w.buffer, ',')
		}
		w.path[place].position = n - start
		mark := len(w.buffer)
		w.field = nil
		if s := w.branch(b, f, depth+1, n); s != wrote {
			w.field = nil
			if !w.nullItem(mark, s, itemNonNull) {
				w.path = w.path[:place]
				return broken
			}
		}
	}
	w.path = w.path[:place]
	w.buffer = append(w.buffer, ']')
	return wrote
}

func (w *writer) slot(b *branch, i int) status {
	at := int32(i)
	if b.at != nil {
		if at = b.at[i]; at == noObject {
			if err := b.faults[i]; err != nil {
				w.field = nil
				return w.fail(err)
			}
			return null
		}
	}
	member := 0
	if b.member != nil {
		member = int(b.member[i])
	}
	return w.object(b.frames[member], int(at))
}

// nullItem writes null for an entry of a list that was not written, and answers whether that is allowed.
func (w *writer) nullItem(mark int, s status, nonNull bool) bool {
	if nonNull {
		if s == null {
			w.fault("null, but this list never holds null")
		}
		return false
	}
	w.buffer = append(w.buffer[:mark], "null"...)
	return true
}

// fault records a fault of the program at the present place.
func (w *writer) fault(reason string, values ...any) status {
	return w.fail(faultf(reason, values...))
}

// fail records an error at the present place.
func (w *writer) fail(err error) status {
	return w.failAs(w.present(err))
}

func (w *writer) failAs(presented *Error) status {
	if w.full || len(w.errors) >= w.x.schema.options.Limits.Errors {
		return broken
	}
	e := *presented
	e.Path = w.place()
	if at := w.position(); at != nil {
		e.Locations = []Location{*at}
	}
	w.errors = append(w.errors, &e)
	return broken
}

// present asks the schema's options how to tell of an error, unless it is already what the answer tells.
func (w *writer) present(err error) *Error {
	if own, ok := err.(*Error); ok {
		return own
	}
	return w.x.schema.options.Present(w.x.ctx, err)
}

// place is the path to what is being written (section 7.1.2); nil for the whole answer.
func (w *writer) place() []any {
	if len(w.path) == 0 && w.field == nil {
		return nil
	}
	path := make([]any, 0, len(w.path)+1+len(w.positions))
	for _, s := range w.path {
		if s.field != nil {
			path = append(path, s.field.name)
		} else {
			path = append(path, s.position)
		}
	}
	if w.field != nil {
		path = append(path, w.field.name)
	}
	for _, p := range w.positions {
		path = append(path, p)
	}
	return path
}

func (w *writer) position() *Location {
	f := w.field
	for i := len(w.path) - 1; f == nil && i >= 0; i-- {
		f = w.path[i].field
	}
	if f == nil || f.at == nil {
		return nil
	}
	return &Location{f.at.Line, f.at.Column}
}

// abort leaves one error instead of everything.
func (w *writer) abort(err error) {
	w.path, w.positions, w.field = w.path[:0], w.positions[:0], nil
	if errors.Is(err, errOverflow) {
		w.full = true
		return
	}
	w.errors = nil
	w.fail(err)
}
