package graphql

import (
	"context"
	"errors"
	"fmt"
)

// Request is what comes with a plan to its execution.
type Request struct {
	// Variables is the JSON object of the variables' values; empty and null mean none.
	Variables []byte
	// Values are variables as Go values (what json.Decoder with UseNumber makes), for callers without JSON. They come
	// before those of the same name in Variables.
	Values map[string]any
	// Uploads are the values of Upload scalars by their place, as in the GraphQL multipart request specification:
	// "variables.file", "variables.input.files.0". What stands at the place in the variables' JSON must be null.
	Uploads map[string]any
	// Buffer, if not nil, is where the data is written (from its start), so that a caller can use it again.
	Buffer []byte
}

// Execute runs a plan of this schema; see Response for what it answers. A panic in bound code is a Fault at its place.
// When the context ends, nothing more is resolved, and the answer is its error.
func (s *Schema) Execute(ctx context.Context, plan *Plan, request Request) *Response {
	if kept := plan.answer.Load(); kept != nil {
		return &Response{Data: append(request.Buffer[:0], kept.Data...), Extensions: costExtension(kept.cost), cost: kept.cost}
	}
	variables, refusal := s.coerceVariables(ctx, plan.operation.VariableDefinitions, request)
	if refusal != nil {
		return Refuse(refusal...)
	}
	v, tooMuch := s.variant(plan, variables)
	if tooMuch != nil {
		return Refuse(tooMuch)
	}
	cost := v.cost
	if v.costVaries {
		cost, _ = costOf(v.root, variables)
	}
	if cost > s.options.Limits.Cost {
		return Refuse(tooDear(plan.operation.Position, cost, s.options.Limits.Cost))
	}
	x := &execution{ctx: ctx, schema: s, scope: &scope{values: variables}, slots: s.options.Limits.AnswerBytes / 2}
	r := x.run(plan, v, request.Buffer)
	r.cost, r.Extensions = cost, costExtension(cost)
	if plan.onlyIntrospection && len(plan.operation.VariableDefinitions) == 0 && len(r.Errors) == 0 {
		plan.answer.Store(&Response{Data: append([]byte(nil), r.Data...), cost: cost})
		s.plans.grow(plan, len(r.Data))
	}
	return r
}

func costExtension(cost int) map[string]any { return map[string]any{"cost": cost} }

// execution is one run of a variant.
type execution struct {
	ctx    context.Context
	schema *Schema
	scope  *scope
	// slots is how many more places for objects may be made: each will take two bytes of the answer at least.
	slots int
}

// frame is the objects of one type at one place of the answer, and what their fields have answered so far.
type frame struct {
	selection *selection
	objects   objects
	columns   []column
}

// column is what a resolved field answered for all objects of a frame.
type column struct {
	err       error  // fails the field for all
	presented *Error // once it was told
	each      Each   // fails it for some
	answers   any    // of a leaf: a slice of its Go type
	branch    *branch
}

// branch is the answers of a composite field: where they are, and frames for the objects by the field's members.
type branch struct {
	*spread
	frames []*frame
}

// errOverflow ends an execution that makes more than the answer can hold.
var errOverflow = errors.New("too many objects")

// run executes an operation (sections 6.2.1 and 6.2.2): a query's fields level by level, all at once; a mutation's one
// after the other, each down to its leaves.
func (x *execution) run(p *Plan, v *variant, buffer []byte) *Response {
	root := newFrame(v.root, objects{count: 1})
	w := newWriter(x, buffer, int(v.answerBytes.Load()))
	if p.kind == KindMutation {
		return w.response(x.runSerially(root, w), v)
	}
	for i := range v.root.fields {
		if f := &v.root.fields[i]; f.field != nil && f.field.resolved {
			x.resolve(root, f)
		}
	}
	if err := x.descend(below(nil, root)); err != nil {
		w.abort(err)
		return w.response(broken, v)
	}
	return w.response(w.root(root, 0, len(v.root.fields)), v)
}

// runSerially stops at a field that leaves no data: the caller could not learn what the following ones did.
func (x *execution) runSerially(root *frame, w *writer) status {
	for i := range root.selection.fields {
		if f := &root.selection.fields[i]; f.field != nil && f.field.resolved {
			if x.ctx.Err() != nil {
				w.abort(x.ctx.Err())
				return broken
			}
			x.resolve(root, f)
			if err := x.descend(x.belowField(root, f)); err != nil {
				w.abort(err)
				return broken
			}
		}
		if s := w.root(root, i, i+1); s != wrote {
			return s
		}
	}
	if len(root.selection.fields) == 0 {
		return w.root(root, 0, 0)
	}
	return wrote
}

func newFrame(s *selection, o objects) *frame {
	return &frame{selection: s, objects: o, columns: make([]column, s.columns)}
}

// descend resolves breadth first, until no frame has fields to resolve.
func (x *execution) descend(level []*frame) error {
	for len(level) > 0 {
		if x.slots < 0 {
			return errOverflow
		}
		if err := x.ctx.Err(); err != nil {
			return err
		}
		var next []*frame
		for _, f := range level {
			for i := range f.selection.fields {
				if field := &f.selection.fields[i]; field.field != nil && field.field.resolved {
					x.resolve(f, field)
				}
			}
			next = below(next, f)
		}
		level = next
	}
	return nil
}

// below collects the frames under a frame that have something to resolve.
func below(next []*frame, f *frame) []*frame {
	for _, c := range f.columns {
		if c.branch == nil {
			continue
		}
		for _, inner := range c.branch.frames {
			if inner != nil && inner.selection.columns > 0 {
				next = append(next, inner)
			}
		}
	}
	return next
}

func (x *execution) belowField(root *frame, f *plannedField) []*frame {
	only := &frame{columns: root.columns[f.column : f.column+1]}
	return below(nil, only)
}

// resolve asks a field's function for the answers for all objects of a frame (section 6.4.2).
func (x *execution) resolve(on *frame, f *plannedField) {
	c := &on.columns[f.column]
	arguments := f.arguments.ready
	if f.arguments.given != nil {
		var err error
		if arguments, err = x.schema.inputs.arguments(f.field, f.arguments.given, x.scope); err != nil {
			if c.err = err; !isFault(err) {
				c.err = inputProblem(f.at, fmt.Sprintf("Argument %s.", placed(err)))
			}
			return
		}
	}
	var answers any
	var count int
	err := guard(func() (err error) {
		answers, count, err = f.field.resolve(x.ctx, on.objects.parents, arguments)
		return err
	})
	if err != nil && !errors.As(err, &c.each) {
		c.err = err
		return
	}
	if count != on.objects.count {
		if len(c.each) == on.objects.count {
			return
		}
		c.err = faultf("%d answers for %d objects", count, on.objects.count)
		return
	}
	if f.below == nil {
		c.answers = answers
		return
	}
	c.branch = x.branch(f, answers)
}

func (x *execution) branch(f *plannedField, answers any) *branch {
	b := &branch{spread: f.field.columns.flatten(answers), frames: make([]*frame, len(f.below))}
	x.slots -= b.slots
	for m, o := range b.objects {
		if o.count > 0 {
			b.frames[m] = newFrame(f.below[m], o)
		}
	}
	return b
}
