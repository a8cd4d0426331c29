package graphql

import (
	"reflect"
)

// spread is a column of composite answers made flat. Answers divide into lists and lists into slots; a slot holds an
// object or null. Objects stand by their type, so that each type's resolvers receive one slice.
type spread struct {
	// ends has an entry for each depth of lists, outermost first: by list, the end of its entries among those of the
	// next depth; the complement (^end) for a null list.
	ends [][]int32
	// slots is the number of places for objects.
	slots int
	// at tells by slot the position among the objects of its member, or noObject; nil when slots and objects are one.
	at []int32
	// member tells by slot which of the abstract type's members it holds; nil when there is one column only.
	member []uint16
	// objects holds by member a []*T and how many it has.
	objects []objects
	// faults are errors of single slots.
	faults map[int]error
}

// objects is a column of objects of one type: a []*T.
type objects struct {
	parents any
	count   int
}

const noObject = -1

// columns knows the Go type behind a composite type.
type columns interface {
	// flatten makes answers flat: a slice of the Go type's values, pointers, or lists of them up to two deep.
	flatten(answers any) *spread
}

// columnsOf is columns of an object's Go type.
type columnsOf[T any] struct{}

func (columnsOf[T]) flatten(answers any) *spread {
	switch a := answers.(type) {
	case []*T:
		return pointers(nil, a)
	case []T:
		return values(nil, a)
	case [][]*T:
		ends, flat := concatenate(a)
		return pointers([][]int32{ends}, flat)
	case [][]T:
		return listsOfValues(nil, a)
	case [][][]*T:
		outer, lists := concatenate(a)
		inner, flat := concatenate(lists)
		return pointers([][]int32{outer, inner}, flat)
	case [][][]T:
		outer, lists := concatenate(a)
		return listsOfValues([][]int32{outer}, lists)
	}
	panic("graphql: answers of a type that was not checked")
}

// concatenate makes one slice of many and tells where each ended.
func concatenate[E any](lists [][]E) ([]int32, []E) {
	total := 0
	for _, l := range lists {
		total += len(l)
	}
	ends, flat := make([]int32, len(lists)), make([]E, 0, total)
	for i, l := range lists {
		flat = append(flat, l...)
		ends[i] = int32(len(flat))
		if l == nil {
			ends[i] = ^ends[i]
		}
	}
	return ends, flat
}

// pointers uses the slice as it is when nothing in it is null.
func pointers[T any](ends [][]int32, all []*T) *spread {
	s := &spread{ends: ends, slots: len(all)}
	missing := 0
	for _, p := range all {
		if p == nil {
			missing++
		}
	}
	if missing == 0 {
		s.objects = []objects{{all, len(all)}}
		return s
	}
	s.at = make([]int32, len(all))
	present := make([]*T, 0, len(all)-missing)
	for i, p := range all {
		s.at[i] = noObject
		if p != nil {
			s.at[i] = int32(len(present))
			present = append(present, p)
		}
	}
	s.objects = []objects{{present, len(present)}}
	return s
}

func values[T any](ends [][]int32, all []T) *spread {
	present := make([]*T, len(all))
	for i := range all {
		present[i] = &all[i]
	}
	return &spread{ends: ends, slots: len(all), objects: []objects{{present, len(present)}}}
}

// listsOfValues points into the lists, which may hold large structs.
func listsOfValues[T any](outer [][]int32, lists [][]T) *spread {
	total := 0
	for _, l := range lists {
		total += len(l)
	}
	ends, present := make([]int32, len(lists)), make([]*T, 0, total)
	for i, l := range lists {
		for j := range l {
			present = append(present, &l[j])
		}
		ends[i] = int32(len(present))
		if l == nil {
			ends[i] = ^ends[i]
		}
	}
	return &spread{ends: append(outer, ends), slots: total, objects: []objects{{present, total}}}
}

// abstractColumns is columns of the Go interface I of an abstract type.
type abstractColumns[I any] struct {
	abstract *boundAbstract
}

func (c abstractColumns[I]) flatten(answers any) *spread {
	switch a := answers.(type) {
	case []I:
		return split(c.abstract, nil, a)
	case [][]I:
		ends, flat := concatenate(a)
		return split(c.abstract, [][]int32{ends}, flat)
	case [][][]I:
		outer, lists := concatenate(a)
		inner, flat := concatenate(lists)
		return split(c.abstract, [][]int32{outer, inner}, flat)
	}
	panic("graphql: answers of a type that was not checked")
}

// split resolves the abstract type of each value (section 6.4.3, ResolveAbstractType) and gives each member its own
// column; the slots remember which.
func split[I any](abstract *boundAbstract, ends [][]int32, all []I) *spread {
	s := &spread{
		ends: ends, slots: len(all), at: make([]int32, len(all)), member: make([]uint16, len(all)),
		objects: make([]objects, len(abstract.members)),
	}
	collectors := make([]collector, len(abstract.members))
	for i, v := range all {
		s.at[i] = noObject
		value := any(v)
		if value == nil {
			continue
		}
		goType := reflect.TypeOf(value)
		m, known := abstract.memberOf[goType]
		if !known {
			s.fault(i, faultf("%s is no member of %s", goType, abstract.name))
			continue
		}
		if collectors[m] == nil {
			collectors[m] = abstract.members[m].collect()
		}
		s.member[i] = uint16(m)
		s.at[i] = collectors[m].add(value)
	}
	for m, c := range collectors {
		if c != nil {
			s.objects[m] = c.column()
		}
	}
	return s
}

func (s *spread) fault(slot int, err error) {
	if s.faults == nil {
		s.faults = map[int]error{}
	}
	s.faults[slot] = err
}

// collector gathers the values of one object type among those of an abstract type.
type collector interface {
	// add answers the position of the value, or noObject for a nil pointer.
	add(value any) int32
	column() objects
}

type collectorOf[T any] struct{ all []*T }

func (c *collectorOf[T]) add(value any) int32 {
	p, ok := value.(*T)
	if !ok {
		v := value.(T)
		p = &v
	}
	if p == nil {
		return noObject
	}
	c.all = append(c.all, p)
	return int32(len(c.all) - 1)
}

func (c *collectorOf[T]) column() objects { return objects{c.all, len(c.all)} }
