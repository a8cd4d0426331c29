package graphql

import (
	"container/list"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/vektah/gqlparser/v2/ast"
)

// maxVariants is how many variants of one operation are kept.
const maxVariants = 64

// variant is an operation planned for one combination of the variables that @skip and @include read: which fields there
// are, how they merge and in which order they come depends on them.
type variant struct {
	root       *selection
	fields     int
	cost       int
	costVaries bool
	// answerBytes is the size of the last answer, from which the next is guessed.
	answerBytes atomic.Int64
}

// variants are those of one operation, made when they are first met; the last used are kept.
type variants struct {
	conditions []string // the variables' names, sorted
	only       *variant // when there are no conditions

	mutex sync.Mutex
	kept  map[string]*list.Element
	order list.List // of *keptVariant, last used first
}

type keptVariant struct {
	key     string
	variant *variant
}

// conditionsOf answers the variables that @skip and @include read anywhere in a selection set.
func conditionsOf(set ast.SelectionSet) []string {
	found := map[string]bool{}
	visited := map[string]bool{}
	note := func(directives ast.DirectiveList) {
		for _, d := range directives {
			if d.Name != "skip" && d.Name != "include" {
				continue
			}
			if v := d.Arguments.ForName("if").Value; v.Kind == ast.Variable {
				found[v.Raw] = true
			}
		}
	}
	var walk func(ast.SelectionSet)
	walk = func(set ast.SelectionSet) {
		for _, selection := range set {
			switch s := selection.(type) {
			case *ast.Field:
				note(s.Directives)
				walk(s.SelectionSet)
			case *ast.InlineFragment:
				note(s.Directives)
				walk(s.SelectionSet)
			case *ast.FragmentSpread:
				note(s.Directives)
				if !visited[s.Name] {
					visited[s.Name] = true
					walk(s.Definition.SelectionSet)
				}
			}
		}
	}
	walk(set)
	return slices.Sorted(maps.Keys(found))
}

// variant answers the plan's variant for the variables' values.
func (s *Schema) variant(p *Plan, variables map[string]any) (*variant, *Error) {
	if p.variants.only != nil {
		return p.variants.only, nil
	}
	truths := make(map[string]bool, len(p.variants.conditions))
	key := make([]byte, len(p.variants.conditions))
	for i, name := range p.variants.conditions {
		truth, known := variables[name].(bool)
		if !known { // its default was overridden by null
			return nil, inputProblem(p.operation.Position, "Variable $"+name+" decides whether something is selected; expected true or false.")
		}
		truths[name], key[i] = truth, '0'
		if truth {
			key[i] = '1'
		}
	}
	if v := p.variants.get(string(key)); v != nil {
		return v, nil
	}
	v, refusal := s.compile(p.operation, truths)
	if refusal != nil {
		return nil, refusal
	}
	s.plans.grow(p, p.variants.add(string(key), v)*planBytesPerField)
	return v, nil
}

func (v *variants) get(key string) *variant {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	e := v.kept[key]
	if e == nil {
		return nil
	}
	v.order.MoveToFront(e)
	return e.Value.(*keptVariant).variant
}

// add keeps a variant, and answers by how many fields the kept ones have become more.
func (v *variants) add(key string, made *variant) int {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	if v.kept[key] != nil {
		return 0
	}
	if v.kept == nil {
		v.kept = map[string]*list.Element{}
	}
	v.kept[key] = v.order.PushFront(&keptVariant{key, made})
	grown := made.fields
	if len(v.kept) > maxVariants {
		oldest := v.order.Remove(v.order.Back()).(*keptVariant)
		delete(v.kept, oldest.key)
		grown -= oldest.variant.fields
	}
	return grown
}
